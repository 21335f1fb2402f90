"""What a visit counts as: complete when every proof holds, else the first reason why not."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditor.capture.drift import Watched, state_kept
from auditor.domains import host_of
from auditor.evidence import Coverage, Exchange, Outcome, Phase, Proof, Source, Visit, VisitKind
from auditor.store.read import read_folder

INFRASTRUCTURE = ("browser_lost", "proxy_lost", "page_crashed", "cookie_store_lost", "recorder_error")
"""Reasons that are ours or the machine's, not the site's: worth a second attempt."""

DRIFTED = ("state_lost", "state_not_reached")
"""The visitor left the state the visit is about, or did not reach it: worth a second attempt with a new login."""


def judge(
    visit: Visit, folder: Path, reasons: list[str], counters: dict[str, Any], watched: Sequence[Watched] = ()
) -> Visit:
    """The visit with its outcome, proofs and coverage, decided on the files in `folder`."""
    problems = list(reasons)
    proofs = list(visit.proofs)
    coverage = list(visit.coverage)
    exchanges = read_folder(folder, visit).exchanges
    if counters:
        proofs.append(_counters(counters))
        coverage.append(Coverage(sensor="proxy", matched=counters["requests"], reason="; ".join(counters["notes"])))
        if counters["unfinished"]:
            text = "requests still under way when the visit ended: what came of them is not known"
            coverage.append(Coverage(sensor="proxy", skipped=counters["unfinished"], reason=text))
        if counters["error"]:
            problems.insert(0, f"recorder_error: {counters['error']}")
        if visit.replayed_from is not None:
            coverage.append(_replay(exchanges))
    elif not problems:
        problems.append("proxy_lost: the record was not closed")
    if visit.kind is not VisitKind.control or visit.page != "about:blank":
        proof, reason = _main_document(exchanges, counters.get("notes", ()))
        proofs.append(proof)
        if reason and (not problems or problems[0].startswith(("step_failed", "timeout"))):
            # Why the document failed says more than that the step which opened it did.
            problems.insert(0, reason)
    proofs += state_kept(exchanges, watched)
    problems += [f"{_CODES.get(p.name, 'unproven')}: {p.name}: {p.seen}" for p in proofs if not p.holds]
    outcome = Outcome.complete
    if problems:
        failed = problems[0].startswith(("http_error", "unreachable", "certificate", "no_document"))
        outcome = Outcome.failed if failed else Outcome.incomplete
    return visit.model_copy(
        update={
            "outcome": outcome,
            "reason": problems[0] if problems else "",
            "proofs": tuple(proofs),
            "coverage": tuple(coverage),
        }
    )


_CODES = {
    "canary_cookie": "cookie_store_lost",
    "state_before": "state_not_reached",
    "state_after": "state_lost",
    "state_kept": "state_lost",
    "no_account_before": "state_not_reached",
    "no_account_after": "state_lost",
    "counters": "recorder_error",
    "main_document": "no_document",
}


def _replay(exchanges: tuple[Exchange, ...]) -> Coverage:
    """What the recording answered, and the hosts of what it had no answer for."""
    empty = Counter(host_of(e.url) for e in exchanges if e.answer == "empty")
    hosts = ", ".join(f"{host} ({n})" for host, n in sorted(empty.items()))
    return Coverage(
        sensor="replay",
        matched=sum(e.answer == "recording" for e in exchanges),
        skipped=empty.total(),
        reason=f"not in the recording, answered empty: {hosts}" if hosts else "",
    )


def _counters(counters: dict[str, Any]) -> Proof:
    ended = counters["responses"] + counters["failures"] + counters["unfinished"]
    seen = ", ".join(f"{counters[k]} {k}" for k in ("requests", "responses", "failures", "unfinished"))
    # An answer may end in failure after it began: then both hooks ran for one request.
    return Proof(name="counters", holds=ended >= counters["requests"], seen=seen)


def _main_document(exchanges: tuple[Exchange, ...], notes: Sequence[str]) -> tuple[Proof, str]:
    """The page's own document: seen by both sensors, answered whole, not an error page."""
    documents = [
        e
        for e in exchanges
        if e.cause and e.cause.main_frame and e.cause.resource_type == "document" and e.phase is not Phase.prepare
    ]
    first: list[Exchange] = []
    for exchange in documents:
        # The first document and the redirects that lead to it; later ones are the journey's.
        if not first or (exchange.cause and exchange.cause.redirected_from == first[-1].request):
            first.append(exchange)
    if not first:
        return Proof(name="main_document", holds=False, seen="the browser asked for no document"), ""
    last = first[-1]
    seen = f"{last.request} {last.status} {last.error or ''}".strip()
    if last.error is not None or last.source is not Source.both:
        told = [last.cause.error if last.cause else None, last.error, *_notes(last.url, notes)]
        error = "; ".join(dict.fromkeys(text for text in told if text))
        code = "certificate" if any(word in error for word in ("ertificate", "TLS", "ERR_CERT")) else "unreachable"
        return Proof(name="main_document", holds=False, seen=seen), f"{code}: {error}"
    if last.answer == "empty" or (last.answer == "recording" and not last.response_body.size):
        # An empty page sends nothing, and would pass for one that does not.
        return Proof(name="main_document", holds=False, seen=seen), "no_document: the recording does not hold the page"
    if last.status is None or last.status >= 400:
        return Proof(name="main_document", holds=False, seen=seen), f"http_error: status {last.status}"
    return Proof(name="main_document", holds=True, seen=seen), ""


def _notes(url: str, notes: Sequence[str]) -> list[str]:
    """What the proxy noted of this address' server: notes begin with host:port."""
    host = f"{host_of(url)}:"
    return [note for note in notes if note.startswith(host)]
