"""Steps in the record of a real visit: what was typed by its field alone, what was sent, which cookies were deleted."""

import gzip
import json

import pytest

from auditor.evidence import ClearedCookie, Outcome, VisitEvidence
from auditor.identify.leaks import find_leaks
from auditor.scenario import Clear, Fill, Goto, PersonField, Press, Submit, Wait, person_of
from auditor.store.run import EVENTS_FILE

from .chain import WebChain

pytestmark = [pytest.mark.browser]

JOURNEY = (
    Fill(fill="#mail", person=PersonField.email),
    Press(press="Tab", on="#mail"),
    Wait(wait="html[data-left]"),
    Fill(fill="#year", person=PersonField.birth_year),
    Submit(submit="#send"),
    Wait(wait="#thanks"),
    Clear(clear="cookies"),
    Goto(goto="https://two.test/first"),
)


@pytest.fixture(scope="module")
def made(chain: WebChain) -> VisitEvidence:
    before = (Goto(goto="https://two.test/plain"),)
    return chain.visit("https://one.test/signup", JOURNEY, site={"before": before})


def test_every_step_is_told_in_order(made: VisitEvidence) -> None:
    assert made.visit.outcome is Outcome.complete, made.visit.reason
    assert [(step.name, step.kind, step.field, step.sends) for step in made.steps] == [
        ("before.0.goto", "goto", "", False),
        ("open.0.goto", "goto", "", False),
        ("journey.0.fill", "fill", "email", False),
        ("journey.1.press", "press", "", False),
        ("journey.2.wait", "wait", "", False),
        ("journey.3.fill", "fill", "birth_year", False),
        ("journey.4.submit", "submit", "", True),
        ("journey.5.wait", "wait", "", False),
        ("journey.6.clear", "clear", "", False),
        ("journey.7.goto", "goto", "", False),
    ]
    assert sorted(step.at for step in made.steps) == [step.at for step in made.steps]


def test_what_was_typed_is_the_persons_and_is_not_in_the_account_of_the_steps(
    made: VisitEvidence, chain: WebChain
) -> None:
    email = person_of(0, made.visit.visit).email
    left = next(e for e in made.exchanges if "/left" in e.url)
    assert left.url == f"https://third.test/left?em={email.replace('@', '%40')}"
    with gzip.open(chain.folder / made.visit.visit / EVENTS_FILE, "rt", encoding="utf-8") as file:
        own = [line for line in file if json.loads(line)["method"] in ("Auditor.step", "Auditor.cleared")]
    assert len(own) == len(made.steps) + 1
    assert [line for line in own if email.partition("@")[0] in line] == []


def test_requests_lie_before_or_after_the_step_that_sends(made: VisitEvidence) -> None:
    submit = next(step for step in made.steps if step.kind == "submit")
    at = {e.url.partition("?")[0].rpartition("/")[2]: e.started_at for e in made.exchanges}
    assert at["left"] < submit.at < min(at["sent"], at["joined"])
    joined = next(e for e in made.exchanges if e.url.endswith("/joined"))
    assert joined.cause is not None
    assert joined.cause.initiator_type == "form"


def test_clear_tells_what_it_deleted_and_the_visit_goes_on(made: VisitEvidence) -> None:
    (step,) = [step for step in made.steps if step.cleared]
    assert step.name == "journey.6.clear"
    assert sorted(step.cleared, key=lambda cookie: cookie.name) == [
        ClearedCookie(name="member", domain="one.test", path="/", value="m1"),
        ClearedCookie(name="written", domain="one.test", path="/", value="w1"),
    ]
    # Gone from the jar, still in the account; what came afterwards is there, what is no cookie stayed.
    assert {cookie.name: cookie.stored for cookie in made.cookies if cookie.domain in ("one.test", "two.test")} == {
        "member": False,
        "written": False,
        "third": True,
    }
    assert [item.value for item in made.storage if item.key == "kept"] == ["w1"]
    proofs = {proof.name: proof.holds for proof in made.visit.proofs}
    assert proofs["canary_cookie"] is True


def test_a_cookie_deleted_is_sent_no_more(chain: WebChain) -> None:
    again = chain.visit("https://one.test/signup", (Clear(clear="cookies"), Goto(goto="https://one.test/plain")))
    assert again.visit.outcome is Outcome.complete, again.visit.reason
    (plain,) = [e for e in again.exchanges if e.url == "https://one.test/plain"]
    assert plain.request_header("cookie") is None


def test_enter_in_a_filled_field_sends_its_form(chain: WebChain) -> None:
    journey = (
        Press(press="Enter", on="#year"),
        Fill(fill="#mail", person=PersonField.email),
        Press(press="Enter", on="#mail"),
        Wait(wait="#thanks"),
    )
    made = chain.visit("https://one.test/signup", journey[1:])
    assert [step.sends for step in made.steps if step.name.startswith("journey.")] == [False, True, False]
    # Enter where nothing was filled may send what others filled.
    first = chain.visit("https://one.test/signup", (journey[0], Wait(wait="#thanks")))
    assert [step.sends for step in first.steps if step.name.startswith("journey.")] == [None, False]


def test_what_the_page_sent_of_the_person_is_found(made: VisitEvidence) -> None:
    leaks = find_leaks(made, person_of(0, made.visit.visit)).leaks
    # The beacon and the form itself are on their way together.
    assert {(leak.recipient, leak.carrier, leak.name, leak.layers, leak.when, leak.first_party) for leak in leaks} == {
        ("third.test", "query", "em", ("url",), "before_submit", False),
        ("third.test", "body", "em", ("base64",), "after_submit", False),
        ("one.test", "body", "mail", ("url",), "after_submit", True),
    }
    assert len(leaks) == 3
    assert {leak.field for leak in leaks} == {"email"}
