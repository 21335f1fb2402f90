"""What JP-00, 01, 03, 05 to 08, 22, 25 and 26 come to where they find nothing, and where they fail."""

import pytest

from auditor.check import Judgement
from auditor.evidence import VisitKind, Visitor
from tests.check.chain import GOOD, HIT, SITE, STATED, cases_of, judge, line, request, result_of, table, went


@pytest.mark.parametrize(
    ("declared", "result"), [("unknown", "review"), ("not_covered", "n/a"), ("1", "pass"), ("4", "pass")]
)
def test_service(declared: str, result: str) -> None:
    judged = judge(GOOD, went(request()), site=SITE.model_copy(update={"service_type": declared}))
    (said,) = [a for a in judged.assessments if a.rule == "JP-00"]
    assert (said.result.value, bool(said.question_ja)) == (result, result == "review")


def results(judged: Judgement, *rules: str) -> list[str]:
    return [result_of(judged, rule) for rule in rules]


def test_a_disclosure_that_holds_passes() -> None:
    judged = judge(GOOD, went(request(number=2), request(number=3)))
    rules = ("JP-01", "JP-02", "JP-03", "JP-04", "JP-05", "JP-06", "JP-07", "JP-08", "JP-09", "JP-10", "JP-11")
    assert results(judged, *rules) == ["pass"] * 11
    rest = ("JP-12", "JP-13", "JP-15", "JP-22")
    assert results(judged, *rest) == ["pass"] * 4
    assert results(judged, "JP-16", "JP-18", "JP-19", "JP-21", "JP-23", "JP-24", "JP-26", "JP-27") == ["n/a"] * 8
    assert results(judged, "JP-14", "JP-17", "JP-25") == ["not_measured"] * 3
    assert [f.rule for f in judged.findings if f.verdict != "info"] == ["JP-28"]


def test_every_rule_has_one_result_whatever_is_there() -> None:
    every = [f"JP-{n:02d}" for n in range(29)]
    for judged in (judge(None), judge(GOOD), judge(GOOD, went()), judge(None, went(request()))):
        assert [a.rule for a in judged.assessments] == every
    nothing = judge(None)
    assert {a.result.value for a in nothing.assessments} == {"pass", "not_measured"}
    assert {a.result.value for a in judge(GOOD, went()).assessments if a.rule == "JP-03"} == {"n/a"}
    assert nothing.findings == ()


def test_without_a_disclosure_its_contents_are_not_asked_about() -> None:
    judged = judge(None, went(request(), html="<p>店</p>"))
    assert cases_of(judged, "JP-01") == [("missing", "fail")]
    assert results(judged, "JP-03", "JP-10", "JP-12") == ["not_measured"] * 3


@pytest.mark.parametrize(
    ("page", "rule", "case", "verdict"),
    [
        (table(line("連携広告株式会社", service="レンケイ")), "JP-03", "missing", "fail"),
        (table(line("アドタグ")), "JP-05", "brand", "fail"),
        (table(line(content="")), "JP-07", "empty", "fail"),
        (table(line(content="Cookie ID")), "JP-08", "missing", "fail"),
        (table(line(), line("防犯株式会社", service="ボウハン")), "JP-22", "stale", "info"),
    ],
)
def test_what_a_page_lacks(page: str, rule: str, case: str, verdict: str) -> None:
    judged = judge(page, went(request(number=2), request(number=3)))
    assert cases_of(judged, rule) == [(case, verdict)]
    assert result_of(judged, rule) == verdict


def test_hashed_contact_data() -> None:
    sent = request(f"{HIT}&em={'0f' * 32}")
    assert result_of(judge(table(line(content=f"{STATED}、メールアドレス")), went(sent)), "JP-26") == "pass"
    assert cases_of(judge(table(line(content=STATED)), went(sent)), "JP-26") == [("missing", "fail")]


def test_visitor_states() -> None:
    plain, member = went(request()), went(request(), name="v2", visitor=Visitor.logged_in)
    assert result_of(judge(GOOD, plain, member), "JP-25") == "pass"
    assert result_of(judge(GOOD, plain), "JP-25") == "not_measured"


def test_a_recipient_that_may_be_necessary_is_a_question() -> None:
    judged = judge(GOOD, went(request(), request("https://t.guard.test/hit?id=abcdef0123456789", 3)))
    assert cases_of(judged, "JP-03") == [("necessary", "review")]
    assert result_of(judged, "JP-21") == "review"
    (said,) = [a for a in judged.assessments if a.rule == "JP-21"]
    assert "防犯株式会社" in said.reason_ja and "施行規則22条の2の30" in said.question_ja


def test_app_traffic_is_for_a_person() -> None:
    assert result_of(judge(GOOD, went(request(), kind=VisitKind.imported)), "JP-24") == "review"
