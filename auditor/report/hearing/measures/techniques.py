"""5-2: what takes the place of third-party cookies: the techniques in use, then what stopped when they were blocked."""

from functools import partial

from auditor.compare import Change, TechniqueUse
from auditor.evidence import CookieMode
from auditor.report.hearing.measures.counting import line, missing
from auditor.report.hearing.sheet import Cell, Column, Line, figure
from auditor.report.hearing.view import View
from auditor.report.hearing.words import listed, words
from auditor.report.html.parts import same
from auditor.report.html.techniques import all_techniques, technique_name

STRENGTHS = ("shown", "hint")


def techniques(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """A line a technique, what the traffic shows before what only hints at it; then what is gone when blocked."""
    lines = []
    for strength in STRENGTHS:
        uses = [u for u in view.result.techniques if u.strength == strength]
        for code in all_techniques(view.result):
            own = [u for u in uses if u.technique == code]
            if not own:
                continue
            name = words(f"technique.{strength}", name=technique_name(code))
            lines.append(line(name, columns, partial(_used, view, own)))
    if not lines:
        lines.append(line(words("technique.any"), columns, partial(_used, view, [])))
    gone = [
        c
        for c in view.result.changes
        if c.kind == "cookie_mode"
        and c.change in ("gone", "replaced")
        and view.level(c.data_type) in ("identifier", "contact")
    ]
    lines.append(line(words("technique.gone"), columns, partial(_gone, view, gone)))
    return tuple(lines)


def _paired(view: View, column: Column) -> tuple[set[str], set[str]]:
    """Sites that were visited in both modes, and the visits with third-party cookies blocked there."""
    others = view.at(column.vendor, own=False)
    modes = {mode: {v.visit.site for v in others.values() if v.visit.cookie_mode is mode} for mode in CookieMode}
    sites = modes[CookieMode.allowed] & modes[CookieMode.blocked]
    blocked = {n for n, v in others.items() if v.visit.cookie_mode is CookieMode.blocked and v.visit.site in sites}
    return sites, blocked


def _used(view: View, uses: list[TechniqueUse], column: Column) -> Cell:
    """At how many sites, and in how many visits of each mode."""
    sites, blocked = _paired(view, column)
    if not sites:
        return missing("missing.pairs")
    own = [u for u in uses if u.vendor == column.vendor and u.site in sites]
    proof = view.real(e for u in own for e in u.evidence)
    if not proof:
        none = words("count.technique", sites=0, of=len(sites), allowed="–", blocked="–")
        return figure(none, view.documents(blocked), seen=False)
    shown = words(
        "count.technique",
        sites=len({u.site for u in own}),
        of=len(sites),
        allowed=f"{sum(u.allowed_in for u in own)}/{sum(u.allowed_of for u in own)}",
        blocked=f"{sum(u.blocked_in for u in own)}/{sum(u.blocked_of for u in own)}",
    )
    items = sorted({view.masker.guard(item) for u in own for item in u.items})
    return figure(shown, proof, listed([same(item) for item in items]) if items else None)


def _gone(view: View, changes: list[Change], column: Column) -> Cell:
    """Of what is gone, the requests of the visit that had it; what is established and what was only seen, apart."""
    sites, blocked = _paired(view, column)
    if not sites:
        return missing("missing.pairs")
    own = [c for c in changes if c.vendor == column.vendor and c.site in sites and _proof(view, c)]
    if not own:
        none = words("count.techniques", n=0, sites=0, of=len(sites), established=0)
        return figure(none, view.documents(blocked), seen=False)
    items = {c.item for c in own}
    shown = words(
        "count.techniques",
        n=len(items),
        sites=len({c.site for c in own}),
        of=len(sites),
        established=len({c.item for c in own if c.established}),
    )
    return figure(shown, {e for c in own for e in _proof(view, c)}, listed([same(item) for item in sorted(items)]))


def _proof(view: View, change: Change) -> set[str]:
    return view.real(e for e in change.evidence if e.startswith(f"{change.before_visit}/"))
