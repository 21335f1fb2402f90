"""The same browser identifier sent to a platform before the login, while logged in, after the logout (item 1-6).

It says that one value went there in these states. That the platform joins them cannot be seen, and is not said.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from auditor.decode import Knowledge
from auditor.domains import host_of, is_within, registrable_domain
from auditor.evidence import Exchange, StepDone, VisitEvidence
from auditor.identify.following import Followed
from auditor.identify.model import Tie
from auditor.scenario import CookieProof, Platform, Scenario
from auditor.store.set_cookie import parse_cookie_header, parse_set_cookie

_MAX = 10
_ACTS = frozenset({"click", "press", "submit", "python"})


class _State(NamedTuple):
    """When the account was there. Between the two moments of a change the state is not told."""

    not_yet: datetime | None
    from_on: datetime | None
    until: datetime | None
    no_more: datetime | None


def ties_of(evidence: VisitEvidence, followed: Followed, scenario: Scenario | None, knowledge: Knowledge) -> list[Tie]:
    """The tie of an identifier to the account the visit was prepared with; empty without one."""
    visit = evidence.visit
    platform = scenario.platforms.get(visit.platform or "") if scenario is not None else None
    if platform is None or visit.platform is None:
        return []
    proof = platform.proof
    state = _by_cookie(evidence, proof) if isinstance(proof, CookieProof) else None
    state = state or _by_steps(evidence.steps)
    before: dict[str, None] = {}
    during: dict[str, None] = {}
    after: dict[str, None] = {}
    for hit in followed.sent:
        exchange = hit.exchange
        if not _to(exchange, platform, knowledge):
            continue
        reference = f"{exchange.visit}/{exchange.request}"
        if isinstance(proof, CookieProof) and _carries(exchange, proof):
            during[reference] = None
        elif state is None:
            continue
        elif state.not_yet is not None and exchange.started_at <= state.not_yet:
            before[reference] = None
        elif state.no_more is not None and exchange.started_at > state.no_more:
            after[reference] = None
        elif (
            state.from_on is not None
            and exchange.started_at > state.from_on
            and (state.until is None or exchange.started_at < state.until)
        ):
            during[reference] = None
    if not during or not (before or after):
        return []
    tie = Tie(
        platform=visit.platform,
        visit=visit.visit,
        before=tuple(before)[:_MAX],
        during=tuple(during)[:_MAX],
        after=tuple(after)[:_MAX],
    )
    return [tie]


def _to(exchange: Exchange, platform: Platform, knowledge: Knowledge) -> bool:
    """Whether a request goes to the platform's own domains."""
    host = host_of(exchange.url)
    vendor = knowledge.vendor_of(host)
    if vendor is not None:
        return vendor.vendor == platform.vendor
    proof = platform.proof
    return isinstance(proof, CookieProof) and registrable_domain(host) == registrable_domain(proof.domain)


def _carries(exchange: Exchange, proof: CookieProof) -> bool:
    if not is_within(host_of(exchange.url), proof.domain):
        return False
    pairs = parse_cookie_header(exchange.request_header("cookie") or "")
    return any(name == proof.cookie and value for name, value in pairs)


def _by_cookie(evidence: VisitEvidence, proof: CookieProof) -> _State | None:
    """From the answers that set and took away the proof cookie; None where neither was seen.

    The login lasts from the first answer that set it (or from the start, if it came with the state the profile was
    started from) to the last answer that deleted it.
    """
    lines = list(_proof_lines(evidence, proof))
    given = next(((exchange, at) for exchange, at, gone in lines if not gone), None)
    carried = next((e.started_at for e in evidence.exchanges if _carries(e, proof)), None)
    not_yet: datetime | None = None
    if given is not None and (carried is None or carried >= given[0].started_at):
        not_yet, from_on = given[0].started_at, given[1]
    elif carried is not None:
        from_on = carried
    else:
        return None
    exchange, at, gone = lines[-1] if lines else (None, from_on, False)
    if exchange is None or not gone or at < from_on:
        return _State(not_yet, from_on, None, None)
    return _State(not_yet, from_on, exchange.started_at, at)


def _proof_lines(evidence: VisitEvidence, proof: CookieProof) -> Iterator[tuple[Exchange, datetime, bool]]:
    """Set-Cookie lines of the proof cookie in the order of their answers: exchange, moment, whether it deletes."""
    lines: list[tuple[datetime, Exchange, bool]] = []
    for exchange in evidence.exchanges:
        if not is_within(host_of(exchange.url), registrable_domain(proof.domain)):
            continue
        at = exchange.ended_at or exchange.started_at
        for name, value in exchange.response_headers:
            if name.lower() != "set-cookie":
                continue
            for line in value.split("\n"):
                cookie = parse_set_cookie(line, exchange.url, at)
                if cookie is None or cookie.name != proof.cookie or not is_within(cookie.domain, proof.domain):
                    continue
                gone = cookie.deletes or not cookie.value or (cookie.expires_at is not None and cookie.expires_at <= at)
                lines.append((at, exchange, gone))
    for at, exchange, gone in sorted(lines, key=lambda entry: (entry[0], entry[1].request)):
        yield exchange, at, gone


def _by_steps(steps: Sequence[StepDone]) -> _State | None:
    """From the steps of login and logout; None without them.

    Logged in from the step after the login's last on; not yet before the last click of it. The logout likewise.
    """
    logins = [n for n, s in enumerate(steps) if s.name.startswith("login.")]
    logouts = [n for n, s in enumerate(steps) if s.name.startswith("logout.")]
    if not logins:
        return None
    not_yet, from_on = _change(steps, logins)
    until, no_more = _change(steps, logouts) if logouts else (None, None)
    return _State(not_yet, from_on, until, no_more)


def _change(steps: Sequence[StepDone], own: list[int]) -> tuple[datetime, datetime]:
    """The last moment of the state before, the first of the state after."""
    acts = [n for n in own if steps[n].kind in _ACTS] or own
    after = own[-1] + 1
    return steps[acts[-1]].at, steps[after].at if after < len(steps) else steps[own[-1]].at
