"""Protocol buffers to dotted field numbers (`1.0.19`), with what is known of their types or without, by bbpb.

A message inside a message carries its index among those of the same field (`1.0.8`, `1.1.8`), as the paths of the
vendor files do (`1.?.8`); fields that hold plain values carry none. A length-delimited field may be text, bytes or a
message. bbpb guesses, and takes many texts for messages; here text wins where all of it is printable, and an
endpoint's `protobuf` settles it for the fields a source documents.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import blackboxprotobuf
from blackboxprotobuf.lib.exceptions import BlackboxProtobufException

from auditor.decode.parameters import MAX_PARAMETERS, MAX_VALUE, Param
from auditor.vendors import Carrier

_MAX_BYTES = 1 << 20
_MAX_DEPTH = 12
_LENGTH_DELIMITED = ("message", "string", "bytes")

type _Types = Mapping[str, "str | _Types"]


def protobuf_params(data: bytes, types: tuple[tuple[str, str], ...] = ()) -> list[Param]:
    """The plain fields of a message, at most MAX_PARAMETERS; empty when the bytes are no message.

    `types`: field path without indices (`1.19`) and its type as bbpb names it (`string`, `bytes`, `double`, ...).
    """
    if not data or len(data) > _MAX_BYTES:
        return []
    found: list[Param] = []
    for param in _message(data, "", _tree(types), 0):
        found.append(param)
        if len(found) >= MAX_PARAMETERS:
            break
    return found


@lru_cache(maxsize=256)
def _tree(types: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path, kind in types:
        level = root
        *above, last = path.split(".")
        for number in above:
            level = level.setdefault(number, {})
        level[last] = kind
    return root


def _message(data: bytes, prefix: str, types: _Types, depth: int) -> Iterator[Param]:
    fields = _fields(data, types)
    for number, values in (fields or {}).items():
        name, index, known = f"{prefix}{number}", 0, types.get(number)
        for value in values:
            if not isinstance(value, bytes):
                yield Param(name, str(value)[:MAX_VALUE], Carrier.body)
                continue
            text = _printable(value) if known is None or known == "string" else None
            if text is not None:
                yield Param(name, text, Carrier.body)
            elif depth < _MAX_DEPTH and not isinstance(known, str):
                yield from _message(value, f"{name}.{index}.", known or {}, depth + 1)
                index += 1


def _fields(data: bytes, types: _Types) -> dict[str, list[Any]] | None:
    """The fields of one level, length-delimited ones as bytes; None when the bytes are no message."""
    plain: dict[str, Any] = {
        number: {"type": kind} for number, kind in types.items() if isinstance(kind, str) and kind != "string"
    }
    try:
        _, guessed = blackboxprotobuf.decode_message(data, dict(plain))
        delimited: dict[str, Any] = {
            n: {"type": "bytes"} for n, d in guessed.items() if d.get("type") in _LENGTH_DELIMITED
        }
        message, _ = blackboxprotobuf.decode_message(data, {**plain, **delimited})
    except (BlackboxProtobufException, RecursionError):
        # Bytes that are no message, or messages in messages without end.
        return None
    return {str(n).partition("-")[0]: v if isinstance(v, list) else [v] for n, v in message.items()}


def _printable(raw: bytes) -> str | None:
    try:
        text = raw[: MAX_VALUE * 4].decode()
    except UnicodeDecodeError:
        return None
    return text[:MAX_VALUE] if all(c.isprintable() or c in "\r\n\t" for c in text) else None
