"""The HTML report: complete, self-contained, harmless."""

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from auditor.check.finding import Finding
from auditor.evidence import Actor, Exchange, Outcome, VisitEvidence, VisitKind
from auditor.report import write_reports
from auditor.report.html import render
from auditor.report.html.compared import summary_text
from auditor.report.html.summary import Control, control
from auditor.report.inputs import RunResult
from auditor.report.texts import Text, texts, visible

from .declared import findings
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
    assert "予定されたが記録のない訪問(1 回)" in shown
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
    assert ["6/6", "1/6", "–", "6/6", "6/6", "–", "6/6"] in cells
    assert ["5/5", "1/5", "–", "5/5", "5/5", "–", "5/5"] in cells


def test_states_not_measured_are_not_empty() -> None:
    shown = text_of(render(run_result()), "states")
    assert "測定なし" in shown
    assert "ログイン中とログアウト後で同じ値" in shown
    assert "ログイン中のみ" in shown


@pytest.mark.parametrize(
    ("summary", "ja", "en"),
    [
        ("query, 21 characters", "クエリ、21 文字", "query, 21 characters"),
        ("cookie third-party, 4-9 characters, 3 values", "Cookie(第三者)、4-9 文字、3 種の値",
         "third-party cookie, 4-9 characters, 3 values"),
        ("something else", "something else", "something else"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_a_change_is_told_in_both_languages(summary: str, ja: str, en: str) -> None:
    assert summary_text(summary) == Text(ja=ja, en=en)


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
    assert tree.xpath("//script | //img | //iframe | //svg | //base | //form | //details | //input[@autofocus]") == []
    assert len(tree.xpath("//style")) == 1
    handlers = [name for e in tree.iter() for name in getattr(e, "attrib", {}) if name.startswith("on")]
    assert handlers == []


def test_same_input_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_reports(run_result(), tmp_path / folder)
    names = sorted(str(p.relative_to(tmp_path / "a")) for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(names) == 10 + 11 + 1
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
