"""WebSocket messages of a HAR entry (`_webSocketMessages`, as Chrome and Playwright write them)."""

import base64
import binascii
from datetime import datetime

from auditor.imports.fields import Part, Unfit, from_epoch, parts, to_bytes
from auditor.imports.recorded import RecordedMessage

_TEXT = 1
_BINARY = 2


def messages_of(entry: Part, started_at: datetime) -> tuple[RecordedMessage, ...]:
    """All messages in the order recorded. Raises Unfit at the first that cannot be read."""
    messages: list[RecordedMessage] = []
    at = started_at
    for row in parts(entry.items("_webSocketMessages"), "_webSocketMessages"):
        kind = row.text("type")
        if kind == "error":  # Chrome lists the connection's errors here: no message of anybody
            continue
        if kind not in ("send", "receive"):
            raise Unfit(f"{row.where}.type is neither send nor receive")
        data = row.text("data") or ""
        opcode = row.number("opcode")
        # A message without a time came after the one before it: that much is known.
        at = from_epoch(row.number("time"), f"{row.where}.time") if "time" in row else at
        messages.append(RecordedMessage(at, kind == "send", opcode in (_TEXT, None), _data(row, opcode, data)))
    return tuple(messages)


def _data(row: Part, opcode: float | None, data: str) -> bytes:
    if opcode != _BINARY:
        return to_bytes(data)
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Unfit(f"{row.where}.data is not base64") from None
