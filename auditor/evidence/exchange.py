"""One request and its response, with what caused it."""

from datetime import datetime

from pydantic import Field

from auditor.content import Decoded, decode_content
from auditor.evidence.base import Actor, Evidence, Phase, Source

type Headers = tuple[tuple[str, str], ...]


class Body(Evidence):
    """A message body as it was on the wire (content-encoded)."""

    size: int = Field(0, description="full length in bytes, also when only a part was kept")
    sha256: str | None = Field(None, description="hex, over all bytes; None for no body")
    kept: bytes = Field(b"", description="the bytes kept, from the start")

    @property
    def cut(self) -> bool:
        """Whether less was kept than was sent."""
        return self.size > len(self.kept)


class Interim(Evidence):
    """An answer before the answer, such as 103 Early Hints (RFC 8297)."""

    status: int
    headers: Headers = ()


class Message(Evidence):
    """One WebSocket message."""

    at: datetime
    from_client: bool
    text: bool = Field(description="a text frame (else binary)")
    body: Body
    record: str | None = Field(None, description="its WARC-Record-ID")


class StackFrame(Evidence):
    """One call of the script stack that made a request, innermost first."""

    url: str
    line: int
    column: int
    function: str = ""


class CookieUse(Evidence):
    """A cookie the browser considered for a request: sent when `blocked_reasons` is empty."""

    name: str
    value: str
    domain: str
    path: str
    partition_key: str | None = None
    blocked_reasons: tuple[str, ...] = ()


class CookieRefusal(Evidence):
    """A Set-Cookie line the browser refused, with its own reasons (CDP SetCookieBlockedReason)."""

    line: str
    reasons: tuple[str, ...]


class Cause(Evidence):
    """The browser's account of a request (CDP Network domain)."""

    resource_type: str = Field("other", description="document, script, image, fetch, xhr, ping, websocket, ...")
    initiator_type: str = Field(
        "other", description="parser, script, preload, preflight, redirect, form, link, refresh, reload, other"
    )
    initiator: str | None = Field(None, description="address of the script or document that asked")
    stack: tuple[StackFrame, ...] = ()
    frame_url: str | None = Field(None, description="address of the frame's (or worker's) document")
    top_url: str | None = Field(None, description="address of the page at the time")
    main_frame: bool = False
    redirected_from: str | None = Field(None, description="request id of the hop before")
    from_cache: bool = False
    from_service_worker: bool = False
    cookies: tuple[CookieUse, ...] = ()
    cookies_refused: tuple[CookieRefusal, ...] = ()
    cookie_partition: str | None = Field(None, description="top-level site that partitioned cookies set here belong to")
    error: str | None = Field(None, description="the browser's net error, such as net::ERR_ABORTED")


class Exchange(Evidence):
    """One request and its response, or its failure; WebSocket messages included."""

    visit: str
    request: str = Field(description="id within the visit, r00001 upwards, in the order the proxy saw them")
    phase: Phase = Phase.journey
    consent_choice: str = Field("", description="before or after the visit's choice on consent; empty: none was made")
    started_at: datetime
    ended_at: datetime | None = None
    method: str
    url: str = Field(description="absolute, without fragment")
    http_version: str = "HTTP/1.1"
    request_headers: Headers = ()
    request_body: Body = Body()
    status: int | None = None
    response_headers: Headers = ()
    response_body: Body = Body()
    error: str | None = Field(None, description="why there is no whole response")
    response_trailers: Headers = Field((), description="fields sent after the response's body")
    interim: tuple[Interim, ...] = ()
    messages: tuple[Message, ...] = ()
    close_code: int | None = Field(None, description="of a WebSocket (RFC 6455 7.4.1); 1006: without a close frame")
    closed_by: str | None = Field(None, description="client or server, of a WebSocket")
    server: str | None = Field(None, description="ip:port the proxy spoke to")
    local_port: int | None = Field(None, description="the proxy's own port of that connection")
    answer: str | None = Field(None, description="in a replay: 'recording', or 'empty' where it had no answer")
    page: str | None = Field(None, description="the page an imported entry says it belongs to")
    cause: Cause | None = None
    source: Source
    attributed_to: Actor = Actor.page
    request_record: str | None = Field(None, description="WARC-Record-ID of the request")
    response_record: str | None = None

    @property
    def of_page(self) -> bool:
        """Whether it is the audited page's doing: not the browser's own, nobody's unknown, nor of the preparation."""
        return self.attributed_to not in (Actor.browser, Actor.unknown) and self.phase is not Phase.prepare

    def request_header(self, name: str) -> str | None:
        """The first request header of that name, or None; all of `cookie`, which HTTP/2 may split (RFC 9113 8.2.3)."""
        if name.lower() == "cookie":
            return "; ".join(value for key, value in self.request_headers if key.lower() == "cookie") or None
        return _first(self.request_headers, name)

    def response_header(self, name: str) -> str | None:
        """The first response header of that name, or None."""
        return _first(self.response_headers, name)

    def request_content(self) -> Decoded:
        """The request body with its content-encoding undone, bounded."""
        return decode_content(self.request_body.kept, self.request_header("content-encoding"))

    def response_content(self) -> Decoded:
        """The response body with its content-encoding undone, bounded."""
        return decode_content(self.response_body.kept, self.response_header("content-encoding"))


def _first(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
