"""The types of drift: what one run saw and another did not. No value that was sent is ever in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from auditor.compare.drift.names import address_form
from auditor.disclosures.model import Disclosure
from auditor.domains import host_of
from auditor.evidence import Consent, CookieMode, Outcome, Visit, VisitKind, Visitor


class DriftKind(StrEnum):
    """What a line is about, in the order lines are told."""

    recipient = "recipient"
    module = "module"
    parameter = "parameter"
    cookie = "cookie"
    storage = "storage"
    script = "script"
    disclosure = "disclosure"


class DriftChange(StrEnum):
    """What happened to it between the runs."""

    new = "new"
    gone = "gone"
    changed = "changed"


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Detail(_Told):
    """One field of a line in both runs: an attribute, a version, a declared text, what a new recipient brings."""

    field: str
    before: str = ""
    after: str = ""


class Drift(_Told):
    """One difference between two runs; what belongs to a new or gone recipient or module stands in its `details`."""

    kind: DriftKind
    change: DriftChange
    sites: tuple[str, ...] = Field(description="where it was seen, sorted")
    vendor: str | None = None
    recipient: str = Field("", description="registrable domains, joined by ', '; of a disclosure, the name as written")
    module: str | None = None
    name: str = Field("", description="'query NAME', a cookie's name, a script's address, a service; names in a form")
    before: str = Field("", description="summary of the earlier run, without values; '' for nothing")
    after: str = ""
    details: tuple[Detail, ...] = ()
    states: tuple[str, ...] = Field((), description="the visitors' states it was seen in, where not in all compared")
    before_in: int = Field(0, description="visits of the earlier run that show it (changed: the earlier state)")
    before_of: int = Field(0, description="complete visits of the earlier run that were compared, at these sites")
    after_in: int = 0
    after_of: int = 0
    p_value: float | None = Field(None, description="exact, two-sided, visits exchanged within their cells; None: read")
    p_adjusted: float | None = Field(None, description="the same, for all that was tested (Holm)")
    established: bool = Field(False, description="beyond what the pages vary by themselves; a disclosure is read")
    evidence: tuple[str, ...] = Field((), description="RUN:visit/request, the earlier run's first")


class DriftNote(_Told):
    """What limits the comparison: the code of a sentence, and its values."""

    code: str
    site: str = ""
    values: dict[str, str] = {}


class Drifted(_Told):
    """All differences of two runs, established ones first, and what could not be compared."""

    before: str = Field(description="name of the earlier run")
    after: str
    before_at: datetime | None = None
    after_at: datetime | None = None
    sites: tuple[str, ...] = Field((), description="sites with visits that could be compared")
    before_visits: int = Field(0, description="complete visits compared")
    after_visits: int = 0
    lines: tuple[Drift, ...] = ()
    notes: tuple[DriftNote, ...] = ()
    tested: int = Field(0, description="how many differences could have been established: the correction's number")


class Cell(NamedTuple):
    """The state a page was visited in; visits of one cell repeat each other."""

    site: str
    kind: VisitKind
    platform: str
    visitor: Visitor
    cookie_mode: CookieMode
    consent: Consent
    page: str  # of recordings, whose pages are all of one site

    @property
    def label(self) -> str:
        """Such as `no_account, allowed, ignore`."""
        who = f"{self.platform} {self.visitor.value}" if self.platform else self.visitor.value
        return ", ".join(part for part in (who, self.cookie_mode.value, self.consent.value, self.page) if part)


class Thing(NamedTuple):
    """What may be there or not: a recipient, a module of it, a parameter, a cookie, ...

    receiver: vendor id, or registrable domain where no file describes it; '' for the site itself.
    part: '' the thing; `domain`, a further domain of a vendor; a data type of a parameter; `version` of a tag's hits.
    """

    kind: DriftKind
    receiver: str
    vendor: str | None
    module: str | None = None
    name: str = ""
    part: str = ""

    @property
    def order(self) -> tuple[int, str, str, str, str]:
        """Sort key."""
        return list(DriftKind).index(self.kind), self.receiver, self.module or "", self.name, self.part


type State = tuple[tuple[str, str], ...]
"""Attributes of a thing as it was seen, such as (("version", "3.1.0"), ("sha256", ...)); no value sent."""


@dataclass(slots=True)
class Sight:
    """A thing in one visit."""

    requests: set[str] = field(default_factory=set)
    states: set[State] = field(default_factory=set)
    recipients: set[str] = field(default_factory=set)
    parents: set[Thing] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit reduced to what drift compares: small, so that a whole run fits in memory."""

    visit: Visit
    things: Mapping[Thing, Sight]

    @property
    def cell(self) -> Cell:
        """The cell it repeats."""
        v = self.visit
        page = address_form(host_of(v.page), urlsplit(v.page).path) if v.kind is VisitKind.imported else ""
        platform = "" if v.visitor is Visitor.no_account else v.platform or ""
        return Cell(v.site, v.kind, platform, v.visitor, v.cookie_mode, v.consent, page)

    @property
    def counts(self) -> bool:
        """Whether it is complete and its visitor did what was wanted about consent."""
        audited = self.visit.kind in (VisitKind.audit, VisitKind.imported)
        return audited and self.visit.outcome is Outcome.complete and self.visit.choice is self.visit.consent


@dataclass(frozen=True, slots=True)
class RunSide:
    """One run as drift compares it. Both sides must be read with the same vendor files."""

    run: str
    started_at: datetime | None
    visits: tuple[Seen, ...]
    disclosures: tuple[Disclosure, ...] = ()
    notes: tuple[DriftNote, ...] = ()
    """Disclosures that could not be read."""
    journeys: Mapping[str, str] = field(default_factory=dict)
    """Site id -> how it is visited, in any form that is equal when nothing differs."""
