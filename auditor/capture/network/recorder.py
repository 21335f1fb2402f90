"""The proxy's addon: every request is on disk before it is forwarded, every answer as it passes.

An exception in a mitmproxy hook is only logged and traffic goes on unrecorded (RELIABILITY.md Z3), so each
hook here fails closed: the flow is killed and the visit is told that its record has a hole.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mitmproxy import connection, http, tls
from mitmproxy.proxy import server_hooks

from auditor.capture.network.connections import Connections
from auditor.capture.network.interim import INTERIM
from auditor.capture.network.sent_again import SENT_AGAIN
from auditor.capture.network.tee import Caps, Store, Tee
from auditor.domains import host_of
from auditor.evidence import Body, Phase
from auditor.store.wire import WireWriter, text_of

ENDLESS = ("text/event-stream", "multipart/x-mixed-replace")
"""Media types of answers that do not end by themselves: the network counts as quiet beside them."""


WITHOUT_BODY = ("GET", "HEAD", "OPTIONS", "CONNECT", "TRACE")
"""Methods whose requests have no body when no length is said (RFC 9110 9.3; browsers send none)."""


@dataclass
class Recording:
    """One visit's record while it is being made."""

    port: int
    writer: WireWriter
    phase: Phase = Phase.prepare
    caps: Caps = field(default_factory=Caps)
    store: Store = field(default_factory=Store)
    replay: bool = False
    connections: Connections = field(default_factory=Connections)
    names: dict[str, str] = field(default_factory=dict)
    under_way: dict[str, http.HTTPFlow] = field(default_factory=dict)
    unwritten: set[str] = field(default_factory=set)
    """Requests under way whose body has not come yet."""
    endless: set[str] = field(default_factory=set)
    tees: dict[str, Tee] = field(default_factory=dict)
    uploads: dict[str, tuple[http.HTTPFlow, Tee]] = field(default_factory=dict)
    requests: int = 0
    blocked: int = 0
    responses: int = 0
    failures: int = 0
    unfinished: int = 0
    last_activity: float = field(default_factory=time.monotonic)
    error: str | None = None
    limit: str = ""
    notes: list[str] = field(default_factory=list)

    def quiet_for(self) -> float:
        """Seconds since the last request, answer or message, 0 while an answer is awaited."""
        awaited = self.under_way.keys() - self.endless
        return 0.0 if awaited else time.monotonic() - self.last_activity

    def reached(self, reason: str) -> None:
        """Tell, once, that the visit is at a limit."""
        if not self.limit:
            self.limit = reason
            self.caps.reached(reason)

    def fault(self, where: str, error: Exception) -> None:
        """Keep the first reason why the record has a hole."""
        self.error = self.error or f"{where}: {type(error).__name__}: {error}"


type Hook = Callable[["Recorder", http.HTTPFlow], None]


def fail_closed(hook: Hook) -> Hook:
    """Make a hook kill the flow and mark the recording when it cannot do its work."""

    @functools.wraps(hook)
    def guarded(self: "Recorder", flow: http.HTTPFlow) -> None:
        recording, listener = self.recording, flow.client_conn.sockname
        if listener and listener[1] == self.unrecorded:
            if flow.response is not None:
                flow.response.stream = True
            return
        if recording is None or not listener or listener[1] != recording.port:
            _kill(flow)
            return
        try:
            hook(self, flow)
        except Exception as error:  # mitmproxy would log it and let the traffic pass unrecorded
            recording.fault(hook.__name__, error)
            # Nothing more is awaited of it.
            recording.endless.add(flow.id)
            _kill(flow)

    return guarded


class Recorder:
    """mitmproxy addon; `recording` is the visit under way, None between visits.

    `unrecorded` is the port of a listener of which nothing is kept (a person's login).
    """

    def __init__(self) -> None:
        self.recording: Recording | None = None
        self.unrecorded: int | None = None

    def begin(self, port: int, folder: Path, phase: Phase, caps: Caps | None = None, *, replay: bool = False) -> None:
        """Record what comes through the listener on `port` into `folder`/wire.warc.gz.

        `replay`: answers are made here, so that no request may be streamed to a server.
        """
        caps, writer = caps or Caps(), WireWriter(folder / "wire.warc.gz")
        store = Store(caps.kept_bytes)
        self.recording = Recording(port=port, writer=writer, phase=phase, caps=caps, store=store, replay=replay)

    def end(self) -> Recording:
        """Close the record; what is still under way is written as unfinished."""
        recording = self._now()
        self.recording = None
        for flow in list(recording.under_way.values()):
            recording.unfinished += 1
            try:
                self._failed(recording, flow, "unfinished when the visit ended")
            except Exception as error:  # one that cannot be written must not cost the others
                recording.fault("end", error)
        for flow, _ in list(recording.uploads.values()):
            try:
                self._uploaded(recording, flow)
            except Exception as error:  # one that cannot be written must not cost the others
                recording.fault("end", error)
        recording.writer.close()
        return recording

    def _now(self) -> Recording:
        if self.recording is None:
            raise RuntimeError("no visit is being recorded")
        return self.recording

    @fail_closed
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """A request begins: it counts as under way from its first byte.

        One too many for its visit ends here, before anything of it is forwarded. A body that is longer than what is
        kept, or of a length nobody said, must not be held in memory: its request is written without it, before
        anything is forwarded, and the body as it passes (see `request`).
        """
        recording = self._now()
        if recording.requests >= recording.caps.requests:
            recording.blocked += 1
            recording.reached(f"request_flood: more than {recording.caps.requests} requests")
            _kill(flow)
            return
        recording.requests += 1
        recording.names[flow.id] = f"r{recording.requests:05d}"
        recording.under_way[flow.id] = flow
        recording.unwritten.add(flow.id)
        recording.last_activity = time.monotonic()
        if not recording.replay and _is_large(flow.request, recording.caps.kept_bytes):
            self._request(recording, flow, None)
            recording.uploads[flow.id] = (flow, self._tee(recording, flow))
            flow.request.stream = recording.uploads[flow.id][1]

    @fail_closed
    def request(self, flow: http.HTTPFlow) -> None:
        """The request is whole: write it before mitmproxy forwards it; of a large one, write what passed."""
        recording = self._now()
        if flow.id in recording.uploads:
            self._uploaded(recording, flow)
        else:
            self._request(recording, flow, recording.store.body(flow.request.raw_content or b""))

    @staticmethod
    def _tee(recording: Recording, flow: http.HTTPFlow) -> Tee:
        limit, host = recording.caps.body_bytes, flow.request.pretty_host

        def over() -> None:
            recording.reached(f"body_endless: {host}: a body of more than {limit >> 20} MiB")

        return Tee(recording.store, limit, over)

    @staticmethod
    def _request(recording: Recording, flow: http.HTTPFlow, body: Body | None) -> None:
        request = flow.request
        recording.unwritten.discard(flow.id)
        recording.writer.request(
            recording.names[flow.id],
            _time(request.timestamp_start),
            recording.phase,
            request.method,
            _url(flow),
            request.http_version,
            list(request.headers.fields),
            body,
            server=_server(flow.server_conn),
            local_port=_local_port(flow.server_conn),
        )

    @staticmethod
    def _uploaded(recording: Recording, flow: http.HTTPFlow) -> None:
        """Write a large request's body, or as much of it as was sent."""
        if (upload := recording.uploads.pop(flow.id, None)) is not None:
            body = upload[1].body()
            recording.writer.request_body(recording.names[flow.id], datetime.now(UTC), _url(flow), body)

    @fail_closed
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """An answer begins: let it pass as it comes, and listen."""
        recording = self._now()
        recording.last_activity = time.monotonic()
        response = flow.response
        if response is None or response.status_code == 101:
            return
        recording.tees[flow.id] = self._tee(recording, flow)
        response.stream = recording.tees[flow.id]
        if response.headers.get("content-type", "").split(";")[0].strip().lower() in ENDLESS:
            recording.endless.add(flow.id)

    @fail_closed
    def response(self, flow: http.HTTPFlow) -> None:
        """The answer has passed."""
        recording = self._now()
        recording.responses += 1
        if SENT_AGAIN in flow.metadata:
            self._note(_address(flow.server_conn), "had closed the connection: the request was sent on another")
        self._answered(recording, flow, None)

    @fail_closed
    def error(self, flow: http.HTTPFlow) -> None:
        """There will be no (whole) answer."""
        recording = self._now()
        self._uploaded(recording, flow)
        if flow.id not in recording.under_way:
            return  # answered whole already: a WebSocket or kept connection that ended later
        recording.failures += 1
        error = flow.error.msg if flow.error else "unknown error"
        # An answer that goes on when the visit closes its page was not broken off by anybody else.
        closed = flow.response is not None and recording.phase is Phase.close
        self._failed(recording, flow, f"unfinished: {error}" if closed or flow.id in recording.endless else error)
        if flow.response is None:
            # mitmproxy would answer 502 in the site's name, which a page can read: without us it sees a failed request.
            _kill(flow)

    @fail_closed
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """One WebSocket message, in either direction."""
        recording = self._now()
        recording.last_activity = time.monotonic()
        if flow.websocket is None or not flow.websocket.messages:
            return
        message = flow.websocket.messages[-1]
        recording.writer.message(
            recording.names[flow.id],
            _time(message.timestamp),
            _url(flow),
            message.from_client,
            message.is_text,
            recording.store.body(message.content),
        )
        # The message is on disk: mitmproxy would keep every one until the connection ends.
        del flow.websocket.messages[:-1]

    @fail_closed
    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """A WebSocket has been closed, by a close frame or by its connection's end (code 1006)."""
        recording = self._now()
        recording.last_activity = time.monotonic()
        if (socket := flow.websocket) is not None and socket.close_code is not None:
            recording.writer.closed(
                recording.names[flow.id],
                _time(socket.timestamp_end),
                _url(flow),
                socket.close_code,
                socket.close_reason or "",
                by_client=bool(socket.closed_by_client),
            )

    def http_connect_error(self, flow: http.HTTPFlow) -> None:
        """A tunnel that could not be made: no request was sent, so there is only a note."""
        self._note(f"{flow.request.host}:{flow.request.port}", flow.error.msg if flow.error else "refused")

    def server_connect_error(self, data: server_hooks.ServerConnectionHookData) -> None:
        """The site's server could not be reached."""
        self._note(_address(data.server), data.server.error or "unknown error")

    def tls_failed_server(self, data: tls.TlsData) -> None:
        """The site's certificate or TLS was not accepted."""
        self._note(_address(data.context.server), f"TLS: {data.conn.error}")

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """The browser did not accept our certificate, or went away."""
        self._note(_address(data.context.server), f"TLS with the browser: {data.conn.error}")

    def _note(self, address: str, error: str) -> None:
        if self.recording is not None and len(self.recording.notes) < 200:
            self.recording.notes.append(f"{address}: {error}")

    def _answered(self, recording: Recording, flow: http.HTTPFlow, error: str | None) -> None:
        response = flow.response
        assert response is not None
        tee = recording.tees.pop(flow.id, None)
        body = tee.body() if tee else Body()
        if body.size == 0 and response.raw_content:
            body = recording.store.body(response.raw_content)
        recording.connections.saw(host_of(_url(flow)), flow.client_conn, flow.server_conn)
        recording.writer.response(
            recording.names[flow.id],
            _time(response.timestamp_start),
            _url(flow),
            response.status_code,
            response.reason or "",
            response.http_version,
            list(response.headers.fields),
            body,
            ended_at=_time(response.timestamp_end),
            error=error,
            answer=str(flow.metadata["answer"]) if "answer" in flow.metadata else None,
            server=_server(flow.server_conn),
            local_port=_local_port(flow.server_conn),
            trailers=list(response.trailers.fields) if response.trailers else None,
            interim=flow.metadata.get(INTERIM),
        )
        self._done(recording, flow)

    def _failed(self, recording: Recording, flow: http.HTTPFlow, error: str) -> None:
        if flow.response is not None and flow.id in recording.tees:
            self._answered(recording, flow, error)
            return
        if flow.id in recording.unwritten:
            # Counted, and not forwarded: nothing of it reached a server.
            self._request(recording, flow, Body())
            error = f"{error}; the request's body had not come"
        recording.connections.saw(host_of(_url(flow)), flow.client_conn, flow.server_conn)
        recording.writer.failure(
            recording.names[flow.id],
            datetime.now(UTC),
            _url(flow),
            error,
            server=_server(flow.server_conn),
            local_port=_local_port(flow.server_conn),
        )
        self._done(recording, flow)

    @staticmethod
    def _done(recording: Recording, flow: http.HTTPFlow) -> None:
        recording.under_way.pop(flow.id, None)
        recording.last_activity = time.monotonic()


def _is_large(request: http.Request, limit: int) -> bool:
    """Whether a request's body may be longer than `limit`, by what its headers say."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        return int(length) > limit
    return request.method.upper() not in WITHOUT_BODY or "transfer-encoding" in request.headers


def _kill(flow: http.HTTPFlow) -> None:
    if flow.killable:
        flow.kill()


def _time(seconds: float | None) -> datetime:
    return datetime.fromtimestamp(seconds, UTC) if seconds else datetime.now(UTC)


def _url(flow: http.HTTPFlow) -> str:
    return text_of(flow.request.pretty_url.encode("utf-8", "surrogateescape"))


def _server(server: connection.Server) -> str | None:
    peer = server.peername
    return f"{peer[0]}:{peer[1]}" if peer else None


def _local_port(server: connection.Server) -> int | None:
    return int(server.sockname[1]) if server.sockname else None


def _address(server: connection.Server) -> str:
    return f"{server.address[0]}:{server.address[1]}" if server.address else "?"
