"""What a site's disclosure says, next to what was observed to be sent."""

from dataclasses import dataclass

from auditor.check.finding import Finding, Verdict
from auditor.decode import Knowledge
from auditor.disclosures.model import DeclaredRow, Disclosure
from auditor.report.html.findings import SiteFindings
from auditor.report.html.matrix import Received, received
from auditor.report.html.parts import Capped, capped, data_type_name, is_complete, operators_domains, recipient_name
from auditor.report.inputs import RunResult
from auditor.report.texts import Text

MAX_ROWS = 100


@dataclass(frozen=True)
class Kind:
    """A kind of data observed; `anchor` and `verdict` of the finding about it, "" for none."""

    name: Text
    anchor: str
    verdict: str


@dataclass(frozen=True)
class Row:
    """A declared row (`declared`), or a recipient no row was read for (None); `seen` in so many complete visits."""

    declared: DeclaredRow | None
    name: Text
    domains: tuple[str, ...]
    stated: tuple[Text, ...]
    observed: tuple[Kind, ...]
    seen: int
    complete: int
    findings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Declared:
    """One disclosure."""

    disclosure: Disclosure
    rows: Capped[Row]
    others: tuple[Row, ...]


def declared(result: RunResult, sites: tuple[SiteFindings, ...]) -> tuple[Declared, ...]:
    """Every disclosure with the recipients of its site."""
    knowledge = Knowledge(result.vendors, result.taxonomy)
    anchors = {s.finding.finding: s.anchor for site in sites for s in site.statements.shown}
    return tuple(_declared(result, knowledge, anchors, d) for d in result.disclosures)


def _declared(result: RunResult, knowledge: Knowledge, anchors: dict[str, str], disclosure: Disclosure) -> Declared:
    measured = {v.visit.visit for v in result.audited() if v.visit.site == disclosure.site and is_complete(v)}
    theirs = operators_domains(result, disclosure.site)
    planned = next((s for s in result.scenario.sites if s.id == disclosure.site), None) if result.scenario else None
    got = [
        r
        for r in received(result, knowledge, disclosure.site)
        if not r.first_party and r.visits & measured and (r.vendor or not r.domains <= theirs)
    ]
    own = [f for f in result.findings if f.site == disclosure.site and f.verdict is not Verdict.info]

    def row(stated: DeclaredRow | None, matched: list[Received]) -> Row:
        vendors = {r.vendor for r in matched if r.vendor} | ({stated.entity} if stated and stated.entity else set())
        domains = {d for r in matched for d in r.domains}
        about = [f for f in own if f.vendor in vendors or (not f.vendor and f.recipient in domains)]
        return Row(
            declared=stated,
            name=recipient_name(result, min(vendors, default=None), min(domains, default="")),
            domains=tuple(sorted(domains)),
            stated=tuple(data_type_name(result, code) for code in stated.content) if stated else (),
            observed=_observed(result, matched, measured, about, anchors),
            seen=len({v for r in matched for v in r.visits} & measured),
            complete=len(measured),
            findings=tuple(
                (anchors[f.finding], f.verdict.value) for f in about if f.finding in anchors and not f.data_type
            ),
        )

    pairs = [(stated, [r for r in got if _matches(stated, r)]) for stated in disclosure.rows]
    listed = {id(r) for _, matched in pairs for r in matched}
    return Declared(
        disclosure,
        capped([row(stated, matched) for stated, matched in pairs], MAX_ROWS, "disclosures.csv"),
        tuple(
            row(None, [r])
            for r in got
            if id(r) not in listed and not (planned and r.vendor and r.vendor == planned.entity)
        )[:MAX_ROWS],
    )


def _matches(stated: DeclaredRow, got: Received) -> bool:
    """By the vendor understood, else by a domain the row names."""
    if stated.entity:
        return got.vendor == stated.entity
    return any(domain in stated.recipient for domain in got.domains)


def _observed(
    result: RunResult, matched: list[Received], measured: set[str], about: list[Finding], anchors: dict[str, str]
) -> tuple[Kind, ...]:
    codes = {code for r in matched for code, visits in r.seen.items() if code and visits & measured}
    found = {f.data_type: f for f in reversed(about) if f.data_type and f.finding in anchors}
    order = [t.code for t in result.taxonomy.data_types]
    kinds = []
    for code in sorted(codes, key=lambda c: (order.index(c) if c in order else len(order), c)):
        f = found.get(code)
        kinds.append(Kind(data_type_name(result, code), anchors[f.finding] if f else "", f.verdict.value if f else ""))
    return tuple(kinds)
