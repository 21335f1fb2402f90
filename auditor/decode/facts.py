"""What a visit, or one request alone, tells of itself: the ground on which values are recognised."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from auditor.decode.by_value import Facts, emails_in, is_id, page_key, versions_in
from auditor.decode.knowledge import Knowledge
from auditor.decode.parameters import cookie_pairs
from auditor.decode.request import Request
from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Exchange, VisitEvidence

_MAX_SCAN = 1 << 16
_SLACK_S = 3_600


def facts_of(evidence: VisitEvidence, requests: Iterable[Request], knowledge: Knowledge, typed: Iterable[str]) -> Facts:
    """What the visit knows of itself. `requests` are those of its exchanges, in the same order.

    Sites are the registrable domains of its pages; `typed` is what the scenario had the visitor type.
    """
    visit, facts = evidence.visit, Facts()
    tops = [e.cause.top_url for e in evidence.exchanges if e.cause and e.cause.top_url]
    pages = [url for url in (visit.page, visit.final_url, *tops) if url]
    sites = {site_of(url) for url in pages} - {""}
    for url in dict.fromkeys(pages):
        facts.add_page(url, knowledge.click_names)
    facts.titles |= {visit.title.strip()} - {""}
    facts.screens |= {visit.screen.lower()} - {""}
    facts.sides |= {side for side in visit.screen.lower().split("x") if len(side) > 2}
    facts.languages |= _languages(visit.language)
    facts.browsers |= {visit.user_agent} - {""}
    _add_zone(facts, visit.time_zone, visit.started_at)
    begin = visit.started_at.timestamp()
    facts.span = (begin - _SLACK_S, begin + visit.duration_ms / 1000 + _SLACK_S)
    for text in typed:
        facts.add_typed(text)
    for cookie in evidence.cookies:
        _add_cookies(facts, ((cookie.name, cookie.value),), cookie.domain, sites, knowledge)
    for item in evidence.storage:
        if site_of(item.origin) in sites and is_id(item.value) and not item.value.startswith(("http:", "https:")):
            told = knowledge.site_cookie(item.key, storage=True) or knowledge.site_cookie(item.key)
            data_type = (told[1].data_type if told else None) or "cookie_id"
            facts.add_id(item.value, data_type, f"first-party storage item {item.key}")
    for exchange, request in zip(evidence.exchanges, requests, strict=True):
        add_request(facts, request, sites, knowledge, navigation=is_navigation(exchange))
    facts.referrers -= facts.pages
    return facts


def facts_of_request(request: Request, page_url: str, page_site: str, knowledge: Knowledge) -> Facts:
    """What one request alone tells of its page; gathered when the first value is to be recognised.

    `page_url`, `page_site`: the page's address and registrable domain; "" where they are unknown.
    """

    def gather(facts: Facts) -> None:
        if page_url:
            facts.add_page(page_url, knowledge.click_names)
        add_request(facts, request, {page_site} - {""}, knowledge, navigation=False)

    return Facts(gather=gather, alone=True)


def add_request(facts: Facts, request: Request, sites: set[str], knowledge: Knowledge, *, navigation: bool) -> None:
    """Take what a request's headers and its texts say: page, page before, browser, cookies, e-mail addresses."""
    for name, value in request.headers:
        if name == "referer":
            if not sites or site_of(value) in sites:
                facts.add_page(value, knowledge.click_names)
            elif navigation and (key := page_key(value)):
                facts.referrers.add(key)
        elif name == "user-agent":
            facts.browsers.add(value)
        elif name == "sec-ch-ua-full-version-list":
            facts.browsers.update(versions_in(value))
        elif name == "cookie":
            _add_cookies(facts, cookie_pairs(value), host_of(request.url), sites, knowledge)
    addresses = emails_in(request.url) if "@" in request.url or "%40" in request.url else []
    body = request.body[:_MAX_SCAN]
    if body and (b"@" in body or b"%40" in body):
        addresses += emails_in(body.decode("utf-8", "replace"))
    for address in addresses[:20]:
        facts.add_email(address)


def is_navigation(exchange: Exchange) -> bool:
    """Whether the exchange loads a page into the browser's window, not a part of one."""
    cause = exchange.cause
    return cause is not None and cause.main_frame and cause.resource_type == "document"


def _add_cookies(
    facts: Facts, pairs: Iterable[tuple[str, str]], domain: str, sites: set[str], knowledge: Knowledge
) -> None:
    """Take the cookies of a host: those that can single out a browser are identifiers."""
    site = registrable_domain(domain)
    own = site in sites
    vendor = None if own else knowledge.vendor_of(domain.lower())
    for name, value in pairs:
        if not is_id(value):
            continue
        data_type: str | None = "cookie_id"
        if own:
            if (told := knowledge.site_cookie(name)) and not told[0].converted:
                data_type = told[1].data_type
        elif vendor is not None and not vendor.converted:
            cookie = knowledge.cookie_of(vendor, name, domain, first_party=False)
            data_type = cookie.data_type if cookie else "cookie_id"
        if data_type is not None:
            facts.add_id(value, data_type, f"first-party cookie {name}" if own else f"cookie {name} of {site}")


def _add_zone(facts: Facts, name: str, at: datetime) -> None:
    """A time zone by name, and its offset as pages write it: minutes either way, hours, `+09:00`."""
    if not name:
        return
    facts.zones.add(name)
    try:
        offset = at.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
    except (ZoneInfoNotFoundError, ValueError):
        return
    minutes = int(offset.total_seconds() // 60)
    if minutes:
        sign, hours = ("-" if minutes < 0 else "+"), divmod(abs(minutes), 60)
        facts.offsets |= {str(minutes), str(-minutes), f"{sign}{hours[0]:02}:{hours[1]:02}"}
        facts.offsets |= {f"{sign}{hours[0]:02}{hours[1]:02}", str(minutes // 60), str(minutes * 60)}


def _languages(language: str) -> set[str]:
    first = language.partition(",")[0].partition(";")[0].strip().lower()
    return {first, first.partition("-")[0]} - {""}
