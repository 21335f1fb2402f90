"""Exchanges and visits with invented values, and small vendor files written as text."""

from datetime import UTC, datetime
from typing import Any

from auditor.decode import Knowledge, Transmission
from auditor.evidence import (
    Actor,
    Body,
    Cause,
    Cookie,
    Exchange,
    Message,
    Outcome,
    Phase,
    Source,
    StorageItem,
    Visit,
    VisitEvidence,
    VisitKind,
)
from auditor.specs import parse
from auditor.vendors import VENDORS_DIR, Vendor, load_headers, load_taxonomy, load_vendors

THEN = datetime(2026, 11, 1, 9, tzinfo=UTC)
PAGE = "https://shop.example.jp/item/1"
TAXONOMY = load_taxonomy()
HEADERS = load_headers(TAXONOMY)
KNOWLEDGE = Knowledge(load_vendors([VENDORS_DIR], TAXONOMY), TAXONOMY, HEADERS)


def exchange(
    url: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    size: int | None = None,
    number: int = 1,
    phase: Phase = Phase.journey,
    actor: Actor = Actor.page,
    cause: Cause | None = None,
    sent: tuple[bytes, ...] = (),
    received: tuple[bytes, ...] = (),
) -> Exchange:
    """A request; `sent` and `received` are the messages of a WebSocket."""
    messages = [(True, m) for m in sent] + [(False, m) for m in received]
    return Exchange(
        visit="v1",
        request=f"r{number:05d}",
        phase=phase,
        started_at=THEN,
        method=method,
        url=url,
        request_headers=tuple((headers or {}).items()),
        request_body=Body(size=len(body) if size is None else size, kept=body),
        messages=tuple(
            Message(at=THEN, from_client=client, text=True, body=Body(size=len(m), kept=m)) for client, m in messages
        ),
        source=Source.both,
        attributed_to=actor,
        cause=cause,
    )


def evidence(
    *exchanges: Exchange, cookies: tuple[Cookie, ...] = (), storage: tuple[StorageItem, ...] = (), **of: Any
) -> VisitEvidence:
    """A visit of PAGE with these exchanges; `of` changes the Visit."""
    visit: dict[str, Any] = {
        "visit": "v1",
        "kind": VisitKind.audit,
        "site": "shop",
        "page": PAGE,
        "final_url": PAGE,
        "outcome": Outcome.complete,
        "started_at": THEN,
        "duration_ms": 1000,
    }
    return VisitEvidence(visit=Visit(**{**visit, **of}), exchanges=exchanges, cookies=cookies, storage=storage)


def vendor(text: str) -> Vendor:
    """A vendor file from its modules, cookies and the like; name and domain are given."""
    head = (
        "vendor: probe\n"
        "names: [{name: Probe Inc., kind: legal, mark: V, source: invented}]\n"
        "domains: [{domain: probe.test, mark: V, source: invented}]\n"
    )
    return parse(head + text, Vendor, file="probe.yaml")


def knowing(text: str) -> Knowledge:
    """Knowledge of one vendor file alone."""
    return Knowledge([vendor(text)], TAXONOMY, HEADERS)


def rows(found: tuple[Transmission, ...] | list[Transmission]) -> list[tuple[str, str | None, str]]:
    """Parameter, data type and value of each, for comparisons that read well."""
    return [(t.parameter, t.data_type, t.value) for t in found]
