"""The named values of a request's address: query, matrix parameters (`;src=1`), path segments.

Every function bounds its work: at most MAX_PARAMETERS values a request, MAX_VALUE characters each. Bytes that are
not UTF-8 (Shift_JIS queries) become replacement characters; the evidence keeps the originals.
"""

import binascii
import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from auditor.vendors import Carrier

MAX_PARAMETERS = 5000
MAX_VALUE = 16384
MAX_DEPTH = 40

_MAX_SEGMENTS = 64
_USUAL = re.compile(r"(?i)(https?|wss?)://([a-z0-9._-]+)(?::[0-9]+)?(/[^?#\s\\]*)?(?:\?([^#\s]*))?(?:#\S*)?", re.ASCII)
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


class Param(NamedTuple):
    """One named value and where it travelled."""

    name: str
    value: str
    carrier: Carrier


class Address(NamedTuple):
    """An address in parts; `host` in lower case, without port and without a dot at its end, "" where there is none."""

    scheme: str
    host: str
    path: str
    query: str


def split_url(url: str) -> Address | None:
    """The address in parts, None for a malformed one (such as a broken IPv6 host)."""
    # The usual form, at a fifth of what the library takes; every other is the library's.
    if match := _USUAL.fullmatch(url):
        return Address(match[1].lower(), match[2].lower().rstrip("."), match[3] or "", match[4] or "")
    try:
        parts = urlsplit(url)
        return Address(parts.scheme.lower(), (parts.hostname or "").rstrip("."), parts.path, parts.query)
    except ValueError:
        return None


def query_params(query: str, carrier: Carrier = Carrier.query) -> list[Param]:
    """The fields of a query string or an urlencoded body, in order, empty values included (WHATWG URL 5.1)."""
    if not query:
        return []
    found: list[Param] = []
    for piece in query.split("&", MAX_PARAMETERS)[:MAX_PARAMETERS]:
        if piece:
            name, _, value = piece.partition("=")
            # Most names and many values hold nothing to unescape.
            if "%" in piece or "+" in piece or len(piece) > MAX_VALUE:
                name, value = _text(name), _text(value)
            found.append(Param(name, value, carrier))
    return found


def path_params(path: str) -> list[Param]:
    """Segments as `path.1`, `path.2`, ...; they count only where a vendor file names them."""
    segments = path.strip("/").split("/", _MAX_SEGMENTS)[:_MAX_SEGMENTS]
    return [
        Param(f"path.{number}", unescaped(segment.partition(";")[0])[:MAX_VALUE], Carrier.path)
        for number, segment in enumerate(segments, 1)
    ]


def matrix_params(path: str) -> list[Param]:
    """Matrix parameters (`activityi;src=1;type=x`) by their names."""
    found: list[Param] = []
    if ";" in path:
        for segment in path.split("/", _MAX_SEGMENTS)[:_MAX_SEGMENTS]:
            for piece in segment.split(";")[1:256]:
                name, equals, value = piece.partition("=")
                if equals:
                    found.append(Param(_text(name), _text(value), Carrier.path))
    return found


def cookie_pairs(header: str) -> list[tuple[str, str]]:
    """Name and value of each cookie in a Cookie header (RFC 6265 5.4)."""
    pairs = (piece.strip().partition("=") for piece in header.split(";")[:MAX_PARAMETERS])
    return [(name, value[:MAX_VALUE]) for name, equals, value in pairs if name and equals]


def flatten(data: Any, carrier: Carrier, prefix: str = "") -> list[Param]:
    """JSON data as dotted paths (`events.0.name`), in order: depth and number are bounded."""
    found: list[Param] = []
    _flatten(found, clean(prefix), data, carrier, 0)
    return found


def _flatten(found: list[Param], name: str, value: Any, carrier: Carrier, depth: int) -> None:
    kind = type(value)
    members: Iterable[tuple[Any, Any]]
    if kind is dict and depth < MAX_DEPTH:
        members = value.items()
    elif kind is list and depth < MAX_DEPTH:
        members = enumerate(value[:MAX_PARAMETERS])
    else:
        found.append(Param(name, _scalar(value), carrier))
        return
    head = f"{name}." if name else ""
    for key, item in members:
        if len(found) >= MAX_PARAMETERS:
            return
        full = f"{head}{key}"
        if not full.isascii() or len(full) > MAX_VALUE:
            full = clean(full)
        if type(item) is str:
            found.append(Param(full, clean(item), carrier))
        else:
            _flatten(found, full, item, carrier, depth + 1)


def load_json(text: str) -> Any:
    """The JSON value with its numbers as written; ValueError for anything else, too deep nesting included."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _scalar(value: Any) -> str:
    match value:
        case str():
            return clean(value)
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case _:
            return clean(json.dumps(value, ensure_ascii=False)) if isinstance(value, int | float) else "..."


def unescaped(text: str) -> str:
    """A text with its `%XX` undone (RFC 3986 2.1); a `%` without two hex digits stands for itself.

    Quoted-printable (RFC 2045 6.7) is the same with `=` for `%`, and the library has it in C: urllib's own takes ten
    times as long. Where the two could differ (ends of lines, signs that stand for themselves) it is done run by run.
    """
    if "%" not in text:
        return text
    if "\n" not in text and "\r" not in text:
        escaped = text.encode("utf-8", "replace").replace(b"=", b"=3D").replace(b"%", b"=")
        plain = binascii.a2b_qp(escaped)
        if len(plain) == len(escaped) - 2 * escaped.count(b"="):
            return plain.decode("utf-8", "replace")
    return _ESCAPES.sub(_run, text)


def _run(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")


def _text(escaped: str) -> str:
    return unescaped(escaped.replace("+", " "))[:MAX_VALUE]


def clean(text: str) -> str:
    """No lone surrogates: JSON can write them, no table can hold them."""
    text = text[:MAX_VALUE]
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
