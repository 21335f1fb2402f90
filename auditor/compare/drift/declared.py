"""Disclosures of two runs, row by row: one line for each row that was added, removed or reworded."""

from collections.abc import Iterator

from auditor.compare.drift.model import Detail, Drift, DriftChange, DriftKind, DriftNote, RunSide
from auditor.disclosures import Disclosure, RowChange, RowChangeKind, compare_disclosures

_CHANGE = {
    RowChangeKind.added: DriftChange.new,
    RowChangeKind.removed: DriftChange.gone,
    RowChangeKind.reworded: DriftChange.changed,
}


def declared(before: RunSide, after: RunSide) -> tuple[list[Drift], list[DriftNote]]:
    """The lines of sites whose disclosure both runs read, and a note where only one did."""
    lines: list[Drift] = []
    notes: list[DriftNote] = [*before.notes, *after.notes]
    old, new = ({d.site: d for d in side.disclosures} for side in (before, after))
    both_visited = {v.visit.site for v in before.visits} & {v.visit.site for v in after.visits}
    for site in sorted({*old, *new}):
        if site in old and site in new:
            lines += _rows(site, old[site], new[site], before.run, after.run)
            if bool(old[site].corrections) != bool(new[site].corrections):
                run = before.run if old[site].corrections else after.run
                notes.append(DriftNote(code="corrected", site=site, values={"run": run}))
        elif site in both_visited:
            run = before.run if site in old else after.run
            notes.append(DriftNote(code="disclosure_only", site=site, values={"run": run}))
    return lines, notes


def _rows(site: str, old: Disclosure, new: Disclosure, old_run: str, new_run: str) -> Iterator[Drift]:
    if old.found != new.found:
        yield _whole(site, old, new, old_run, new_run)
        return
    for change in compare_disclosures(old, new):
        kind = _CHANGE[change.kind]
        details = _details(change)
        places = ((old_run, change.where_old), (new_run, change.where_new))
        yield Drift(
            kind=DriftKind.disclosure,
            change=kind,
            sites=(site,),
            vendor=change.entity,
            recipient=change.recipient,
            name=change.service,
            before="; ".join(f"{d.field}: {d.before}" for d in details if d.before),
            after="; ".join(f"{d.field}: {d.after}" for d in details if d.after),
            details=details,
            before_in=int(kind is not DriftChange.new),
            before_of=1,
            after_in=int(kind is not DriftChange.gone),
            after_of=1,
            established=True,
            evidence=tuple(f"{run}:{site}: {where}" for run, where in places if where),
        )


def _details(change: RowChange) -> tuple[Detail, ...]:
    details = [Detail(field=f.field, before=f.old, after=f.new) for f in change.fields]
    if change.gained or change.lost:
        details.append(Detail(field="data_types", before=", ".join(change.lost), after=", ".join(change.gained)))
    return tuple(details)


def _whole(site: str, old: Disclosure, new: Disclosure, old_run: str, new_run: str) -> Drift:
    """A disclosure that is there in one run only: one line, whatever its rows."""
    change = DriftChange.new if new.found else DriftChange.gone
    there = new if new.found else old
    rows = f"{len(there.rows)}: " + ", ".join(dict.fromkeys(r.recipient or r.service for r in there.rows))
    detail = Detail(field="rows", **{"after" if new.found else "before": rows})
    return Drift(
        kind=DriftKind.disclosure,
        change=change,
        sites=(site,),
        name=there.title,
        before=f"rows: {rows}" if old.found else "",
        after=f"rows: {rows}" if new.found else "",
        details=(detail,),
        before_in=int(old.found),
        before_of=1,
        after_in=int(new.found),
        after_of=1,
        established=True,
        evidence=(f"{old_run}:{site}: {old.address}", f"{new_run}:{site}: {new.address}"),
    )
