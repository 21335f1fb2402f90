"""Techniques told by the way requests take: addresses passed by, caches, names that go with sending from servers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from auditor.compare.by_value import Found
from auditor.compare.described import all_techniques
from auditor.compare.sighting import HINT, SHOWN, Sighting, company
from auditor.compare.units import page_sites
from auditor.decode.globs import compile_glob
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Exchange, VisitEvidence
from auditor.vendors import Carrier

BOUNCE_REDIRECT = "bounce_redirect"
SERVER_SIDE = "server_side"
HTTP_CACHE = "http_cache"
FIRST_PARTY_PROXY = "first_party_proxy"
# An ETag shorter than this numbers versions, not browsers.
MIN_ETAG = 8
# So many profiles, each with an ETag of its own for the same bytes, before it is worth a hint.
MIN_PROFILES = 3


def bounces(evidence: VisitEvidence, found: Found, knowledge: Knowledge) -> Iterator[Sighting]:
    """Navigations of the page that an address of a third site sends on by a redirect, not without profit."""
    chain: dict[str, Exchange] = {x.request: x for x in evidence.exchanges}
    targets = {x.cause.redirected_from: x for x in chain.values() if x.cause is not None and x.cause.redirected_from}
    carried = {f.request for _, flows in found.flows for f in flows if f.carrier in ("query", "path")}
    for request, hop in chain.items():
        cause, target = hop.cause, targets.get(request)
        if target is None or cause is None or not hop.of_page:
            continue
        if not cause.main_frame or cause.resource_type != "document":
            continue
        host = host_of(hop.url)
        came_from = site_of(cause.initiator) if cause.initiator else site_of(evidence.visit.page)
        if registrable_domain(host) in (came_from, site_of(target.url)) or hop.url == evidence.visit.page:
            continue
        vendor, recipient = company(host, knowledge)
        items = [f"cookie {c}" for c in _cookies(hop)]
        if not items and request in carried:
            items = [f"host {host}"]
        for item in items:
            yield Sighting(vendor, recipient, BOUNCE_REDIRECT, SHOWN, item, request)


def _cookies(exchange: Exchange) -> list[str]:
    """Names of the cookies sent in the request or set by the answer."""
    sent = [part.partition("=")[0].strip() for part in (exchange.request_header("cookie") or "").split(";")]
    put = [text.partition("=")[0].strip() for name, text in exchange.response_headers if name.lower() == "set-cookie"]
    return sorted({name for name in (*sent, *put) if name})


class _Tagged(NamedTuple):
    etags: set[str]
    bodies: set[str | None]
    back: list[tuple[str, str]]


def caches(visits: Sequence[VisitEvidence], knowledge: Knowledge) -> Iterator[tuple[str, Sighting]]:
    """Visit and sighting: an ETag of the profile's own, for the same bytes, that came back. A hint.

    Servers of one company may give different tags to the same file; what the visits prove to be an identifier is told
    as shown (by_value).
    """
    found: dict[str, dict[str, _Tagged]] = {}
    for evidence in visits:
        own = page_sites(evidence)
        for x in evidence.exchanges:
            etag = (x.response_header("etag") or "").removeprefix("W/").strip('"')
            if x.of_page and site_of(x.url) not in own and len(etag) >= MIN_ETAG:
                tagged = found.setdefault(x.url, {}).setdefault(evidence.visit.visit, _Tagged(set(), set(), []))
                tagged.etags.add(etag)
                if x.status == 200:
                    tagged.bodies.add(x.response_body.sha256)
                back = x.request_header("if-none-match")
                if back is not None and etag in back:
                    tagged.back.append((evidence.visit.visit, x.request))
    for url, by_visit in sorted(found.items()):
        etags = [next(iter(t.etags)) for t in by_visit.values() if len(t.etags) == 1]
        bodies = {body for t in by_visit.values() for body in t.bodies}
        if len(by_visit) < MIN_PROFILES or len(etags) != len(by_visit) or len(set(etags)) != len(etags):
            continue
        if len(bodies) == 1:
            vendor, recipient = company(host_of(url), knowledge)
            for tagged in by_visit.values():
                for visit, request in tagged.back:
                    yield visit, Sighting(vendor, recipient, HTTP_CACHE, HINT, "header if-none-match", request)


def server_hints(evidence: VisitEvidence, sent: Iterable[Transmission], knowledge: Knowledge) -> Iterator[Sighting]:
    """Parameters and first-party cookies that go with sending from server to server, by techniques.yaml."""
    own = page_sites(evidence)
    rules = [r for technique in all_techniques() if technique.technique == SERVER_SIDE for r in technique.names]
    for t in sent:
        name = t.parameter.rpartition("?")[2]
        if t.carrier in (Carrier.query, Carrier.body) and not t.first_party and t.value:
            for rule in rules:
                fits = rule.carrier == "parameter" and compile_glob(rule.name).fullmatch(name)
                if fits and rule.vendor in ("", t.vendor):
                    item = f"{t.carrier.value} {t.parameter}"
                    yield Sighting(t.vendor, t.recipient, SERVER_SIDE, HINT, item, t.request)
    for cookie in evidence.cookies:
        if cookie.set_by == "prepare" or registrable_domain(cookie.domain) not in own:
            continue
        for rule in rules:
            if rule.carrier == "cookie" and compile_glob(rule.name).fullmatch(cookie.name):
                request = cookie.set_by if cookie.set_by not in (None, "script") else None
                at = request or next(iter(cookie.sent_in), "")
                recipient = registrable_domain(cookie.domain)
                yield Sighting(rule.vendor or None, recipient, SERVER_SIDE, HINT, f"cookie {cookie.name}", at)


def own_host_scripts(evidence: VisitEvidence, knowledge: Knowledge) -> Iterator[Sighting]:
    """A script on the site's own host with the whole path that a vendor's script has on the vendor's. A hint."""
    own = page_sites(evidence)
    for x in evidence.exchanges:
        if not x.of_page or x.cause is None or x.cause.resource_type != "script" or site_of(x.url) not in own:
            continue
        path = "/" + x.url.partition("://")[2].partition("/")[2].partition("?")[0]
        for vendor in _by_path(knowledge).get(path, ()):
            if knowledge.vendor_of(host_of(x.url)) is None:
                yield Sighting(vendor, site_of(x.url), FIRST_PARTY_PROXY, HINT, f"path {path}", x.request)


def _by_path(knowledge: Knowledge) -> Mapping[str, tuple[str, ...]]:
    """Whole paths of vendors' scripts, of two parts at least (`/tag.js` may be anyone's) and one vendor's only."""
    found: dict[str, set[str]] = {}
    for vendor in knowledge.vendors:
        for module in vendor.modules:
            for script in module.scripts:
                if script.path.count("/") > 1 and not set("*?#") & set(script.path):
                    found.setdefault(script.path, set()).add(vendor.vendor)
    return {path: tuple(vendors) for path, vendors in found.items() if len(vendors) == 1}
