"""What is new, gone or changed at one site: by how many visits of each cell show a thing, in both runs."""

from collections.abc import Sequence
from typing import NamedTuple

from auditor.compare.drift.cells import Both
from auditor.compare.drift.exact import Stratum
from auditor.compare.drift.model import Cell, DriftChange, Seen, State, Thing

type Shown = frozenset[State]
"""The states a thing was in during one visit."""


class Difference(NamedTuple):
    """A thing that is new, gone or changed at a site.

    cells       those that show it
    partly      the thing is there in both runs, and the difference in some states of the visitor only
    in_line     of a partial one: those states are all that share one coordinate (all with cookies blocked, ...)
    old, new    of a changed one, the states before and after
    """

    change: DriftChange
    cells: tuple[Cell, ...]
    partly: bool = False
    in_line: bool = True
    old: Shown = frozenset()
    new: Shown = frozenset()


class Counted(NamedTuple):
    """A cell's visits that show a thing."""

    cell: Cell
    stratum: Stratum


def counted(thing: Thing, cells: Sequence[Both]) -> list[Counted]:
    """For each cell, how many visits of both runs show the thing."""
    return [
        Counted(c.cell, Stratum(_showing(thing, c.before), len(c.before), _showing(thing, c.after), len(c.after)))
        for c in cells
    ]


def _showing(thing: Thing, visits: Sequence[Seen]) -> int:
    return sum(thing in v.things for v in visits)


def presence(counts: Sequence[Counted]) -> Difference | None:
    """Whether a thing is new or gone.

    In some visits of both runs it is neither, but for one case: it shows in no visit of some states of the visitor,
    and in those it is only new (or only gone). What is new in some states and gone in others comes and goes by itself.
    """
    new = [c.cell for c in counts if not c.stratum.before_in and c.stratum.after_in]
    gone = [c.cell for c in counts if c.stratum.before_in and not c.stratum.after_in]
    if not new and not gone:
        return None
    if not any(c.stratum.before_in for c in counts):
        return Difference(DriftChange.new, tuple(new))
    if not any(c.stratum.after_in for c in counts):
        return Difference(DriftChange.gone, tuple(gone))
    if new and gone:
        return None
    cells, change = (new, DriftChange.new) if new else (gone, DriftChange.gone)
    return Difference(change, tuple(cells), partly=True, in_line=_in_line(cells, counts, change))


def _in_line(cells: list[Cell], counts: Sequence[Counted], change: DriftChange) -> bool:
    """Whether the cells are all those of one cookie mode, visitor, platform or choice, and show it in every visit."""
    everywhere = [c.cell for c in counts]
    full = all(
        c.stratum.after_in == c.stratum.after_of
        if change is DriftChange.new
        else c.stratum.before_in == c.stratum.before_of
        for c in counts
        if c.cell in cells
    )
    for coordinate in ("cookie_mode", "consent", "visitor", "platform"):
        values = {getattr(cell, coordinate) for cell in cells}
        if len(values) == 1:
            value = values.pop()
            if [cell for cell in everywhere if getattr(cell, coordinate) == value] == cells:
                return full
    return False


def shown(thing: Thing, visits: Sequence[Seen]) -> list[Shown]:
    """The states of a thing in each visit where any was seen."""
    return [frozenset(v.things[thing].states) for v in visits if thing in v.things and v.things[thing].states]


def varies(thing: Thing, cells: Sequence[Both]) -> bool:
    """Whether a thing's state differs by itself: within a cell of a run, or from each visit of a run to each other."""
    for side in (0, 1):
        visits = [shown(thing, c.before if side == 0 else c.after) for c in cells]
        everything = [state for states in visits for state in states]
        if any(len(set(states)) > 1 for states in visits):
            return True
        if len(everything) > 1 and len(set(everything)) == len(everything):
            return True
    return False


def changed(thing: Thing, cells: Sequence[Both]) -> Difference | None:
    """Whether a thing's state changed: a state that the later run shows nowhere gave way to one that is only there."""
    by_cell = [(c.cell, set(shown(thing, c.before)), set(shown(thing, c.after))) for c in cells]
    olds = {state for _, before, _ in by_cell for state in before}
    news = {state for _, _, after in by_cell for state in after}
    found = [
        (cell, before, after)
        for cell, before, after in by_cell
        if before and after and before.isdisjoint(news) and after.isdisjoint(olds)
    ]
    if not found:
        return None
    old = frozenset(one for _, before, _ in found for states in before for one in states)
    new = frozenset(one for _, _, after in found for states in after for one in states)
    return Difference(DriftChange.changed, tuple(cell for cell, _, _ in found), old=old - new, new=new - old)


def counted_state(thing: Thing, cells: Sequence[Both], state: Shown) -> list[Counted]:
    """For each cell, how many of the visits where a state was seen show one of these."""

    def showing(visits: Sequence[Seen]) -> tuple[int, int]:
        states = shown(thing, visits)
        return sum(not one.isdisjoint(state) for one in states), len(states)

    return [Counted(c.cell, Stratum(*showing(c.before), *showing(c.after))) for c in cells]
