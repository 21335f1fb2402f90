"""The two sensors joined: the proxy's bytes with the browser's cause, request by request.

Neither saw everything: what the proxy alone saw is `proxy_only` (favicons, beacons of a page that is gone,
the browser's own traffic), what the browser alone saw is `browser_only` (it never left: blocked, or the
tunnel failed). Requests answered from the browser's cache or by a service worker were not sent and are no rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import datetime

from auditor.domains import site_of
from auditor.evidence import Actor, Cause, Coverage, Exchange, Phase, Source, StackFrame
from auditor.store.browser_events import Hop, stack_of
from auditor.store.own_traffic import is_own


def join(
    wire: list[Exchange],
    hops: list[Hop],
    visit: str,
    phases: list[tuple[float, Phase]],
    choice: datetime | None = None,
) -> tuple[Exchange, ...]:
    """Every exchange with its cause, and the browser's requests that never reached the proxy, in time order.

    `choice`: when the visit's choice on consent was made. An exchange is before or after it by the time at which
    the browser began it; by the proxy's, a little later, where the browser's is not known.
    """
    waiting: dict[tuple[str, str], list[Hop]] = defaultdict(list)
    for hop in hops:
        if not hop.from_cache and not hop.from_service_worker:
            waiting[hop.method, _wire_url(hop.url)].append(hop)
    pairs: dict[str, Hop] = {}
    ids: dict[int, str] = {}
    for exchange in wire:
        found = _take(waiting.get((exchange.method, exchange.url), []), exchange)
        if found is not None:
            pairs[exchange.request], ids[found.order] = found, exchange.request
    left = [hop for rest in waiting.values() for hop in rest if not _is_local(hop)]
    lost = sorted(left, key=lambda h: h.order)
    # A redirect inside the browser (http to https) leads to requests that were sent: the chain must hold.
    ids |= {hop.order: f"b{number:05d}" for number, hop in enumerate(lost, 1)}
    pages = [(h.at, h.url) for h in hops if h.main_frame and h.resource_type == "document"]
    of_workers = {_wire_url(h.url) for h in hops if h.actor == "service_worker"}
    joined = []
    for exchange in wire:
        cause = pairs.get(exchange.request)
        tops = [url for at, url in pages if at <= exchange.started_at]
        actor = _unexplained(exchange, tops, of_workers)
        update: dict[str, object] = {"attributed_to": actor, "source": Source.proxy_only}
        if cause is not None:
            update = {"cause": _cause(cause, ids), "source": Source.both, "attributed_to": Actor(cause.actor)}
        if _is_socket(exchange):
            update["url"] = "ws" + exchange.url.removeprefix("http")
        if choice is not None:
            begun = cause.at if cause is not None and cause.at.timestamp() > 0 else exchange.started_at
            update["consent_choice"] = "after" if begun >= choice else "before"
        joined.append(exchange.model_copy(update=update))
    for number, hop in enumerate(lost, 1):
        side = "" if choice is None else "after" if hop.at >= choice else "before"
        alone = _browser_only(hop, visit, number, ids, phases)
        joined.append(alone.model_copy(update={"consent_choice": side}))
    return tuple(sorted(joined, key=lambda e: (e.started_at, e.request)))


def _take(waiting: list[Hop], exchange: Exchange) -> Hop | None:
    """The first hop in waiting; where there is a choice, one with this body that the browser did not give up unsent."""
    if not waiting:
        return None
    body = exchange.request_body.sha256
    fit = [h for h in waiting if h.body_sha256 == body] or [h for h in waiting if h.body_sha256 is None] or waiting
    # One given up after its answer was sent all the same (a body that was never read).
    answered = [h for h in fit if h.error is None or h.status is not None or exchange.error is not None]
    chosen = (answered or fit)[0]
    waiting.remove(chosen)
    return chosen


def _wire_url(url: str) -> str:
    """The address as the proxy sees it: no fragment, WebSocket over http."""
    bare = url.partition("#")[0]
    return "http" + bare.removeprefix("ws") if bare.startswith(("ws://", "wss://")) else bare


def _is_socket(exchange: Exchange) -> bool:
    return (exchange.request_header("upgrade") or "").lower() == "websocket"


def _is_local(hop: Hop) -> bool:
    return not hop.url.startswith(("http:", "https:", "ws:", "wss:"))


def _cause(hop: Hop, ids: dict[int, str]) -> Cause:
    initiator: str | None
    stack: tuple[StackFrame, ...] = ()
    if hop.previous is not None:
        # What sent it on is the answer before it; the script that began the chain is the first hop's.
        kind, initiator = "redirect", hop.previous.url.partition("#")[0]
    else:
        kind, stack = str(hop.initiator.get("type", "other")).lower(), stack_of(hop.initiator)
        initiator = hop.initiator.get("url") or (stack[0].url if stack else None) or None
    return Cause(
        resource_type=hop.resource_type,
        initiator_type=kind,
        initiator=initiator,
        stack=stack,
        frame_url=hop.document_url or None,
        top_url=hop.top_url,
        main_frame=hop.main_frame,
        redirected_from=ids.get(hop.previous.order) if hop.previous else None,
        from_cache=hop.from_cache,
        from_service_worker=hop.from_service_worker,
        cookies=hop.cookies,
        cookies_refused=hop.refused,
        cookie_partition=hop.partition,
        error=hop.error,
    )


def _unexplained(exchange: Exchange, tops: list[str], of_workers: Set[str]) -> Actor:
    """Who made a request the browser's events do not tell of, by what only a document's request carries.

    `tops`: the pages so far; the last beacon of a page leaves when the next one has begun already. `of_workers`:
    what service workers asked for; the browser looks by itself whether their scripts have changed (Service Workers
    4.5 Update; the header Service-Worker, and the imported scripts again).
    Requests for a document's needs carry its site relation (Sec-Fetch-Site, W3C Fetch Metadata) or its
    address (Referer, Origin); what the browser sends on its own account has `none` or nothing, and is known to.
    """
    relation = (exchange.request_header("sec-fetch-site") or "none").lower()
    document = exchange.request_header("referer") or exchange.request_header("origin")
    script = exchange.request_header("sec-fetch-dest") in ("serviceworker", "script")
    if exchange.request_header("service-worker") or (script and exchange.url in of_workers):
        return Actor.service_worker
    if relation == "none" and not document:
        return Actor.browser if is_own(exchange.url) else Actor.unknown
    if document and tops and site_of(document) not in {site_of(top) for top in tops[-2:]}:
        return Actor.frame
    return Actor.page


def _browser_only(
    hop: Hop, visit: str, number: int, ids: dict[int, str], phases: list[tuple[float, Phase]]
) -> Exchange:
    at = hop.at.timestamp()
    phase = next((p for begun, p in reversed(phases) if begun <= at), Phase.journey)
    return Exchange(
        visit=visit,
        request=f"b{number:05d}",
        phase=phase,
        started_at=hop.at,
        method=hop.method,
        url=hop.url.partition("#")[0],
        status=hop.status,
        error=hop.error or "never reached the proxy",
        cause=_cause(hop, ids),
        source=Source.browser_only,
        attributed_to=Actor(hop.actor),
    )


def coverage_of(exchanges: Iterable[Exchange]) -> Coverage:
    """How well the sensors agree, with the kinds of what one of them missed."""
    counts = dict.fromkeys(Source, 0)
    kinds: dict[str, int] = defaultdict(int)
    alone: list[str] = []
    for exchange in exchanges:
        counts[exchange.source] += 1
        if exchange.source in (Source.proxy_only, Source.browser_only):
            alone.append(exchange.request)
        if exchange.source is Source.proxy_only:
            destination = exchange.request_header("sec-fetch-dest") or "no destination"
            kinds[f"not in the browser's events: {exchange.attributed_to.value}, {destination}"] += 1
        elif exchange.source is Source.browser_only:
            kinds[f"never reached the proxy: {exchange.error}"] += 1
    return Coverage(
        sensor="join",
        matched=counts[Source.both],
        proxy_only=counts[Source.proxy_only],
        browser_only=counts[Source.browser_only],
        reason="; ".join(f"{kind} ({n})" for kind, n in sorted(kinds.items())),
        requests=tuple(alone),
    )
