"""Who received what from a site: transmissions of its complete visits, by vendor or by recipient.

Left out: the site's own entity and domains, what the browser or the preparation sent, visits that are not
complete ("not measured" is never "none").
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.domains import is_within, registrable_domain, site_of
from auditor.evidence import Exchange, Outcome, VisitEvidence, VisitKind
from auditor.scenario import Site
from auditor.vendors import Mark, ModuleKind, Vendor

MAX_EVIDENCE = 50


@dataclass(slots=True)
class Receiver:
    """A vendor, or a domain no vendor file describes, and all it received from the site's pages."""

    key: str  # vendor id, else registrable domain
    vendor: str | None
    items: list[Transmission] = field(default_factory=list)
    proven: bool = False  # a fact that proves ties one of its hosts to the vendor

    @property
    def recipients(self) -> tuple[str, ...]:
        """Registrable domains it received at, sorted."""
        return tuple(sorted({t.recipient for t in self.items}))

    def of_type(self, code: str) -> list[Transmission]:
        """The items of one kind of data."""
        return [t for t in self.items if t.data_type == code]

    def kinds(self, knowledge: Knowledge) -> frozenset[ModuleKind | None]:
        """The kinds of the modules that sent to it; None among them where an item belongs to no known module."""
        return frozenset(module_kind(knowledge, v, m) for v, m in {(t.vendor, t.module) for t in self.items})


@dataclass
class Observed:
    """All that was measured of one site."""

    visits: tuple[VisitEvidence, ...]  # complete ones
    receivers: dict[str, Receiver]  # sorted by key
    vendors: frozenset[str]  # every vendor that received anything, the site's own and by grammar included
    own_hosts: dict[str, Receiver] = field(default_factory=dict)  # other vendors told behind the site's own hosts
    own_items: int = 0  # what went to the site's own hosts with no sign of another

    @property
    def items(self) -> list[Transmission]:
        """All that was sent to others."""
        return [t for r in self.receivers.values() for t in r.items]

    @cached_property
    def exchanges(self) -> dict[tuple[str, str], Exchange]:
        """Every exchange of the complete visits, by visit and request."""
        return {(v.visit.visit, e.request): e for v in self.visits for e in v.exchanges}

    def independent(self, items: Iterable[Transmission]) -> int:
        """How many exchanges show it on their own: the hops of one redirect count once."""
        keys = {(t.visit, t.request) for t in items}
        return sum(1 for key in keys if not any(hop in keys for hop in self.hops_before(key)))

    def hops_before(self, key: tuple[str, str]) -> Iterator[tuple[str, str]]:
        """The exchanges that redirected to this one, the nearest first."""
        seen = {key}
        while (exchange := self.exchanges.get(key)) is not None and exchange.cause is not None:
            before = exchange.cause.redirected_from
            if before is None or (key[0], before) in seen:
                return
            key = (key[0], before)
            seen.add(key)
            yield key


def observe(
    site: Site, visits: Iterable[VisitEvidence], transmissions: Iterable[Transmission], knowledge: Knowledge
) -> Observed:
    """Gather what a site's complete visits sent, by receiver."""
    mine = tuple(
        sorted(
            (
                v
                for v in visits
                if v.visit.site == site.id
                and v.visit.outcome is Outcome.complete
                and v.visit.kind in (VisitKind.audit, VisitKind.imported)
            ),
            key=lambda v: v.visit.visit,
        )
    )
    ids = {v.visit.visit for v in mine}
    left_out = {(v.visit.visit, e.request) for v in mine for e in v.exchanges if not e.of_page}
    own = own_domains(site)
    found: dict[str, Receiver] = {}
    vendors: set[str] = set()
    own_hosts: dict[str, Receiver] = {}
    own_items = 0
    for t in transmissions:
        if t.visit not in ids or (t.visit, t.request) in left_out:
            continue
        if t.vendor is not None:
            vendors.add(t.vendor)
        if t.first_party or t.recipient in own:
            if t.vendor is not None and t.vendor != site.entity and t.told_by:
                own_hosts.setdefault(t.vendor, Receiver(t.vendor, t.vendor)).items.append(t)
            else:
                own_items += t.data_type is not None
            continue
        if t.vendor is not None and t.vendor == site.entity:
            continue
        receiver = found.setdefault(t.vendor or t.recipient, Receiver(t.vendor or t.recipient, t.vendor))
        receiver.items.append(t)
        if t.vendor is not None and not receiver.proven:
            receiver.proven = _proven(knowledge, t)
    behind = dict(sorted(own_hosts.items()))
    return Observed(mine, dict(sorted(found.items())), frozenset(vendors), behind, own_items)


def own_domains(site: Site) -> frozenset[str]:
    """Registrable domains of the site's operator."""
    return frozenset({site_of(site.url), *(registrable_domain(d) for d in site.own_domains)})


def references(items: Iterable[Transmission]) -> tuple[str, ...]:
    """visit/request ids, sorted and capped; the first of each visit is always there."""
    ids = sorted({f"{t.visit}/{t.request}" for t in items})
    firsts: dict[str, str] = {}
    for each in ids:
        firsts.setdefault(each.partition("/")[0], each)
    kept = set(firsts.values())
    for each in ids:
        if len(kept) >= MAX_EVIDENCE:
            break
        kept.add(each)
    return tuple(sorted(kept))


def _proven(knowledge: Knowledge, t: Transmission) -> bool:
    vendor = knowledge.vendor(t.vendor) if t.vendor is not None else None
    mark = domain_mark(vendor, t.host) if vendor is not None else None
    return mark is not None and mark.proves


def module_kind(knowledge: Knowledge, vendor_id: str | None, module: str | None) -> ModuleKind | None:
    """What kind of module it is, None where no vendor file has it."""
    vendor = knowledge.vendor(vendor_id) if vendor_id is not None else None
    return next((m.kind for m in vendor.modules if m.id == module), None) if vendor is not None else None


def domain_mark(vendor: Vendor, host: str) -> Mark | None:
    """The mark of the fact that gives a host to a vendor: its longest domain that fits, None when none does."""
    best: tuple[int, Mark] | None = None
    for fact in vendor.domains:
        if fact.domain.endswith(".*"):
            # `google.*` is the name under a public suffix, which registrable_domain has told already.
            fits = fnmatchcase(registrable_domain(host), fact.domain)
        else:
            fits = is_within(host, fact.domain)
        if fits and (best is None or len(fact.domain) > best[0]):
            best = (len(fact.domain), fact.mark)
    return best[1] if best else None


def proves(items: Sequence[Transmission]) -> bool:
    """Whether one of the items was named by a fact that proves."""
    return any(t.mark is not None and t.mark.proves for t in items)
