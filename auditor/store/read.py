"""A published (or spooled) visit back as evidence: a pure function of its files."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from auditor.content import whole_text
from auditor.errors import InputError
from auditor.evidence import (
    Actor,
    Cause,
    Coverage,
    Exchange,
    Phase,
    Source,
    StackFrame,
    StorageItem,
    Visit,
    VisitEvidence,
    VisitKind,
)
from auditor.store.browser_events import read_events, read_hops
from auditor.store.calls import Calls, read_calls, script_cookies
from auditor.store.found import read_followed, read_links, read_pages
from auditor.store.hosts import read_hosts, unanswered
from auditor.store.jar import cookies_of
from auditor.store.join import coverage_of, join
from auditor.store.kept import gone_frames, kept_items
from auditor.store.run import (
    DOCUMENT_FILE,
    EVENTS_FILE,
    FOLLOWED_FILE,
    HOSTS_FILE,
    LINKS_FILE,
    PAGES_FILE,
    STATE_FILE,
    WIRE_FILE,
    RunFolder,
)
from auditor.store.senders import with_senders
from auditor.store.signals import signals_of
from auditor.store.steps import read_steps
from auditor.store.storage_key import split_storage_key
from auditor.store.wire import read_wire


def read_visit(run: RunFolder, visit: str) -> VisitEvidence:
    """The evidence of one published visit. Raises InputError naming the damaged file."""
    return read_folder(run.visits_dir / visit, run.record(visit).visit)


def read_folder(folder: Path, visit: Visit) -> VisitEvidence:
    """The evidence in a visit's folder."""
    wire: list[Exchange] = []
    problem = None
    if (folder / WIRE_FILE).exists():
        source = Source.imported if visit.kind is VisitKind.imported else Source.proxy_only
        wire, problem = read_wire(folder / WIRE_FILE, visit.visit, source)
    state = _state(folder / STATE_FILE)
    coverage = list(visit.coverage)
    calls = read_calls(folder / EVENTS_FILE)
    if visit.kind is VisitKind.imported:
        exchanges = _imported(wire, folder / EVENTS_FILE)
    else:
        choice = visit.consent_result.at if visit.consent_result else None
        exchanges = join(wire, read_hops(folder / EVENTS_FILE), visit.visit, phases(folder / EVENTS_FILE), choice)
        exchanges = with_senders(exchanges, calls.calls)
        coverage.append(coverage_of(exchanges))
    if problem:
        coverage.append(Coverage(sensor="proxy", reason=problem))
    coverage += [Coverage(sensor="browser", skipped=1, reason=text) for text in state.get("problems", ())]
    coverage += gone_frames(state, folder / EVENTS_FILE)
    hosts = read_hosts(folder / HOSTS_FILE, exchanges, visit.kind)
    coverage += unanswered(hosts)
    coverage += calls.coverage
    document = folder / DOCUMENT_FILE
    return VisitEvidence(
        visit=visit,
        exchanges=exchanges,
        cookies=cookies_of(
            exchanges,
            state.get("cookies"),
            prepared=state.get("prepared", ()),
            written=script_cookies(calls.calls),
        ),
        storage=_storage(state, folder / EVENTS_FILE, calls),
        hosts=hosts,
        signals=signals_of(visit.visit, exchanges, calls),
        coverage=tuple(coverage),
        document_html=document.read_text("utf-8", "replace") if document.exists() else None,
        steps=read_steps(folder / EVENTS_FILE),
        links=read_links(folder / LINKS_FILE),
        pages=read_pages(folder / PAGES_FILE),
        followed=read_followed(folder / FOLLOWED_FILE),
    )


def phases(events: Path) -> list[tuple[float, Phase]]:
    """When each phase began, seconds since 1970, in order."""
    return [
        (datetime.fromisoformat(line["t"]).timestamp(), Phase(line["params"]["phase"]))
        for line in read_events(events)
        if line["method"] == "Auditor.phase"
    ]


def _state(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        state: dict[str, Any] = whole_text(json.loads(path.read_bytes()))
    except ValueError as error:
        raise InputError(f"is not JSON: {error}", file=path) from None
    return state


def _storage(state: dict[str, Any], events: Path, calls: Calls) -> tuple[StorageItem, ...]:
    """Items there at the end, and those of frames that had gone by then, as the browser told their writing."""
    found: dict[tuple[str, str, str], str] = {}
    for line in read_events(events):
        if not line["method"].startswith("DOMStorage."):
            continue
        params, place = line["params"], line["params"]["storageId"]
        area = "local" if place["isLocalStorage"] else "session"
        item = (place.get("storageKey") or place.get("securityOrigin", ""), area, params.get("key", ""))
        match line["method"].removeprefix("DOMStorage.domStorageItem"):
            case "Added" | "Updated":
                found[item] = params["newValue"]
            case "Removed":
                found.pop(item, None)
            case "sCleared":
                found = {k: v for k, v in found.items() if k[:2] != item[:2]}
    for place in state.get("storage", ()):
        found |= {(place["storage_key"], place["area"], key): value for key, value in place["items"]}
    items = kept_items(state)
    for (storage_key, area, key), value in found.items():
        origin, top_site = split_storage_key(storage_key)
        writer = calls.writers.get((storage_key, area, key))
        items.append(StorageItem(origin=origin, top_site=top_site, area=area, key=key, value=value, written_by=writer))
    return tuple(sorted(items, key=lambda i: (i.top_site, i.origin, i.area, i.key)))


def _imported(wire: list[Exchange], events: Path) -> tuple[Exchange, ...]:
    """Exchanges of a recording with the cause the recording itself tells, if it does."""
    told = {
        line["params"]["request"]: line["params"] for line in read_events(events) if line["method"] == "Import.entry"
    }
    return tuple(_with_told(exchange, told.get(exchange.request)) for exchange in wire)


def _with_told(exchange: Exchange, told: dict[str, Any] | None) -> Exchange:
    cause = None
    if told is not None:
        cause = Cause(
            resource_type=told.get("resource_type") or "other",
            initiator_type=told.get("initiator_type") or "other",
            initiator=told.get("initiator"),
            stack=tuple(StackFrame.model_validate(call) for call in told.get("stack") or ()),
            top_url=told.get("page") or exchange.page,
            from_cache=bool(told.get("from_cache")),
            error=told.get("error"),
        )
    # What the recording browser took out of its cache it sent to nobody.
    source = Source.browser_only if cause is not None and cause.from_cache else Source.imported
    return exchange.model_copy(update={"source": source, "attributed_to": Actor.page, "cause": cause})
