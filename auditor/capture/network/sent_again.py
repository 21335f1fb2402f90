"""A request on a connection its server was just closing is sent once more, as Chromium itself would.

Servers close connections that were idle; one that closes while a request is on its way has not read it. A browser
without a proxy sends it again on a new connection where the old one had served before and no byte of an answer has
come (Chromium, net/http/http_network_transaction.cc, ShouldResendRequest). mitmproxy (12.2) gives up: the page would
see a failure, and the site would miss a request, that nobody sees without us.
"""

from weakref import WeakSet

from mitmproxy.connection import Connection
from mitmproxy.proxy import events, layer
from mitmproxy.proxy.layers import http as layers
from mitmproxy.proxy.layers.http._events import (
    ErrorCode,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    RequestTrailers,
    ResponseHeaders,
    ResponseProtocolError,
)

SENT_AGAIN = "sent_again"
"""Key of `flow.metadata`: set where the request was sent twice."""

_answered: WeakSet[Connection] = WeakSet()
"""Connections that have brought an answer."""


class SendsAgain(layers.HttpStream):
    """One exchange."""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, ResponseHeaders):
            _answered.add(self.flow.server_conn)
        yield from super()._handle_event(event)

    def handle_protocol_error(
        self, event: RequestProtocolError | ResponseProtocolError
    ) -> layer.CommandGenerator[None]:
        """An error, unless it is the end of an idle connection."""
        if not self._was_idle(event):
            yield from super().handle_protocol_error(event)
            return
        self.flow.metadata[SENT_AGAIN] = True
        if not (yield from self.make_server_connection()):
            return
        request, server = self.flow.request, self.context.server
        content = request.raw_content
        whole = not (content or request.trailers)
        yield layers.SendHttp(RequestHeaders(self.stream_id, request, whole), server)
        if content:
            yield layers.SendHttp(RequestData(self.stream_id, content), server)
        if request.trailers:
            yield layers.SendHttp(RequestTrailers(self.stream_id, request.trailers), server)
        yield layers.SendHttp(RequestEndOfMessage(self.stream_id), server)

    def _was_idle(self, event: RequestProtocolError | ResponseProtocolError) -> bool:
        """Whether a whole request met the end of a connection that had served before, and no answer had begun."""
        return (
            isinstance(event, ResponseProtocolError)
            and event.code is not ErrorCode.KILL
            and self.client_state == self.state_done
            and self.server_state == self.state_wait_for_response_headers
            and self.flow.response is None
            and not self.flow.request.stream
            and SENT_AGAIN not in self.flow.metadata
            and not self.flow.server_conn.connected
            and self.flow.server_conn in _answered
        )
