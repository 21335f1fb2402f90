"""Which visits may be compared: complete visits of one site that differ in one coordinate only."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from auditor.evidence import Consent, CookieMode, Outcome, Visit, VisitEvidence, VisitKind, Visitor


class Pair(NamedTuple):
    """Two visits, the earlier state first."""

    kind: str
    before: VisitEvidence
    after: VisitEvidence


type _Place = tuple[str, str | None, Visitor, CookieMode, Consent, int]


def pairs(visits: Iterable[VisitEvidence]) -> Iterator[Pair]:
    """All pairs, in the order: cookie mode, visitor, consent; within each by site and visit.

    `no_account` is made once for all platforms and is compared with each platform's states. A visit whose wanted
    choice on consent was not made (no banner, no way) is nobody's acceptance or refusal: it is not compared as one,
    nor with one whose choice was made.
    """
    cells: dict[_Place, VisitEvidence] = {}
    for evidence in sorted(visits, key=lambda v: v.visit.visit):
        visit = evidence.visit
        if visit.outcome is Outcome.complete and visit.kind in (VisitKind.audit, VisitKind.imported):
            cells.setdefault(_place(visit), evidence)
    ordered = sorted(cells.items(), key=lambda c: (c[1].visit.site, c[1].visit.visit))
    for place, before in ordered:
        if place[3] is CookieMode.allowed and (after := cells.get(_with(place, mode=CookieMode.blocked))):
            yield from _alike(Pair("cookie_mode", before, after))
    platforms = sorted({place[1] for place in cells if place[1] is not None})
    for place, before in ordered:
        for platform, visitor in _later(place, platforms):
            if after := cells.get(_with(place, platform=platform, visitor=visitor)):
                yield from _alike(Pair("visitor", before, after))
    for place, before in ordered:
        for choice in (Consent.accept, Consent.reject):
            after = cells.get(_with(place, consent=choice))
            if place[4] is Consent.ignore and after is not None and after.visit.choice is choice:
                yield Pair("consent", before, after)


def _alike(pair: Pair) -> Iterator[Pair]:
    """The pair, when the same choice was made in both visits."""
    if pair.before.visit.choice is pair.after.visit.choice:
        yield pair


def _place(visit: Visit) -> _Place:
    platform = None if visit.visitor is Visitor.no_account else visit.platform
    return visit.site, platform, visit.visitor, visit.cookie_mode, visit.consent, visit.repeat


def _with(
    place: _Place,
    *,
    platform: str | None = None,
    visitor: Visitor | None = None,
    mode: CookieMode | None = None,
    consent: Consent | None = None,
) -> _Place:
    site, own, who, cookies, choice, repeat = place
    return site, platform or own, visitor or who, mode or cookies, consent or choice, repeat


def _later(place: _Place, platforms: list[str]) -> Iterator[tuple[str, Visitor]]:
    """The visitor states that come after one: of every platform after no_account, else of its own."""
    if place[2] is Visitor.no_account:
        for platform in platforms:
            yield platform, Visitor.logged_out
            yield platform, Visitor.logged_in
    elif place[2] is Visitor.logged_out and place[1] is not None:
        yield place[1], Visitor.logged_in
