"""JP-28, and a platform's own declarations (3-1 to 3-4)."""

import pytest

from auditor.check import Judgement
from auditor.evidence import Cookie
from tests.check.chain import GOOD, HIT, STATED, cases_of, judge, line, request, result_of, table, went

TOLD = table(line(opt_out="オプトアウトのページ"), before="アドコム株式会社がCookieを取得します。")
OTHERS = table(line("連携広告株式会社", service="レンケイ"))


def platform(judged: Judgement) -> dict[str, str]:
    return {a.rule: a.result.value for a in judged.platforms}


@pytest.mark.parametrize(
    ("page", "url", "cases", "result"),
    [
        (TOLD, HIT, [], "pass"),
        (GOOD, HIT, [("lacking", "warn")], "warn"),
        (TOLD, f"{HIT}&mail=hanako%40kaiin.test", [("contact_data", "warn")], "warn"),
        (TOLD, "https://t.partner.test/hit?id=abcdef0123456789", [], "n/a"),
    ],
)
def test_what_documents_ask(page: str, url: str, cases: list[tuple[str, str]], result: str) -> None:
    judged = judge(page, went(request(url)))
    assert (cases_of(judged, "JP-28"), result_of(judged, "JP-28")) == (cases, result)


def test_what_is_lacking_is_named() -> None:
    (found,) = [f for f in judge(GOOD, went(request())).findings if f.rule == "JP-28"]
    assert found.message_ja == (
        "アドコム株式会社がタグの設置者に求める記載のうち、公表ページに見当たらないものがある（オプトアウトを示す）。"
    )
    assert (found.item, found.vendor) == ("3-4", "adcom")


def test_documents_beside_what_was_seen() -> None:
    sent = went(request("https://t.adcom.test/hit?id=abcdef0123456789"))
    assert platform(judge(TOLD, sent)) == {"P-3-1": "pass", "P-3-2": "pass", "P-3-3": "info", "P-3-4": "pass"}
    judged = judge(TOLD, went(request()))
    assert cases_of(judged, "P-3-1") == [("not_named", "info")]
    (found,) = [f for f in judged.findings if f.rule == "P-3-1"]
    assert found.message_ja.startswith(
        "アドコム株式会社への送信で観測した情報のうち、記録した同社の文書に記載を確認できない"
    )
    assert "閲覧したページのURL" in found.message_ja


@pytest.mark.parametrize(
    ("name", "days", "cases"),
    [
        ("_adc", 90, []),
        ("_adc", 90.5, []),
        ("_adc", 400, [("longer", "warn")]),
        ("other", 1, [("cookie_not_named", "info")]),
    ],
)
def test_cookies(name: str, days: float, cases: list[tuple[str, str]]) -> None:
    kept = Cookie(
        name=name, domain="t.adcom.test", value="x", set_by="r00002", max_age_s=days * 86400, stored=True, sent_in=()
    )
    sent = went(request("https://t.adcom.test/hit?id=abcdef0123456789")).model_copy(update={"cookies": (kept,)})
    judged = judge(TOLD, sent)
    assert cases_of(judged, "P-3-1") == cases
    assert all(f.evidence == ("v1/r00002",) for f in judged.findings if f.rule == "P-3-1")


def test_a_site_without_notice() -> None:
    assert cases_of(judge(OTHERS, went(request())), "P-3-2") == [("no_notice", "warn")]
    assert cases_of(judge(None, went(request(), html="<p>店</p>")), "P-3-2") == [("no_notice", "warn")]
    assert platform(judge(None, went(request())))["P-3-2"] == "not_measured"
    assert platform(judge(OTHERS, went(request())))["P-3-4"] == "info"


def test_a_vendor_without_documents_is_not_asked() -> None:
    sent = went(request("https://t.partner.test/hit?id=abcdef0123456789"))
    assert platform(judge(table(line(content=STATED)), sent)) == {}
