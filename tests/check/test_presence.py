import pytest

from auditor.check import judge_site
from auditor.disclosures import Disclosure
from auditor.evidence import Body, Exchange, Outcome, Source
from auditor.scenario import Site
from tests.check.factory import DECLARED_AT, KNOWLEDGE, SITE, page, sent, visit

LINKED = '<a href="/ext">外部送信について</a>'
PRIVACY = '<a href="/privacy">プライバシーポリシー</a>'


def verdicts(site: Site, disclosure: Disclosure | None, html: str = "<p>店</p>") -> list[tuple[str, str]]:
    found = judge_site(site, [visit(html=html)], [sent()], disclosure, KNOWLEDGE).findings
    return [(f.rule, f.verdict.value) for f in found]


@pytest.mark.parametrize(
    ("declared", "disclosure", "html", "verdict"),
    [
        (False, None, "<p>店</p>", "fail"),
        (False, page(found=False), "<p>店</p>", "fail"),
        (False, None, LINKED, "review"),
        (False, page(found=False), LINKED, "review"),
        (False, None, PRIVACY, "review"),
        (False, page(found=False), PRIVACY, "fail"),
        (True, None, "<p>店</p>", "review"),
    ],
)
def test_no_disclosure(declared: bool, disclosure: Disclosure | None, html: str, verdict: str) -> None:
    site = SITE.model_copy(update={"disclosure": DECLARED_AT}) if declared else SITE
    assert verdicts(site, disclosure, html) == [("JP-01", verdict)]


def test_the_finding_whole() -> None:
    (found,) = judge_site(SITE, [visit(html="<p>店</p>")], [sent(request="r00002"), sent()], None, KNOWLEDGE).findings
    assert found.model_dump(mode="json") == {
        "finding": "JP-01.shop.-",
        "rule": "JP-01",
        "item": "3-2",
        "verdict": "fail",
        "severity": "high",
        "site": "shop",
        "visit": "v1",
        "vendor": None,
        "recipient": "",
        "data_type": None,
        "evidence": ["v1/r00001", "v1/r00002"],
        "basis": "電気通信事業法27条の12、施行規則22条の2の28第3項",
        "message_ja": "株式会社みほん商店（shop）は利用者情報を外部に送信しているが、"
        "外部送信に関する公表が見つからない。",
        "message_en": "株式会社みほん商店 (shop) sends user information to others, but no disclosure of external "
        "transmission could be found.",
        "case": "missing",
        "confidence": "high",
        "confidence_ja": "送信先または項目は証明力のある資料で定まり、独立した通信2件が同じことを示している。",
        "confidence_en": "A documented fact names the recipient or the item, and 2 independent exchanges show it.",
        "refuted_by_ja": "訪問したページから容易に到達できる公表、または送信前の通知・同意の記録を示せば覆る。",
        "refuted_by_en": "A disclosure easily reached from the visited pages, or a notice or consent before the "
        "sending.",
        "question_ja": "",
        "question_en": "",
    }


def test_without_a_rendered_page_nothing_is_said_to_be_missing() -> None:
    (found,) = judge_site(SITE, [visit()], [sent()], None, KNOWLEDGE).findings
    assert (found.rule, found.verdict.value) == ("JP-01", "review")
    assert "表示されたページも保存されていない" in found.message_ja


def test_a_link_in_the_main_documents_response() -> None:
    started = visit().visit.started_at
    html = LINKED.encode("cp932")
    main = Exchange(
        visit="v1",
        request="r00001",
        started_at=started,
        method="GET",
        url="https://www.shop.example/",
        status=200,
        response_headers=(("Content-Type", "text/html; charset=Shift_JIS"),),
        response_body=Body(size=len(html), kept=html),
        source=Source.both,
    )
    (found,) = judge_site(SITE, [visit(exchanges=(main,))], [sent()], None, KNOWLEDGE).findings
    assert found.verdict == "review"
    assert "「外部送信について https://www.shop.example/ext」" in found.message_ja


def test_nothing_without_sending_or_without_a_complete_visit() -> None:
    assert judge_site(SITE, [visit()], [], None, KNOWLEDGE).findings == ()
    assert judge_site(SITE, [visit(outcome=Outcome.incomplete)], [sent()], None, KNOWLEDGE).findings == ()
    assert judge_site(SITE, [], [], None, KNOWLEDGE).findings == ()


def test_a_service_declared_not_covered_gets_no_verdict() -> None:
    site = SITE.model_copy(update={"service_type": "not_covered"})
    (found,) = judge_site(site, [visit()], [sent()], None, KNOWLEDGE).findings
    assert (found.verdict, found.severity) == ("info", "info")
    assert found.message_en.startswith("(service declared not covered, for information) ")
