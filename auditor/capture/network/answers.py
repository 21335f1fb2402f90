"""Replay: a recording answers in place of the web, through mitmproxy's server replay.

What was recorded answers as the browser that recorded it saw it: a body decoded by the recorder goes without the
header that says it is encoded, a page out of its cache (304) is a page, dates and the ends of cookies are as far
from now as they were from then. What the recording does not hold whole is no answer: half a script would run, and a
page without its body would be a page that sends nothing.

A request the recording has no answer for gets an empty one (204) and is counted as such. Nothing is ever sent to the
real web: every connection to a server is refused before it is made.
"""

import re
import tempfile
import time
from datetime import datetime
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

from mitmproxy import connection, http
from mitmproxy.addons.serverplayback import ServerPlayback
from mitmproxy.proxy import server_hooks

from auditor.errors import InputError
from auditor.imports import read_recording
from auditor.imports.bodies import RECORDED
from auditor.imports.recorded import Recorded, RecordedResponse
from auditor.store.wire import RawHeaders

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OF_THE_CONNECTION = (
    *(b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    b"content-length",
)
_COOKIE_END = re.compile(r"(;\s*expires\s*=\s*)([^;]+)", re.IGNORECASE)
_NO_BODY = (204, 205)


class Answers:
    """mitmproxy addon, after ServerPlayback: marks who answered."""

    def __init__(self) -> None:
        self.active = False
        self.unanswered = 0
        self._turns: dict[str, list[http.HTTPFlow]] = {}

    def use(self, recording: Path | None, playback: ServerPlayback) -> None:
        """Answer from this HAR or dump; None: let everything through. Raises ValueError for an unreadable file."""
        self.active, self.unanswered, self._turns = recording is not None, 0, {}
        playback.flowmap = {}
        if recording is None:
            return
        try:
            entries = read_recording(recording, Path(tempfile.gettempdir()))
        except InputError as error:
            raise ValueError(f"{recording.name}: {error.message}") from None
        playback.load_flows([flow for entry in entries if (flow := _as_recorded(entry)) is not None])
        self._turns = {flow.id: turns for turns in playback.flowmap.values() for flow in turns}
        for turns in playback.flowmap.values():
            for flow in turns:
                assert flow.response is not None
                flow.response.headers[_TURN] = flow.id

    def request(self, flow: http.HTTPFlow) -> None:
        """Mark an answer from the recording; give an empty one where playback had none."""
        if not self.active:
            return
        turn = flow.response.headers.pop(_TURN, None) if flow.response is not None else None
        if turn is None:
            self.unanswered += 1
            flow.metadata["answer"] = "empty"
            flow.response = _empty(flow.request)
            return
        flow.metadata["answer"] = "recording"
        if len(self._turns[turn]) > 1:
            # The same request had several answers: each in its turn, the last for good.
            self._turns[turn].pop(0)

    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Refuse every connection to a server, whatever asked for it."""
        if self.active:
            data.server.error = "a replay makes no connections"


_TURN = "x-auditor-turn"
"""Which recorded answer it is, between playback and us: taken off before anyone sees the answer."""


def _empty(request: http.Request) -> http.Response:
    """204, which every script may read and every preflight may pass: nobody is there to forbid it."""
    response = http.Response.make(204)
    if (origin := request.headers.get("origin")) is not None:
        response.headers["access-control-allow-origin"] = origin
        response.headers["access-control-allow-credentials"] = "true"
        for name in ("method", "headers", "private-network"):
            if (asked := request.headers.get(f"access-control-request-{name}")) is not None:
                response.headers[f"access-control-allow-{'methods' if name == 'method' else name}"] = asked
    return response


def _as_recorded(entry: Recorded) -> http.HTTPFlow | None:
    """The entry as a flow to answer from, None when it holds no answer."""
    response = entry.response
    if response is None or not entry.url.startswith(("http://", "https://")):
        return None
    status = 200 if response.status in (0, 304) and response.body.size else response.status
    if status == 304 or not 200 <= status <= 599 or (_has_body(entry.method, status) and response.body.cut):
        return None
    flow = http.HTTPFlow(connection.Client(peername=("", 0), sockname=("", 0)), connection.Server(address=None))
    flow.request = http.Request.make(entry.method, entry.url, entry.body.kept)
    flow.response = http.Response(
        http_version=b"HTTP/1.1",
        status_code=status,
        reason=response.reason.encode("latin-1", "replace"),
        headers=http.Headers(_headers(response, entry)),
        content=response.body.kept,
        trailers=None,
        timestamp_start=time.time(),
        timestamp_end=time.time(),
    )
    if _has_body(entry.method, status):
        flow.response.headers["content-length"] = str(len(response.body.kept))
    return flow


def _has_body(method: str, status: int) -> bool:
    return method != "HEAD" and status not in _NO_BODY and not 300 <= status <= 399


def _headers(response: RecordedResponse, entry: Recorded) -> RawHeaders:
    """The headers as they can be sent again: none of the recorder's own, none of the connection's, dates moved."""
    then = (entry.ended_at or entry.started_at).timestamp()
    kept: RawHeaders = []
    for name, value in response.headers:
        lower = name.lower()
        if not _NAME.fullmatch(name) or lower in _OF_THE_CONNECTION or lower.startswith(RECORDED.encode()):
            continue
        if lower in (b"date", b"expires"):
            value = _moved(value.decode("latin-1"), then).encode("latin-1")
        elif lower == b"set-cookie":
            text = value.decode("latin-1")
            value = _COOKIE_END.sub(lambda m: m[1] + _moved(m[2], then), text).encode("latin-1")
        kept.append((name, value))
    return kept


def _moved(date: str, then: float) -> str:
    """A date as far from now as it was from `then`; what is no date stays."""
    try:
        told: datetime = parsedate_to_datetime(date.strip().replace("-", " "))
        return formatdate(told.timestamp() - then + time.time(), usegmt=True)
    except (ValueError, IndexError, OverflowError, OSError):
        return date
