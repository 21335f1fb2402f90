"""An identifier that one company holds and another receives (cookie synchronisation), in one visit.

Whose an identifier is, is told by where it was first held: a cookie or storage of a third party's own domain, the
answer of its server, or a cookie of the visited site that a third party's script wrote. An identifier of the visited
site itself is nobody's to synchronise: that its tags send it on is a flow, no sync. Nor is what a company passes
between its own domains, as far as vendor files know them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from auditor.decode import Knowledge
from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Exchange, Phase, VisitEvidence
from auditor.identify.candidates import Candidate
from auditor.identify.following import Followed, Hit, Receivers
from auditor.identify.model import HolderKind, Sync
from auditor.vendors import ModuleKind

# What names the page, not what the page sends: the address it stands in says enough as a flow.
_PAGE_HEADERS = frozenset({"referer", "host", "origin"})
# Scripts are told by the browser's clock, requests by the proxy's.
_CLOCKS = timedelta(seconds=1)
_PARAMETERS = frozenset({"query", "body", "path", "message", "header"})


class _Owner(NamedTuple):
    """Who held the value first, and how that is known: `own` (its domain) or `cookie` (of the site, by its script)."""

    site: str
    vendor: str | None
    how: str
    evidence: str
    at: datetime | None
    name: str = ""
    script: str = ""


def syncs_of(
    value: str,
    evidence: VisitEvidence,
    candidate: Candidate,
    followed: Followed,
    receivers: Receivers,
    knowledge: Knowledge,
) -> list[Sync]:
    """The synchronisations of one identifier in one visit: one for each receiver and way, its first request."""
    visit = evidence.visit
    owner = _owner(evidence, candidate, followed, receivers, knowledge)
    if owner is None:
        return []
    exchanges = {e.request: e for e in evidence.exchanges}
    found: dict[tuple[str, str], Sync] = {}
    for hit in followed.sent:
        exchange = hit.exchange
        if exchange.phase is Phase.prepare or hit.carrier not in _PARAMETERS or hit.name in _PAGE_HEADERS:
            continue
        if owner.at is not None and exchange.started_at < owner.at - _CLOCKS and not _redirected(exchange):
            continue
        to = registrable_domain(host_of(exchange.url))
        vendor = receivers.vendor(exchange)
        if to == owner.site or to in receivers.sites:
            continue
        how = _how(owner, exchange, exchanges, vendor, receivers, knowledge)
        if how is None:
            continue
        found.setdefault(
            (to, how),
            Sync(
                value=value,
                visit=visit.visit,
                site=visit.site,
                from_recipient=owner.site,
                from_vendor=owner.vendor,
                to_recipient=to,
                to_vendor=vendor,
                how=how,
                name=owner.name if how == "cookie_read" else _name(hit),
                evidence=tuple(dict.fromkeys((owner.evidence, f"{exchange.visit}/{exchange.request}"))),
            ),
        )
    return [found[key] for key in sorted(found)]


def _redirected(exchange: Exchange) -> bool:
    return exchange.cause is not None and exchange.cause.redirected_from is not None


def _name(hit: Hit) -> str:
    return hit.name or hit.carrier


def _how(
    owner: _Owner,
    exchange: Exchange,
    exchanges: dict[str, Exchange],
    vendor: str | None,
    receivers: Receivers,
    knowledge: Knowledge,
) -> str | None:
    """redirect, parameter or cookie_read; None where it is no synchronisation, or nothing tells that it is one."""
    same = owner.vendor is not None and owner.vendor == vendor
    before = exchanges.get(exchange.cause.redirected_from or "") if exchange.cause else None
    if owner.how == "own":
        if same:
            return None
        return "redirect" if before is not None and host_of(before.url) != host_of(exchange.url) else "parameter"
    root = exchange
    while root.cause is not None and (earlier := exchanges.get(root.cause.redirected_from or "")) is not None:
        root = earlier
    senders = _scripts(root)
    if not senders:
        return None
    if any(site_of(s) == owner.site for s in senders):
        # A script that sends its own cookie on: to another where its company's domains are known, else perhaps home.
        if same or owner.vendor is None:
            return None
        return "redirect" if before is not None and host_of(before.url) != host_of(exchange.url) else "parameter"
    reader = senders[0]
    if site_of(reader) in receivers.sites:
        return None  # the site's own script hands it over
    if same and _module(reader, knowledge) in (None, _module(owner.script, knowledge)):
        return None
    return "cookie_read"


def _scripts(exchange: Exchange) -> list[str]:
    """Addresses of the scripts that made a request, innermost first."""
    cause = exchange.cause
    if cause is None:
        return []
    urls = [frame.url for frame in cause.stack] or ([cause.initiator] if cause.initiator else [])
    return [url for url in urls if url.startswith("http")]


def _module(script: str, knowledge: Knowledge) -> str | None:
    """The module a script's address is of."""
    parts = urlsplit(script)
    module = knowledge.told_by_host(host_of(script), "GET", parts.path or "/", ()).module
    return module.id if module is not None else None


def _owner(
    evidence: VisitEvidence, candidate: Candidate, followed: Followed, receivers: Receivers, knowledge: Knowledge
) -> _Owner | None:
    """Who held it first; None where that is the visited site, or cannot be told."""
    claims = sorted(_claims(evidence, candidate, followed, receivers), key=_first)
    if not claims:
        return None
    _, _, owner = claims[0]
    if owner.site in receivers.sites or not owner.site:
        return None
    if owner.how == "cookie" and _is_tag_manager(owner.script, knowledge):
        return None  # it runs others' code under its own address
    return owner


def _first(claim: tuple[datetime | None, int, _Owner]) -> tuple[bool, float, int, str, str, str, str]:
    at, order, owner = claim
    moment = at.timestamp() if at is not None else 0.0
    return at is None, moment, order, owner.site, owner.vendor or "", owner.evidence, owner.name


def _claims(
    evidence: VisitEvidence, candidate: Candidate, followed: Followed, receivers: Receivers
) -> Iterator[tuple[datetime | None, int, _Owner]]:
    visit = evidence.visit.visit
    for holder, kept in candidate.holders.items():
        if holder.kind is HolderKind.nothing:
            continue
        where = f"{visit}/{kept.set_by}" if kept.set_by not in ("", "script", "prepare") else visit
        place = site_of(holder.place) if "://" in holder.place else registrable_domain(holder.place)
        if place not in receivers.sites:
            # The answer's host tells more than the cookie's domain: one domain may have hosts of several companies.
            setter = receivers.exchanges.get(kept.set_by)
            host = host_of(setter.url) if setter is not None else host_of(holder.place) or holder.place
            vendor = receivers.vendor_of(host)
            yield kept.set_at, 0, _Owner(place, vendor, "own", where, kept.set_at)
        elif holder.kind is HolderKind.cookie:
            script = kept.writer if kept.set_by == "script" else ""
            if kept.prepared:
                # There before the page: whose it is nobody saw.
                yield evidence.visit.started_at, 1, _Owner(place, None, "cookie", where, None)
                continue
            if kept.set_at is None and not script:
                continue
            site = site_of(script) or place
            vendor = receivers.vendor_of(host_of(script)) if script else None
            yield kept.set_at, 1, _Owner(site, vendor, "cookie", where, kept.set_at, holder.name, script)
        elif kept.writer:
            host = host_of(kept.writer)
            vendor = receivers.vendor_of(host)
            yield None, 1, _Owner(registrable_domain(host), vendor, "cookie", where, None, holder.name, kept.writer)
    earliest = min((h.exchange.started_at for h in followed.sent), default=None)
    for hit in followed.brought:
        # An answer that hands the value out; one that comes after the value was sent only repeats it.
        if earliest is not None and (hit.exchange.ended_at or hit.exchange.started_at) > earliest:
            continue
        if hit.carrier in ("cookie", "body", "header") and hit.exchange.phase is not Phase.prepare:
            host = host_of(hit.exchange.url)
            at = hit.exchange.ended_at or hit.exchange.started_at
            where = f"{visit}/{hit.exchange.request}"
            yield at, 0, _Owner(registrable_domain(host), receivers.vendor(hit.exchange), "own", where, at)


def _is_tag_manager(script: str, knowledge: Knowledge) -> bool:
    parts = urlsplit(script)
    module = knowledge.told_by_host(host_of(script), "GET", parts.path or "/", ()).module
    return module is not None and module.kind is ModuleKind.tag_manager
