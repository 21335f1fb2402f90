"""Protocol buffers to dotted field numbers (`1.0.19`), with what is known of their types or without, by bbpb.

A message inside a message carries its index among those of the same field (`1.0.8`, `1.1.8`), as the paths of the
vendor files do (`1.*.8`); fields that hold plain values carry none. Without a schema a length-delimited field may be
text, bytes or a message: bbpb guesses, and an endpoint's `protobuf` settles it for the fields a source documents.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import blackboxprotobuf
from blackboxprotobuf.lib.exceptions import BlackboxProtobufException

from auditor.decode.parameters import MAX_PARAMETERS, MAX_VALUE, Param
from auditor.vendors import Carrier

_MAX_BYTES = 4 << 20


def protobuf_params(data: bytes, types: tuple[tuple[str, str], ...] = ()) -> list[Param]:
    """The plain fields of a message, at most MAX_PARAMETERS; empty when the bytes are no message.

    `types`: field path without indices (`1.19`) and its type as bbpb names it (`string`, `bytes`, `double`, ...).
    """
    if not data or len(data) > _MAX_BYTES:
        return []
    try:
        message, _ = blackboxprotobuf.decode_message(data, _typedef(types))
    except (BlackboxProtobufException, RecursionError):
        # Bytes that are no message, or messages in messages without end.
        return []
    found: list[Param] = []
    _walk(message, "", found)
    return found


@lru_cache(maxsize=256)
def _typedef(types: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path, kind in types:
        level = root
        *above, last = path.split(".")
        for number in above:
            level = level.setdefault(number, {"type": "message", "message_typedef": {}})["message_typedef"]
        level[last] = {"type": kind}
    return root


def _walk(message: Mapping[str | int, Any], prefix: str, found: list[Param]) -> None:
    for key, content in message.items():
        # bbpb writes `4-1` for a repeated field whose messages differ in their types.
        name = f"{prefix}{str(key).partition('-')[0]}"
        index = 0
        for value in content if isinstance(content, list) else (content,):
            if len(found) >= MAX_PARAMETERS:
                return
            if isinstance(value, Mapping):
                _walk(value, f"{name}.{index}.", found)
                index += 1
            elif isinstance(value, bytes):
                if (text := _printable(value)) is not None:
                    found.append(Param(name, text, Carrier.body))
            else:
                found.append(Param(name, str(value)[:MAX_VALUE], Carrier.body))


def _printable(raw: bytes) -> str | None:
    try:
        text = raw[: MAX_VALUE * 4].decode()
    except UnicodeDecodeError:
        return None
    return text[:MAX_VALUE] if all(c.isprintable() or c in "\r\n\t" for c in text) else None
