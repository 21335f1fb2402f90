"""A visit: what it was, what it proved, what was not seen; and all that it saw."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from auditor.evidence.base import Consent, CookieMode, Evidence, Outcome, VisitKind, Visitor
from auditor.evidence.exchange import Exchange
from auditor.evidence.found import Followed, FoundPage, PageLinks
from auditor.evidence.kept import Cookie, Signal, StorageItem
from auditor.hosts import Host


class Coverage(Evidence):
    """What was and was not seen of a visit."""

    sensor: str = Field(
        description="proxy, browser, join, scripts, dns, state, consent, decoder, identifiers, leaks, replay, importer"
    )
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


class ClearedCookie(Evidence):
    """A cookie a step of the journey deleted."""

    name: str
    domain: str = Field(description="without a leading dot")
    path: str = "/"
    value: str


class StepDone(Evidence):
    """A step of the journey, by when it began."""

    name: str = Field(description="such as journey.3.fill; login.0.goto, logout.0.click, before.1.click, open.0.goto")
    kind: str = Field(description="the step's key: goto, click, submit, fill, clear, ...")
    at: datetime
    field: str = Field("", description="of a fill: which field of the visit's person was typed")
    cleared: tuple[ClearedCookie, ...] = Field((), description="of a clear: what was deleted")
    sends: bool | None = Field(
        False, description="sends a form: True as the step says, None it may (a click, Enter elsewhere, a function)"
    )


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
    steps: tuple[StepDone, ...] = Field((), description="of the journey and of what came before it, in order")
    links: tuple[PageLinks, ...] = Field((), description="of the pages the visit was on")
    pages: tuple[FoundPage, ...] = Field((), description="opened because they may be the site's disclosure")
    followed: tuple[Followed, ...] | None = Field(
        None, description="opened because rows of the disclosure link to them; None: the visit did not come to that"
    )
