"""Every value of a visit that may be an identifier, with where it was kept and what vendor files call it.

Taken from cookies (the jar, Set-Cookie lines, Cookie headers), Web Storage, IndexedDB, ETags that came back, and from
the values of requests that a vendor file names as identifiers or that nothing knows. What only a response brought and
nothing sent or kept is no candidate.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from auditor.decode import Knowledge, Transmission
from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Cookie, Exchange, StorageItem, VisitEvidence
from auditor.identify.loads import page_sites, sent_by_page
from auditor.identify.model import Holder, HolderKind
from auditor.identify.split import Part, split
from auditor.identify.times import epoch
from auditor.store.set_cookie import parse_cookie_header, parse_set_cookie
from auditor.vendors import Carrier

FOREVER = float("inf")
_SHORTEST_NAMED = 4
_NOTHING_TOLD = frozenset({"(request)", "(body)"})
_AREAS = {
    "local": HolderKind.local_storage,
    "session": HolderKind.session_storage,
    "indexeddb": HolderKind.indexeddb,
}
# Header fields that browsers write by themselves: what others hold was put there by a script.
_BROWSERS = frozenset(
    [
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "access-control-request-headers",
        "access-control-request-method",
        "access-control-request-private-network",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "date",
        "dnt",
        "downlink",
        "dpr",
        "ect",
        "expect",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "last-event-id",
        "origin",
        "pragma",
        "priority",
        "proxy-connection",
        "purpose",
        "range",
        "referer",
        "rtt",
        "save-data",
        "sec-gpc",
        "service-worker",
        "service-worker-navigation-preload",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "upgrade-insecure-requests",
        "user-agent",
        "viewport-width",
        "x-client-data",
        "x-devtools-emulate-network-conditions-client-id",
        "x-requested-with",
    ]
)

type Place = tuple[HolderKind, str, str, str]
"""Of a holder: kind, place, name, part."""


@dataclass
class Kept:
    """What a visit tells of one holder of a value: `life_s` is None where not told, 0 for the session, FOREVER."""

    stored: bool = False
    life_s: float | None = None
    set_by: str = ""
    set_at: datetime | None = None
    writer: str = ""
    first_at: datetime | None = None
    first_writer: str = ""
    prepared: bool = False


@dataclass
class Candidate:
    """One value in one visit."""

    part: Part
    holders: dict[Holder, Kept] = field(default_factory=dict)
    data_types: set[str] = field(default_factory=set)
    weak: bool = False
    """Named by a vendor file, but too short or regular to be looked for: it would be found by chance."""
    named_in: list[Transmission] = field(default_factory=list)


@dataclass
class VisitValues:
    """The candidates of a visit by value, and which values each place held in it."""

    evidence: VisitEvidence
    candidates: dict[str, Candidate] = field(default_factory=dict)
    at: dict[Place, dict[str, str]] = field(default_factory=dict)
    """Value to core."""


def place_of(holder: Holder) -> Place:
    """A holder without its party, which may differ between visits."""
    return holder.kind, holder.place, holder.name, holder.part


def values_of(evidence: VisitEvidence, sent: Iterable[Transmission], knowledge: Knowledge) -> VisitValues:
    """The candidates of a visit; `sent` are its transmissions."""
    return _Gatherer(evidence, knowledge).run(sent)


class _Gatherer:
    def __init__(self, evidence: VisitEvidence, knowledge: Knowledge) -> None:
        self.evidence = evidence
        self.knowledge = knowledge
        self.sites = page_sites(evidence)
        self.around = epoch(evidence.visit.started_at)
        self.found = VisitValues(evidence)
        self.no_identifiers: set[str] = set()

    def run(self, sent: Iterable[Transmission]) -> VisitValues:
        sent = list(sent)
        named: dict[str, set[str]] = {}
        for t in sent:
            if t.data_type is not None and t.mark is not None:
                named.setdefault(t.value, set()).add(self._level(t.data_type))
            elif t.data_type is not None and self._level(t.data_type) == "contact":
                named.setdefault(t.value, set()).add("contact")
        # A hashed address, an order's number: they are of a person or a purchase, whatever else sends them on.
        self.no_identifiers = {v for v, levels in named.items() if levels <= {"contact"} and levels}
        self._cookies()
        for item in self.evidence.storage:
            self._item(item)
        self._etags()
        for t in sent:
            self._transmission(t)
        self._headers()
        return self.found

    def _level(self, data_type: str) -> str:
        return self.knowledge.taxonomy.get(data_type).level if self.knowledge.taxonomy.has(data_type) else ""

    def _add(
        self, raw: str, kind: HolderKind, place: str, name: str, party: str, kept: Kept, named: str | None
    ) -> None:
        """Take a held value: its parts, or the whole where a vendor file names it and no part is random enough."""
        if raw in self.no_identifiers:
            return
        parts = split(raw, self.around)
        for part in parts:
            self._take(part, Holder(kind=kind, place=place, name=name, part=part.path, party=party), kept, named)
        if named and not parts and len(raw) >= _SHORTEST_NAMED:
            part = Part("", raw, raw, named=True)
            self._take(part, Holder(kind=kind, place=place, name=name, party=party), kept, named, weak=True)

    def _take(self, part: Part, holder: Holder, kept: Kept, named: str | None, *, weak: bool = False) -> None:
        candidate = self.found.candidates.setdefault(part.text, Candidate(part, weak=weak))
        if named:
            candidate.data_types.add(named)
        own = candidate.holders.setdefault(holder, Kept())
        own.stored |= kept.stored
        own.prepared |= kept.prepared
        if kept.life_s is not None:
            own.life_s = max(own.life_s or 0.0, kept.life_s)
        if own.set_at is None:
            own.set_by, own.set_at = kept.set_by or own.set_by, kept.set_at
            own.writer = kept.writer or own.writer
            own.first_at, own.first_writer = kept.first_at, kept.first_writer
        self.found.at.setdefault(place_of(holder), {})[part.text] = part.core

    def _party(self, site: str, partition: str | None = None) -> str:
        return "partitioned" if partition is not None else "first" if site in self.sites else "third"

    def _cookie_type(self, name: str, domain: str, site: str) -> str | None:
        """What vendor files call a cookie, where they call it an identifier."""
        data_type = None
        if site in self.sites and (told := self.knowledge.site_cookie(name)):
            data_type = told[1].data_type
        elif (vendor := self.knowledge.vendor_of(domain.lower())) is not None:
            cookie = self.knowledge.cookie_of(vendor, name, domain, first_party=False)
            data_type = cookie.data_type if cookie else None
        return data_type if data_type is not None and self._level(data_type) == "identifier" else None

    def _cookies(self) -> None:
        rows: dict[tuple[str, str], list[Cookie]] = {}
        for cookie in self.evidence.cookies:
            site = registrable_domain(cookie.domain)
            rows.setdefault((cookie.name, site), []).append(cookie)
            named = self._cookie_type(cookie.name, cookie.domain, site)
            party = self._party(site, cookie.partition_key)
            self._add(cookie.value, HolderKind.cookie, site, cookie.name, party, self._kept(cookie), named)
        cleared = {(c.name, c.value) for step in self.evidence.steps for c in step.cleared}
        seen = {(c.name, registrable_domain(c.domain), c.value) for c in self.evidence.cookies}
        for exchange in self.evidence.exchanges:
            for name, value, site, kept in _of_exchange(exchange):
                if (name, site, value) not in seen:
                    seen.add((name, site, value))
                    known = rows.get((name, site), [])
                    party = self._party(site, next((c.partition_key for c in known), None))
                    named = self._cookie_type(name, host_of(exchange.url), site)
                    if (name, value) in cleared and known:
                        # Deleted by the journey: the cookie's last value tells for how long it is set.
                        kept = Kept(kept.stored, self._kept(known[0]).life_s, kept.set_by, kept.set_at)
                    self._add(value, HolderKind.cookie, site, name, party, kept, named)

    def _kept(self, cookie: Cookie) -> Kept:
        life = cookie.kept_s if cookie.kept_s is not None else cookie.max_age_s
        if life is None and cookie.expires_at is not None:
            life = (cookie.expires_at - (cookie.set_at or self.evidence.visit.started_at)).total_seconds()
        if life is None and cookie.stored:
            life = 0.0  # a session cookie
        script = cookie.set_by_script.url if cookie.set_by_script else ""
        by = cookie.set_by or ""
        first = cookie.first_set_by_script.url if cookie.first_set_by_script else ""
        return Kept(
            cookie.stored, life, by, cookie.set_at, script, cookie.first_set_at, first, prepared=by == "prepare"
        )

    def _item(self, item: StorageItem) -> None:
        kind = _AREAS.get(item.area)
        if kind is None or not item.value:
            return
        told = self.knowledge.site_cookie(item.key, storage=True) or self.knowledge.site_cookie(item.key)
        data_type = told[1].data_type if told else None
        named = data_type if data_type is not None and self._level(data_type) == "identifier" else None
        party = "first" if site_of(item.origin) in self.sites else "partitioned"
        life = 0.0 if kind is HolderKind.session_storage else FOREVER
        kept = Kept(stored=True, life_s=life, writer=item.written_by or "")
        self._add(item.value, kind, item.origin, item.key, party, kept, named)

    def _etags(self) -> None:
        for exchange in self.evidence.exchanges:
            value = exchange.request_header("if-none-match")
            # Of a page that changes, the tag changes with every answer: no one is known by it.
            if value and sent_by_page(exchange) and exchange.response_header("etag") in (value, None):
                host = host_of(exchange.url)
                tag = value.removeprefix("W/").strip('"')
                path = urlsplit(exchange.url).path
                party = self._party(registrable_domain(host))
                kept = Kept(stored=True, life_s=FOREVER)
                self._add(tag, HolderKind.http_cache, host, path, party, kept, None)

    def _transmission(self, t: Transmission) -> None:
        if t.carrier is Carrier.cookie or t.parameter in _NOTHING_TOLD or not t.value:
            return
        level = self._level(t.data_type) if t.data_type is not None else ""
        named = t.data_type if level == "identifier" and t.mark is not None else None
        unknown = t.mark is None and (t.data_type is None or level == "identifier")
        if not named and not unknown:
            return
        party = "first" if t.recipient in self.sites else "third"
        self._add(t.value, HolderKind.nothing, t.host, t.parameter, party, Kept(), named)
        if named:
            for text in {t.value, *(p.text for p in split(t.value, self.around))}:
                if (candidate := self.found.candidates.get(text)) is not None:
                    candidate.named_in.append(t)

    def _headers(self) -> None:
        for exchange in self.evidence.exchanges:
            if not sent_by_page(exchange):
                continue
            for name, value in exchange.request_headers:
                lower = name.lower()
                if lower not in _BROWSERS and not lower.startswith(("sec-", ":")):
                    host = host_of(exchange.url)
                    party = self._party(registrable_domain(host))
                    self._add(value, HolderKind.nothing, host, lower, party, Kept(), None)


def _of_exchange(exchange: Exchange) -> Iterable[tuple[str, str, str, Kept]]:
    """Cookies an exchange sent or set: name, value, site, what it tells of its life."""
    site = registrable_domain(host_of(exchange.url))
    if header := exchange.request_header("cookie"):
        for name, value in parse_cookie_header(header):
            yield name, value, site, Kept()
    refused = {r.line for r in exchange.cause.cookies_refused} if exchange.cause else set()
    for key, value in exchange.response_headers:
        if key.lower() == "set-cookie":
            for line in value.split("\n"):
                at = exchange.ended_at or exchange.started_at
                cookie = parse_set_cookie(line, exchange.url, at)
                if cookie is not None and not cookie.deletes and cookie.value:
                    life = None if line in refused else cookie.max_age_s if cookie.max_age_s is not None else 0.0
                    yield cookie.name, cookie.value, site, Kept(False, life, exchange.request, at)
