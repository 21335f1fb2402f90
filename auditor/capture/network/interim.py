"""What mitmproxy's layers leave out: interim answers, HTTP/1 trailers, unclean ends of WebSockets.

As they come (mitmproxy 12.2), a 103 (RFC 8297) of an HTTP/1 server passes for the answer itself, one of HTTP/2 is
dropped, a chunked answer with trailers ends its connection by an error inside the proxy, and a WebSocket whose
server went away ends for the page as if it had been closed: each would change the page. These layers pass early
hints on to a browser that speaks HTTP/2 (others ignore them), keep them and the trailers for the record, and leave
all else to mitmproxy's own. A test on the real chain fails when an upgrade no longer fits.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h2.events
import h11
import wsproto.events
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy import http
from mitmproxy.net.http import http1
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import http as layers
from mitmproxy.proxy.layers import websocket
from mitmproxy.proxy.layers.http import _http1 as http1_layer
from mitmproxy.proxy.layers.http._base import HttpEvent, ReceiveHttp
from mitmproxy.proxy.layers.http._events import ResponseEndOfMessage, ResponseTrailers
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Server
from mitmproxy.proxy.layers.http._http2 import Http2Client, Http2Server
from wsproto.frame_protocol import CloseReason

from auditor.capture.network.flow_control import Bounded, Drained, waiting_for_browser, waiting_for_server
from auditor.capture.network.sent_again import SendsAgain

INTERIM = "interim"
"""Key of `flow.metadata`: the interim answers as (status, headers), in their order."""

MAX_INTERIM = 20
"""Kept of one exchange; a server may send any number."""

EARLY_HINTS = 103
SWITCHING = 101


@dataclass
class Interim(HttpEvent):
    """An interim answer on its way."""

    response: http.Response


class Stream(SendsAgain):
    """Keeps interim answers with their flow and passes early hints on; sends again as a browser would."""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, Drained):
            # The other side of this exchange may go on.
            peer = self.flow.server_conn if event.to_server else self.context.client
            if peer in next(found for found in self.context.layers if isinstance(found, layers.HttpLayer)).connections:
                yield layers.SendHttp(event, peer)
            return
        if not isinstance(event, Interim):
            yield from super()._handle_event(event)
            return
        kept = self.flow.metadata.setdefault(INTERIM, [])
        if len(kept) < MAX_INTERIM:
            kept.append((event.response.status_code, list(event.response.headers.fields)))
            if event.response.status_code == EARLY_HINTS and self.context.client.alpn == b"h2":
                yield layers.SendHttp(Interim(self.stream_id, event.response), self.context.client)


class Server2(Http2Server, Bounded):
    """The browser's side of HTTP/2."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.bound()

    def waiting(self, stream: int) -> int:
        """Of a request, for its server."""
        return waiting_for_server(self.parent(), stream)

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, Interim):
            if self.is_open_for_us(event.stream_id):
                status = (b":status", str(event.response.status_code).encode())
                self.h2_conn.send_headers(event.stream_id, [status, *event.response.headers.fields])
                yield commands.SendData(self.conn, self.h2_conn.data_to_send())
        elif isinstance(event, Drained):
            yield from self.drained(event.stream_id)
        else:
            waited = list(self.h2_conn.stream_buffers)
            yield from super()._handle_event(event)
            for stream in waited:
                yield ReceiveHttp(Drained(stream, to_server=True))

    def handle_h2_event(self, event: h2.events.Event) -> layer.CommandGenerator[bool]:
        """Confirm data as the other side takes it."""
        if isinstance(event, h2.events.DataReceived):
            return (yield from self.data_received(event))
        return (yield from super().handle_h2_event(event))


class Client2(Http2Client, Bounded):
    """The site's side of HTTP/2."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.bound()

    def waiting(self, stream: int) -> int:
        """Of a response, for the browser."""
        return waiting_for_browser(self.parent(), self.their_stream_id[stream])

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, Drained):
            if (ours := self.our_stream_id.get(event.stream_id)) is not None:
                yield from self.drained(ours)
            return
        queued = list(self.stream_queue)
        waited = [self.their_stream_id[ours] for ours in self.h2_conn.stream_buffers]
        yield from super()._handle_event(event)
        for stream in (*waited, *(s for s in queued if s not in self.stream_queue)):
            yield ReceiveHttp(Drained(stream, to_server=False))

    def handle_h2_event(self, event: h2.events.Event) -> layer.CommandGenerator[bool]:
        """Take an interim answer instead of dropping it; confirm data as the browser takes it."""
        if isinstance(event, h2.events.DataReceived):
            return (yield from self.data_received(event))
        if not isinstance(event, h2.events.InformationalResponseReceived):
            return (yield from super().handle_h2_event(event))
        fields = [(_bytes(name), _bytes(value)) for name, value in event.headers or ()]
        status = next((value for name, value in fields if name == b":status"), b"")
        if status.isdigit() and event.stream_id is not None:
            told = [(name, value) for name, value in fields if not name.startswith(b":")]
            yield ReceiveHttp(Interim(event.stream_id, _response(b"HTTP/2.0", int(status), told)))
        return False


class Server1(Http1Server):
    """The browser's side of HTTP/1."""

    def send(self, event: HttpEvent) -> layer.CommandGenerator[None]:
        """Send all but trailers."""
        # Browsers discard the trailers of HTTP/1 (Fetch gives no access to them): they are for the record alone.
        if not isinstance(event, (ResponseTrailers, Drained)):
            yield from super().send(event)


class Client1(Http1Client):
    """The site's side of HTTP/1."""

    def send(self, event: HttpEvent) -> layer.CommandGenerator[None]:
        """Send all but what is said of HTTP/2's windows."""
        if not isinstance(event, Drained):
            yield from super().send(event)

    def read_headers(self, event: events.ConnectionEvent) -> layer.CommandGenerator[None]:
        """Take interim answers off before the answer is read."""
        if isinstance(event, events.DataReceived) and self.request and self.stream_id is not None:
            for response in _interim_heads(self.buf):
                yield ReceiveHttp(Interim(self.stream_id, response))
        yield from super().read_headers(event)

    def read_body(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Tell the trailers before the end."""
        for command in super().read_body(event):
            if isinstance(command, ReceiveHttp) and isinstance(command.event, ResponseEndOfMessage):
                trailers = self.body_reader.trailers if isinstance(self.body_reader, Chunked) else []
                if trailers:
                    yield ReceiveHttp(ResponseTrailers(command.event.stream_id, http.Headers(trailers)))
            yield command


class Chunked(ChunkedReader):
    """h11's reader; the trailers are set aside, for mitmproxy does not take them."""

    def __init__(self) -> None:
        super().__init__()
        self.trailers: list[tuple[bytes, bytes]] = []

    def __call__(self, buf: ReceiveBuffer) -> Any:
        """Read on; None when more is needed."""
        event = super().__call__(buf)
        if isinstance(event, h11.EndOfMessage) and event.headers:
            self.trailers = [(bytes(name), bytes(value)) for name, value in event.headers.raw_items()]
            return h11.EndOfMessage()
        return event


class Socket(websocket.WebsocketConnection):
    """One side of a WebSocket."""

    def send2(self, event: wsproto.events.Event) -> commands.SendData:
        """Send, but no close frame where the other side's connection just ended.

        1006 cannot be sent (RFC 6455 7.4.1): as mitmproxy comes, the page is told of a clean end, 1000, instead.
        """
        if isinstance(event, wsproto.events.CloseConnection) and event.code == CloseReason.ABNORMAL_CLOSURE:
            return commands.SendData(self.conn, b"")
        return super().send2(event)


def _interim_heads(buf: ReceiveBuffer) -> Iterator[http.Response]:
    """Take the whole heads of interim answers off the buffer's start."""
    while True:
        version, _, rest = bytes(buf).partition(b" ")
        if not version.startswith(b"HTTP/1.") or rest[:1] != b"1" or rest[:3] == str(SWITCHING).encode():
            return
        lines = buf.maybe_extract_lines()
        if not lines:
            return
        try:
            yield http1.read_response_head([bytes(line) for line in lines])
        except ValueError:
            continue  # an interim answer that says nothing readable is one to go without


def _response(version: bytes, status: int, fields: list[tuple[bytes, bytes]]) -> http.Response:
    return http.Response(version, status, b"", http.Headers(fields), None, None, time.time(), time.time())


def _bytes(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.encode()


def install() -> None:
    """Have mitmproxy use these layers for every connection from now on."""
    mine = {
        "HttpStream": Stream,
        "Http1Client": Client1,
        "Http1Server": Server1,
        "Http2Client": Client2,
        "Http2Server": Server2,
    }
    for name, replacement in mine.items():
        if not hasattr(layers, name):
            raise RuntimeError(f"mitmproxy has no {name} to be replaced")
        setattr(layers, name, replacement)
    for module, name, replacement in (
        (http1_layer, "ChunkedReader", Chunked),
        (websocket, "WebsocketConnection", Socket),
    ):
        setattr(module, name, replacement)
