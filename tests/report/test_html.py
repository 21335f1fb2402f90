"""The HTML report: complete, self-contained, harmless."""

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from auditor.check.finding import Finding
from auditor.evidence import Actor, Coverage, Exchange, Outcome, Phase, VisitEvidence, VisitKind, Visitor
from auditor.report import write_reports
from auditor.report.html import render
from auditor.report.html.changed import changes_by_site
from auditor.report.html.compared import platform_states
from auditor.report.html.selftest import self_test
from auditor.report.html.summary import Control, control, summary, third_parties
from auditor.report.inputs import CanaryRow, RunResult, VisitCoverage
from auditor.report.masking import Masker
from auditor.report.texts import texts, visible

from .declared import changes, findings
from .factory import exchange, run_result
from .hostile import hostile_result


def parsed(page: str) -> Any:
    return html.fromstring(page)


def text_of(page: str, part: str) -> str:
    found = parsed(page).get_element_by_id(part)
    return " ".join(found.text_content().split())


def test_both_languages_are_in_the_file() -> None:
    page = render(run_result(), "en")
    assert '<html lang="en">' in page
    assert 'id="lang-en" checked' in page
    assert "誰が何を受け取るか" in page and "Who receives what" in page


def test_no_script_no_link_to_outside() -> None:
    page = render(run_result())
    tree = parsed(page)
    assert tree.xpath("//script | //img | //iframe | //object | //form") == []
    assert {a.get("href")[0] for a in tree.xpath("//a")} == {"#"}
    assert [e.get("href") for e in tree.xpath("//link")] == ["data:,"]
    assert tree.xpath("//*[@style]") == []


def test_every_link_leads_somewhere() -> None:
    tree = parsed(render(run_result()))
    ids = [e.get("id") for e in tree.xpath("//*[@id]")]
    assert len(ids) == len(set(ids))
    assert {a.get("href")[1:] for a in tree.xpath("//a")} <= set(ids)


def test_what_was_not_measured_is_on_the_first_screen() -> None:
    shown = text_of(render(run_result()), "unseen")
    assert "news.google-logged_out.blocked.ignore.1" in shown
    assert "state_lost: the account cookie was gone" in shown
    assert "pagehide_beacon" in shown
    assert "body of unknown form at px.meta.test" in shown
    assert "公表事項を見つけられなかったサイト" in shown


def test_a_planned_visit_without_record_is_told() -> None:
    result = run_result()
    shown = text_of(render(result.model_copy(update={"visits": result.visits[1:]})), "unseen")
    assert "予定されたが記録のない訪問: 1 回" in shown
    assert "shop.no_account.allowed.ignore.1" in shown


def test_nothing_unseen_is_said_only_when_true() -> None:
    result = run_result()
    whole = tuple(
        v.model_copy(
            update={"coverage": (), "visit": v.visit.model_copy(update={"outcome": Outcome.complete, "reason": ""})}
        )
        for v in result.visits
    )
    facts = result.facts.model_copy(update={"canary": ()})
    clear = {"visits": whole, "coverage": (), "disclosures": (), "facts": facts}
    shown = text_of(render(result.model_copy(update=clear)), "unseen")
    assert "観測手段の欠けは記録されていません" in shown


def test_a_site_never_measured_is_not_called_clean() -> None:
    result = run_result(findings=())
    failed = tuple(
        v.model_copy(update={"visit": v.visit.model_copy(update={"outcome": Outcome.failed})}) for v in result.visits
    )
    shown = text_of(render(result.model_copy(update={"visits": failed})), "findings")
    assert "完了した訪問がないため、判断できません。" in shown
    assert "指摘事項はありません" not in shown


def test_evidence_is_two_steps_from_the_bytes() -> None:
    tree = parsed(render(run_result()))
    link = tree.xpath("//article[1]//a")[0]
    row = tree.get_element_by_id(link.get("href")[1:]).text_content()
    assert "data/visits/shop.no_account.allowed.ignore.1/wire.warc.gz" in row
    assert "<urn:uuid:" in row
    assert "https://collect.google.test/g/collect?v=«" in row


def test_matrix_counts_complete_visits_only() -> None:
    tree = parsed(render(run_result()))
    cells = [[c.text_content().strip() for c in tr.xpath("td")] for tr in tree.xpath("//section[@id='matrix']//tr")]
    # six of shop's visits are complete, five of news's
    assert ["●", "1/6", "–", "●", "●", "–", "●"] in cells
    assert ["●", "1/5", "–", "●", "●", "–", "●"] in cells


def test_states_not_measured_are_not_empty() -> None:
    shown = text_of(render(run_result()), "states")
    assert "測定なし" in shown
    assert "ログイン中の別の訪問と同じ" in shown
    assert "ログイン中のみ送信" in shown


def test_what_stops_what_is_new_and_what_stays_is_one_row_a_recipient() -> None:
    (shop, news) = changes_by_site(run_result(), ["cookie_mode"])
    assert (shop.site, news.site, shop.pairs) == ("shop", "news", 1)
    (once,) = shop.blocks
    assert (once.standing, once.differences) == ("once", 2)
    (google,) = once.recipients.shown
    assert [i.name for i in google.gone.items.shown] == ["cookie IDE", "cookie NID"]
    assert [(i.name, i.technique) for i in google.kept.items.shown] == [("query cid", "first_party_cookie")]
    assert google.added.items.shown == ()
    assert google.silent is False
    assert changes_by_site(run_result(), ["cookie_mode"], without={"google"}) == ()


def test_visitor_states_are_put_together() -> None:
    """The same change in several pairs of visits is one item that says in how many."""
    one = changes("shop")[0]
    other = one.model_copy(update={"before_visit": "shop.google-logged_in.allowed.ignore.1", "after_visit": "x"})
    inside = one.model_copy(update={"item": "query dl?clid", "change": "added"})
    also = one.model_copy(update={"item": "query dr?clid", "change": "added", "before_visit": "unknown"})
    event = one.model_copy(update={"item": "query en", "data_type": "event"})
    result = run_result(changes=(one, other, inside, also, event))
    (site,) = changes_by_site(result, ["cookie_mode"])
    (row,) = site.blocks[0].recipients.shown
    (gone,) = row.gone.items.shown
    assert (site.pairs, gone.pairs, row.gone.others) == (3, 2, 1)
    assert [s.ja for s in gone.states] == ["ログイン中", "アカウントなし"]
    (added,) = row.added.items.shown
    assert (added.name, added.inside, added.pairs) == ("clid", ("dl", "dr"), 2)


def test_a_recipient_that_gets_no_identifier_any_more_is_told() -> None:
    (site,) = changes_by_site(run_result(changes=changes("shop")[:1]), ["cookie_mode"])
    assert site.blocks[0].recipients.shown[0].silent is True


def test_the_value_after_the_logout_is_compared_with_the_same_browsers_before() -> None:
    result = run_result()

    def google(visits: tuple[VisitEvidence, ...]) -> dict[tuple[str, ...], str]:
        masker = Masker(result.key, result.taxonomy)
        states = platform_states(result.model_copy(update={"visits": visits}), masker)[0]
        return {row.items: row.same for row in states.rows.shown if row.identifying}

    assert google(result.visits)["cookie NID",] == "yes"
    prepared = tuple(
        v.model_copy(update={"exchanges": (*v.exchanges, login(v.visit.visit))})
        if v.visit.visitor is Visitor.logged_out
        else v
        for v in result.visits
    )
    assert google(prepared) == {("cookie NID",): "held", ("cookie SID",): "only_in", ("query cid",): "yes"}


def login(visit: str) -> Exchange:
    return exchange(visit, 90, "https://google.test/login", phase=Phase.prepare, cookies="NID=nid-value-00001")


def test_what_a_finding_is_about_is_told_as_observed() -> None:
    tree = parsed(render(run_result()))
    shown = " ".join(tree.xpath("//article")[1].text_content().split())
    assert "完了した 6 回の訪問のうち 6 回" in shown
    assert "query ud[em]" in shown


def test_facts_are_a_table_and_judgements_are_not() -> None:
    tree = parsed(render(run_result()))
    assert [a.get("class") for a in tree.xpath("//article")] == ["finding fail"] * 2 + [
        "finding warn",
        "finding review",
    ]
    assert "アカウントに結び付く識別子(SID)" in tree.xpath("//section[@id='findings']//tr[@id]")[0].text_content()


def test_what_is_declared_stands_next_to_what_was_observed() -> None:
    tree = parsed(render(run_result()))
    rows = [" ".join(tr.text_content().split()) for tr in tree.xpath("//section[@id='disclosures']//tbody/tr")]
    google, line, meta, unknown, *news = rows
    assert len(news) == 4
    assert "2 種類の情報と理解" in google and "会員ID" in google and "6 回の訪問のうち 6 回" in google
    assert "記載なし" in line and "旧称" in line
    assert meta.startswith("Meta Platforms, Inc.") and "この受信者の行は読み取れませんでした" in meta
    assert "通信のみ" in unknown
    flags = tree.xpath("//section[@id='disclosures']//a[contains(@class, 'flag')]")
    assert [(a.get("class"), a.text_content()) for a in flags][:1] == [("flag warn", "注意Warning")]
    assert ("flag fail", "ハッシュ化されたメールアドレスHashed e-mail address") in [
        (a.get("class"), a.text_content()) for a in flags
    ]


def test_the_operators_own_domains_are_no_third_parties() -> None:
    result = run_result()
    assert result.scenario is not None
    assert "unknown.test" in third_parties(result)
    sites = tuple(s.model_copy(update={"own_domains": ("unknown.test",)}) for s in result.scenario.sites)
    own = result.model_copy(update={"scenario": result.scenario.model_copy(update={"sites": sites})})
    assert third_parties(result) - third_parties(own) == {"unknown.test"}
    page = render(own)
    assert "運営者自身のドメイン" in text_of(page, "matrix")
    assert "unknown.test" not in text_of(page, "disclosures")


def test_lines_of_a_disclosure_become_one() -> None:
    shop, news = run_result().disclosures
    row = shop.rows[0].model_copy(update={"content_text": "Cookie ID\n 参照元\n", "purposes": ("分析\n広告",)})
    shop = shop.model_copy(update={"rows": (row,)})
    shown = text_of(render(run_result(disclosures=(shop, news))), "disclosures")
    assert "Cookie ID / 参照元" in shown and "分析 / 広告" in shown and "U+000A" not in shown


def test_the_self_test_is_a_table_of_its_visits() -> None:
    rows = tuple(
        CanaryRow(name=f"canary.{mode}.1: {test}", holds=True, seen=f"{test} in {mode}")
        for mode, test in (("allowed", "webdriver"), ("blocked", "webdriver"), ("blocked", "language"))
    )
    result = run_result()
    result = result.model_copy(update={"facts": result.facts.model_copy(update={"canary": rows})})
    found = self_test(result)
    assert found.visits == ("canary.allowed.1", "canary.blocked.1")
    assert found.rows == (("webdriver", rows[:2]), ("language", (None, rows[2])))
    assert "language in blocked" in text_of(render(result), "method")
    assert "3 項目中 3 項目が成立" in text_of(render(result), "unseen")


def test_the_same_cause_is_one_row() -> None:
    visit = run_result().visits[0].visit.visit
    given = [
        Coverage(sensor="proxy", reason="a.test: refused; b.test: refused; a.test: refused"),
        Coverage(sensor="proxy", reason="b.test: refused"),
        Coverage(sensor="join", proxy_only=2, reason="not in the browser's events: page (2)"),
        Coverage(sensor="join", proxy_only=1, reason="not in the browser's events: page (1)"),
    ]
    result = run_result(coverage=tuple(VisitCoverage(visit=visit, coverage=c) for c in given))
    told = summary(result.model_copy(update={"visits": ()}), Masker(result.key, result.taxonomy))
    assert [(g.sensor, g.proxy_only, g.reason) for g in told.gaps.shown] == [
        ("join", 3, "not in the browser's events: page"),
        ("proxy", 0, "a.test: refused"),
        ("proxy", 0, "b.test: refused"),
    ]
    assert dict(told.missed) == {"proxy_only": 3, "browser_only": 0, "undecoded": 0, "skipped": 0}


def blank_page(outcome: Outcome, *exchanges: Exchange) -> VisitEvidence:
    visit = run_result().visits[0].visit
    changes = {"visit": "blank", "kind": VisitKind.control, "page": "http://127.0.0.1:9/", "outcome": outcome}
    blank = visit.model_copy(update=changes | {"final_url": "", "site": "control"})
    return VisitEvidence(visit=blank, exchanges=exchanges)


def test_the_blank_page_counts_what_was_not_the_browser() -> None:
    own = exchange("blank", 1, "https://update.google.test/", actor=Actor.browser)
    other = exchange("blank", 2, "https://tr.line.test/", top="http://127.0.0.1:9/")
    result = run_result()
    assert control(result) is None
    for sent, exchanges in ((0, (own,)), (1, (own, other))):
        blank = blank_page(Outcome.complete, *exchanges)
        with_control = result.model_copy(update={"visits": (*result.visits, blank)})
        assert control(with_control) == Control(sent, complete=True)
        assert ("空白ページ" in text_of(render(with_control), "method")) is True
    # the self-test's own pages send on purpose
    canary = blank_page(Outcome.complete, other)
    canary = canary.model_copy(update={"visit": canary.visit.model_copy(update={"site": "canary"})})
    assert control(result.model_copy(update={"visits": (canary,)})) is None
    failed = result.model_copy(update={"visits": (blank_page(Outcome.failed),)})
    assert control(failed) == Control(0, complete=False)


def test_long_lists_are_cut_with_a_note() -> None:
    one = findings("shop.no_account.allowed.ignore.1")[0]
    many = tuple(one.model_copy(update={"finding": f"f{n}", "site": "shop"}) for n in range(3000))
    page = render(run_result(findings=many))
    assert "ほか 2900 件は CSV(findings.csv)にあります。" in page
    assert len(page) < 400_000


def test_hidden_characters_are_shown() -> None:
    assert visible("a\u202eb\0\x1b[1m\u200b\u3164") == "a⟨U+202E⟩b⟨U+0000⟩⟨U+001B⟩[1m⟨U+200B⟩⟨U+3164⟩"
    page = render(hostile_result())
    assert not re.search("[\0-\x08\x0b-\x1f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", page)
    assert "⟨U+202E⟩gpj.exe" in page


def test_length_of_a_text_is_bounded() -> None:
    assert visible("長" * 700) == "長" * 600 + "… (+100)"


def test_hostile_text_makes_no_element() -> None:
    tree = parsed(render(hostile_result()))
    assert (
        tree.xpath("//script | //img | //iframe | //svg[not(@class='graph')] | //base | //form")
        + tree.xpath("//details[@open] | //input[@autofocus]")
        == []
    )
    assert len(tree.xpath("//style")) == 1
    handlers = [name for e in tree.iter() for name in getattr(e, "attrib", {}) if name.startswith("on")]
    assert handlers == []


def test_same_input_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_reports(run_result(), tmp_path / folder)
    names = sorted(str(p.relative_to(tmp_path / "a")) for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(names) == 19 + 20 + 3
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_an_empty_run_can_be_reported(tmp_path: Path) -> None:
    empty = RunResult(run="empty", taxonomy=run_result().taxonomy, key=bytes(16))
    reports = write_reports(empty, tmp_path)
    assert "シナリオ" in reports.page.read_text(encoding="utf-8")


def test_every_text_has_both_languages_and_the_same_values() -> None:
    for key, text in texts().items():
        assert set(re.findall(r"\{(\w+)\}", text.ja)) == set(re.findall(r"\{(\w+)\}", text.en)), key


@pytest.mark.parametrize("finding", findings("v"), ids=lambda f: f.rule)
def test_every_rule_used_has_a_name(finding: Finding) -> None:
    assert f"rule.{finding.rule}" in texts()


def test_a_finding_says_how_sure_it_is_and_what_would_refute_it() -> None:
    one = findings("shop.no_account.allowed.ignore.1")[0]
    said = {
        "confidence_ja": "独立した通信2件が示す。",
        "confidence_en": "Two exchanges.",
        "refuted_by_ja": "記載箇所。",
    }
    page = render(run_result(findings=(one.model_copy(update={**said, "refuted_by_en": "The place."}),)))
    shown = text_of(page, "findings")
    assert "覆すもの" in shown and "記載箇所。" in shown
    assert "中程度" in shown and "独立した通信2件が示す。" in shown


def test_of_imported_recordings_no_visitor_and_no_completeness_is_claimed() -> None:
    """Who the recording's person was, and whether it is whole, is not known."""
    (summed,) = parsed(render(run_result().model_copy(update={"scenario": None}))).xpath("//section[@id='summary']")
    text = " ".join(summed.text_content().split())
    assert "Recordings of " in text
    assert "件の記録を読み込みました" in text
    for claim in ("A real browser made", "実際のブラウザで", "Third-party cookies: allowed"):
        assert claim not in text
