"""HTTP/2 flow control from one side of the proxy to the other, so that nobody's body fills its memory.

As it comes, mitmproxy tells both sides that it takes 2 GiB at once and confirms all it gets: what the other side does
not take waits in memory, without end where a page uploads, or a server sends, without end. Here a stream's window is
that of Chromium, and is opened again only while little waits. Only the stream that is ahead is held back, never
others of its connection.
"""

from dataclasses import dataclass

import h2.events
from mitmproxy import connection
from mitmproxy.proxy import commands, layer
from mitmproxy.proxy.layers.http import HttpLayer
from mitmproxy.proxy.layers.http._base import HttpEvent, ReceiveHttp
from mitmproxy.proxy.layers.http._events import RequestData
from mitmproxy.proxy.layers.http._http2 import Http2Client, Http2Connection, Http2Server, StreamState

WINDOW = 6 << 20
"""Of each stream, as Chromium offers it."""

MAX_WAITING = 1 << 20
"""Bytes that wait for the other side before a stream is held back."""


@dataclass
class Drained(HttpEvent):
    """The other side has taken what waited of a stream, or some of it."""

    to_server: bool


class Bounded(Http2Connection):
    """One side's connection; `held` are bytes received but not yet confirmed, by stream."""

    held: dict[int, int]

    def bound(self) -> None:
        """Offer the smaller window. To be called before the connection starts."""
        self.held = {}
        self.h2_conn.local_settings.initial_window_size = WINDOW
        self.h2_conn.local_settings.acknowledge()

    def waiting(self, stream: int) -> int:
        """How many bytes of a stream the other side has not taken yet."""
        raise NotImplementedError  # each of the two sides below has its own

    def data_received(self, event: h2.events.DataReceived) -> layer.CommandGenerator[bool]:
        """Pass data on as mitmproxy does, then confirm it, for the stream only if the other side keeps up."""
        stream, length = event.stream_id, event.flow_controlled_length
        if stream is None or self.streams.get(stream) is not StreamState.HEADERS_RECEIVED:
            return (yield from Http2Connection.handle_h2_event(self, event))
        if event.data or not event.stream_ended:
            yield ReceiveHttp(self.ReceiveData(stream, event.data or b""))
        if length and self.waiting(stream) > MAX_WAITING:
            self.held[stream] = self.held.get(stream, 0) + length
            self.h2_conn.increment_flow_control_window(length)
        elif length:
            self.h2_conn.acknowledge_received_data(length, stream)
        return False

    def drained(self, stream: int) -> layer.CommandGenerator[None]:
        """Open a held stream's window again, once little waits."""
        if stream not in self.held or self.waiting(stream) > MAX_WAITING:
            return
        length, known = self.held.pop(stream), self.h2_conn.streams.get(stream)
        if known is not None and known.open:
            self.h2_conn.increment_flow_control_window(length, stream)
            yield commands.SendData(self.conn, self.h2_conn.data_to_send())

    def parent(self) -> HttpLayer:
        """The layer that joins both sides."""
        return next(found for found in reversed(self.context.layers) if isinstance(found, HttpLayer))


def client_of(parent: HttpLayer, server: connection.Connection) -> Http2Client | None:
    """The HTTP/2 connection to a server, wherever it is in its layers; None for HTTP/1."""
    top = parent.connections.get(server)
    if top is None:
        return None
    return next((found for found in (top, *top.context.layers) if _is_client(found, server)), None)  # type: ignore[return-value]  # _is_client tells


def _is_client(found: layer.Layer, server: connection.Connection) -> bool:
    return isinstance(found, Http2Client) and found.conn is server


def waiting_in(side: Http2Connection, stream: int | None) -> int:
    """Bytes that wait in one side's buffer for its peer's window."""
    return sum(len(part.data) for part in side.h2_conn.stream_buffers.get(stream or 0, ()))


def waiting_for_server(parent: HttpLayer, stream: int) -> int:
    """Bytes of a request that its server has not taken."""
    known = parent.streams.get(stream)
    flow = getattr(known, "flow", None)
    side = client_of(parent, flow.server_conn) if flow is not None else None
    if side is None:
        return 0
    queued = sum(len(e.data) for e in side.stream_queue.get(stream, ()) if isinstance(e, RequestData))
    return queued + waiting_in(side, side.our_stream_id.get(stream))


def waiting_for_browser(parent: HttpLayer, stream: int) -> int:
    """Bytes of a response that the browser has not taken."""
    side = parent.connections.get(parent.context.client)
    return waiting_in(side, stream) if isinstance(side, Http2Server) else 0
