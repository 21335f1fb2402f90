"""mitmproxy's dumps as a recording, read by mitmproxy itself: it knows all its formats of the past.

Bodies are as on the wire. A record that cannot be read hides where the next one begins: what came before
it stands, and the recording breaks off there. The only module of the import that knows mitmproxy.
"""

import math
import re
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO

from auditor.imports.fields import Unfit, address, from_epoch, plain, token
from auditor.imports.recorded import BreaksOff, Item, LeftOut, Quarantined, Recorded, RecordedMessage, RecordedResponse
from auditor.store.wire import body_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # deprecations inside mitmproxy are none of ours
    from mitmproxy.exceptions import FlowReadException
    from mitmproxy.flow import Flow
    from mitmproxy.http import HTTPFlow, Request, Response
    from mitmproxy.io import FlowReader
    from mitmproxy.websocket import WebSocketMessage

_MAX_RECORD = 512 << 20
_VERSION = re.compile(r"HTTP/\d(?:\.\d)?")


class DumpRecording:
    """One dump, open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def items(self) -> Iterator[Item]:
        """Its HTTP flows, in the order of the file."""
        self._file.seek(0)
        flows = iter(FlowReader(_Bounded(self._file)).stream())  # type: ignore[arg-type]  # it only reads
        index = 0
        while True:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    flow = next(flows, None)
            except Exception as error:  # mitmproxy's conversions of old formats raise anything
                yield BreaksOff(f"the dump cannot be read beyond flow {index}: {_why(error)}")
                return
            if flow is None:
                return
            yield _item(flow, index)
            index += 1


def _why(error: Exception) -> str:
    """What mitmproxy says, without what follows a colon: it may quote what was recorded."""
    if not isinstance(error, FlowReadException):
        return type(error).__name__
    return plain(str(error)).partition(":")[0].strip()[:200].rstrip(".")


class _Bounded:
    """A file that reads no more than it has: a corrupt length must not become an allocation of that size."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        file.seek(0)

    def read(self, count: int) -> bytes:
        if count > _MAX_RECORD:
            raise ValueError(f"a record larger than {_MAX_RECORD} bytes")
        return self._file.read(min(count, self._size - self._file.tell()))

    def seek(self, offset: int) -> int:
        return self._file.seek(offset)

    def tell(self) -> int:
        return self._file.tell()


def _item(flow: Flow, index: int) -> Item:
    if not isinstance(flow, HTTPFlow):
        kind = str(flow.type)
        # A name looked up says nothing to a recipient that its request does not say again.
        return LeftOut("dns flow") if kind == "dns" else Quarantined(index, f"is a {plain(kind)} flow, not HTTP")
    try:
        return _recorded(flow)
    except Unfit as error:
        return Quarantined(index, plain(str(error)))
    except Exception as error:  # values of the wrong type inside a flow show only when they are used
        return Quarantined(index, f"cannot be read: {type(error).__name__}")


def _recorded(flow: HTTPFlow) -> Recorded:
    request, response = flow.request, flow.response
    started_at = _time(request.timestamp_start, "request.timestamp_start")
    messages = tuple(_message(m) for m in (flow.websocket.messages if flow.websocket else ()))
    return Recorded(
        started_at=started_at,
        ended_at=_ended(flow, started_at),
        method=token(request.method, "request.method"),
        url=address(plain(request.pretty_url), "request.url"),
        version=_version(request),
        headers=[(bytes(key), bytes(value)) for key, value in request.headers.fields],
        body=body_of(request.raw_content or b""),
        response=_response(response) if response else None,
        error=plain(flow.error.msg) if flow.error else None,
        server=_server(flow),
        html=bool(response) and "text/html" in (response.headers.get("content-type", "") if response else ""),
        messages=messages,
        lost=("the request's body was not kept",) if request.raw_content is None else (),
    )


def _message(message: WebSocketMessage) -> RecordedMessage:
    at = _time(message.timestamp, "websocket.timestamp")
    return RecordedMessage(at, bool(message.from_client), bool(message.is_text), bytes(message.content))


def _response(response: Response) -> RecordedResponse:
    return RecordedResponse(
        status=int(response.status_code),
        reason=plain(response.reason or ""),
        version=_version(response),
        headers=[(bytes(key), bytes(value)) for key, value in response.headers.fields],
        body=body_of(response.raw_content or b""),
    )


def _version(message: Request | Response) -> str:
    return message.http_version if _VERSION.fullmatch(message.http_version) else "HTTP/1.1"


def _time(seconds: float | None, where: str) -> datetime:
    return from_epoch(seconds if seconds is not None and math.isfinite(seconds) else None, where)


def _ended(flow: HTTPFlow, started_at: datetime) -> datetime | None:
    ends = [flow.response.timestamp_end if flow.response else None, flow.error.timestamp if flow.error else None]
    known = [_time(end, "timestamp_end") for end in ends if end]
    return max([started_at, *known]).astimezone(UTC) if known else None


def _server(flow: HTTPFlow) -> str | None:
    peer = flow.server_conn.peername
    return f"{peer[0]}:{peer[1]}" if peer else None
