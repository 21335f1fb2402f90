"""What a visit counts as: complete when every proof holds, else the first reason why not."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditor.capture.browser.document import asked_last, bomb, main_document, wall_at_end
from auditor.capture.states.drift import Watched, state_kept
from auditor.domains import host_of
from auditor.evidence import ConsentStatus, Coverage, Exchange, Outcome, Proof, Visit, VisitKind
from auditor.store.read import read_folder
from auditor.store.run import EVENTS_FILE

FAILED = (
    *("http_error", "http_auth", "unreachable", "certificate", "no_document", "browser_refused", "download"),
    *("bot_wall", "captcha", "login_wall", "error_page", "empty_page", "redirect_loop"),
)
"""Reasons that say the site did not answer with its page; after every other one the page was there, in part."""

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
    evidence = read_folder(folder, visit)
    exchanges = evidence.exchanges
    if counters:
        proofs.append(_counters(counters))
        coverage.append(Coverage(sensor="proxy", matched=counters["requests"], reason="; ".join(counters["notes"])))
        if counters["unfinished"]:
            text = "requests still under way when the visit ended: what came of them is not known"
            coverage.append(Coverage(sensor="proxy", skipped=counters["unfinished"], reason=text))
        coverage += _limits(counters)
        if counters["error"]:
            problems.insert(0, f"recorder_error: {counters['error']}")
        if visit.replayed_from is not None:
            coverage.append(_replay(exchanges))
    elif not problems:
        problems.append("proxy_lost: the record was not closed")
    if (unmade := visit.consent_result) is not None and unmade.status in (ConsentStatus.no_way, ConsentStatus.not_done):
        text = f"{unmade.wanted.value} wanted, not made ({unmade.status.value}): {unmade.reason or unmade.rule}"
        coverage.append(Coverage(sensor="consent", skipped=1, reason=text))
    if visit.kind is not VisitKind.control or visit.page != "about:blank":
        proof, reason = main_document(evidence, counters.get("notes", ()))
        proofs.append(proof)
        more = _more(problems[0]) if problems else ""
        if not reason and not more.startswith("download"):
            wall = wall_at_end(evidence, asked_last(folder / EVENTS_FILE, visit.page))
            # A page the browser choked on is empty, too.
            reason = wall and (bomb(evidence) or wall)
        if reason and (not problems or problems[0].startswith(LESS)):
            # What came instead of the page says more than that a step could not be done on it.
            problems.insert(0, reason)
        elif problems and problems[0].startswith((*LESS, "memory", "page_crashed")):
            problems[:0] = [better for better in (bomb(evidence), more) if better][:1]
    proofs += state_kept(exchanges, watched)
    problems += [f"{_CODES.get(p.name, 'unproven')}: {p.name}: {p.seen}" for p in proofs if not p.holds]
    outcome = Outcome.complete
    if problems:
        outcome = Outcome.failed if problems[0].startswith(FAILED) else Outcome.incomplete
    return visit.model_copy(
        update={
            "outcome": outcome,
            "reason": problems[0] if problems else "",
            "proofs": tuple(proofs),
            "coverage": tuple(coverage),
        }
    )


LESS = ("step_failed", "timeout", "page_hung")
_GOTO = re.compile(r"step_failed: \S+\.goto: ")

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


def _more(problem: str) -> str:
    """What a step that could not open its address says of the address, "" for other problems."""
    if not _GOTO.match(problem):
        return ""
    said = problem.partition(": ")[2]
    if "Download is starting" in said:
        return f"download: the address is a file to keep, no page: {said}"
    if "Timeout" in said or "took longer" in said:
        return f"load_timeout: the page came, but something of it went on loading: {said}"
    return ""


def _limits(counters: dict[str, Any]) -> list[Coverage]:
    """What the recorder refused or did not keep."""
    kinds = {
        "blocked": "requests blocked by the proxy and not sent: the visit had made as many as it may",
        "bodies_cut": "bodies of which less was kept than of others: the visit has too many; length and hash are whole",
    }
    return [
        Coverage(sensor="proxy", skipped=counters[name], reason=text)
        for name, text in kinds.items()
        if counters.get(name)
    ]


def _counters(counters: dict[str, Any]) -> Proof:
    ended = counters["responses"] + counters["failures"] + counters["unfinished"]
    seen = ", ".join(f"{counters[k]} {k}" for k in ("requests", "responses", "failures", "unfinished"))
    # An answer may end in failure after it began: then both hooks ran for one request.
    return Proof(name="counters", holds=ended >= counters["requests"], seen=seen)
