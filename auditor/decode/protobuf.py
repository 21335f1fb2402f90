"""Protocol buffers without their schema: dotted field numbers (`1.0.19`), enough to follow known field numbers.

Wire format: https://protobuf.dev/programming-guides/encoding/. A length-delimited field may be text, bytes or a
message; text wins when it is printable, then a message when the whole of it parses. Repeated fields carry their
index (`1.0.8`, `1.1.8`), as the paths of DOMAIN.md C.2.7 do (`1.*.8`).
"""

import struct
from typing import NamedTuple

from auditor.decode.parameters import MAX_PARAMETERS, MAX_VALUE, Param
from auditor.vendors import Carrier

_MAX_DEPTH = 12


class _Field(NamedTuple):
    number: int
    value: int | float | bytes


def protobuf_params(data: bytes) -> list[Param]:
    """The scalar fields of a message, at most MAX_PARAMETERS; empty when the bytes are no message."""
    fields = _fields(data)
    if not fields:
        return []
    found: list[Param] = []
    _walk(fields, "", 0, found)
    return found


def _walk(fields: list[_Field], prefix: str, depth: int, found: list[Param]) -> None:
    seen: dict[int, int] = {}
    for field in fields:
        if len(found) >= MAX_PARAMETERS:
            return
        index = seen.get(field.number, 0)
        seen[field.number] = index + 1
        name = f"{prefix}{field.number}"
        if not isinstance(field.value, bytes):
            found.append(Param(name, str(field.value), Carrier.body))
        elif (text := _printable(field.value)) is not None:
            found.append(Param(name, text, Carrier.body))
        elif depth < _MAX_DEPTH and (inner := _fields(field.value)):
            _walk(inner, f"{name}.{index}.", depth + 1, found)


def _printable(raw: bytes) -> str | None:
    try:
        text = raw[: MAX_VALUE * 4].decode()
    except UnicodeDecodeError:
        return None
    return text[:MAX_VALUE] if all(c.isprintable() or c in "\r\n\t" for c in text) else None


def _fields(data: bytes) -> list[_Field] | None:
    """The message's fields, None when some byte does not fit the wire format."""
    fields: list[_Field] = []
    at, end = 0, len(data)
    while at < end and len(fields) < MAX_PARAMETERS:
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if at < 0 or number == 0:
            return None
        if kind == 0:
            value, at = _varint(data, at)
            if at < 0:
                return None
            fields.append(_Field(number, value))
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            if at + size > end:
                return None
            fields.append(_Field(number, struct.unpack_from("<d" if kind == 1 else "<f", data, at)[0]))
            at += size
        elif kind == 2:
            size, at = _varint(data, at)
            if at < 0 or at + size > end:
                return None
            fields.append(_Field(number, data[at : at + size]))
            at += size
        else:
            return None
    return fields


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number and where it ends; an end of -1 says there is none."""
    value = 0
    for shift in range(0, 64, 7):
        if not 0 <= at < len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    return 0, -1
