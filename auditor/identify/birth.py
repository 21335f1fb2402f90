"""Where a value was first seen in a visit: in a response, written by a script, or before the page."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from auditor.domains import host_of
from auditor.evidence import Exchange, Phase, VisitEvidence
from auditor.identify.candidates import Candidate
from auditor.identify.following import Followed
from auditor.identify.model import Born


class _Seen(NamedTuple):
    at: datetime
    order: int  # of two at one moment: what brought it before what sent it
    request: str
    how: str
    host: str


def born(evidence: VisitEvidence, candidate: Candidate, followed: Followed) -> Born:
    """The earliest of the response that brought it, the script that wrote it, the preparation, the first request."""
    visit = evidence.visit
    exchanges = {e.request: e for e in evidence.exchanges}
    seen = sorted(_seen(evidence, candidate, followed, exchanges))
    if not seen:
        writer = next((k.writer for k in candidate.holders.values() if k.writer), "")
        return Born(visit=visit.visit, how="script" if writer else "unknown", host=host_of(writer))
    first = seen[0]
    if first.how == "unknown":
        writer = next((k.writer for k in candidate.holders.values() if k.writer and k.set_at is None), "")
        if writer:
            return Born(visit=visit.visit, request=first.request, how="script", host=host_of(writer), at=first.at)
    return Born(visit=visit.visit, request=first.request, how=first.how, host=first.host, at=first.at)


def _seen(
    evidence: VisitEvidence, candidate: Candidate, followed: Followed, exchanges: dict[str, Exchange]
) -> Iterator[_Seen]:
    for kept in candidate.holders.values():
        if kept.prepared:
            yield _Seen(evidence.visit.started_at, 0, "", "prepare", "")
        elif kept.set_at is not None and kept.set_by == "script":
            first = kept.first_at or kept.set_at
            yield _Seen(first, 1, "", "script", host_of(kept.first_writer if kept.first_at else kept.writer))
        elif kept.set_at is not None and kept.set_by in exchanges:
            yield _brought(exchanges[kept.set_by], kept.set_at)
    for hit in followed.brought:
        yield _brought(hit.exchange, hit.exchange.ended_at or hit.exchange.started_at)
    for hit in followed.sent[:1]:
        how = "prepare" if hit.exchange.phase is Phase.prepare else "unknown"
        yield _Seen(hit.exchange.started_at, 2, hit.exchange.request, how, "")


def _brought(exchange: Exchange, at: datetime) -> _Seen:
    how = "prepare" if exchange.phase is Phase.prepare else "response"
    return _Seen(at, 1, exchange.request, how, host_of(exchange.url))
