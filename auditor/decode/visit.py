"""A visit's exchanges to transmissions: who received what, by which module, and what could not be read."""

from collections import Counter
from typing import NamedTuple
from urllib.parse import urlsplit

from auditor.decode.bodies import parse_body
from auditor.decode.by_value import Facts, facts_of, facts_of_exchange, is_navigation
from auditor.decode.items import Item, cookie_items, header_items, value_items
from auditor.decode.knowledge import Knowledge, Told
from auditor.decode.parameters import Param, path_params, query_params, split_url
from auditor.decode.transmission import Transmission
from auditor.domains import registrable_domain, site_of
from auditor.evidence import Actor, Coverage, Exchange, Phase, Source, VisitEvidence
from auditor.vendors import BodyFormat, Carrier

_SENSOR = "decoder"
_SENDING_SCHEMES = ("http", "https", "ws", "wss")


class _Read(NamedTuple):
    transmissions: list[Transmission]
    problems: tuple[str, ...] = ()


def decode_visit(
    evidence: VisitEvidence, knowledge: Knowledge
) -> tuple[tuple[Transmission, ...], tuple[Coverage, ...]]:
    """All transmissions of a visit in the order of its requests, and the decoder's coverage rows.

    Coverage: one row of requests read (`matched`); one for each reason to leave requests out (`skipped`: the
    browser's own, the preparation's, those that never left); one for each reason why a body was not understood
    (`undecoded`). No request is lost without a row.
    """
    facts = facts_of(evidence, knowledge)
    visit = evidence.visit
    landed = _landed_sites(evidence)
    found: list[Transmission] = []
    problems: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    read = 0
    for exchange in evidence.exchanges:
        if (reason := _left_out(exchange)) is not None:
            skipped[reason] += 1
            continue
        top = exchange.cause.top_url if exchange.cause else None
        page_site = site_of(top or "") or site_of(visit.final_url) or site_of(visit.page)
        if is_navigation(exchange) and site_of(exchange.url) in landed:
            page_site = site_of(exchange.url)
        result = _decode(exchange, page_site, knowledge, facts)
        found += result.transmissions
        problems.update(result.problems)
        read += not result.problems
    rows = [Coverage(sensor=_SENSOR, matched=read)]
    rows += [Coverage(sensor=_SENSOR, skipped=n, reason=reason) for reason, n in sorted(skipped.items())]
    rows += [Coverage(sensor=_SENSOR, undecoded=n, reason=reason) for reason, n in sorted(problems.items())]
    return tuple(found), tuple(rows)


def decode_exchange(exchange: Exchange, page_site: str, knowledge: Knowledge) -> list[Transmission]:
    """The transmissions of one exchange alone; `page_site` is the page's registrable domain, "" if unknown."""
    if _left_out(exchange) is not None:
        return []
    facts = facts_of_exchange(exchange, page_site, knowledge)
    return _decode(exchange, page_site, knowledge, facts).transmissions


def _landed_sites(evidence: VisitEvidence) -> set[str]:
    """Sites the visitor was shown a page of. A navigation there is the visitor's own; through others it is a bounce."""
    tops = {e.cause.top_url for e in evidence.exchanges if e.cause and e.cause.top_url}
    return {site_of(url) for url in (*tops, evidence.visit.page, evidence.visit.final_url)} - {""}


def _left_out(exchange: Exchange) -> str | None:
    """Why the exchange is no sending of the page's, None when it is one."""
    if exchange.attributed_to is Actor.browser:
        return "the browser's own request"
    if exchange.attributed_to is Actor.unknown:
        return "nothing tells who made it"
    if exchange.phase is Phase.prepare:
        return "made while the visit was prepared"
    if exchange.source is Source.browser_only:
        return "never left the browser"
    return None


class Reading(NamedTuple):
    """A request taken apart: whose it is, and its named values."""

    told: Told
    host: str
    recipient: str
    first_party: bool
    params: list[Param]
    problems: tuple[str, ...]


def read_request(exchange: Exchange, page_site: str, knowledge: Knowledge) -> Reading | None:
    """Who a request goes to and what it carries in address and body; None for no address of the web."""
    parts = split_url(exchange.url)
    if parts is None or not parts.hostname or parts.scheme.lower() not in _SENDING_SCHEMES:
        return None
    host = parts.hostname.rstrip(".").lower()
    recipient = registrable_domain(host)
    first_party = bool(page_site) and recipient == page_site
    address = query_params(parts.query) + path_params(parts.path)
    body, problems = _bodies(exchange, BodyFormat.auto)
    told = _told(exchange.method.upper(), host, parts.path or "/", address, body, knowledge, first_party)
    if told.endpoint is not None and told.endpoint.body is not BodyFormat.auto:
        body, problems = _bodies(exchange, told.endpoint.body)
    return Reading(told, host, recipient, first_party, address + body, problems)


def _decode(exchange: Exchange, page_site: str, knowledge: Knowledge, facts: Facts) -> _Read:
    reading = read_request(exchange, page_site, knowledge)
    if reading is None:
        return _Read([], ("not an address of the web",))
    told, host, recipient, first_party, params, problems = reading
    if first_party and not told.by_grammar:
        return _Read([], problems)
    items = list(value_items(params, told, facts, knowledge))
    if told.by_grammar and not page_site:
        # A bare request has no page; a hit that names its page tells whether the host is the site's own.
        first_party = any(i.data_type == "page_url" and site_of(i.value) == recipient for i in items)
    items += cookie_items(exchange.request_headers, told, host, knowledge, first_party=first_party)
    items += header_items(exchange.request_headers, told.entries, knowledge, cross_site=not first_party)
    if not any(i.data_type for i in items):
        path = urlsplit(exchange.url).path or "/"
        items.append(Item("(request)", None, path, Carrier.path, None, "the request itself"))
    return _Read([_transmission(exchange, told, host, recipient, first_party, item) for item in items], problems)


def _told(
    method: str, host: str, path: str, address: list[Param], body: list[Param], knowledge: Knowledge, first_party: bool
) -> Told:
    """By host, unless the request is first-party; an endpoint on any host where the host's vendor has none."""
    values: dict[str, list[str]] = {}
    for param in address + body:
        values.setdefault(param.name, []).append(param.value)
    told = Told(None) if first_party else knowledge.told_by_host(host, method, path, values)
    if told.endpoint is not None:
        return told
    return knowledge.told_by_grammar(method, path, values) or told


def _bodies(exchange: Exchange, body_format: BodyFormat) -> tuple[list[Param], tuple[str, ...]]:
    """The values of the request's body and of the WebSocket messages the client sent."""
    params: list[Param] = []
    problems: set[str] = set()
    if exchange.request_body.size or exchange.request_body.kept:
        content = exchange.request_content()
        parsed = parse_body(content.data, exchange.request_header("content-type") or "", body_format)
        params += parsed.params
        if parsed.problem:
            problems.add(f"request body {parsed.problem}")
        if content.problem:
            problems.add(f"request body: {content.problem}")
        if exchange.request_body.cut:
            problems.add("request body not kept whole")
    for message in exchange.messages:
        if message.from_client:
            parsed = parse_body(message.body.kept, "", BodyFormat.auto)
            params += parsed.params
            if parsed.problem:
                problems.add(f"WebSocket message {parsed.problem}")
            if message.body.cut:
                problems.add("WebSocket message not kept whole")
    return params, tuple(sorted(problems))


def _transmission(
    exchange: Exchange, told: Told, host: str, recipient: str, first_party: bool, item: Item
) -> Transmission:
    return Transmission(
        visit=exchange.visit,
        request=exchange.request,
        vendor=told.vendor.vendor if told.vendor else None,
        recipient=recipient,
        host=host,
        first_party=first_party,
        module=told.module.id if told.module else None,
        parameter=item.parameter,
        data_type=item.data_type,
        value=item.value,
        carrier=item.carrier,
        mark=item.mark,
        source=item.source,
        by_grammar=told.by_grammar,
    )
