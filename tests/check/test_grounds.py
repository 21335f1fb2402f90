"""What carries a fail: a documented fact, or two independent exchanges; and how sure a finding is."""

import pytest

from auditor.check import judge_site
from auditor.check.finding import Finding
from auditor.check.rules import load_rules
from auditor.check.site import matter_of
from auditor.decode import Transmission
from auditor.evidence import VisitEvidence, VisitKind
from auditor.vendors import Mark
from tests.check.chain import GOOD, KNOWN, SITE, judge, read, request, table, went
from tests.check.factory import KNOWLEDGE, page, row, sent, visit
from tests.check.factory import SITE as SHOP

GUESS = Mark.secondary


def said(rule: str, items: list[Transmission], *visits: VisitEvidence, proven: bool = False) -> Finding:
    """The finding that a writer makes of a case that fails."""
    m = matter_of(SHOP, visits or (visit(),), items, page(row()), KNOWLEDGE)
    case = next(name for name, c in load_rules().on(visit().visit.started_at.date())[rule].cases.items() if c.otherwise)
    found = m.writer.finding(rule, case, items=items, proven=proven)
    assert found is not None
    return found


def hops(*numbers: int) -> VisitEvidence:
    """A visit whose exchanges redirect to each other in this order."""
    pairs = zip(numbers, (None, *numbers), strict=False)
    made = [request("https://t.adcom.example/", n, after=before) for n, before in pairs]
    return visit(exchanges=tuple(made))


@pytest.mark.parametrize(
    ("items", "visits", "verdict", "confidence"),
    [
        ([sent(request="r00002")], (), "fail", "medium"),
        ([sent(request="r00002"), sent(request="r00003")], (), "fail", "high"),
        ([sent(request="r00002", mark=GUESS)], (), "warn", "low"),
        ([sent(request="r00002", mark=GUESS), sent(request="r00003", mark=GUESS)], (), "fail", "medium"),
        # Two items of one exchange, or two hops of one redirect, are one exchange.
        ([sent(request="r00002", mark=GUESS), sent("page_url", request="r00002", mark=GUESS)], (), "warn", "low"),
        ([sent(request="r00002", mark=GUESS), sent(request="r00003", mark=GUESS)], (hops(2, 3),), "warn", "low"),
    ],
)
@pytest.mark.parametrize("rule", ["JP-03", "JP-08", "JP-17", "JP-26"])
def test_what_carries_a_fail(
    rule: str, items: list[Transmission], visits: tuple[VisitEvidence, ...], verdict: str, confidence: str
) -> None:
    found = said(rule, items, *visits)
    assert (found.verdict.value, found.confidence.value) == (verdict, confidence)


def test_a_page_alone_carries_no_fail() -> None:
    assert said("JP-12", []).verdict == "warn"
    assert said("JP-12", [], proven=True).verdict == "fail"


def test_a_question_is_never_of_high_confidence() -> None:
    items = [sent(request=f"r0000{n}", vendor=None, host="a.b.example") for n in (2, 3)]
    (found,) = [
        f
        for f in judge_site(SHOP, [visit()], items, page(row("株式会社よそ", entity=None)), KNOWLEDGE).findings
        if f.rule == "JP-03"
    ]
    assert (found.verdict, found.confidence) == ("review", "medium")
    assert found.confidence_ja.endswith("違反かどうかは人の判断による。")
    assert found.question_ja == "b.exampleを運営するのは誰か。その者は公表に記載されているか。"


def test_every_finding_says_what_would_refute_it_or_what_to_ask() -> None:
    visits = went(request(), request("https://t.guard.test/hit?id=abcdef0123456789", 3), html="<p>店</p>")
    judged = [judge(p, visits) for p in (GOOD, table(("アドタグ", "", "等", "", "", "")), None)]
    findings = [f for j in judged for f in j.findings]
    assert {f.verdict.value for f in findings} == {"fail", "warn", "review", "info"}
    for f in findings:
        assert bool(f.refuted_by_ja and f.refuted_by_en) is (f.verdict in ("fail", "warn")), f.finding
        assert bool(f.question_ja and f.question_en) is (f.verdict == "review"), f.finding
        assert f.confidence_ja and f.confidence_en


def test_findings_about_the_page_lead_to_the_exchange_that_brought_it() -> None:
    opened = went(request(read(GOOD).address, 1), name="shop.disclosure", kind=VisitKind.disclosure)
    judged = judge(table(("アドコム株式会社", "", "Cookie ID等", "", "", "")), went(request()), opened)
    evidence = {f.rule: f.evidence for f in judged.findings if f.rule == "JP-09"}
    assert evidence == {"JP-09": ("shop.disclosure/r00001",)}
    assert matter_of(SITE, [opened], [], None, KNOWN).observed.visits == ()
