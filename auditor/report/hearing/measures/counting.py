"""Figures that count visits and requests: n of m complete visits, k requests."""

from collections.abc import Callable, Collection, Iterable, Mapping

from auditor.evidence import VisitEvidence
from auditor.report.hearing.sheet import Cell, Column, Line, Said, figure
from auditor.report.hearing.view import Ref, View, refs
from auditor.report.hearing.words import listed, words
from auditor.report.html.parts import same
from auditor.report.texts import Text


def missing(key: str, **values: object) -> Said:
    """Words for what this run did not measure."""
    return Said("missing", words(key, **values))


def in_visits(
    view: View,
    hits: Iterable[Ref],
    within: Mapping[str, VisitEvidence],
    detail: Text | None = None,
    shown_as: str = "in_visits",
) -> Cell:
    """In how many of these visits, with how many requests; a figure of nothing leads to the visits' documents."""
    found = {hit for hit in hits if hit[0] in within}
    if not within:
        return missing("missing.visits")
    shown = words(shown_as, n=len({visit for visit, _ in found}), of=len(within), requests=len(found))
    if found:
        return figure(shown, refs(found), detail)
    looked = view.documents(within)
    return figure(shown, looked, seen=False) if looked else missing("missing.visits")


def line(label: Text, columns: Collection[Column], cell: Callable[[Column], Cell]) -> Line:
    """A line with the same measure for every column."""
    return Line(label, tuple(cell(column) for column in columns))


def names(counts: Mapping[str, int], limit: int = 12) -> Text | None:
    """Observed names with how often each was there, the most frequent first; None for none."""
    ordered = sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    return listed([same(f"{name} ({n})") for name, n in ordered], limit) if ordered else None
