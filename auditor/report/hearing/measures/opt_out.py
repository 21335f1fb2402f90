"""2-8 to 2-11: what others' sites say of opting out of the platform, and what is still sent after an opt-out.

That use stops at the platform cannot be seen.
"""

from collections import Counter

from auditor.domains import host_of
from auditor.evidence import VisitEvidence
from auditor.report.hearing.measures.counting import in_visits, line, missing, names
from auditor.report.hearing.measures.declared import verdicts
from auditor.report.hearing.sheet import Cell, Column, Line, Said, figure
from auditor.report.hearing.view import View, document_of
from auditor.report.hearing.words import listed, words
from auditor.report.html.parts import IDENTIFYING, same
from auditor.scenario import Goto, Scroll, Shot, Wait

RULES = ("JP-18", "JP-19")


def opt_out(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """Declared ways to opt out; identifiers received after the steps of one; findings of the two rules."""
    lines = [
        line(words("opt_out.declared"), columns, lambda c: _declared(view, c)),
        line(words("opt_out.after"), columns, lambda c: _after(view, c)),
    ]
    if view.findings(rules=RULES):
        lines.append(line(words("opt_out.findings"), columns, lambda c: _findings(view, c)))
    return tuple(lines)


def _declared(view: View, column: Column) -> Cell:
    others = {v.visit.site for v in view.at(column.vendor, own=False).values()}
    rows = {
        d.site: [row for row in d.rows if row.entity == column.vendor]
        for d in view.result.disclosures
        if d.site in others and d.site in view.disclosure_visits
    }
    named = {site: each for site, each in rows.items() if each}
    evidence = {ref for site in (named or rows) for ref in document_of(view.disclosure_visits[site])}
    if not evidence:
        return missing("missing.disclosure")
    saying = sorted(site for site, each in named.items() if any(row.opt_out for row in each))
    shown = words("count.opt_outs", n=len(saying), of=len(named))
    return figure(shown, evidence, listed([same(site) for site in saying]) if saying else None, seen=bool(saying))


def _after(view: View, column: Column) -> Cell:
    """Visits that did something on a page of the platform before they began."""
    within = {n: v for n, v in view.at(column.vendor, own=False).items() if _opted_out(view, v, column)}
    if not within:
        return missing("missing.opt_out")
    items = [t for t in view.of(column.vendor).items if t.visit in within and view.level(t.data_type) in IDENTIFYING]
    detail = names(Counter(view.item_name(t) for t in items), 8)
    return in_visits(view, {(t.visit, t.request) for t in items}, within, detail)


def _opted_out(view: View, evidence: VisitEvidence, column: Column) -> bool:
    """Whether something was done on a page of the platform: to open it is no opt-out. That it took is not known."""
    sites = view.result.scenario.sites if view.result.scenario else ()
    before = next((s.before for s in sites if s.id == evidence.visit.site), ())
    there = False
    for step in before:
        if isinstance(step, Goto):
            owner = view.knowledge.vendor_of(host_of(step.goto))
            there = owner is not None and owner.vendor == column.vendor
        elif there and not isinstance(step, Wait | Scroll | Shot):
            return True
    return False


def _findings(view: View, column: Column) -> Cell:
    own = {v.visit.site for v in view.at(column.vendor, own=True).values()}
    found = [f for f in view.findings(rules=RULES) if f.vendor == column.vendor or (not f.vendor and f.site in own)]
    told = verdicts(found)
    evidence = view.proof(found)
    if told is None:
        return Said("note", words("verdict.none"))
    return figure(told, evidence) if evidence else Said("note", told)
