"""Techniques told by a value: what was kept, and where the same value was sent."""

from collections.abc import Iterable, Iterator

from auditor.compare.sighting import HINT, SHOWN, Sighting
from auditor.compare.technique import (
    CNAME,
    FIRST_PARTY_COOKIE,
    FIRST_PARTY_PROXY,
    HASHED_CONTACT,
    LINK_DECORATION,
    LOCAL_STORAGE,
    PARTITIONED_COOKIE,
    identifies,
    technique_of,
)
from auditor.compare.units import Key, Unit, page_sites, units
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.domains import site_of
from auditor.evidence import Exchange, Phase, VisitEvidence
from auditor.identify import Flow, HolderKind, Identified, Identifier, IdentifierKind

HTTP_CACHE = "http_cache"
DIGESTS = frozenset({"md5", "sha1", "sha256", "sha512"})
# What a first-party server answers to its own script, beside the page itself.
_COLLECTED = ("fetch", "xhr", "ping", "image", "beacon")

type Received = frozenset[tuple[str, str]]
"""(recipient, value) of what came by a synchronisation: told as one, and no technique of the recipient's own."""


def by_transmissions(
    evidence: VisitEvidence, sent: Iterable[Transmission], received: Received, knowledge: Knowledge
) -> Iterator[Sighting]:
    """By what vendor files call an identifier or contact data."""
    own = page_sites(evidence)
    for unit in units(sent).values():
        if not identifies(unit.key.data_type, knowledge):
            continue
        others = Unit(unit.key)
        for t in unit.items:
            if t.told_by.startswith("cname"):
                yield Sighting(t.vendor, t.recipient, CNAME, SHOWN, unit.key.item, t.request)
            elif t.first_party or t.recipient in own:
                if t.by_grammar:
                    yield Sighting(t.vendor, t.recipient, FIRST_PARTY_PROXY, SHOWN, unit.key.item, t.request)
            elif (t.recipient, t.value) not in received:
                others.items.append(t)
        technique = technique_of(others, evidence, knowledge)
        if technique and not (technique == LINK_DECORATION and _anothers(unit.key, knowledge)):
            for t in others.items:
                yield Sighting(t.vendor, t.recipient, technique, SHOWN, unit.key.item, t.request)


def _anothers(key: Key, knowledge: Knowledge) -> bool:
    """Whether it is an address that holds another company's click id: who gets the address has not put it there."""
    _, inside, name = key.item.partition("?")
    known = knowledge.click_ids.get(name)
    return bool(inside) and (known is None or known[0].vendor != key.vendor)


def by_identifiers(evidence: VisitEvidence, identified: Identified, received: Received) -> Iterator[Sighting]:
    """By what the visits prove to be an identifier, whether or not a vendor file names it."""
    exchanges = {x.request: x for x in evidence.exchanges}
    visit = evidence.visit.visit
    for identifier in identified.identifiers:
        if identifier.kind is IdentifierKind.unproven:
            continue
        flows = [f for f in identifier.flows if f.visit == visit and f.phase != Phase.prepare]
        landing = _landing(flows, exchanges)
        for flow in flows:
            if (flow.recipient, identifier.value) not in received:
                for technique, strength in _of_flow(evidence, identifier, flow, exchanges, landing):
                    name = flow.name.lower() if flow.carrier == "header" else flow.name
                    item = f"{flow.carrier} {name}".strip()
                    yield Sighting(flow.vendor, flow.recipient, technique, strength, item, flow.request)


def _of_flow(
    evidence: VisitEvidence,
    identifier: Identifier,
    flow: Flow,
    exchanges: dict[str, Exchange],
    landing: Flow | None,
) -> Iterator[tuple[str, str]]:
    exchange = exchanges.get(flow.request)
    own = flow.first_party or flow.recipient in page_sites(evidence)
    if flow.carrier == "header" and flow.name.lower() == "if-none-match":
        yield HTTP_CACHE, SHOWN
    elif flow.carrier == "cookie":
        if any(h.party == "partitioned" and h.name == flow.name for h in identifier.holders):
            yield PARTITIONED_COOKIE, SHOWN
        elif own and _set_by_collector(evidence, flow, exchanges):
            yield FIRST_PARTY_PROXY, HINT
    elif flow.carrier not in ("header", "message") and not own and not DIGESTS & set(flow.layers):
        if exchange is None or _navigates(exchange):
            return
        top = exchange.cause.top_url if exchange.cause else None
        if landing is not None and flow.at > landing.at and top and site_of(top) == landing.recipient:
            yield LINK_DECORATION, SHOWN
            return
        if any(h.kind is HolderKind.cookie and h.party == "first" for h in identifier.holders):
            yield FIRST_PARTY_COOKIE, SHOWN
        if any(h.kind is HolderKind.local_storage for h in identifier.holders):
            yield LOCAL_STORAGE, SHOWN


def _landing(flows: Iterable[Flow], exchanges: dict[str, Exchange]) -> Flow | None:
    """The first navigation to another site whose address carries the value."""
    for flow in sorted(flows, key=lambda f: f.at):
        exchange = exchanges.get(flow.request)
        if flow.carrier == "query" and exchange is not None and _navigates(exchange):
            before = exchange.cause.initiator if exchange.cause else None
            if before is None or site_of(before) != flow.recipient:
                return flow
    return None


def _navigates(exchange: Exchange) -> bool:
    return exchange.cause is not None and exchange.cause.main_frame and exchange.cause.resource_type == "document"


def _set_by_collector(evidence: VisitEvidence, flow: Flow, exchanges: dict[str, Exchange]) -> bool:
    """Whether the site's own server set the cookie out of scripts' reach, answering a script's hit of the same path."""
    for cookie in evidence.cookies:
        if cookie.name == flow.name and cookie.http_only and cookie.set_by in exchanges:
            setter, hit = exchanges[cookie.set_by], exchanges.get(flow.request)
            if hit is None or setter.cause is None or hit.cause is None:
                continue
            collected = all(x.cause is not None and x.cause.resource_type in _COLLECTED for x in (setter, hit))
            if collected and setter.url.partition("?")[0] == hit.url.partition("?")[0]:
                return True
    return False


def by_leaks(evidence: VisitEvidence, identified: Identified) -> Iterator[Sighting]:
    """By the hash of what the visit's own person typed."""
    for leak in identified.leaks:
        if leak.visit == evidence.visit.visit and not leak.first_party and DIGESTS & set(leak.layers):
            item = f"{leak.carrier} {leak.name}".strip()
            yield Sighting(leak.vendor, leak.recipient, HASHED_CONTACT, SHOWN, item, leak.request)
