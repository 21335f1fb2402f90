"""A request as the decoder reads it: address, headers and what its body holds once unpacked."""

from typing import NamedTuple

from auditor.evidence import Exchange, Headers


class Request(NamedTuple):
    """One request that left. Header names are lower case; `problems` says what of the body is not there."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    messages: tuple[bytes, ...] = ()
    problems: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """The first header of that name (lower case); "" without one."""
        for key, value in self.headers:
            if key == name:
                return value
        return ""


def request_of(exchange: Exchange) -> Request:
    """The request of an exchange, its content-encoding undone, with the WebSocket messages the client sent."""
    problems: list[str] = []
    body = b""
    if exchange.request_body.size or exchange.request_body.kept:
        content = exchange.request_content()
        body = content.data
        if content.problem:
            problems.append(f"request body: {content.problem}")
        if exchange.request_body.cut:
            problems.append("request body not kept whole")
    messages: list[bytes] = []
    for message in exchange.messages:
        if message.from_client:
            messages.append(message.body.kept)
            if message.body.cut:
                problems.append("WebSocket message not kept whole")
    headers = tuple((name.lower(), value) for name, value in exchange.request_headers)
    method = exchange.method.upper()
    return Request(method, exchange.url, headers, body, tuple(messages), tuple(dict.fromkeys(problems)))
