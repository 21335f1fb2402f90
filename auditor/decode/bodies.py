"""Request bodies to named values: urlencoded, JSON, JSON lines, multipart, lines of query strings, protobuf, text.

`parse_body` never raises: what cannot be read is a problem in words, counted in the visit's coverage.
"""

import re
from typing import NamedTuple

from auditor.decode.parameters import MAX_PARAMETERS, MAX_VALUE, Param, clean, flatten, load_json, query_params
from auditor.decode.protobuf import protobuf_params
from auditor.vendors import BodyFormat, Carrier

_MAX_LINES = 1000
_JSON_FIELD = re.compile(r"\s*([\w.\-]{1,64})=[\[{]")
_FIELD = re.compile(r"[\w.\-\[\]%$~:]{1,200}=")


class Parsed(NamedTuple):
    """The values found and, when the body was not understood, why."""

    params: list[Param]
    problem: str | None = None


def parse_body(
    data: bytes,
    content_type: str,
    body_format: BodyFormat = BodyFormat.auto,
    protobuf: tuple[tuple[str, str], ...] = (),
) -> Parsed:
    """The values of a body (content-encoding already undone), by the given format or by type and look.

    `protobuf`: the types of its fields, where they are known.
    """
    if not data or body_format is BodyFormat.none:
        return Parsed([])
    if body_format is BodyFormat.auto:
        body_format = _guess(data, content_type.lower())
    match body_format:
        case BodyFormat.multipart:
            return _multipart(data, content_type)
        case BodyFormat.protobuf:
            found = protobuf_params(data, protobuf)
            return Parsed(found) if found else Parsed([], "not understood: binary")
        case BodyFormat.none:
            return Parsed([], f"not understood: {_media_type(content_type) or 'binary'}")
    return _text_body(data.decode("utf-8", "replace").removeprefix("\ufeff"), body_format)


def _text_body(text: str, body_format: BodyFormat) -> Parsed:
    match body_format:
        case BodyFormat.form:
            return Parsed(_one_json_field(text) or query_params(text.strip(), Carrier.body))
        case BodyFormat.query_lines:
            if found := _one_json_field(text):
                return Parsed(found)
            lines = text.split("\n", _MAX_LINES)[:_MAX_LINES]
            return Parsed([p for line in lines for p in query_params(line.strip(), Carrier.body)][:MAX_PARAMETERS])
        case BodyFormat.json_lines:
            return _json_lines(text)
        case BodyFormat.json:
            return _json(text)
    return Parsed([Param("text", text[:MAX_VALUE], Carrier.body)])


def _one_json_field(text: str) -> list[Param]:
    """`name={...}` with JSON that is not escaped, so that an `&` in it ends nothing (Rakuten's RAT sends so)."""
    field = _JSON_FIELD.match(text)
    if field is None:
        return []
    try:
        load_json(value := text[field.end() - 1 :].strip())
    except ValueError:
        return []
    return [Param(field[1], value[:MAX_VALUE], Carrier.body)]


def _media_type(content_type: str) -> str:
    return clean(content_type.partition(";")[0].strip().lower())


def _guess(data: bytes, content_type: str) -> BodyFormat:
    """The format by Content-Type where that can be trusted, else by the first bytes: beacons send JSON as text."""
    media = _media_type(content_type)
    if media == "multipart/form-data":
        return BodyFormat.multipart
    if media in ("application/x-protobuf", "application/protobuf"):
        return BodyFormat.protobuf
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"["):
        return BodyFormat.json
    if media == "application/x-www-form-urlencoded":
        return BodyFormat.form
    if _is_binary(data[:4096]):
        return BodyFormat.none
    lines = data[: 1 << 16].decode("utf-8", "replace").split("\n", 8)[:8]
    if all(_FIELD.match(line) for line in lines if line.strip()):
        return BodyFormat.query_lines
    return BodyFormat.text


def _is_binary(head: bytes) -> bool:
    """Control characters, or bytes that are no UTF-8 (a character cut at the end of the look does not count)."""
    if any(byte < 9 or 13 < byte < 27 for byte in head):
        return True
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start < len(head) - 3
    return False


def _json(text: str) -> Parsed:
    try:
        return Parsed(flatten(load_json(text), Carrier.body))
    except ValueError:
        lines = _json_lines(text)
        return lines if lines.params else Parsed([], "not understood: broken JSON")


def _json_lines(text: str) -> Parsed:
    """One JSON value a line, named by its number: `0.event`, `1.event`."""
    found: list[Param] = []
    problem = None
    lines = [line for line in text.split("\n", _MAX_LINES)[:_MAX_LINES] if line.strip()]
    for number, line in enumerate(lines):
        try:
            found += flatten(load_json(line), Carrier.body, str(number))
        except ValueError:
            problem = "not understood: broken JSON"
        if len(found) >= MAX_PARAMETERS:
            break
    return Parsed(found[:MAX_PARAMETERS], problem)


def _multipart(data: bytes, content_type: str) -> Parsed:
    """Fields of multipart/form-data (RFC 7578); of a file only its name, as no tag sends one unasked."""
    match = re.search(r'boundary=(?:"([^"]{1,200})"|([^\s;,]{1,200}))', content_type, re.IGNORECASE)
    if match is None:
        return Parsed([], "not understood: multipart without boundary")
    boundary = b"--" + (match[1] or match[2]).encode("utf-8", "replace")
    found: list[Param] = []
    for part in data.split(boundary, MAX_PARAMETERS)[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        lines = head[:4096].decode("utf-8", "replace")
        if not blank or not (named := re.search(r'\bname="([^"]*)"', lines)):
            continue
        if file := re.search(r'\bfilename="([^"]*)"', lines):
            value = file[1]
        else:
            value = content.removesuffix(b"\r\n")[: MAX_VALUE * 4].decode("utf-8", "replace")[:MAX_VALUE]
        found.append(Param(named[1], value, Carrier.body))
    return Parsed(found) if found else Parsed([], "not understood: empty or cut multipart")
