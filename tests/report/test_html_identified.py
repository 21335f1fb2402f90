"""The report's sections on identifiers, leaks, techniques and established differences."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import html

from auditor.compare import Change
from auditor.evidence import ClearedCookie, CookieMode, StepDone, VisitEvidence, Visitor
from auditor.identify.model import Identified, Identifier, IdentifierKind
from auditor.report.html import render
from auditor.report.html.changed import changes_by_site
from auditor.report.html.findings import EvidenceIndex
from auditor.report.html.groups import groups
from auditor.report.html.techniques import techniques_view
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker

from .declared import changes
from .factory import START, run_result
from .identified import held


def section(result: RunResult, part: str) -> Any:
    page: Any = html.fromstring(render(result))
    return page.get_element_by_id(part)


def shown(result: RunResult, part: str) -> str:
    found = section(result, part)
    for other in found.xpath(".//*[@lang='en']"):
        other.drop_tree()
    return " ".join(found.text_content().split())


def rows(found: Any, heading: str) -> list[list[str]]:
    """Japanese text of the rows of the table whose scroll box has that label."""
    for other in found.xpath(".//*[@lang='en']"):
        other.drop_tree()
    (table,) = found.xpath(f".//div[contains(@aria-label, '{heading}')]//table")
    return [[" ".join(c.text_content().split()) for c in tr.xpath("th | td")] for tr in table.xpath(".//tbody/tr")]


# --- identifiers ---------------------------------------------------------------------------------------


def test_a_proven_identifier_tells_its_proof_its_place_and_who_got_it() -> None:
    account, ga, line = rows(section(run_result(), "identifiers"), "証明された識別子")
    assert ga[0].startswith("_ga .3 証明済み:ブラウザCookieの識別子1 個の値、11 回の訪問 · news, shop")
    assert "アカウントIDと同じ通信で送られた(結合の証明ではない)" in ga[0]
    assert ga[1] == (
        "証明✓同じプロファイルの中では同じ値✓別の新しいプロファイルでは異なる値"
        "✓一意とみなせる長さと不規則さ✓訪問の後も残る寿命最長 400 日"
    )
    assert "Cookie _ga .3news.test, shop.test" in ga[2] and "スクリプト (tag.google.test)" in ga[2]
    assert "Google LLC 11 回query cid" in ga[3]
    assert "Meta Platforms, Inc. 2 回body udff[external_id] · base64>sha256" in ga[3]
    assert "証明済み:アカウント" in account[0] and "ほかのプロファイルには現れない値" in account[1]
    assert "?寿命は不明" in line[1]


def test_what_lacks_a_proof_stands_apart_and_says_why() -> None:
    folded = section(run_result(), "identifiers").xpath(".//details")[0].text_content()
    assert "証明されていないもの(1 種)" in folded
    assert "no second clean profile of this cell" in folded


def test_values_of_the_same_make_are_one_row() -> None:
    base = run_result()
    one = base.identified.identifiers[0]
    many = tuple(
        one.model_copy(update={"value": f"{n:024}", "flows": (one.flows[n % 11],), "ties": ()}) for n in range(22)
    )
    result = base.model_copy(update={"identified": Identified(identifiers=many)})
    (group,) = groups(result, {i.value: n for n, i in enumerate(many)})
    assert (group.values, len(group.visits), group.crossing, group.sites) == (22, 11, 0, {"shop", "news"})
    assert "22 個の値、11 回の訪問" in shown(result, "identifiers")
    assert "複数のサイトから届いた" not in shown(result, "identifiers")


def test_the_picture_has_a_box_each_and_no_script() -> None:
    svg = section(run_result(), "identifiers").xpath(".//svg")[0]
    boxes = [r.get("class") for r in svg.xpath(".//rect")]
    assert boxes == ["site", "site", "account", "browser", "browser", "unproven", *["recipient"] * 3]
    lines = [p.get("class") for p in svg.xpath(".//path")]
    assert (lines.count("plain"), lines.count("encoded")) == (12, 1)
    assert {e.tag for e in svg.iter()} == {"svg", "text", "rect", "path"}


def test_the_same_identifier_around_a_login_and_never_a_joining() -> None:
    result = run_result()
    (tie,) = rows(section(result, "identifiers"), "ログインの前・間・後")
    assert tie[0] == "Google LLC" and tie[1].startswith("NID")
    assert [cell.split("shop")[0] for cell in tie[2:]] == [
        f"{state}1 回中 1 回" for state in ("ログイン前", "ログイン中", "ログアウト後", "三つすべて")
    ]
    assert "結び付けたかどうかは、通信からは見えません" in shown(result, "identifiers")


def test_syncs_and_cookies_that_came_back() -> None:
    found = section(run_result(), "identifiers")
    (sync,) = rows(found, "事業者間の識別子の受け渡し")
    assert sync[:5] == ["Google LLC", "→ LINEヤフー株式会社", "転送 gid", "shop", "訪問数1"]
    (back,) = rows(section(run_result(), "identifiers"), "削除後に復活したCookie")
    assert back[0] == "uidshop.test" and back[1].startswith("ローカルストレージの写しhttps://shop.test/x?uid=«")
    assert back[2].endswith("2.0 秒")


# --- leaks ---------------------------------------------------------------------------------------------


def test_what_left_before_the_form_was_sent_comes_first() -> None:
    found = section(run_result(), "leaks")
    table = rows(found, "入力した情報の送信")
    assert [(r[0], r[1]) for r in table] == [
        ("送信の前", "メールアドレス"), ("送信せず", "氏名(カナ)"), ("送信の後", "メールアドレス"),
    ]  # fmt: skip
    assert table[2][3].startswith("送られた形小文字 → sha256")
    assert len(found.xpath(".//span[@class='badge early']")) == 2
    assert "第三者へ送られたもの: 2 件" in shown(run_result(), "leaks")
    own = rows(section(run_result(), "leaks"), "サイト自身が受け取ったもの")
    assert [r[1] for r in own] == ["電話番号"]


# --- nothing found, nothing looked for -----------------------------------------------------------------


def stepped(result: RunResult, *steps: StepDone) -> RunResult:
    visits: list[VisitEvidence] = [v.model_copy(update={"steps": steps}) for v in result.visits]
    return result.model_copy(update={"visits": tuple(visits)})


CLEAR = StepDone(
    name="journey.1.clear", kind="clear", at=START, cleared=(ClearedCookie(name="a", domain="shop.test", value="x"),)
)
FILL = StepDone(name="journey.0.fill", kind="fill", at=START + timedelta(seconds=1), field="email")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            "identifiers",
            "完了した 11 回の訪問のCookie、保存領域、応答と通信の全体を調べ、識別子は",
        ),
        ("identifiers", "ログイン・ログアウトをした 7 回の訪問で探し、見つかりませんでした。"),
        ("identifiers", "Cookieを削除する操作をした訪問がないため、調べられません。"),
        ("identifiers", "転送・パラメータ・Cookieの読み取りについて探し、見つかりませんでした。"),
        ("leaks", "人物の情報を入力した訪問がないため、調べられません。"),
        ("cookies", "代替手法を探し、見つかりませんでした。"),
    ],
)
def test_nothing_found_says_what_was_looked_for(part: str, said: str) -> None:
    assert said in shown(run_result(identified=Identified(), techniques=()), part)


def test_nothing_found_where_it_was_looked_for() -> None:
    result = stepped(run_result(identified=Identified(), techniques=()), CLEAR, FILL)
    assert "削除したCookie 11 個について探し" in shown(result, "identifiers")
    told = shown(result, "leaks")
    assert "入力した情報を含む通信は見つかりませんでした。" in told and "メールアドレス (11)" in told


def test_without_logins_or_blocking_nothing_could_be_looked_for() -> None:
    base = run_result(identified=Identified(), techniques=())
    plain = tuple(
        v for v in base.visits if v.visit.visitor is Visitor.no_account and v.visit.cookie_mode is CookieMode.allowed
    )
    result = base.model_copy(update={"visits": plain})
    assert "ログイン・ログアウトをした完了した訪問がないため" in shown(result, "identifiers")
    assert "第三者Cookieを遮断した完了した訪問がないため" in shown(result, "cookies")


# --- techniques ----------------------------------------------------------------------------------------


def test_the_matrix_of_techniques() -> None:
    result = run_result()
    masker = Masker(result.key, result.taxonomy)
    view = techniques_view(result, masker, EvidenceIndex(result, masker))
    assert [name.en for name, _ in view.recipients.shown] == [
        "Google LLC", "Meta Platforms, Inc.", "unknown.test", "LY Corporation",
    ]  # fmt: skip
    first = next(row for row in view.rows if row.code == "first_party_cookie")
    (google,) = first.cells[0]
    assert (google.allowed, google.blocked, google.sites) == ((6, 6), (4, 5), ("news", "shop"))
    assert first.cells[1] == ()
    assert "分離Cookie(CHIPS)" in [name.ja for name in view.unseen]


def test_a_hint_is_visibly_a_hint() -> None:
    found = section(run_result(), "cookies")
    hints = found.xpath(".//td/div[@class='use hint']")
    assert ["手掛かり" in h.text_content() for h in hints] == [True]
    assert len(found.xpath(".//td/div[@class='use shown']")) == 3
    assert len(found.xpath(".//td/div/span/a")) == 4


# --- established ---------------------------------------------------------------------------------------


def repeated(item: str, **more: object) -> Change:
    fields: dict[str, object] = {
        "item": item, "before_in": 4, "before_of": 4, "after_in": 0, "after_of": 4, "word": "always/never",
        "p_value": 0.0286, "p_adjusted": 0.0312, "established": True,
    }  # fmt: skip
    return changes("shop")[0].model_copy(update=fields | more)


def test_established_differences_come_first_and_apart() -> None:
    once = changes("shop")[0].model_copy(update={"item": "cookie C"})
    within = repeated("cookie B", after_in=3, word="always/usually", p_adjusted=1.0, established=False)
    result = run_result(changes=(once, within, repeated("cookie A"), repeated("cookie D", change="less", after_in=1)))
    (site,) = changes_by_site(result, ["cookie_mode"])
    assert [(b.standing, b.differences) for b in site.blocks] == [("established", 2), ("once", 1), ("within", 1)]
    told = shown(result, "cookies")
    assert "確立した違い:2 項目" in told
    assert "4回中4回 → 4回中0回 (毎回 → なし; 補正後 p = 0.031)" in told
    assert "減った" in told
    assert (
        told.index("確立した違い")
        < told.index("一度だけ見た違い")
        < told.index("この訪問数では確立できない違い:1 項目")
    )
    folded = section(result, "cookies").xpath(".//details")
    assert ["cookie B" in d.text_content() for d in folded] == [True]


def test_where_nothing_is_established_it_is_said() -> None:
    within = repeated("cookie B", after_in=3, established=False)
    assert "確立した違いはありません。" in shown(run_result(changes=(within,)), "cookies")
    # one visit on a side can establish nothing: it is said of each, not of the site
    assert "確立した違いはありません。" not in shown(run_result(), "cookies")


def test_what_all_sites_together_establish_says_so() -> None:
    told = shown(run_result(changes=(repeated("cookie A", established_by="run"),)), "cookies")
    assert "全サイトの訪問を合わせて確立" in told


# --- bounds --------------------------------------------------------------------------------------------


def test_ten_thousand_identifiers_make_a_page_of_bounded_length() -> None:
    base = run_result()
    one = base.identified.identifiers[0]
    many = tuple(named(one, n) for n in range(10_000))
    syncs = tuple(base.identified.syncs[0].model_copy(update={"name": f"s{n}"}) for n in range(5_000))
    leaks = tuple(base.identified.leaks[1].model_copy(update={"field": f"f{n}"}) for n in range(5_000))
    full = base.identified.model_copy(update={"identifiers": many, "syncs": syncs, "leaks": leaks})
    page = render(base.model_copy(update={"identified": full}))
    assert len(page) < 900_000
    assert "は CSV(identifiers.csv)にあります。" in page and "identifier_flows.csv にあります" in page


def named(one: Identifier, n: int) -> Identifier:
    holder = one.holders[0].model_copy(update={"name": f"cookie{n}"})
    kind = IdentifierKind.unproven if n % 2 else IdentifierKind.browser
    return one.model_copy(
        update={"value": f"{n:024}", "kind": kind, "holders": (holder,), "lives": held(None), "flows": one.flows[:1]}
    )
