"""From a run's result to the sheet: the edition in force, the columns, every item with its lines."""

from collections.abc import Iterable

from auditor.report.hearing.items import Item, PartId, load_sheets
from auditor.report.hearing.measures import MEASURES
from auditor.report.hearing.sheet import Column, Hearing, Part, Row
from auditor.report.hearing.view import View
from auditor.report.hearing.words import words
from auditor.report.html.parts import recipient_name
from auditor.report.inputs import RunResult

PARTS: tuple[PartId, ...] = ("platforms", "carriers")


def hearing_of(result: RunResult) -> Hearing:
    """The sheet of a run; a pure function of it."""
    sheets = load_sheets()
    started = result.facts.started_at or min((v.visit.started_at for v in result.visits), default=None)
    edition = sheets.edition(started.date() if started else None)
    columns = {part: _columns(result, part) for part in PARTS}
    view = View(result, [c.vendor for part in PARTS for c in columns[part]])
    parts = tuple(
        Part(part, columns[part], tuple(_row(view, columns[part], item) for item in sheets.items(part, edition)))
        for part in PARTS
    )
    return Hearing(edition.name, f"{edition.mark} {edition.source}", started.date() if started else None, parts)


def _columns(result: RunResult, part: PartId) -> tuple[Column, ...]:
    """The sheet's own columns; but the scenario's platforms where none of those is among them (an invented web)."""
    wanted: Iterable[str] = load_sheets().columns[part]
    planned = {p.vendor: name for name, p in result.scenario.platforms.items()} if result.scenario else {}
    if part == "platforms" and planned:
        wanted = dict.fromkeys((*wanted, *planned)) if set(wanted) & set(planned) else planned
    return tuple(Column(vendor, recipient_name(result, vendor, vendor), planned.get(vendor)) for vendor in wanted)


def _row(view: View, columns: tuple[Column, ...], item: Item) -> Row:
    lines = MEASURES[item.measure](view, columns) if item.measure else ()
    return Row(
        number=item.number,
        title=item.title or words("number_only"),
        known=item.title is not None,
        inferred=item.inferred,
        mark=item.mark,
        source=item.source,
        status="seen" if item.measure else "see" if item.see else "unseen",
        lines=lines,
        see=item.see,
        why=load_sheets().reasons[item.unseen] if item.unseen else None,
        beyond=item.beyond,
    )
