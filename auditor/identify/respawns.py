"""Cookies that a step of the journey deleted and that came back with the same identifier, and from where.

The same value in a cookie of the same domain, under whatever name, set or sent after the deletion. A cookie that comes
back with another value is no respawn, nor is one whose value every visitor has.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import ClearedCookie, Exchange, VisitEvidence
from auditor.identify.candidates import Candidate
from auditor.identify.following import Followed
from auditor.identify.model import HolderKind, Respawn
from auditor.identify.split import split
from auditor.identify.times import epoch
from auditor.store.set_cookie import parse_cookie_header, parse_set_cookie

_MAX = 10


class _Back(NamedTuple):
    """The cookie seen again: when, by which request, what set it ('' for a script)."""

    at: datetime
    order: int
    request: str
    setter: str


class _Source(NamedTuple):
    source: str
    detail: str
    evidence: str = ""


def respawns_of(
    evidence: VisitEvidence, candidates: Mapping[str, Candidate], followed: Mapping[str, Followed]
) -> list[Respawn]:
    """The respawns of a visit. `candidates`: those of its values that are, or may be, identifiers."""
    visit = evidence.visit
    around = epoch(visit.started_at)
    found: list[Respawn] = []
    for step in evidence.steps:
        for cookie in step.cleared:
            site = registrable_domain(cookie.domain)
            values = [p.text for p in split(cookie.value, around) if p.text in candidates]
            for value in values:
                back = _back(evidence, site, value, step.at)
                if back is None:
                    continue
                source = _source(evidence, candidates[value], followed.get(value, Followed()), site, back, step.at)
                references = [source.evidence, f"{visit.visit}/{back.request}" if back.request else visit.visit]
                found.append(
                    Respawn(
                        value=value,
                        visit=visit.visit,
                        site=visit.site,
                        name=cookie.name,
                        domain=cookie.domain,
                        cleared_at=step.at,
                        back_at=back.at,
                        source=source.source,
                        detail=source.detail,
                        evidence=tuple(dict.fromkeys(r for r in references if r))[:_MAX],
                    )
                )
                break  # one cookie comes back once, however many of its parts
    return _once(found)


def _once(found: Sequence[Respawn]) -> list[Respawn]:
    """A cookie cleared twice and back once is told of the last clearing before its return."""
    last: dict[tuple[str, str, str, datetime | None], Respawn] = {}
    for respawn in found:
        last[(respawn.name, respawn.domain, respawn.value, respawn.back_at)] = respawn
    return list(last.values())


def _back(evidence: VisitEvidence, site: str, value: str, cleared_at: datetime) -> _Back | None:
    """When the value was first in a cookie of the site again."""
    return min(_returns(evidence, site, value, cleared_at), default=None)


def _returns(evidence: VisitEvidence, site: str, value: str, cleared_at: datetime) -> Iterator[_Back]:
    around = epoch(evidence.visit.started_at)

    def holds(text: str) -> bool:
        return text == value or any(p.text == value for p in split(text, around))

    for cookie in evidence.cookies:
        if registrable_domain(cookie.domain) != site or not holds(cookie.value):
            continue
        if cookie.set_by == "script" and cookie.set_at is not None and cookie.set_at > cleared_at:
            yield _Back(cookie.set_at, 0, "", "")
    for exchange in evidence.exchanges:
        if registrable_domain(host_of(exchange.url)) != site:
            continue
        ended = exchange.ended_at or exchange.started_at
        if ended > cleared_at and _sets(exchange, holds):
            yield _Back(ended, 0, exchange.request, exchange.request)
        if exchange.started_at > cleared_at:
            pairs = parse_cookie_header(exchange.request_header("cookie") or "")
            if any(holds(text) for _, text in pairs):
                yield _Back(exchange.started_at, 1, exchange.request, "")


def _sets(exchange: Exchange, holds: object) -> bool:
    refused = {r.line for r in exchange.cause.cookies_refused} if exchange.cause else set()
    for name, value in exchange.response_headers:
        if name.lower() != "set-cookie":
            continue
        for line in value.split("\n"):
            cookie = parse_set_cookie(line, exchange.url, exchange.ended_at or exchange.started_at)
            if (
                cookie is not None
                and not cookie.deletes
                and line not in refused
                and callable(holds)
                and holds(cookie.value)
            ):
                return True
    return False


def _source(
    evidence: VisitEvidence,
    candidate: Candidate,
    followed: Followed,
    site: str,
    back: _Back,
    cleared_at: datetime,
) -> _Source:
    """Where it came back from: a store that holds it, a cached answer, the server's answer."""
    visit = evidence.visit.visit
    stores = [h for h in candidate.holders if h.kind in (HolderKind.local_storage, HolderKind.indexeddb)]
    stored = next(iter(sorted(stores, key=lambda h: (site_of(h.place) != site, h.kind, h.place, h.name))), None)
    setter = next((e for e in evidence.exchanges if back.setter and e.request == back.setter), None)
    if setter is not None:
        reference = f"{visit}/{setter.request}"
        if _asked_with(setter, candidate, followed):
            return _Source("http_cache", host_of(setter.url), reference)
        carried = any(h.exchange is setter and h.carrier != "cookie" for h in followed.sent)
        if carried and stored is not None:
            return _Source(stored.kind.value, f"{stored.place} {stored.name}", reference)
        return _Source("server", host_of(setter.url), reference)
    if stored is not None:
        return _Source(stored.kind.value, f"{stored.place} {stored.name}")
    cached = [h for h in followed.brought if _from_cache(h.exchange) and cleared_at < h.exchange.started_at <= back.at]
    if cached:
        return _Source("http_cache", cached[0].exchange.url, f"{visit}/{cached[0].exchange.request}")
    answers = [
        h.exchange
        for h in followed.brought
        # By its start: the script that read it tells the browser's clock, the answer's end is the proxy's.
        if cleared_at < h.exchange.started_at <= back.at and h.carrier != "location"
    ]
    if answers:
        asked = next((e for e in answers if _asked_with(e, candidate, followed)), None)
        exchange = asked or answers[0]
        kind = "http_cache" if asked is not None else "server"
        return _Source(kind, host_of(exchange.url), f"{visit}/{exchange.request}")
    return _Source("unknown", "")


def _asked_with(exchange: Exchange, candidate: Candidate, followed: Followed) -> bool:
    """Whether the request said the value as the ETag of what its cache holds."""
    return any(h.exchange is exchange and h.carrier == "header" and h.name == "if-none-match" for h in followed.sent)


def _from_cache(exchange: Exchange) -> bool:
    return exchange.cause is not None and exchange.cause.from_cache


def cleared_in(evidence: VisitEvidence) -> Iterator[ClearedCookie]:
    """All cookies the steps of a visit deleted."""
    for step in evidence.steps:
        yield from step.cleared
