"""Which visits of two runs may be held against each other: complete ones of the same cell; the rest is told."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from auditor.compare.drift.model import Cell, DriftNote, RunSide, Seen
from auditor.evidence import VisitKind

_TOLD = 6  # cells named in full


class Both(NamedTuple):
    """A cell's visits in both runs; neither is empty."""

    cell: Cell
    before: tuple[Seen, ...]
    after: tuple[Seen, ...]


def both(before: RunSide, after: RunSide) -> tuple[dict[str, list[Both]], list[DriftNote]]:
    """By site the cells that both runs have complete visits of, and a note for all that is not compared."""
    old, new = _by_cell(before), _by_cell(after)
    sites: dict[str, list[Both]] = {}
    for cell in sorted({*old, *new}):
        if cell in old and cell in new:
            sites.setdefault(cell.site, []).append(Both(cell, tuple(old[cell]), tuple(new[cell])))
    return sites, [*_left_out(before, after), *_lacking(old, new, before.run, after.run), *_otherwise(before, after)]


def _by_cell(side: RunSide) -> dict[Cell, list[Seen]]:
    found: dict[Cell, list[Seen]] = {}
    for visit in sorted((v for v in side.visits if v.counts), key=lambda v: v.visit.visit):
        found.setdefault(visit.cell, []).append(visit)
    return found


def _left_out(*sides: RunSide) -> Iterator[DriftNote]:
    """Visits that are not complete, or whose choice on consent was not made."""
    for side in sides:
        audited = [v for v in side.visits if v.visit.kind in (VisitKind.audit, VisitKind.imported)]
        lost = Counter(v.visit.site for v in audited if not v.counts)
        for site, n in sorted(lost.items()):
            yield DriftNote(code="not_complete", site=site, values={"run": side.run, "n": str(n)})


def _lacking(
    old: dict[Cell, list[Seen]], new: dict[Cell, list[Seen]], old_run: str, new_run: str
) -> Iterator[DriftNote]:
    """Sites and cells that one run lacks: nothing of them is new or gone."""
    for mine, theirs, run in ((old, new, old_run), (new, old, new_run)):
        other_sites = {cell.site for cell in theirs}
        for site in sorted({cell.site for cell in mine}):
            cells = [cell.label for cell in sorted(mine) if cell.site == site and cell not in theirs]
            if site not in other_sites:
                yield DriftNote(code="site_only", site=site, values={"run": run})
            elif cells:
                shown = "; ".join(cells[:_TOLD]) + (f"; +{len(cells) - _TOLD}" if len(cells) > _TOLD else "")
                yield DriftNote(code="cells_only", site=site, values={"run": run, "n": str(len(cells)), "cells": shown})


def _otherwise(before: RunSide, after: RunSide) -> Iterator[DriftNote]:
    """What differs in how the runs were made."""
    if before.started_at and after.started_at and before.started_at > after.started_at:
        yield DriftNote(code="order", values={"run": before.run})
    for site in sorted({*before.journeys} & {*after.journeys}):
        if before.journeys[site] != after.journeys[site]:
            yield DriftNote(code="journey", site=site)
    old, new = browsers(before), browsers(after)
    if old != new:
        values = {"before": ", ".join(sorted(old)) or "?", "after": ", ".join(sorted(new)) or "?"}
        yield DriftNote(code="browser", values=values)


def browsers(side: RunSide) -> frozenset[str]:
    """The user agents of the visits that count."""
    return frozenset(v.visit.user_agent for v in side.visits if v.counts)
