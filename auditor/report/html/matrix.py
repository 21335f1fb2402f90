"""Who receives what: per site, recipients down, data types across."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from auditor.decode import Knowledge
from auditor.domains import host_of, site_of
from auditor.report.html.parts import (
    IDENTIFYING,
    LEVELS,
    Capped,
    capped,
    data_type_name,
    is_complete,
    operators_domains,
    recipient_name,
    site_ids,
)
from auditor.report.inputs import RunResult
from auditor.report.rows.visited import party, visit_sites
from auditor.report.texts import Text

MAX_RECIPIENTS = 80


@dataclass(frozen=True)
class Heading:
    """One data type's column."""

    code: str
    name: Text
    level: str
    identifying: bool


@dataclass(frozen=True)
class Count:
    """In how many complete visits it was seen; `incomplete`: in others only."""

    seen: int = 0
    incomplete: bool = False


@dataclass(frozen=True)
class Recipient:
    """One row."""

    name: Text
    known: bool
    domains: tuple[str, ...]
    first_party: bool
    operators: bool
    cells: tuple[Count, ...]
    undecoded: Count
    visits: int


@dataclass(frozen=True)
class SiteMatrix:
    """One site's table. `levels`: the headings' levels, each with how many columns it has."""

    site: str
    complete: int
    headings: tuple[Heading, ...]
    levels: tuple[tuple[str, int], ...]
    recipients: Capped[Recipient]
    incomplete_marks: bool


@dataclass
class Received:
    """What one recipient got from one site: by data type (None: not understood) the visits in which it was sent."""

    vendor: str | None
    first_party: bool = True
    domains: set[str] = field(default_factory=set)
    seen: dict[str | None, set[str]] = field(default_factory=lambda: defaultdict(set))
    visits: set[str] = field(default_factory=set)


def matrices(result: RunResult) -> tuple[SiteMatrix, ...]:
    """One table a site that was visited."""
    knowledge = Knowledge(result.vendors, result.taxonomy)
    return tuple(_matrix(result, knowledge, site) for site in site_ids(result))


def _matrix(result: RunResult, knowledge: Knowledge, site: str) -> SiteMatrix:
    visits = [v for v in result.audited() if v.visit.site == site]
    measured = {v.visit.visit for v in visits if is_complete(v)}
    rows = received(result, knowledge, site)
    own = operators_domains(result, site)
    codes = {code for row in rows for code in row.seen if code is not None}
    headings = _headings(result, codes)

    def count(found: set[str]) -> Count:
        return Count(len(found & measured), bool(found) and not found & measured)

    recipients = [
        Recipient(
            name=recipient_name(result, row.vendor, min(row.domains, default="")),
            known=result.vendor_name(row.vendor) is not None,
            domains=tuple(sorted(row.domains)),
            first_party=row.first_party,
            operators=not row.vendor and row.domains <= own,
            cells=tuple(count(row.seen.get(h.code, set())) for h in headings),
            undecoded=count(row.seen.get(None, set())),
            visits=len(row.visits & measured),
        )
        for row in rows
    ]
    # third parties first; among them those that receive the most identifying kinds
    recipients.sort(key=lambda r: (r.first_party or r.operators, *_weight(r, headings), not r.known, r.name.ja))
    marks = any(c.incomplete for r in recipients for c in (*r.cells, r.undecoded))
    levels = tuple(Counter(h.level for h in headings).items())
    return SiteMatrix(
        site, len(measured), headings, levels, capped(recipients, MAX_RECIPIENTS, "transmissions.csv"), marks
    )


def _weight(recipient: Recipient, headings: tuple[Heading, ...]) -> tuple[int, int]:
    sent = [h for h, c in zip(headings, recipient.cells, strict=True) if c.seen or c.incomplete]
    return -sum(h.identifying for h in sent), -len(sent)


def received(result: RunResult, knowledge: Knowledge, site: str) -> list[Received]:
    """Recipients of a site's traffic, also those whose requests carried nothing that was decoded."""
    rows: dict[str, Received] = {}
    domain_vendor: dict[str, str | None] = {}
    ids = {v.visit.visit for v in result.audited() if v.visit.site == site}
    for t in result.transmissions:
        if t.visit in ids:
            key = t.vendor or t.recipient
            row = rows.setdefault(key, Received(t.vendor))
            row.first_party &= t.first_party
            row.domains.add(t.recipient)
            row.seen[t.data_type].add(t.visit)
            row.visits.add(t.visit)
            domain_vendor.setdefault(t.recipient, t.vendor)
    for evidence in result.audited():
        if evidence.visit.site != site:
            continue
        own = visit_sites(evidence.visit)
        for x in evidence.exchanges:
            domain = site_of(x.url)
            if x.of_page and domain and party(x, own) == "third":
                owner = knowledge.vendor_of(host_of(x.url))
                vendor = owner.vendor if owner else domain_vendor.get(domain)
                row = rows.setdefault(vendor or domain, Received(vendor))
                row.first_party = False
                row.domains.add(domain)
                row.visits.add(evidence.visit.visit)
    return list(rows.values())


def _headings(result: RunResult, codes: set[str]) -> tuple[Heading, ...]:
    order = [t.code for t in result.taxonomy.data_types]
    levels = {t.code: t.level for t in result.taxonomy.data_types}

    def place(code: str) -> tuple[int, int, str]:
        known = code in levels
        return LEVELS.index(levels[code]) if known else len(LEVELS), order.index(code) if known else 0, code

    return tuple(
        Heading(code, data_type_name(result, code), level := levels.get(code, "other"), level in IDENTIFYING)
        for code in sorted(codes, key=place)
    )
