"""Which visits may be compared: the repetitions of a cell; pairs of cells that differ in one coordinate only."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from auditor.evidence import Consent, CookieMode, Outcome, Visit, VisitEvidence, VisitKind, Visitor


class Cell(NamedTuple):
    """The coordinates of a visit, its repetition left aside.

    `consent` is the choice wanted, `choice` the one made: a visit whose wanted choice was not made (no banner, no way)
    is nobody's acceptance or refusal, and no repetition of one.
    """

    site: str
    platform: str | None
    visitor: Visitor
    mode: CookieMode
    consent: Consent
    choice: Consent


class CellPair(NamedTuple):
    """Two cells, the earlier state first, with their complete visits (one or more each, by repetition).

    treatment   what differs, the same for every pair of the kind that may be put together: '' or the states
    """

    kind: str
    treatment: str
    site: str
    before: tuple[VisitEvidence, ...]
    after: tuple[VisitEvidence, ...]


def cells_of(visits: Iterable[VisitEvidence]) -> dict[Cell, tuple[VisitEvidence, ...]]:
    """The complete visits of audits and imports by cell, in the order of their sites and names."""
    found: dict[Cell, list[VisitEvidence]] = {}
    for evidence in sorted(visits, key=lambda v: (v.visit.site, v.visit.repeat, v.visit.visit)):
        visit = evidence.visit
        if visit.outcome is Outcome.complete and visit.kind in (VisitKind.audit, VisitKind.imported):
            found.setdefault(_cell(visit), []).append(evidence)
    ordered = sorted(found.items(), key=lambda c: (c[0].site, c[1][0].visit.visit))
    return {cell: tuple(own) for cell, own in ordered}


def cell_pairs(visits: Iterable[VisitEvidence], opt_outs: Mapping[str, str]) -> Iterator[CellPair]:
    """All pairs, in the order: cookie mode, visitor, consent, opt-out; within each by site and visit.

    `no_account` is made once for all platforms and is compared with each platform's states. `opt_outs`: a site that
    is another one after an opt-out -> that other site.
    """
    cells = cells_of(visits)
    for cell in cells:
        if cell.mode is CookieMode.allowed:
            yield from _pair(cells, "cookie_mode", "", cell, cell._replace(mode=CookieMode.blocked))
    platforms = sorted({cell.platform for cell in cells if cell.platform is not None})
    for cell in cells:
        for platform, visitor in _later(cell, platforms):
            treatment = f"{platform} {cell.visitor.value} {visitor.value}"
            yield from _pair(cells, "visitor", treatment, cell, cell._replace(platform=platform, visitor=visitor))
    for cell in cells:
        for choice in (Consent.accept, Consent.reject):
            if cell.consent is Consent.ignore:
                yield from _pair(cells, "consent", choice.value, cell, cell._replace(consent=choice, choice=choice))
    for cell in cells:
        for other, base in sorted(opt_outs.items()):
            if cell.site == base:
                yield from _pair(cells, "opt_out", other, cell, cell._replace(site=other))


def _pair(
    cells: Mapping[Cell, tuple[VisitEvidence, ...]], kind: str, treatment: str, before: Cell, after: Cell
) -> Iterator[CellPair]:
    if after in cells:
        yield CellPair(kind, treatment, before.site, cells[before], cells[after])


def _cell(visit: Visit) -> Cell:
    platform = None if visit.visitor is Visitor.no_account else visit.platform
    return Cell(visit.site, platform, visit.visitor, visit.cookie_mode, visit.consent, visit.choice)


def _later(cell: Cell, platforms: list[str]) -> Iterator[tuple[str, Visitor]]:
    """The visitor states that come after one: of every platform after no_account, else of its own."""
    if cell.visitor is Visitor.no_account:
        for platform in platforms:
            yield platform, Visitor.logged_out
            yield platform, Visitor.logged_in
    elif cell.visitor is Visitor.logged_out and cell.platform is not None:
        yield cell.platform, Visitor.logged_in
