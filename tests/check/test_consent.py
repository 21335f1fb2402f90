"""JP-17: before a choice and after a refusal; what is only sent after consent is a question elsewhere too."""

import pytest

from auditor.evidence import Consent, ConsentStatus, Exchange, VisitEvidence
from tests.check.chain import GOOD, HIT, cases_of, judge, line, request, result_of, table, went

OTHERS = table(line("連携広告株式会社", service="レンケイ"))


def accepted(*exchanges: Exchange) -> VisitEvidence:
    return went(*exchanges, name="accept", consent=Consent.accept)


def rejected(*exchanges: Exchange) -> VisitEvidence:
    return went(*exchanges, name="reject", consent=Consent.reject)


def before(number: int = 2) -> Exchange:
    return request(number=number, choice="before")


def after(number: int = 3) -> Exchange:
    return request(number=number, choice="after")


@pytest.mark.parametrize(
    ("page", "visits", "cases", "result"),
    [
        # Sent after consent alone: nothing before it, nothing after a refusal.
        (GOOD, (accepted(after()), rejected()), [], "pass"),
        (OTHERS, (rejected(after(3), after(4)), accepted(after())), [("after_refusal", "fail")], "fail"),
        # One alone may have been on its way when the visitor refused.
        (OTHERS, (rejected(after()), accepted(after())), [("after_refusal_weak", "warn")], "warn"),
        (GOOD, (rejected(after(3), after(4)), accepted(after())), [("after_refusal_listed", "review")], "review"),
        (OTHERS, (accepted(before()), rejected()), [("before_choice", "fail")], "fail"),
        (OTHERS, (went(request()), accepted(after()), rejected()), [("before_choice", "fail")], "fail"),
        (GOOD, (accepted(before()), rejected()), [("before_choice_listed", "review")], "review"),
        (GOOD, (accepted(after()),), [], "not_measured"),
        (GOOD, (went(request()),), [], "not_measured"),
    ],
)
def test_sending_and_choices(
    page: str, visits: tuple[VisitEvidence, ...], cases: list[tuple[str, str]], result: str
) -> None:
    judged = judge(page, *visits)
    assert (cases_of(judged, "JP-17"), result_of(judged, "JP-17")) == (cases, result)


@pytest.mark.parametrize(
    ("status", "result"), [("no_banner", "n/a"), ("no_way", "review"), ("not_done", "not_measured")]
)
def test_a_choice_that_was_not_made(status: str, result: str) -> None:
    tried = went(request(), consent=Consent.reject, status=ConsentStatus(status))
    assert result_of(judge(GOOD, tried), "JP-17") == result


def test_what_is_sent_after_consent_alone_is_no_breach_of_listing() -> None:
    visits = accepted(after(3), after(4)), rejected()
    assert cases_of(judge(OTHERS, *visits), "JP-03") == [("consented", "review")]
    narrow = table(line(content="Cookie ID"))
    assert cases_of(judge(narrow, *visits), "JP-08") == [("consented", "review")]
    assert cases_of(judge(narrow, went(request()), *visits), "JP-08") == [("missing", "fail")]


def test_a_ping_without_anything_of_the_person_does_not_count() -> None:
    empty = request(HIT.partition("?")[0], 3, choice="after")
    assert result_of(judge(OTHERS, rejected(empty), accepted()), "JP-17") == "pass"
