"""A visit's identifiers looked for in all its traffic, in every encoding: where each was sent, and what brought it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from auditor.decode import Knowledge, Transmission
from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Exchange, Phase, VisitEvidence
from auditor.identify.loads import loads_of, page_sites, sent_by_page
from auditor.identify.model import Flow
from auditor.search import Searcher, Side


class Hit(NamedTuple):
    """A value in one exchange. `carrier` of a response: header, location, body, message."""

    exchange: Exchange
    carrier: str
    name: str
    layers: tuple[str, ...]


@dataclass
class Followed:
    """Where a value was in a visit, in the order of the exchanges."""

    sent: list[Hit] = field(default_factory=list)
    brought: list[Hit] = field(default_factory=list)
    loads: set[int] = field(default_factory=set)
    """Page loads in which it was sent."""
    first_of: dict[int, str] = field(default_factory=dict)
    """The first request of each."""


class Receivers:
    """Who receives a request of one visit."""

    def __init__(self, evidence: VisitEvidence, sent: Sequence[Transmission], knowledge: Knowledge) -> None:
        self.sites = page_sites(evidence)
        self.exchanges = {e.request: e for e in evidence.exchanges}
        self._knowledge = knowledge
        self._told = {t.request: t.vendor for t in sent}
        self._first = {t.request: t.first_party for t in sent}

    def vendor(self, exchange: Exchange) -> str | None:
        """The vendor id, as the request tells it, else as its host does."""
        if (told := self._told.get(exchange.request)) is not None:
            return told
        return self.vendor_of(host_of(exchange.url))

    def vendor_of(self, host: str) -> str | None:
        """The vendor a host belongs to."""
        vendor = self._knowledge.vendor_of(host)
        return vendor.vendor if vendor is not None else None

    def first_party(self, exchange: Exchange) -> bool:
        """Whether the recipient is the visited page's own site."""
        site = registrable_domain(host_of(exchange.url))
        if exchange.phase is Phase.prepare:
            return site in self.sites  # a platform's pages are no part of the visit
        cause = exchange.cause
        if cause is not None and cause.main_frame and cause.resource_type == "document":
            return site in self.sites  # what is passed on the way elsewhere is its own page for that moment
        top = cause.top_url if cause is not None else None
        return (
            self._first.get(exchange.request, False) or site in self.sites or (top is not None and site_of(top) == site)
        )


_AT_ONCE = 2_000


def follow(
    wanted: Sequence[tuple[VisitEvidence, Sequence[str]]], cut_off: Counter[str]
) -> Iterator[dict[str, Followed]]:
    """For each visit, every exchange that carries one of its values; the browser's own are left out.

    Those of the preparation are in it. Several visits share one search: scripts that all of them load are read once.
    `cut_off` counts, by visit, the texts that had more encoded in them than is decoded at most.
    """
    batch: list[tuple[VisitEvidence, Sequence[str]]] = []
    count = 0
    for evidence, values in wanted:
        if batch and count + len(values) > _AT_ONCE:
            yield from _together(batch, cut_off)
            batch, count = [], 0
        batch.append((evidence, values))
        count += len(values)
    yield from _together(batch, cut_off)


def _together(
    batch: Sequence[tuple[VisitEvidence, Sequence[str]]], cut_off: Counter[str]
) -> Iterator[dict[str, Followed]]:
    values = sorted({value for _, own in batch for value in own})
    searcher = Searcher([_forms(value) for value in values]) if values else None
    for evidence, own in batch:
        found = {value: Followed() for value in own}
        if searcher is not None and own:
            before = searcher.cut_off
            _visit(evidence, values, searcher, found)
            cut_off[evidence.visit.visit] += searcher.cut_off - before
        yield found


def _visit(evidence: VisitEvidence, values: Sequence[str], searcher: Searcher, found: Mapping[str, Followed]) -> None:
    loads = loads_of(evidence)
    exchanges = [exchange for exchange in evidence.exchanges if sent_by_page(exchange)]
    for exchange, hits in zip(exchanges, searcher.exchanges(exchanges), strict=True):
        for hit in hits:
            followed, place = found.get(values[hit.key]), hit.place
            if followed is None:
                continue
            layers = (*hit.layers, *([hit.variant] if hit.variant else []))
            if place.side is Side.request:
                followed.sent.append(Hit(exchange, place.carrier, place.name, layers))
                load = loads.get(exchange.request, 0)
                followed.loads.add(load)
                followed.first_of.setdefault(load, f"{exchange.visit}/{exchange.request}")
            else:
                followed.brought.append(Hit(exchange, place.carrier, place.name, layers))


def _forms(value: str) -> Mapping[str, str]:
    lower = value.lower()
    return {value: ""} if lower == value else {value: "", lower: "lower"}


def named_only(sent: Sequence[Transmission], exchanges: Mapping[str, Exchange], loads: Mapping[str, int]) -> Followed:
    """Of a value that is not looked for because chance would find it too: where a vendor file names it."""
    followed = Followed()
    for t in sent:
        exchange = exchanges.get(t.request)
        if exchange is not None and sent_by_page(exchange):
            followed.sent.append(Hit(exchange, t.carrier.value, t.parameter, ()))
            load = loads.get(t.request, 0)
            followed.loads.add(load)
            followed.first_of.setdefault(load, f"{t.visit}/{t.request}")
    return followed


def flows_of(followed: Followed, evidence: VisitEvidence, receivers: Receivers) -> list[Flow]:
    """One flow for each recipient, vendor, carrier, name and encoding, the first request and how many there were.

    What was sent while the visit was prepared (a login) is a flow of its own. A host of the site's own that is another
    company's by its CNAME is a recipient of its own.
    """
    groups: dict[tuple[bool, str, str | None, str, str, tuple[str, ...]], list[Exchange]] = {}
    for hit in followed.sent:
        recipient = registrable_domain(host_of(hit.exchange.url))
        prepared = hit.exchange.phase is Phase.prepare
        key = (prepared, recipient, receivers.vendor(hit.exchange), hit.carrier, hit.name, hit.layers)
        exchanges = groups.setdefault(key, [])
        if not exchanges or exchanges[-1] is not hit.exchange:
            exchanges.append(hit.exchange)
    flows = []
    for (_, recipient, vendor, carrier, name, layers), exchanges in groups.items():
        first = min(exchanges, key=lambda e: (e.started_at, e.request))
        flows.append(
            Flow(
                visit=evidence.visit.visit,
                site=evidence.visit.site,
                request=first.request,
                requests=len({e.request for e in exchanges}),
                at=first.started_at,
                recipient=recipient,
                host=host_of(first.url),
                vendor=vendor,
                first_party=receivers.first_party(first),
                carrier=carrier,
                name=name,
                layers=layers,
                phase=first.phase.value,
                pages=tuple(sorted({_page_of(e) for e in exchanges} - {""})),
            )
        )
    return sorted(flows, key=lambda f: (f.at, f.request, f.recipient, f.vendor or "", f.carrier, f.name, f.layers))


def _page_of(exchange: Exchange) -> str:
    """The registrable domain of the page that sent a request; of a page's own document, the page it came from."""
    return site_of((exchange.cause.top_url if exchange.cause else None) or exchange.page or "")
