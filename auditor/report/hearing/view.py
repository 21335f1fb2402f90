"""What the measures look at: complete visits only, what each of the columns received in them, and where.

A visit that is not complete counts as not measured; what the browser or the preparation sent is not the page's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from auditor.check.finding import Finding
from auditor.decode import Knowledge
from auditor.decode.transmission import Transmission
from auditor.domains import host_of
from auditor.evidence import CookieMode, Exchange, VisitEvidence, VisitKind, Visitor
from auditor.identify.model import Flow, Identifier
from auditor.report.hearing.sheet import Column
from auditor.report.html.parts import data_type_name, is_complete
from auditor.report.inputs import RunResult, top_address
from auditor.report.masking import Masker
from auditor.report.rows.visited import party, visit_sites
from auditor.report.texts import Text

type Ref = tuple[str, str]  # visit, request
STATES = tuple((visitor, mode) for visitor in Visitor for mode in CookieMode)


@dataclass(slots=True)
class Received:
    """What one vendor got: requests at hosts that are not the site's own; and its form of request at the site's own."""

    items: list[Transmission] = field(default_factory=list)
    at_site: list[Transmission] = field(default_factory=list)
    requests: set[Ref] = field(default_factory=set)


class View:
    """A run's result, indexed for the measures."""

    def __init__(self, result: RunResult, vendors: Sequence[str]) -> None:
        self.result = result
        self.masker = Masker(result.key, result.taxonomy)
        self.knowledge = Knowledge(result.vendors, result.taxonomy)
        self.planned = result.audited()
        self.visits = {v.visit.visit: v for v in self.planned if is_complete(v)}
        self.exchanges: dict[Ref, Exchange] = {
            (v.visit.visit, x.request): x for v in self.visits.values() for x in v.exchanges if x.of_page
        }
        self._entities = {s.id: s.entity for s in (result.scenario.sites if result.scenario else ())}
        self._all = {f"{x.visit}/{x.request}" for v in result.visits for x in v.exchanges}
        self._received = {vendor: Received() for vendor in vendors}
        self._levels = {t.code: t.level for t in result.taxonomy.data_types}
        self._order = {t.code: n for n, t in enumerate(result.taxonomy.data_types)}
        self._documents = {name: document_of(v) for name, v in self.visits.items()}
        self._gather()
        self._at = {
            (vendor, own): {name: v for name, v in self.visits.items() if self.is_own(v, vendor) is own}
            for vendor in vendors
            for own in (True, False)
        }

    def _gather(self) -> None:
        for t in self.result.transmissions:
            got = self._received.get(t.vendor or "")
            if got is not None and (t.visit, t.request) in self.exchanges:
                if t.first_party:
                    got.at_site.append(t)
                else:
                    got.items.append(t)
                    got.requests.add((t.visit, t.request))
        sites = {name: visit_sites(v.visit) for name, v in self.visits.items()}
        for ref, x in self.exchanges.items():
            owner = self.knowledge.vendor_of(host_of(x.url))
            if owner is not None and owner.vendor in self._received and party(x, sites[ref[0]]) == "third":
                self._received[owner.vendor].requests.add(ref)

    def of(self, vendor: str) -> Received:
        """All a vendor received in complete visits."""
        return self._received[vendor]

    def is_own(self, evidence: VisitEvidence, vendor: str) -> bool:
        """Whether the visited site is the vendor's own, by the scenario or by the page's domain."""
        if self._entities.get(evidence.visit.site) == vendor:
            return True
        owner = self.knowledge.vendor_of(host_of(top_address(evidence.visit)))
        return owner is not None and owner.vendor == vendor

    def at(self, vendor: str, *, own: bool) -> dict[str, VisitEvidence]:
        """The complete visits at the vendor's own sites, or at all others."""
        return self._at[vendor, own]

    def in_state(self, column: Column, visitor: Visitor, mode: CookieMode) -> dict[str, VisitEvidence]:
        """Complete visits at others' sites in one state towards the column's platform."""
        return {
            name: v
            for name, v in self.at(column.vendor, own=False).items()
            if v.visit.kind is VisitKind.audit
            and (v.visit.visitor, v.visit.cookie_mode) == (visitor, mode)
            and (visitor is Visitor.no_account or v.visit.platform == column.platform)
        }

    def flows(self, identifier: Identifier, column: Column, within: Mapping[str, VisitEvidence]) -> list[Flow]:
        """Where the pages of these visits sent an identifier to the column's platform, not at the site's own host."""
        return [
            f
            for f in identifier.flows
            if f.vendor == column.vendor
            and not f.first_party
            and f.visit in within
            and (f.visit, f.request) in self.exchanges
        ]

    @cached_property
    def disclosure_visits(self) -> dict[str, VisitEvidence]:
        """The visits to the sites' disclosure pages, by site."""
        return {v.visit.site: v for v in self.result.visits if v.visit.kind is VisitKind.disclosure}

    def documents(self, visits: Iterable[str]) -> set[str]:
        """The requests that brought the visits' pages: the evidence that they were looked at."""
        return {ref for v in visits for ref in self._documents[v]}

    def proof(self, findings: Iterable[Finding]) -> set[str]:
        """The findings' evidence, as far as it is in this run."""
        return self.real(e for f in findings for e in f.evidence)

    def real(self, evidence: Iterable[str]) -> set[str]:
        """Those of the ids that are requests of this run."""
        return {e for e in evidence if e in self._all}

    def findings(self, *, items: Sequence[str] = (), rules: Sequence[str] = ()) -> list[Finding]:
        """Findings of these monitoring items or of these rules."""
        return [f for f in self.result.findings if f.item in items or f.rule in rules]

    def kind(self, code: str) -> Text:
        """A data type in words."""
        return data_type_name(self.result, code)

    def level(self, code: str | None) -> str:
        """The level of a data type, "" where it is not known."""
        return self._levels.get(code or "", "")

    def kinds(self, codes: Iterable[str]) -> list[str]:
        """Data types in the taxonomy's order."""
        return sorted(codes, key=lambda c: (self._order.get(c, len(self._order)), c))

    def item_name(self, t: Transmission) -> str:
        """The item as the tables name it: `cookie NAME`, `query NAME`."""
        return f"{t.carrier.value} {self.masker.guard(t.parameter)}"


def document_of(evidence: VisitEvidence) -> set[str]:
    """The request that brought a visit's page: its main document, else its first; none where nothing was recorded."""
    own = [x for x in evidence.exchanges if x.of_page] or list(evidence.exchanges)
    main = next((x for x in own if x.cause is not None and x.cause.main_frame), own[0] if own else None)
    return {f"{main.visit}/{main.request}"} if main else set()


def refs(items: Iterable[Transmission | Ref]) -> set[str]:
    """visit/request ids of transmissions or of pairs."""
    return {f"{item[0]}/{item[1]}" for item in items}
