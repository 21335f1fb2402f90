"""What one visit saw: Visit, Exchange, Cookie, StorageItem, Coverage. Frozen, raw and unmasked.

These types are what `store` reads back from a visit's folder and what decode, check, compare and report
work on. Values are as they were on the wire: masking is the business of whoever writes them out.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from auditor.content import Decoded, decode_content
from auditor.hosts import Host

type Headers = tuple[tuple[str, str], ...]


class Evidence(BaseModel):
    """Base of all evidence types: frozen, no unknown fields; bytes travel as base64 in JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")


class VisitKind(StrEnum):
    """Why a visit was made."""

    audit = "audit"
    disclosure = "disclosure"
    control = "control"
    imported = "imported"


class Visitor(StrEnum):
    """The state of the browser's owner towards a platform (DESIGN.md 2)."""

    no_account = "no_account"
    logged_out = "logged_out"
    logged_in = "logged_in"


class CookieMode(StrEnum):
    """Third-party cookies: as before (`allowed`) or after (`blocked`) their deprecation."""

    allowed = "allowed"
    blocked = "blocked"


class Consent(StrEnum):
    """What the visitor does with a consent banner."""

    ignore = "ignore"
    accept = "accept"
    reject = "reject"


class Outcome(StrEnum):
    """`complete` only on positive proof; everything else is "not measured", never "none found"."""

    complete = "complete"
    incomplete = "incomplete"
    failed = "failed"


class Phase(StrEnum):
    """When in the visit an exchange began. Only `prepare` (login, logout) is no part of the audited page."""

    prepare = "prepare"
    journey = "journey"
    settle = "settle"
    close = "close"


class Source(StrEnum):
    """Which sensor saw an exchange: the proxy, the browser's events, or both."""

    both = "both"
    proxy_only = "proxy_only"
    browser_only = "browser_only"
    imported = "imported"


class Actor(StrEnum):
    """Who in the browser made the request.

    `browser`: the browser on its own account, as it is known to; `unknown`: nothing tells who.
    """

    page = "page"
    frame = "frame"
    worker = "worker"
    service_worker = "service_worker"
    browser = "browser"
    unknown = "unknown"


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


class Cookie(Evidence):
    """A cookie stored, sent or refused in a visit; one row for each name, domain, path and partition."""

    name: str
    domain: str = Field(description="without a leading dot")
    path: str = "/"
    value: str = Field("", description="the last value seen")
    host_only: bool | None = None
    set_by: str | None = Field(None, description="request id of the response that set it, or 'script', or 'prepare'")
    set_by_script: StackFrame | None = Field(None, description="the call of the script that set it, where told")
    set_at: datetime | None = None
    expires_at: datetime | None = Field(None, description="None: a session cookie, or unknown")
    max_age_s: float | None = Field(None, description="lifetime asked for when set, in seconds")
    kept_s: float | None = Field(None, description="lifetime the browser keeps it from then, in seconds")
    same_site: str | None = None
    secure: bool | None = None
    http_only: bool | None = None
    partition_key: str | None = None
    stored: bool = Field(description="in the jar at the end of the visit")
    blocked_reason: str | None = Field(None, description="the browser's reason not to set or send it")
    sent_to: tuple[str, ...] = Field((), description="hosts it was sent to, sorted")
    sent_in: tuple[str, ...] = Field((), description="request ids it was sent in")


class StorageItem(Evidence):
    """One item of a store at the end of a visit; for IndexedDB also each object store, by its path."""

    origin: str
    top_site: str = Field(description="registrable domain of the page whose partition holds it; '' when not told")
    area: str = Field(description="local, session, indexeddb, cache or service_worker")
    key: str = Field(description="name; database/store/key; cache/address; scope")
    value: str
    size: int | None = Field(None, description="bytes of the whole, where the value is not, or not all, kept")
    sha256: str | None = Field(None, description="hex, of a cached body")
    detail: str = Field("", description="version, count, key path; method and status; the service worker's script")
    written_by: str | None = Field(None, description="address of the script that wrote it, where it can be told")


class SignalKind(StrEnum):
    """What a signal was seen as: a header, a call of an interface, a call that reads a property of the device."""

    header = "header"
    api = "api"
    surface = "surface"


class Signal(Evidence):
    """Use of an interface beyond plain cookies, or of a fingerprinting surface; one for each place and causer."""

    visit: str
    kind: SignalKind
    group: str = Field(description="canvas, webgl, audio, ..., client_hints, topics, attribution, storage_access, ...")
    name: str = Field(description="the header, or the function as in capture/probes.yaml")
    value: str | None = Field(None, description="the header's value where it is part of the signal")
    host: str | None = Field(None, description="host of the request, or of the script")
    script: StackFrame | None = Field(None, description="the first call: innermost script that has an address")
    frame_url: str | None = None
    top_url: str | None = None
    at: datetime = Field(description="when first")
    count: int = 1
    at_least: bool = Field(False, description="more calls were not told: the count is a lower bound")
    requests: tuple[str, ...] = ()


class Coverage(Evidence):
    """What was and was not seen of a visit."""

    sensor: str = Field(description="proxy, browser, join, scripts, dns, state, consent, decoder, replay, importer")
    matched: int = 0
    proxy_only: int = 0
    browser_only: int = 0
    undecoded: int = 0
    skipped: int = 0
    reason: str = ""
    requests: tuple[str, ...] = Field((), description="ids of the requests the row speaks of, where it names any")


class Proof(Evidence):
    """One thing that had to hold for the visit to count, and what was seen."""

    name: str = Field(description="state_before, state_after, main_document, canary_cookie, counters, ...")
    holds: bool
    seen: str = ""


class Screenshot(Evidence):
    """A picture taken in the visit; file is relative to the visit's folder."""

    name: str
    file: str
    at: datetime
    reason: str = Field("", description="why there is no picture, when file is empty")


class ConsentStatus(StrEnum):
    """What came of a wanted choice. Only `made` is a choice; the others leave the visitor as one who ignored it."""

    made = "made"
    no_banner = "no_banner"
    no_way = "no_way"
    not_done = "not_done"


class ConsentClick(Evidence):
    """One click on a consent banner."""

    at: datetime = Field(description="just before the button went down")
    released_at: datetime = Field(description="just before the button came up again")
    text: str = Field(description="what the element says")
    selector: str = Field("", description="CSS path of it; ` >>> ` goes into a shadow root")
    frame_url: str = ""
    how: str = Field("mouse", description="mouse; or script, for a switch that cannot be reached with one")


class ConsentResult(Evidence):
    """What was done about a consent banner, and what came of it.

    made: the choice was clicked and the banner went. no_banner: none showed. no_way: a banner showed that
    nothing we know of makes the choice on (a refusal is never replaced by another click). not_done: clicked, but
    the banner stayed, or the product's own account says otherwise. A visit that is not `made` is measured all the
    same and stays `complete`: a banner that cannot be refused is itself what an auditor wants to know. But it is
    no visit of one who accepted or refused: `Visit.choice` says so, and a coverage row for no_way and not_done.
    """

    wanted: Consent
    status: ConsentStatus
    rule: str = Field("", description="what recognised the banner: `product NAME`, `autoconsent NAME`, `wording`, ...")
    page: str = Field("", description="address of the page it was on")
    frame_url: str = Field("", description="address of the frame it was in")
    clicks: tuple[ConsentClick, ...] = ()
    at: datetime | None = Field(
        None,
        description="when the choice was made, where it was. Where several moments could be meant, the one that says "
        "less against the site: an acceptance counts from its first click's press, a refusal from its last's release",
    )
    banner_gone: bool | None = None
    self_test: bool | None = Field(None, description="the product's own account afterwards, where it can be read")
    reason: str = ""


class Visit(Evidence):
    """One site x visitor x cookie mode x consent x repetition, in a profile of its own."""

    visit: str = Field(description="id, also the folder's name: [a-z0-9][a-z0-9._-]*")
    kind: VisitKind
    site: str = Field(description="the scenario's id of the site")
    operator: str = ""
    page: str = Field(description="the address asked for")
    final_url: str = ""
    title: str = ""
    platform: str | None = Field(None, description="platform id; None for no_account, shared by all")
    visitor: Visitor = Visitor.no_account
    cookie_mode: CookieMode = CookieMode.allowed
    consent: Consent = Field(Consent.ignore, description="the choice wanted; `choice` is the one that was made")
    consent_result: ConsentResult | None = Field(None, description="None where the banner was to be ignored")
    repeat: Annotated[int, Field(ge=1)] = 1
    outcome: Outcome
    reason: str = Field("", description="why it is not complete: a code, then a colon and a sentence")
    attempt: int = 1
    earlier: tuple[str, ...] = Field((), description="the reasons of the attempts before, in order")
    started_at: datetime
    duration_ms: int
    user_agent: str = ""
    screen: str = Field("", description="WIDTHxHEIGHT in CSS pixels")
    language: str = ""
    time_zone: str = ""
    replayed_from: str | None = Field(None, description="the recording that answered, when not the live web")
    source_file: str | None = Field(None, description="the imported file")
    proofs: tuple[Proof, ...] = ()
    screenshots: tuple[Screenshot, ...] = ()
    coverage: tuple[Coverage, ...] = ()

    @property
    def choice(self) -> Consent:
        """The choice that was made; `ignore` where none was, whatever was wanted."""
        made = self.consent_result is not None and self.consent_result.status is ConsentStatus.made
        return self.consent if made else Consent.ignore


class VisitEvidence(Evidence):
    """A visit with all it saw, joined from its files."""

    visit: Visit
    exchanges: tuple[Exchange, ...] = ()
    cookies: tuple[Cookie, ...] = ()
    storage: tuple[StorageItem, ...] = ()
    hosts: tuple[Host, ...] = Field((), description="every host of the exchanges, sorted")
    signals: tuple[Signal, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    document_html: str | None = Field(None, description="the page as rendered at the end")
