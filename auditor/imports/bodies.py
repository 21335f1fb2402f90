"""Bodies of HAR entries: back from text to bytes, as close to the wire as the recording allows.

Recorders keep a response's text after its content-encoding is undone, and as characters rather than
bytes. What we store is then not to be decoded a second time: the header that would ask for it is kept
under another name, `x-auditor-recorded-content-encoding`. Nothing here claims more than the file holds: a
body that was cut off, left out or spoiled has its recorded size, no hash, and what bytes there are.
"""

import base64
import hashlib
import json
import re
from urllib.parse import urlencode

from auditor.evidence import Body
from auditor.imports.fields import Part, Unfit, parts, to_bytes
from auditor.store.wire import RawHeaders, body_of

RECORDED = "x-auditor-recorded-"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_BOUNDARY = re.compile(r"boundary=(?:\"([^\"\r\n]{1,70})\"|([^;,\s\"]{1,70}))", re.IGNORECASE)
_PACKED = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd")  # gzip, Zstandard
# The encodings of the web that are not UTF-8, and only those: Python knows others that are none (rot13, idna).
_LEGACY = re.compile(
    r"(us-ascii|shift[_-]jis|x-sjis|sjis|windows-31j|cp932|euc-jp|iso-2022-jp|gb2312|gbk|gb18030|big5"
    r"|euc-kr|koi8-r|iso-8859-\d{1,2}|windows-125\d)"
)
_LINE_ENDS = str.maketrans("", "", "\t\r\n")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*+")
_MAX_SIZE = 1 << 50
_BOM_SIZE = 3  # a browser takes a byte order mark for no part of the text, but counts it in the size


def response_body(response: Part, headers: RawHeaders) -> tuple[Body, RawHeaders, str | None]:
    """The body a HAR response holds, the headers as they are to be stored, and what is wrong with it. Raises Unfit.

    Where the recorder kept no text and gives no size of it, the size on the wire tells that there was a body.
    """
    content = response.part("content")
    if content is None:
        return Body(size=recorded_body_size(response)), headers, None
    declared = _size(content, "size")
    text = content.text("text")
    if text is None:
        return Body(size=declared or recorded_body_size(response)), headers, None
    if not text:
        return Body(size=declared), headers, None
    problem = None
    if (content.maybe_text("encoding") or "").lower() == "base64":
        try:
            data = _from_base64(text)
        except Unfit as error:
            return Body(size=declared), _decoded(headers), f"response.content.text {error}"
    else:
        data = _as_bytes(text, declared, _value(headers, "content-type") or content.maybe_text("mimeType") or "")
    if declared > len(data) + _BOM_SIZE:
        problem = "response.content.text is shorter than the size it gives"
        body = Body(size=declared, kept=data)
    else:
        body = body_of(data)
    return body, headers if _still_packed(data, headers) else _decoded(headers), problem


def request_body(post: Part | None, headers: RawHeaders) -> tuple[Body, RawHeaders]:
    """The body a HAR `postData` holds and the headers as they are to be stored. Raises Unfit."""
    if post is None:
        return Body(), headers
    if not (text := post.text("text")):
        return _rebuilt(post, headers)
    if (post.maybe_text("encoding") or "").lower() == "base64":
        try:
            data = _from_base64(text)
        except Unfit as error:
            raise Unfit(f"request.postData.text {error}") from None
    else:
        data = to_bytes(text)
        # A body the page packed itself (fetch with a gzip stream) is kept by browsers one character a byte.
        try:
            one_a_byte = text.encode("latin-1")
        except UnicodeEncodeError:
            one_a_byte = b""
        if one_a_byte.startswith(_PACKED):
            data = one_a_byte
    return body_of(data), headers if _still_packed(data, headers) else _decoded(headers)


def recorded_body_size(message: Part) -> int:
    """The size of a body the recording does not hold, 0 where there is none or it is not said."""
    return _size(message, "bodySize")


def _size(part: Part, name: str) -> int:
    """A size as told, 0 where it is unknown (-1) or none that can be."""
    size = part.number(name) or 0
    return int(size) if 0 < size < _MAX_SIZE else 0


def _rebuilt(post: Part, headers: RawHeaders) -> tuple[Body, RawHeaders]:
    """A body of which only `params` were kept, written again; a header says so, for it is not the wire's.

    JSON types become the object those are the members of; multipart gets its own boundary back (without
    one: a JSON list, whose content type is then renamed, so that nothing takes it for multipart); all others are
    urlencoded.
    """
    rows = [(p.maybe_text("name") or "", p) for p in parts(post.items("params"), "request.postData.params")]
    if not rows:
        return Body(), headers
    kind = (_value(headers, "content-type") or post.maybe_text("mimeType") or "").strip()
    marked: RawHeaders = [*headers, (f"{RECORDED}body".encode(), b"rebuilt from params")]
    if "json" in kind.lower():
        data = json.dumps({name: p.get("value") for name, p in rows}, separators=(",", ":")).encode()
    elif kind.lower().startswith("multipart/"):
        found = _BOUNDARY.search(kind)
        if found:
            data = _multipart(rows, found[1] or found[2])
        else:
            listed = [{key: p.get(key) for key in ("name", "value", "fileName", "contentType")} for _, p in rows]
            data = json.dumps(listed, separators=(",", ":")).encode()
            marked = _renamed(marked, "content-type")
    else:
        data = urlencode([(to_bytes(name), to_bytes(_text(p))) for name, p in rows]).encode()
    whole = body_of(data)
    return Body(size=whole.size, sha256=hashlib.sha256(data).hexdigest(), kept=data), marked


def _multipart(rows: list[tuple[str, Part]], boundary: str) -> bytes:
    out = bytearray()
    for name, row in rows:
        out += b"--" + to_bytes(boundary) + b'\r\nContent-Disposition: form-data; name="' + _quoted(name) + b'"'
        if (file_name := row.maybe_text("fileName")) is not None:
            out += b'; filename="' + _quoted(file_name) + b'"'
        if (kind := row.maybe_text("contentType")) is not None:
            out += b"\r\nContent-Type: " + _quoted(kind)
        out += b"\r\n\r\n" + to_bytes(_text(row)) + b"\r\n"
    return bytes(out + b"--" + to_bytes(boundary) + b"--\r\n")


def _quoted(text: str) -> bytes:
    return to_bytes(text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A"))


def _text(row: Part) -> str:
    value = row.get("value")
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, separators=(",", ":"))


def _from_base64(text: str) -> bytes:
    """Base64 with its line ends taken out and its padding put right: a text cut off still gives its bytes."""
    bare = text.translate(_LINE_ENDS).rstrip("=")
    if not _BASE64.fullmatch(bare):
        raise Unfit("is not base64, as it says")
    usable = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    return base64.b64decode(usable + "=" * (-len(usable) % 4))


def _as_bytes(text: str, declared: int, content_type: str) -> bytes:
    """The bytes of a text in the encoding its type names, where that gives the size it should have; else UTF-8."""
    charset = _CHARSET.search(content_type)
    if charset and _LEGACY.fullmatch(charset[1].lower()):
        try:
            data = text.encode(charset[1])
        except (LookupError, UnicodeError):
            return to_bytes(text)
        if len(data) == declared or not declared:
            return data
    return to_bytes(text)


def _still_packed(data: bytes, headers: RawHeaders) -> bool:
    """Whether these are the encoded bytes after all: then the header is right and stays."""
    coding = (_value(headers, "content-encoding") or "").strip().lower()
    return (coding in ("gzip", "x-gzip") and data.startswith(_PACKED[0])) or (
        coding == "zstd" and data.startswith(_PACKED[1])
    )


def _decoded(headers: RawHeaders) -> RawHeaders:
    return _renamed(headers, "content-encoding")


def _renamed(headers: RawHeaders, name: str) -> RawHeaders:
    wanted = name.encode()
    return [(RECORDED.encode() + key if key.lower() == wanted else key, value) for key, value in headers]


def _value(headers: RawHeaders, name: str) -> str | None:
    wanted = name.encode()
    return next((value.decode("latin-1") for key, value in headers if key.lower() == wanted), None)
