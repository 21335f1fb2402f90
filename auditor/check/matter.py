"""All that the rules look at of one site: what was sent, what was declared, and the rules in force."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from auditor.check.contents import GUESSED
from auditor.check.declared import Declared
from auditor.check.finding import Finding
from auditor.check.observed import Observed
from auditor.check.presence import links_of, undisclosed
from auditor.check.recipients import legal_name
from auditor.check.writer import Words, Writer
from auditor.decode.knowledge import Knowledge
from auditor.disclosures.links import DisclosureLink
from auditor.disclosures.model import Disclosure
from auditor.evidence import VisitEvidence
from auditor.scenario import Site


@dataclass
class Matter:
    """One site with everything that decides its rules. `visits` are all of the site, also incomplete ones."""

    site: Site
    visits: tuple[VisitEvidence, ...]
    observed: Observed
    disclosure: Disclosure | None
    declared: Declared | None  # None where no disclosure was read, or it discloses nothing
    knowledge: Knowledge
    writer: Writer
    without_steps: Observed | None = None  # the same page without the site's `before` steps (an opt-out), JP-19

    @property
    def page(self) -> Declared:
        """The disclosure, for rules that need one. LookupError where there is none."""
        if self.declared is None:
            raise LookupError("no disclosure was read")
        return self.declared

    @cached_property
    def links(self) -> dict[str, list[DisclosureLink]]:
        """Links to what may be a disclosure, by visit, of the complete visits."""
        return {v.visit.visit: links_of(v) for v in self.observed.visits}

    @cached_property
    def absence(self) -> Finding | None:
        """What JP-01 says; None where a disclosure was read, or nothing is sent."""
        return undisclosed(self.site, self.observed, self.disclosure, self.writer, self.links)

    @property
    def nowhere(self) -> bool:
        """Whether JP-01 holds that there is no disclosure, not only that none was read."""
        return self.absence is not None and self.absence.case.startswith("missing")

    @property
    def guessed(self) -> bool:
        """Whether the structure of the page had to be guessed."""
        rows = self.page.disclosure.rows
        return not rows or any(row.confidence < GUESSED for row in rows)

    def name(self, vendor: str | None, otherwise: str = "") -> str:
        """A vendor's legal name, else what stands in for it."""
        return legal_name(self.knowledge, vendor) or otherwise


@dataclass(frozen=True)
class Said:
    """What one rule says of a site: its findings; without any, the outcome that is so."""

    findings: tuple[Finding, ...] = ()
    outcome: str = ""
    words: Words = field(default_factory=dict)

    @classmethod
    def of(cls, found: "list[Finding | None]", outcome: str = "", words: Words | None = None) -> "Said":
        """Findings, those of rules not in force left out; `outcome` holds where none is left."""
        return cls(tuple(f for f in found if f is not None), outcome, words or {})


type Check = Callable[[Matter], Said]
