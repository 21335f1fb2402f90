"""The platform's own sites: what they send and what was found there (5-1); choices on consent banners (2-2)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import partial

from auditor.domains import host_of, site_of
from auditor.evidence import Consent, VisitEvidence
from auditor.report.hearing.measures.counting import in_visits, line, missing, names
from auditor.report.hearing.measures.declared import verdicts
from auditor.report.hearing.sheet import Cell, Column, Line, Said, figure
from auditor.report.hearing.view import Ref, View, refs
from auditor.report.hearing.words import listed, words
from auditor.report.html.parts import operators_domains, recipient_name, same
from auditor.report.rows.visited import party, visit_sites
from auditor.report.texts import Text, label, texts


def own_services(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """5-1: who else receives from the platform's own sites, and the findings there rule by rule."""
    own = {c.vendor: {v.visit.site for v in view.at(c.vendor, own=True).values()} for c in columns}
    mine = {f.rule for f in view.result.findings for c in columns if f.site in own[c.vendor]}
    lines = [
        line(words("own.measured"), columns, lambda c: _measured(view, c)),
        line(words("own.recipients"), columns, lambda c: _recipients(view, c)),
        line(words("own.findings"), columns, partial(_findings, view, own, None)),
    ]
    for rule in sorted(mine):
        name = words("own.rule", rule=rule, name=texts().get(f"rule.{rule}") or same(""))
        lines.append(line(name, columns, partial(_findings, view, own, rule)))
    return tuple(lines)


def _measured(view: View, column: Column) -> Cell:
    within = view.at(column.vendor, own=True)
    planned = [v for v in view.planned if view.is_own(v, column.vendor)]
    if not planned:
        return missing("missing.own")
    if not within:
        return missing("missing.visits")
    sites = sorted({v.visit.site for v in within.values()})
    shown = words("count.complete", n=len(within), of=len(planned))
    return figure(shown, view.documents(within), listed([same(site) for site in sites]))


def third_parties(view: View, within: dict[str, VisitEvidence], vendor: str) -> dict[str, set[Ref]]:
    """Requests to others than the visited site's operator, by vendor id or registrable domain."""
    told = {(t.visit, t.request): t.vendor for t in view.result.transmissions if t.visit in within and t.vendor}
    found: dict[str, set[Ref]] = defaultdict(set)
    for visit, evidence in within.items():
        sites = visit_sites(evidence.visit)
        own = operators_domains(view.result, evidence.visit.site)
        for x in evidence.exchanges:
            domain = site_of(x.url)
            if not x.of_page or not domain or domain in own or party(x, sites) != "third":
                continue
            owner = view.knowledge.vendor_of(host_of(x.url))
            key = (owner.vendor if owner else told.get((visit, x.request))) or domain
            if key != vendor:
                found[key].add((visit, x.request))
    return found


def recipients_named(view: View, found: dict[str, set[Ref]]) -> Text:
    """The recipients, those with the most requests first."""
    ordered = sorted(found.items(), key=lambda f: (-len(f[1]), f[0]))
    known = {v.vendor for v in view.result.vendors}
    parts = [
        words("named.times", name=recipient_name(view.result, key if key in known else None, key), n=len(requests))
        for key, requests in ordered
    ]
    return listed(parts, 20)


def _recipients(view: View, column: Column) -> Cell:
    within = view.at(column.vendor, own=True)
    if not within:
        return missing("missing.own")
    found = third_parties(view, within, column.vendor)
    if not found:
        return in_visits(view, (), within)
    every = {ref for requests in found.values() for ref in requests}
    return figure(
        words("count.recipients", n=len(found), requests=len(every)), refs(every), recipients_named(view, found)
    )


def _findings(view: View, own: Mapping[str, set[str]], rule: str | None, column: Column) -> Cell:
    """Findings at the platform's own sites; those that rest on no request are words without a figure."""
    sites = own[column.vendor]
    if not sites:
        return missing("missing.own")
    found = [f for f in view.result.findings if f.site in sites and rule in (None, f.rule)]
    evidence = view.proof(found)
    told = verdicts(found)
    if told is None:
        within = {n: v for n, v in view.visits.items() if v.visit.site in sites}
        return figure(words("verdict.none"), view.documents(within), seen=False)
    messages = [Text(ja=f.message_ja, en=f.message_en) for f in found] if rule else []
    return figure(told, evidence, listed(messages, 3) if messages else None) if evidence else Said("note", told)


def consent(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """2-2: at the platform's own sites, what came of choices on a banner, and what was sent before one."""
    return (
        line(words("consent.choices"), columns, lambda c: _choices(view, c)),
        line(words("consent.before"), columns, lambda c: _before(view, c)),
    )


def _wanted(view: View, column: Column) -> dict[str, VisitEvidence]:
    own = view.at(column.vendor, own=True)
    return {n: v for n, v in own.items() if v.visit.consent is not Consent.ignore and v.visit.consent_result}


def _choices(view: View, column: Column) -> Cell:
    if not view.at(column.vendor, own=True):
        return missing("missing.own")
    wanted = _wanted(view, column)
    if not wanted:
        return missing("missing.consent")
    counts = Counter(
        (v.visit.consent.value, v.visit.consent_result.status.value) for v in wanted.values() if v.visit.consent_result
    )
    parts = [
        words("consent.outcome", wanted=label("consent", c), outcome=label("consent_status", s), n=n)
        for (c, s), n in sorted(counts.items())
    ]
    return figure(words("count.visits", n=len(wanted)), view.documents(wanted), listed(parts))


def _before(view: View, column: Column) -> Cell:
    if not view.at(column.vendor, own=True):
        return missing("missing.own")
    wanted = _wanted(view, column)
    if not wanted:
        return missing("missing.consent")
    made = {n: v for n, v in wanted.items() if v.visit.choice is not Consent.ignore}
    if not made:
        return missing("missing.choice")
    found = third_parties(view, made, column.vendor)
    hits = {ref for requests in found.values() for ref in requests if view.exchanges[ref].consent_choice == "before"}
    return in_visits(view, hits, made, names(Counter(host_of(view.exchanges[ref].url) for ref in hits)))
