"""What each platform receives by the visitor's state and the third-party cookie mode."""

from collections import Counter
from dataclasses import dataclass

from auditor.evidence import CookieMode, Phase, VisitEvidence, Visitor
from auditor.report.html.parts import (
    IDENTIFYING,
    Capped,
    capped,
    data_type_name,
    is_complete,
    recipient_name,
    site_ids,
)
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.texts import Text
from auditor.store.set_cookie import parse_cookie_header

MAX_ROWS = 40
_HELD = ("held", "only_in", "only_out", "yes", "no", "unknown")


@dataclass(frozen=True)
class State:
    """One column: a cookie mode and a visitor state, and how many of its visits are complete."""

    mode: str
    visitor: str
    complete: int


@dataclass(frozen=True)
class StateRow:
    """Items of one kind that were sent in as many complete visits of each state; just a kind if no identifier."""

    data_type: Text
    items: tuple[str, ...]
    identifying: bool
    seen: tuple[int, ...]
    same: str


@dataclass(frozen=True)
class PlatformStates:
    """One site, one platform. `steady`: kinds of data, no identifiers, sent in every complete visit."""

    site: str
    platform: Text
    states: tuple[State, ...]
    modes: tuple[tuple[str, int], ...]
    rows: Capped[StateRow]
    steady: tuple[Text, ...]


type _Groups = dict[tuple[str, str], list[str]]
type _Sent = dict[tuple[str, str], dict[str, set[str]]]


def platform_states(result: RunResult, masker: Masker) -> tuple[PlatformStates, ...]:
    """For each site and platform with login states: what was sent to it, by state."""
    platforms = dict.fromkeys(v.visit.platform for v in result.audited() if v.visit.platform)
    return tuple(
        _platform(result, masker, site, platform) for site in site_ids(result) for platform in platforms if platform
    )


def _platform(result: RunResult, masker: Masker, site: str, platform: str) -> PlatformStates:
    known = result.scenario.platforms.get(platform) if result.scenario else None
    vendor = known.vendor if known else platform
    groups: _Groups = {(mode.value, state.value): [] for mode in CookieMode for state in Visitor}
    planned, complete = set(), []
    for v in result.audited():
        if v.visit.site == site and v.visit.platform in (None, platform):
            key = (v.visit.cookie_mode.value, v.visit.visitor.value)
            planned.add(key)
            if is_complete(v):
                complete.append(v)
                groups[key].append(v.visit.visit)
    states = tuple(State(*key, complete=len(ids)) for key, ids in groups.items() if key in planned)
    sent: _Sent = {}
    for t in result.transmissions:
        if t.vendor == vendor and t.data_type:
            name = f"{t.carrier.value} {masker.guard(t.parameter)}"
            sent.setdefault((name, t.data_type), {}).setdefault(t.visit, set()).add(t.value)
    rows = _rows(result, sent, groups, states, _before_logout(complete))
    every = tuple(s.complete for s in states)
    told = [r for r in rows if r.identifying or r.seen != every]
    return PlatformStates(
        site,
        recipient_name(result, vendor, platform),
        states,
        tuple(Counter(s.mode for s in states).items()),
        capped(told, MAX_ROWS, "transmissions.csv"),
        tuple(r.data_type for r in rows if not r.identifying and r.seen == every),
    )


def _rows(
    result: RunResult, sent: _Sent, groups: _Groups, states: tuple[State, ...], before: dict[str, set[str]]
) -> list[StateRow]:
    """Identifiers by kind, states and sameness; of other kinds one row each."""
    merged: dict[tuple[str, tuple[int, ...], str], list[str]] = {}
    kinds: dict[str, set[str]] = {}

    def seen(visits: set[str]) -> tuple[int, ...]:
        return tuple(len(visits.intersection(groups[s.mode, s.visitor])) for s in states)

    for (name, code), where in sorted(sent.items()):
        if not (result.taxonomy.has(code) and result.taxonomy.get(code).level in IDENTIFYING):
            kinds.setdefault(code, set()).update(where)
        elif any(count := seen(set(where))):
            merged.setdefault((code, count, _same(where, groups, before)), []).append(name)
    rows = [
        StateRow(data_type_name(result, code), tuple(names), identifying=True, seen=count, same=same)
        for (code, count, same), names in merged.items()
    ]
    rows.sort(key=lambda r: (_HELD.index(r.same), r.data_type.ja, r.items))
    order = [t.code for t in result.taxonomy.data_types]
    for code in sorted(kinds, key=lambda c: (order.index(c) if c in order else len(order), c)):
        if any(count := seen(kinds[code])):
            rows.append(StateRow(data_type_name(result, code), (), identifying=False, seen=count, same="unknown"))
    return rows


def _before_logout(visits: list[VisitEvidence]) -> dict[str, set[str]]:
    """Of visits logged out: the cookie values the same browser sent while it was prepared, that is, while logged in."""
    return {
        v.visit.visit: {
            value
            for x in v.exchanges
            if x.phase is Phase.prepare
            for header, text in x.request_headers
            if header.lower() == "cookie"
            for _, value in parse_cookie_header(text)
        }
        for v in visits
        if v.visit.visitor is Visitor.logged_out
    }


def _same(where: dict[str, set[str]], groups: _Groups, before: dict[str, set[str]]) -> str:
    """Whether a value sent logged out was also sent before the logout (`held`), or in another visit logged in."""

    def values(state: Visitor) -> set[str]:
        return {
            value for mode in CookieMode for v in groups[mode.value, state.value] for value in where.get(v, ()) if value
        }

    complete = {state: any(groups[mode.value, state.value] for mode in CookieMode) for state in Visitor}
    if any(where.get(visit, set()) & values_before for visit, values_before in before.items()):
        return "held"
    out, logged_in = values(Visitor.logged_out), values(Visitor.logged_in)
    if not out and logged_in:
        return "only_in" if complete[Visitor.logged_out] else "unknown"
    if out and not logged_in:
        return "only_out" if complete[Visitor.logged_in] else "unknown"
    if not out:
        return "unknown"
    return "yes" if out & logged_in else "no"
