"""The visits of a run as profiles: which are twins of one another, which are logged in at whose account."""

from collections.abc import Sequence

from auditor.evidence import Outcome, VisitKind, Visitor
from auditor.identify.candidates import VisitValues

TWIN = "the twin visit"
SAME_SITE = "another visit of the site, in a profile of its own"
ANY_SITE = "a visit of another site, in a profile of its own"


class Profiles:
    """All visits with their values. A recording does not tell which profile it is of: it is nobody's twin."""

    def __init__(self, visits: Sequence[VisitValues]) -> None:
        self.by_id = {v.evidence.visit.visit: v for v in visits}
        self._own = [v for v in visits if _own_profile(v)]

    def others(self, visit: VisitValues) -> list[tuple[str, list[VisitValues]]]:
        """Other profiles to hold a visit against, the likest first: its twins, its site's, all others."""
        if not _own_profile(visit, complete=False):
            return []
        others = [v for v in self._own if v is not visit]
        twins = [v for v in others if _cell(v) == _cell(visit)]
        same = [v for v in others if v.evidence.visit.site == visit.evidence.visit.site and v not in twins]
        rest = [v for v in others if v.evidence.visit.site != visit.evidence.visit.site]
        return [(TWIN, twins), (SAME_SITE, same), (ANY_SITE, rest)]

    def account_of(self, visits: set[str]) -> str | None:
        """The platform at whose account all these profiles are, or were, logged in; none that is logged in is missing.

        None for fewer than two profiles, other visitors or several platforms.
        """
        own = [self.by_id[v].evidence.visit for v in visits]
        platforms = {v.platform for v in own}
        if len(own) < 2 or len(platforms) != 1 or None in platforms:
            return None
        if any(v.visitor is Visitor.no_account or v.kind is not VisitKind.audit for v in own):
            return None
        platform = platforms.pop()
        logged_in = {
            v.evidence.visit.visit
            for v in self._own
            if v.evidence.visit.platform == platform and v.evidence.visit.visitor is Visitor.logged_in
        }
        return platform if logged_in and logged_in <= visits else None


def _own_profile(values: VisitValues, *, complete: bool = True) -> bool:
    visit = values.evidence.visit
    return visit.kind is VisitKind.audit and (visit.outcome is Outcome.complete or not complete)


def _cell(values: VisitValues) -> tuple[object, ...]:
    visit = values.evidence.visit
    return visit.site, visit.page, visit.platform, visit.visitor, visit.cookie_mode, visit.consent, visit.choice
