"""1-6: identifiers bound to an account that went along with requests from others' sites, by the visitor's state.

Only that they went along is seen. Whether the platform joins what it received to the account is not.
"""

from collections import Counter
from collections.abc import Mapping
from functools import partial

from auditor.domains import host_of
from auditor.evidence import CookieMode, Phase, VisitEvidence, VisitKind, Visitor
from auditor.identify.model import Tie
from auditor.report.hearing.measures.counting import in_visits, line, missing, names
from auditor.report.hearing.measures.received import state_name
from auditor.report.hearing.sheet import Cell, Column, Line, figure
from auditor.report.hearing.view import STATES, View
from auditor.report.hearing.words import words
from auditor.store.set_cookie import parse_cookie_header
from auditor.vendors import Carrier

ACCOUNT = "account_id"
MIN_VALUE = 8
TIES = {
    "before_during": ("before", "during"),
    "during_after": ("during", "after"),
    "all": ("before", "during", "after"),
}


def account_bound(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """By state: the platform's account cookies, the site's own member ids; and what outlives the logout."""
    planned = {(v.visit.visitor, v.visit.cookie_mode) for v in view.planned if v.visit.kind is VisitKind.audit}
    lines = [
        line(
            words("account.cookie", state=state_name(visitor, mode)),
            columns,
            partial(_in_state, view, visitor, mode),
        )
        for visitor, mode in STATES
        if (visitor, mode) in planned
    ]
    lines.append(
        line(
            words("account.site"),
            columns,
            lambda c: _account(view, c, view.at(c.vendor, own=False), in_cookie=False),
        )
    )
    lines.append(line(words("account.held"), columns, lambda c: _held(view, c)))
    lines += [
        line(words(f"account.tie.{name}"), columns, partial(_tied, view, states)) for name, states in TIES.items()
    ]
    return tuple(lines)


def _tied(view: View, states: tuple[str, ...], column: Column) -> Cell:
    """Identifiers of one profile that went to the platform in all of these states towards its account."""
    within = {
        name: v
        for name, v in view.at(column.vendor, own=False).items()
        if v.visit.platform is not None
        and v.visit.platform == column.platform
        # who stays logged in has no requests after a logout
        and ("after" not in states or v.visit.visitor is Visitor.logged_out)
    }
    if not within:
        return missing("missing.login")
    found: dict[str, list[Tie]] = {}
    for identifier in view.result.identified.identifiers:
        ties = [t for t in identifier.ties if t.visit in within and t.platform == column.platform]
        if own := [t for t in ties if all(getattr(t, state) for state in states)]:
            found[identifier.value] = own
    hits = view.real(e for own in found.values() for t in own for state in states for e in getattr(t, state))
    if not hits:
        return in_visits(view, (), within)
    visits = {t.visit for own in found.values() for t in own}
    return figure(words("count.tied", n=len(found), visits=len(visits), of=len(within)), hits)


def _in_state(view: View, visitor: Visitor, mode: CookieMode, column: Column) -> Cell:
    return _account(view, column, view.in_state(column, visitor, mode), in_cookie=True)


def _account(view: View, column: Column, within: Mapping[str, VisitEvidence], *, in_cookie: bool) -> Cell:
    found = [
        t
        for t in view.of(column.vendor).items
        if t.data_type == ACCOUNT and t.value and t.visit in within and (t.carrier is Carrier.cookie) is in_cookie
    ]
    detail = names(Counter(view.item_name(t) for t in found), 6)
    return in_visits(view, {(t.visit, t.request) for t in found}, within, detail)


def _held(view: View, column: Column) -> Cell:
    """Logged out: identifiers equal to cookies the same browser sent to the platform before it logged out."""
    within = {name: v for mode in CookieMode for name, v in view.in_state(column, Visitor.logged_out, mode).items()}
    if not within:
        return missing("missing.logged_out")
    before = {name: _sent_before(view, v, column) for name, v in within.items()}
    found = [
        t
        for t in view.of(column.vendor).items
        if t.visit in within and view.level(t.data_type) == "identifier" and t.value in before[t.visit]
    ]
    detail = names(Counter(view.item_name(t) for t in found), 6)
    return in_visits(view, {(t.visit, t.request) for t in found}, within, detail)


def _sent_before(view: View, evidence: VisitEvidence, column: Column) -> set[str]:
    """Cookie values sent to the platform while the visit was prepared, that is, before the logout ended."""
    return {
        value
        for x in evidence.exchanges
        if x.phase is Phase.prepare and _at(view, x.url, column)
        for header, text in x.request_headers
        if header.lower() == "cookie"
        for _, value in parse_cookie_header(text)
        if len(value) >= MIN_VALUE
    }


def _at(view: View, url: str, column: Column) -> bool:
    owner = view.knowledge.vendor_of(host_of(url))
    return owner is not None and owner.vendor == column.vendor
