"""Everything a report is made from: RunResult. Its outputs are a pure function of it, and of nothing else."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from auditor.check.assessment import Assessment
from auditor.check.finding import Finding
from auditor.check.standing import RowStanding, SentStanding
from auditor.compare import Change, TechniqueUse
from auditor.decode.transmission import Transmission
from auditor.disclosures.model import Disclosure
from auditor.evidence import Coverage, Visit, VisitEvidence, VisitKind
from auditor.identify.model import Identified
from auditor.scenario import Scenario
from auditor.vendors import NameKind, Taxonomy, Vendor

PLACES = "report/places"
"""Where the pictures of declared rows' places are, below the folder of what is derived."""


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CanaryRow(_Input):
    """One thing the run proved about its own browser before it visited anything (DESIGN.md 4, self-test)."""

    name: str
    holds: bool
    expected: str = ""
    seen: str = ""


class RunFacts(_Input):
    """What is known about the run itself, as its run.json says; the clock is never read here."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    versions: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    canary: tuple[CanaryRow, ...] = ()


class VisitCoverage(_Input):
    """A coverage row that a stage after the capture adds to a visit; '' for the run as a whole."""

    visit: str
    coverage: Coverage


class VendorName(_Input):
    """The legal name of a vendor as each language writes it."""

    ja: str
    en: str


class RunResult(_Input):
    """One run, ready to be written out. `key` masks; it is never written anywhere."""

    run: str
    title: str = ""
    scenario: Scenario | None = Field(None, description="None for imports")
    facts: RunFacts = RunFacts()
    visits: tuple[VisitEvidence, ...] = ()
    transmissions: tuple[Transmission, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    findings: tuple[Finding, ...] = ()
    assessments: tuple[Assessment, ...] = Field((), description="of every rule and site, then of platforms' documents")
    sent_standings: tuple[SentStanding, ...] = ()
    row_standings: tuple[RowStanding, ...] = ()
    changes: tuple[Change, ...] = ()
    techniques: tuple[TechniqueUse, ...] = ()
    identified: Identified = Identified()
    coverage: tuple[VisitCoverage, ...] = Field((), description="besides what the visits' own evidence says")
    vendors: tuple[Vendor, ...] = ()
    taxonomy: Taxonomy
    notes: tuple[str, ...] = ()
    key: bytes = Field(min_length=16, repr=False, exclude=True)

    def vendor_name(self, vendor: str | None) -> VendorName | None:
        """The legal names of a vendor id; None for a recipient no file describes."""
        return next((_name_of(v) for v in self.vendors if v.vendor == vendor), None)

    def audited(self) -> tuple[VisitEvidence, ...]:
        """The visits that results rest on: neither the blank control page nor a disclosure's page."""
        return tuple(v for v in self.visits if v.visit.kind in (VisitKind.audit, VisitKind.imported))

    def visit_coverage(self) -> tuple[VisitCoverage, ...]:
        """All coverage rows: the visits' own in their order, then those of later stages."""
        own = [
            VisitCoverage(visit=v.visit.visit, coverage=row)
            for v in self.visits
            for row in v.coverage or v.visit.coverage
        ]
        return (*own, *self.coverage)


def top_address(visit: Visit) -> str:
    """The address of the page a visit ended on, or else asked for."""
    return visit.final_url or visit.page


def _name_of(vendor: Vendor) -> VendorName:
    legal = [n.name for n in vendor.names if n.kind is NameKind.legal]
    return VendorName(ja=vendor.legal_name, en=next((n for n in legal if n.isascii()), vendor.legal_name))
