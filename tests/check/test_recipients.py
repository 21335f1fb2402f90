import pytest

from auditor.check import Finding, judge_run, judge_site
from auditor.decode import Transmission
from auditor.disclosures import DeclaredRow, Disclosure
from auditor.evidence import Actor, Exchange, Outcome, Phase, Source, VisitEvidence, VisitKind
from auditor.scenario import Site
from auditor.vendors import Carrier, Mark
from tests.check.factory import KNOWLEDGE, SITE, page, row, sent, visit

OTHER = row("株式会社よそ", entity=None, name_kind=None)


def check(
    disclosure: Disclosure, *items: Transmission, site: Site = SITE, visits: tuple[VisitEvidence, ...] = ()
) -> list[Finding]:
    return list(judge_site(site, visits or (visit(),), items, disclosure, KNOWLEDGE).findings)


def short(found: list[Finding], rule: str) -> list[tuple[str | None, str, str]]:
    return [(f.vendor, f.recipient, f.verdict.value) for f in found if f.rule == rule]


@pytest.mark.parametrize(
    ("item", "disclosure", "expected"),
    [
        (sent(), page(OTHER), [("adcom", "adcom.example", "fail")]),
        (sent(), page(row()), []),
        (sent(), page(OTHER, left=("アドタグを使っています。",)), [("adcom", "adcom.example", "review")]),
        (sent(), page(OTHER, left=("https://adcom.example/policy",)), [("adcom", "adcom.example", "review")]),
        (sent(), page(left=("外部に送信します。",)), [("adcom", "adcom.example", "review")]),
        (sent(vendor="guessed", host="x.guessed.example"), page(OTHER), [("guessed", "guessed.example", "warn")]),
        (sent(host="px.unowned.example", by_grammar=True), page(OTHER), [("adcom", "unowned.example", "warn")]),
        (sent(vendor=None, host="a.b.example", mark=None), page(OTHER), [(None, "b.example", "review")]),
        (sent(vendor=None, host="a.b.example"), page(row("ナゾ（b.example）", entity=None, name_kind=None)), []),
        (sent(vendor=None, host="a.b.example"), page(OTHER, left=("b.exampleへ",)), []),
        (
            sent(None, parameter="(request)", carrier=Carrier.path, mark=None),
            page(OTHER),
            [("adcom", "adcom.example", "fail")],
        ),
        (
            sent("referrer", parameter="Referer", carrier=Carrier.header),
            page(OTHER),
            [("adcom", "adcom.example", "fail")],
        ),
    ],
)
def test_unlisted(item: Transmission, disclosure: Disclosure, expected: list[tuple[str | None, str, str]]) -> None:
    assert short(check(disclosure, item), "JP-03") == expected


def test_the_site_itself_is_no_recipient() -> None:
    own = (
        sent(vendor=None, host="img.shop-cdn.example"),
        sent(vendor=None, host="api.shop.example"),
        sent(first_party=True, host="www.shop.example"),
    )
    assert check(page(OTHER), *own) == []
    platform = SITE.model_copy(update={"entity": "adcom"})
    assert check(page(OTHER), sent(), site=platform) == []


def test_a_platforms_own_site_is_item_5_1() -> None:
    platform = SITE.model_copy(update={"entity": "guessed"})
    assert [f.item for f in check(page(OTHER), sent(), site=platform)] == ["5-1"]
    assert [f.item for f in check(page(OTHER), sent())] == ["3-2"]


def test_only_complete_visits_of_the_site_count() -> None:
    for other in (visit(outcome=Outcome.failed), visit(site="news"), visit(kind=VisitKind.control)):
        assert check(page(OTHER), sent(), visits=(other,)) == []


def test_the_browsers_own_requests_and_the_preparation_do_not_count() -> None:
    for phase, actor in ((Phase.prepare, Actor.page), (Phase.journey, Actor.browser)):
        exchange = Exchange(
            visit="v1",
            request="r00001",
            phase=phase,
            started_at=visit().visit.started_at,
            method="GET",
            url="https://t.adcom.example/",
            source=Source.both,
            attributed_to=actor,
        )
        assert check(page(OTHER), sent(), visits=(visit(exchanges=(exchange,)),)) == []


def test_evidence_is_sorted_capped_and_has_every_visit() -> None:
    visits = tuple(visit(f"v{n:02}") for n in range(3))
    items = [sent(visit=f"v{n:02}", request=f"r{r:05}") for n in range(3) for r in range(60, 0, -1)]
    (found,) = judge_site(SITE, visits, items, page(OTHER), KNOWLEDGE).findings
    assert len(found.evidence) == 50
    assert found.evidence[0] == "v00/r00001"
    assert found.evidence[-2:] == ("v01/r00001", "v02/r00001")
    assert (found.visit, found.finding) == ("v00", "JP-03.shop.adcom")
    assert judge_site(SITE, visits[::-1], items[::-1], page(OTHER), KNOWLEDGE).findings == (found,)


@pytest.mark.parametrize(
    ("rows", "left", "expected"),
    [
        ([row("アドタグ", name_kind="brand")], (), [("JP-05", "fail")]),
        ([row("", service="アドタグ", name_kind="brand")], (), [("JP-05", "fail")]),
        ([row("アドタグ", name_kind="brand"), row()], (), [("JP-05", "warn")]),
        ([row("アドタグ", name_kind="brand")], ("運営はアドコム株式会社です。",), [("JP-05", "warn")]),
        ([row("アドコム", name_kind="loose")], (), [("JP-05", "warn")]),
        ([row("アドタグ・アイルランド・リミテッド", name_kind=None)], (), []),
        ([row()], (), []),
        ([row("アドシステム株式会社", name_kind="former")], (), [("JP-06", "warn")]),
    ],
)
def test_names(rows: list[DeclaredRow], left: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert [(f.rule, f.verdict.value) for f in check(page(*rows, left=left), sent())] == expected


def test_a_brand_known_by_hearsay_or_never_seen_only_warns() -> None:
    heard = row("伝聞タグ", entity="heard", name_kind="brand")
    found = check(page(heard), sent(vendor="heard", host="heard.example"))
    assert [(f.rule, f.verdict.value) for f in found] == [("JP-05", "warn")]
    unseen = check(page(row("アドタグ", name_kind="brand")))
    assert [(f.rule, f.verdict.value, f.evidence) for f in unseen] == [("JP-05", "warn", ()), ("JP-22", "info", ())]


def test_messages_of_names() -> None:
    (found,) = check(page(row("アドシステム株式会社", name_kind="former")), sent())
    assert found.message_ja == "公表ページの送信先「アドシステム株式会社」は旧称である。現在の名称はアドコム株式会社。"


def test_stale_rows() -> None:
    assert short(check(page(row())), "JP-22") == [("adcom", "", "info")]
    assert short(check(page(row()), sent()), "JP-22") == []
    assert short(check(page(row()), sent(first_party=True, by_grammar=True)), "JP-22") == []
    assert short(check(page(row()), visits=(visit(outcome=Outcome.failed),)), "JP-22") == []
    assert short(check(page(row()), site=SITE.model_copy(update={"entity": "adcom"})), "JP-22") == []


def test_check_run_goes_by_site_in_the_scenarios_order() -> None:
    news = SITE.model_copy(update={"id": "news"})
    visits = (visit("v1"), visit("v2", site="news"))
    items = (sent(), sent(visit="v2"))
    found = judge_run((news, SITE), visits, items, {"shop": page(OTHER), "news": page(row())}, KNOWLEDGE).findings
    assert [(f.site, f.rule) for f in found] == [("shop", "JP-03")]
    assert [(f.site, f.rule) for f in judge_run((news, SITE), visits, items, {}, KNOWLEDGE).findings] == [
        ("news", "JP-01"),
        ("shop", "JP-01"),
    ]


def test_a_rule_counts_from_its_day() -> None:
    assert check(page(OTHER), sent(), visits=(visit(year=2022),)) == []


def test_the_mark_of_the_longest_domain_decides() -> None:
    facts = KNOWLEDGE.vendor("guessed")
    assert facts is not None
    domains = (
        *facts.domains,
        facts.domains[0].model_copy(update={"domain": "x.guessed.example", "mark": Mark.own_run}),
    )
    knowledge = type(KNOWLEDGE)((facts.model_copy(update={"domains": domains}),), KNOWLEDGE.taxonomy)
    (found,) = judge_site(
        SITE, [visit()], [sent(vendor="guessed", host="a.x.guessed.example")], page(OTHER), knowledge
    ).findings
    assert found.verdict == "fail"
