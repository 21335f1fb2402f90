"""An exchange cut into its carriers: address, headers, cookies, bodies, messages, with the way to a field's name."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote_plus, urlsplit

from auditor.evidence import Exchange
from auditor.evidence.exchange import Headers
from auditor.search.found import Place, Side

_WINDOW = 1 << 16
# A quote that is escaped begins or ends a string of JSON within a string: it is no part of a key.
_KEY = re.compile(rb'\\{0,8}"((?:[^"\\]|\\[^"\\]){1,200}?)\\{0,8}"\s{0,8}:')
_PART = re.compile(rb'(?i)content-disposition:[^\r\n]*?\bname="([^"\r\n]*)"')


class Piece(NamedTuple):
    """Bytes of one carrier. `named` gives the field's name at an offset; `sha256` where a body may be known already."""

    side: Side
    carrier: str
    name: str
    data: bytes
    named: Callable[[bytes, int], str] | None = None
    sha256: str | None = None

    def wholes(self) -> list[tuple[int, int]]:
        """Start and end of what may have been compressed as a whole: a body, a message, the parts of a multipart."""
        if self.carrier not in ("body", "message"):
            return []
        return [(0, len(self.data)), *(_parts(self.data) if self.data.startswith(b"--") else ())]

    def place(self, at: int) -> Place:
        """The place of what stands at this offset of the data."""
        return Place(self.side, self.carrier, self.named(self.data, at) if self.named else self.name)


def pieces(exchange: Exchange) -> Iterator[Piece]:
    """All that travelled, request first."""
    yield from _address(Side.request, "", exchange.url)
    for name, value in exchange.request_headers:
        if name.lower() not in ("cookie", ":path", ":authority", "host"):
            yield _header(Side.request, name, value)
    if (cookies := exchange.request_header("cookie")) is not None:
        for cookie in cookies.split(";"):
            yield _cookie(Side.request, cookie)
    if exchange.request_body.kept:
        kind = exchange.request_header("content-type")
        yield _body(Side.request, kind, exchange.request_content().data, exchange.request_body.sha256)
    for interim in exchange.interim:
        yield from _answer(interim.headers)
    yield from _answer(exchange.response_headers)
    yield from _answer(exchange.response_trailers)
    if exchange.response_body.kept:
        kind = exchange.response_header("content-type")
        yield _body(Side.response, kind, exchange.response_content().data, exchange.response_body.sha256)
    for message in exchange.messages:
        side = Side.request if message.from_client else Side.response
        yield Piece(side, "message", "", message.body.kept, _in_body(""))


def _answer(headers: Headers) -> Iterator[Piece]:
    for name, value in headers:
        lowered = name.lower()
        if lowered == "set-cookie":
            yield _cookie(Side.response, value)
        elif lowered == "location":
            yield from _address(Side.response, "location", value)
        else:
            yield _header(Side.response, name, value)


def _address(side: Side, carrier: str, url: str) -> Iterator[Piece]:
    """Host, path and query of the request's address; of a Location header all is carrier `location`."""
    try:
        parts = urlsplit(url)
        host, path, query, fragment = parts.netloc, parts.path, parts.query, parts.fragment
    except ValueError:
        host, path, query, fragment = "", url, "", ""
    if host:
        yield Piece(side, carrier or "header", "" if carrier else "host", _bytes(host))
    if path:
        yield Piece(side, carrier or "path", "", _bytes(path))
        if path.count("/") > 1:
            # A segment of base64 begins after a slash, which is a character of base64 too.
            yield Piece(side, carrier or "path", "", _bytes(path.replace("/", "\n")))
    if query:
        yield Piece(side, carrier or "query", "", _bytes(query), _in_form)
    if fragment:
        yield Piece(side, carrier or "query", "", _bytes(fragment), _in_form)


def _header(side: Side, name: str, value: str) -> Piece:
    return Piece(side, "header", name.lower(), _bytes(value))


def _cookie(side: Side, cookie: str) -> Piece:
    cookie = cookie.strip()
    return Piece(side, "cookie", cookie.partition("=")[0].strip() if "=" in cookie else "", _bytes(cookie))


def _body(side: Side, kind: str | None, data: bytes, sha256: str | None) -> Piece:
    return Piece(side, "body", "", data, _in_body((kind or "").lower()), sha256)


def _bytes(text: str) -> bytes:
    """Header text as it travelled: bytes that are no UTF-8 were kept as surrogates."""
    return text.encode("utf-8", "surrogateescape") if text.isascii() else _wide(text)


def _wide(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _parts(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of the parts of a multipart body, without their headers (RFC 2046 5.1)."""
    begun = 0
    while (end := data.find(b"\r\n--", begun)) >= 0:
        head = data.find(b"\r\n\r\n", begun, end)
        if head >= 0:
            yield head + 4, end
        begun = end + 4


def _in_form(data: bytes, at: int) -> str:
    start = data.rfind(b"&", 0, at) + 1
    end = data.find(b"&", start)
    pair = data[start : end if end >= 0 else len(data)]
    name, equals, _ = pair.partition(b"=")
    return unquote_plus(name[:200].decode("utf-8", "replace")) if equals else ""


def _in_json(data: bytes, at: int) -> str:
    """The nearest key before, of the innermost value at `at` where this is JSON as programs write it."""
    begun, name = max(0, at - _WINDOW), b""
    for match in _KEY.finditer(data, begun, at):
        name = match.group(1)
    return name.decode("utf-8", "replace")


def _in_parts(data: bytes, at: int) -> str:
    name = b""
    for match in _PART.finditer(data, max(0, at - _WINDOW), at):
        name = match.group(1)
    return name.decode("utf-8", "replace")


def _in_body(kind: str) -> Callable[[bytes, int], str]:
    """How to name a field of a body of this media type; of an unknown one by what it looks like."""

    def named(data: bytes, at: int) -> str:
        head = data[:64].lstrip()
        if "multipart/form-data" in kind:
            return _in_parts(data, at)
        if "x-www-form-urlencoded" in kind:
            return _in_form(data, at)
        if "json" in kind or head[:1] in (b"{", b"["):
            return _in_json(data, at)
        looks_like_form = re.match(rb"[\w.\-\[\]%]{1,64}=[^<>{}]*\Z", data[:256]) and b"\n" not in head
        return _in_form(data, at) if not kind.startswith("text/html") and looks_like_form else ""

    return named
