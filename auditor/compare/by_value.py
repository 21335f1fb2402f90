"""Techniques told by a value: what was kept, and where the same value was sent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from auditor.compare.sighting import HINT, SHOWN, Sighting, company
from auditor.compare.technique import (
    CNAME,
    FIRST_PARTY_COOKIE,
    FIRST_PARTY_PROXY,
    HASHED_CONTACT,
    KEPT,
    LINK_DECORATION,
    LOCAL_STORAGE,
    PARTITIONED_COOKIE,
    identifies,
    spoken_for,
    technique_of,
)
from auditor.compare.units import Key, Unit, page_sites, units
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Exchange, Phase, VisitEvidence
from auditor.identify import Flow, Holder, HolderKind, Identified, Identifier, IdentifierKind, Leak

HTTP_CACHE = "http_cache"
CONTACT = frozenset({"email", "phone"})
DIGESTS = frozenset({"md5", "sha1", "sha256", "sha512"})
# What a first-party server answers to its own script, beside the page itself.
_COLLECTED = ("fetch", "xhr", "ping", "image", "beacon")


class Found:
    """What the identifiers of a run tell of one visit.

    received: (recipient, value) of what came by a synchronisation; that is told as one, and is no technique of the
    recipient's own. undecided: values that no other profile was there to hold against.
    """

    def __init__(self) -> None:
        self.flows: list[tuple[Identifier, list[Flow]]] = []
        self.leaks: list[Leak] = []
        self.received: set[tuple[str, str]] = set()
        self.undecided: set[str] = set()


def by_visit(identified: Identified) -> dict[str, Found]:
    """Visit id -> its part of what was identified."""
    found: defaultdict[str, Found] = defaultdict(Found)
    for identifier in identified.identifiers:
        own: defaultdict[str, list[Flow]] = defaultdict(list)
        for flow in identifier.flows:
            own[flow.visit].append(flow)
        for visit, flows in own.items():
            found[visit].flows.append((identifier, flows))
            if identifier.kind is IdentifierKind.unproven and identifier.differs.holds is None:
                found[visit].undecided.add(identifier.value)
    for leak in identified.leaks:
        found[leak.visit].leaks.append(leak)
    for sync in identified.syncs:
        found[sync.visit].received.add((sync.to_recipient, sync.value))
    return dict(found)


def by_transmissions(
    evidence: VisitEvidence, sent: Iterable[Transmission], found: Found, knowledge: Knowledge
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
            elif (t.recipient, t.value) not in found.received:
                others.items.append(t)
        technique = technique_of(others, evidence, knowledge)
        if technique in KEPT:
            others.items = spoken_for(others.items, found.undecided)
        if technique and not (technique == LINK_DECORATION and _anothers(unit.key, knowledge)):
            for t in others.items:
                strength = HINT if technique in KEPT and t.mark is None else SHOWN
                yield Sighting(t.vendor, t.recipient, technique, strength, unit.key.item, t.request)


def _anothers(key: Key, knowledge: Knowledge) -> bool:
    """Whether it is an address that holds another company's click id: who gets the address has not put it there."""
    _, inside, name = key.item.partition("?")
    known = knowledge.click_ids.get(name)
    return bool(inside) and (known is None or known[0].vendor != key.vendor)


def by_identifiers(
    evidence: VisitEvidence, sent: Iterable[Transmission], found: Found, knowledge: Knowledge
) -> Iterator[Sighting]:
    """By what the visits prove to be an identifier, whether or not a vendor file names it."""
    exchanges = {x.request: x for x in evidence.exchanges}
    addresses = {(t.request, t.parameter) for t in sent if "://" in t.value}
    for identifier, of_visit in found.flows:
        if identifier.kind is IdentifierKind.unproven:
            continue
        flows = [f for f in of_visit if f.phase != Phase.prepare]
        landing = _landing(flows, exchanges)
        for flow in flows:
            exchange = exchanges.get(flow.request)
            if exchange is None or (flow.recipient, identifier.value) in found.received:
                continue
            # An address that holds the value is sent for the page's sake, by whoever is told of the page.
            if (flow.request, flow.name) in addresses or _holds_address(exchange.url, flow.name):
                continue
            for technique, strength in _of_flow(evidence, identifier, flow, exchange, landing, knowledge):
                name = flow.name.lower() if flow.carrier == "header" else flow.name
                item = f"{flow.carrier} {name}".strip()
                yield Sighting(flow.vendor, flow.recipient, technique, strength, item, flow.request)


def _holds_address(url: str, name: str) -> bool:
    return any(key == name and "://" in value for key, value in parse_qsl(urlsplit(url).query))


def _of_flow(
    evidence: VisitEvidence,
    identifier: Identifier,
    flow: Flow,
    exchange: Exchange,
    landing: Flow | None,
    knowledge: Knowledge,
) -> Iterator[tuple[str, str]]:
    own = flow.first_party or flow.recipient in page_sites(evidence)
    if flow.carrier == "header" and flow.name.lower() == "if-none-match" and not own:
        yield HTTP_CACHE, SHOWN
    elif flow.carrier == "cookie":
        if any(h.party == "partitioned" and h.name == flow.name for h in identifier.holders):
            yield PARTITIONED_COOKIE, SHOWN
        elif own and _set_by_collector(evidence, flow, identifier.value):
            yield FIRST_PARTY_PROXY, HINT
    elif flow.carrier not in ("header", "cookie") and not own and not _navigates(exchange):
        top = exchange.cause.top_url if exchange.cause else None
        if landing is not None and flow.at > landing.at and top and site_of(top) == landing.recipient:
            yield LINK_DECORATION, SHOWN
            return
        if any(h.kind is HolderKind.cookie and h.party == "first" for h in identifier.holders):
            yield FIRST_PARTY_COOKIE, SHOWN
        if any(h.kind is HolderKind.local_storage and _theirs(h, flow, knowledge) for h in identifier.holders):
            yield LOCAL_STORAGE, SHOWN


def _theirs(holder: Holder, flow: Flow, knowledge: Knowledge) -> bool:
    """Whether a storage is the page's own (where tags write too), the recipient's, or that of the same company."""
    vendor, site = company(host_of(holder.place), knowledge)
    return holder.party == "first" or site == flow.recipient or (vendor is not None and vendor == flow.vendor)


def _landing(flows: Iterable[Flow], exchanges: dict[str, Exchange]) -> Flow | None:
    """The first navigation to another site whose address carries the value."""
    for flow in sorted(flows, key=lambda f: f.at):
        exchange = exchanges.get(flow.request)
        if flow.carrier == "query" and exchange is not None and _navigates(exchange):
            # The address the visit itself opens was linked to from nowhere.
            before = (exchange.cause.initiator if exchange.cause else None) or exchange.request_header("referer")
            if before is not None and site_of(before) != flow.recipient:
                return flow
    return None


def _navigates(exchange: Exchange) -> bool:
    return exchange.cause is not None and exchange.cause.main_frame and exchange.cause.resource_type == "document"


def _set_by_collector(evidence: VisitEvidence, flow: Flow, value: str) -> bool:
    """Whether the site's own server set the cookie out of scripts' reach, answering a script's hit of the same path.

    A host that is another name of somebody's (CNAME) is told as that.
    """
    aliases = {h.host for h in evidence.hosts if {registrable_domain(n) for n in h.cname.chain} - {flow.recipient}}
    if flow.host in aliases:
        return False
    setters = {c.set_by for c in evidence.cookies if c.name == flow.name and c.http_only}
    collected = [
        x
        for x in evidence.exchanges
        if x.cause is not None and x.cause.resource_type in _COLLECTED and host_of(x.url) not in aliases
    ]
    paths = {_address(x) for x in collected if x.request in setters}
    sent = [x for x in collected if _address(x) in paths]
    return any(value in (x.request_header("cookie") or "") for x in sent)


def _address(exchange: Exchange) -> str:
    return exchange.url.partition("?")[0]


def by_leaks(found: Found) -> Iterator[Sighting]:
    """By the hash of what the visit's own person typed."""
    for leak in found.leaks:
        if leak.field in CONTACT and not leak.first_party and DIGESTS & set(leak.layers):
            item = f"{leak.carrier} {leak.name}".strip()
            yield Sighting(leak.vendor, leak.recipient, HASHED_CONTACT, SHOWN, item, leak.request)
