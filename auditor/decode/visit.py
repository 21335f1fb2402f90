"""A visit's exchanges to transmissions: who received what, by which module, and what could not be read."""

from collections import Counter
from collections.abc import Iterable

from auditor.decode.facts import facts_of, facts_of_request, is_navigation
from auditor.decode.knowledge import Knowledge
from auditor.decode.reading import NO_ADDRESS, Decoded, decode_request
from auditor.decode.request import request_of
from auditor.decode.transmission import Transmission
from auditor.domains import host_of, site_of
from auditor.evidence import Actor, Coverage, Exchange, Phase, Source, VisitEvidence

_SENSOR = "decoder"


def decode_visit(
    evidence: VisitEvidence, knowledge: Knowledge, typed: Iterable[str] = ()
) -> tuple[tuple[Transmission, ...], tuple[Coverage, ...]]:
    """All transmissions of a visit in the order of its requests, and the decoder's coverage rows.

    `typed`: what the scenario had the visitor type, recognised wherever it is sent.
    Coverage: one row of requests read (`matched`); one for each reason to leave requests out (`skipped`: the
    browser's own, the preparation's, those that never left); one for each reason why a body was not understood
    (`undecoded`). No request is lost without a row.
    """
    requests = [request_of(exchange) for exchange in evidence.exchanges]
    facts = facts_of(evidence, requests, knowledge, typed)
    visit = evidence.visit
    landed = _landed_sites(evidence)
    chains = {host.host: host.cname.chain for host in evidence.hosts if host.cname.chain}
    found: list[Transmission] = []
    problems: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    read = 0
    for exchange, request in zip(evidence.exchanges, requests, strict=True):
        if (reason := _left_out(exchange)) is not None:
            skipped[reason] += 1
            continue
        top = exchange.cause.top_url if exchange.cause else None
        page_site = site_of(top or "") or site_of(visit.final_url) or site_of(visit.page)
        if is_navigation(exchange) and site_of(exchange.url) in landed:
            page_site = site_of(exchange.url)
        names = chains.get(host_of(exchange.url), ()) if chains else ()
        decoded = decode_request(request, page_site, knowledge, facts, names)
        if decoded is None:
            problems[NO_ADDRESS] += 1
            continue
        found += transmissions_of(decoded, exchange.visit, exchange.request)
        problems.update(decoded.problems)
        read += not decoded.problems
    rows = [Coverage(sensor=_SENSOR, matched=read)]
    rows += [Coverage(sensor=_SENSOR, skipped=n, reason=reason) for reason, n in sorted(skipped.items())]
    rows += [Coverage(sensor=_SENSOR, undecoded=n, reason=reason) for reason, n in sorted(problems.items())]
    return tuple(found), tuple(rows)


def decode_exchange(exchange: Exchange, page_site: str, knowledge: Knowledge) -> list[Transmission]:
    """The transmissions of one exchange alone; `page_site` is the page's registrable domain, "" if unknown."""
    if _left_out(exchange) is not None:
        return []
    request = request_of(exchange)
    top = (exchange.cause.top_url if exchange.cause else None) or ""
    facts = facts_of_request(request, top, page_site, knowledge)
    decoded = decode_request(request, page_site, knowledge, facts)
    return transmissions_of(decoded, exchange.visit, exchange.request) if decoded else []


def transmissions_of(decoded: Decoded, visit: str, request: str) -> list[Transmission]:
    """The items of a request tied to visit and recipient."""
    told = decoded.told
    vendor = told.vendor.vendor if told.vendor else None
    module = told.module.id if told.module else None
    return [
        Transmission(
            visit=visit,
            request=request,
            vendor=vendor,
            recipient=decoded.recipient,
            host=decoded.host,
            first_party=decoded.first_party,
            parameter=item.parameter,
            data_type=item.data_type,
            value=item.value,
            carrier=item.carrier,
            module=module,
            mark=item.mark,
            source=item.source,
            told_by=told.told_by,
        )
        for item in decoded.items
    ]


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
