"""5-2: by what identifiers are still sent when third-party cookies are blocked, from the comparison's changes."""

from functools import partial

from auditor.compare import Change
from auditor.evidence import CookieMode
from auditor.report.hearing.measures.counting import line, missing
from auditor.report.hearing.sheet import Cell, Column, Line, figure
from auditor.report.hearing.view import View
from auditor.report.hearing.words import listed, words
from auditor.report.html.parts import same
from auditor.report.texts import label

STILL_SENT = ("added", "kept")


def techniques(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """A line a technique: the items and sites it carries identifiers by; those whose technique is not known last."""
    changes = [
        c
        for c in view.result.changes
        if c.kind == "cookie_mode" and view.level(c.data_type) in ("identifier", "contact")
    ]
    sent = [c for c in changes if c.change in STILL_SENT]
    found = sorted({c.technique for c in sent if c.technique})
    lines = [line(label("technique", each), columns, partial(_used, view, sent, each)) for each in found]
    lines.append(line(words("technique.unknown"), columns, partial(_used, view, sent, "")))
    gone = [c for c in changes if c.change in ("gone", "replaced")]
    lines.append(line(words("technique.gone"), columns, partial(_used, view, gone, None)))
    return tuple(lines)


def _used(view: View, changes: list[Change], technique: str | None, column: Column) -> Cell:
    others = view.at(column.vendor, own=False)
    blocked = {n: v for n, v in others.items() if v.visit.cookie_mode is CookieMode.blocked}
    sites = {v.visit.site for v in blocked.values()}
    paired = {v.visit.site for v in others.values() if v.visit.cookie_mode is CookieMode.allowed} & sites
    if not paired:
        return missing("missing.pairs")
    own = [
        c
        for c in changes
        if c.vendor == column.vendor and c.site in paired and technique in (None, c.technique) and _proof(view, c)
    ]
    if not own:
        looked = view.documents(n for n, v in blocked.items() if v.visit.site in paired)
        return figure(words("count.techniques", n=0, sites=0, of=len(paired)), looked, seen=False)
    items = sorted({c.item for c in own})
    where = {c.site for c in own}
    shown = words("count.techniques", n=len(items), sites=len(where), of=len(paired))
    new = sorted({c.item for c in own if c.change == "added"})
    parts = [words("technique.new", item=item) if item in new else same(item) for item in items]
    return figure(shown, {e for c in own for e in _proof(view, c)}, listed(parts))


def _proof(view: View, change: Change) -> set[str]:
    """Of what is still sent, the requests of the blocked visit; of what is gone, those of the allowed one."""
    visit = change.after_visit if change.change in STILL_SENT else change.before_visit
    return view.real(e for e in change.evidence if e.startswith(f"{visit}/"))
