"""A visit is complete only on positive proof: what each missing proof makes of it."""

from pathlib import Path
from typing import Any

import pytest

from auditor.capture.outcome import INFRASTRUCTURE, judge
from auditor.evidence import Outcome, Phase, Proof, Visit, VisitKind
from auditor.store.wire import WireWriter, body_of

from .account import PAGE, Account, at

GOOD: dict[str, Any] = {
    "requests": 1,
    "responses": 1,
    "failures": 0,
    "unfinished": 0,
    "error": None,
    "notes": [],
    "unanswered": 0,
}
LOST: dict[str, Any] = {**GOOD, "requests": 0, "responses": 0}


def visit(*proofs: Proof, **more: Any) -> Visit:
    fields: dict[str, Any] = {
        "visit": "v",
        "kind": VisitKind.audit,
        "site": "shop",
        "page": PAGE,
        "outcome": Outcome.incomplete,
        "started_at": at(0),
        "duration_ms": 1,
        "proofs": proofs,
    }
    return Visit.model_validate({**fields, **more})


def record(folder: Path, status: int = 200, error: str | None = None) -> None:
    """Both witnesses of one document."""
    account = Account()
    account.page()
    account.hops(folder)
    writer = WireWriter(folder / "wire.warc.gz")
    writer.request("r00001", at(0), Phase.journey, "GET", PAGE, "HTTP/2.0", [], body_of(b""))
    if error is None:
        writer.response("r00001", at(0), PAGE, status, "", "HTTP/2.0", [], body_of(b"x"))
    else:
        writer.failure("r00001", at(0), PAGE, error)
    writer.close()


def outcome(made: Visit) -> tuple[str, str]:
    return made.outcome.value, made.reason


def test_a_visit_with_every_proof_is_complete(tmp_path: Path) -> None:
    record(tmp_path)
    made = judge(visit(Proof(name="canary_cookie", holds=True)), tmp_path, [], GOOD)
    assert outcome(made) == ("complete", "")
    assert [(p.name, p.holds) for p in made.proofs] == [
        ("canary_cookie", True),
        ("counters", True),
        ("main_document", True),
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("canary_cookie", "cookie_store_lost: canary_cookie: gone"),
        ("state_before", "state_not_reached: state_before: gone"),
        ("state_after", "state_lost: state_after: gone"),
        ("something_new", "unproven: something_new: gone"),
    ],
)
def test_a_proof_that_does_not_hold_makes_it_incomplete(tmp_path: Path, name: str, reason: str) -> None:
    record(tmp_path)
    made = judge(visit(Proof(name=name, holds=False, seen="gone")), tmp_path, [], GOOD)
    assert outcome(made) == ("incomplete", reason)


@pytest.mark.parametrize(
    ("counters", "reason"),
    [
        ({}, "proxy_lost: the record was not closed"),
        ({**GOOD, "error": "request: OSError: full"}, "recorder_error: request: OSError: full"),
        ({**GOOD, "requests": 2}, "recorder_error: counters: 2 requests, 1 responses, 0 failures, 0 unfinished"),
    ],
)
def test_a_record_with_a_hole_is_worth_another_attempt(tmp_path: Path, counters: dict[str, Any], reason: str) -> None:
    record(tmp_path)
    made = judge(visit(), tmp_path, [], counters)
    assert outcome(made) == ("incomplete", reason)
    assert reason.startswith(INFRASTRUCTURE)


def test_what_was_still_under_way_is_said_and_is_no_hole(tmp_path: Path) -> None:
    record(tmp_path)
    made = judge(visit(), tmp_path, [], {**GOOD, "requests": 3, "unfinished": 2})
    assert outcome(made) == ("complete", "")
    assert [c.skipped for c in made.coverage if c.sensor == "proxy" and c.skipped] == [2]


@pytest.mark.parametrize(("status", "reason"), [(404, "http_error: status 404"), (502, "http_error: status 502")])
def test_an_error_page_is_a_failure(tmp_path: Path, status: int, reason: str) -> None:
    record(tmp_path, status)
    assert outcome(judge(visit(), tmp_path, ["step_failed: x"], GOOD)) == ("failed", reason)


def test_a_document_nobody_asked_for_is_a_failure(tmp_path: Path) -> None:
    made = judge(visit(), tmp_path, [], LOST)
    assert outcome(made) == ("failed", "no_document: main_document: the browser asked for no document")


@pytest.mark.parametrize(
    ("notes", "reason"),
    [
        ([], "unreachable: reset"),
        (["shop.test:443: TLS: expired"], "certificate: reset; shop.test:443: TLS: expired"),
        # Another server's trouble says nothing of this page.
        (["ads.test:443: TLS: expired"], "unreachable: reset"),
    ],
)
def test_why_a_document_failed_is_told_by_its_own_server(tmp_path: Path, notes: list[str], reason: str) -> None:
    record(tmp_path, error="reset")
    made = judge(visit(), tmp_path, ["step_failed: open.0.goto: x"], {**GOOD, "notes": notes})
    assert outcome(made) == ("failed", reason)


def test_the_first_reason_stands(tmp_path: Path) -> None:
    record(tmp_path)
    reasons = ["browser_lost: gone", "proxy_lost: gone"]
    lost = Proof(name="canary_cookie", holds=False)
    assert outcome(judge(visit(lost), tmp_path, reasons, GOOD)) == ("incomplete", "browser_lost: gone")


def test_only_the_blank_control_needs_no_document(tmp_path: Path) -> None:
    blank = visit(kind=VisitKind.control, page="about:blank")
    assert outcome(judge(blank, tmp_path, [], LOST)) == ("complete", "")
