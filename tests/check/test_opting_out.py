"""JP-18 the seven items, JP-19 whether the opt-out works."""

import pytest

from auditor.disclosures import LinkedPage
from auditor.evidence import Exchange, Phase
from auditor.scenario import Goto
from tests.check.chain import GOOD, SITE, cases_of, judge, judge_sites, line, read, request, result_of, table, went

CLAIM = "当サイトは電気通信事業法27条の12第4号のオプトアウト措置を講じています。"
SEVEN = (
    CLAIM + "お申し出により情報の送信を停止します。オプトアウトのお手続きはこちらのページから行えます。"
    "オプトアウトすると、おすすめの表示を利用できなくなります。"
)


@pytest.mark.parametrize(
    ("text", "cases", "result", "missing"),
    [
        ("", [], "n/a", ""),
        (SEVEN, [], "pass", ""),
        (
            SEVEN.replace("オプトアウトすると、おすすめの表示を利用できなくなります。", ""),
            [("missing", "warn")],
            "warn",
            "4 サービスの利用が制限される内容",
        ),
        ("オプトアウトはこちらのページからできます。", [], "review", "4 サービスの利用が制限される内容"),
    ],
)
def test_seven_items(text: str, cases: list[tuple[str, str]], result: str, missing: str) -> None:
    judged = judge(table(line(), after=text), went(request()))
    assert (cases_of(judged, "JP-18"), result_of(judged, "JP-18")) == (cases, result)
    (said,) = [a for a in judged.assessments if a.rule == "JP-18"]
    assert missing in said.reason_ja


def test_the_rows_say_content_recipient_and_purpose() -> None:
    bare = table(("アドコム株式会社", "アドタグ", "", "", "", "できます"), after=CLAIM)
    (found,) = [f for f in judge(bare, went(request())).findings if f.rule == "JP-18"]
    assert "5 送信される情報の内容" in found.message_ja and "7 利用目的" in found.message_ja
    assert "6 " not in found.message_ja


OUT = SITE.model_copy(update={"id": "out", "before": (Goto(goto="https://adcom.test/optout"),)})
OFFERED = table(line(opt_out="オプトアウトのページ"))
STOPS = table(line(opt_out="オプトアウトすると送信を停止します"))


def opted(*exchanges: Exchange, status: int = 200) -> tuple[Exchange, ...]:
    return (request("https://adcom.test/optout", 1, phase=Phase.prepare, status=status), *exchanges)


@pytest.mark.parametrize(
    ("page", "exchanges", "cases", "result"),
    [
        (OFFERED, opted(), [], "pass"),
        (OFFERED, opted(request()), [("still_sent_unclear", "review")], "review"),
        (STOPS, opted(request(number=2), request(number=3)), [("still_sent", "fail")], "fail"),
        (OFFERED, opted(status=404), [("dead", "warn")], "warn"),
    ],
)
def test_before_and_after(
    page: str, exchanges: tuple[Exchange, ...], cases: list[tuple[str, str]], result: str
) -> None:
    judged = judge_sites((SITE, OUT), page, went(request()), went(*exchanges, name="v2", site="out"))
    mine = [a.result.value for a in judged.assessments if (a.rule, a.site) == ("JP-19", "out")]
    assert (cases_of(judged, "JP-19"), mine) == (cases, [result])


@pytest.mark.parametrize(("status", "cases"), [(404, [("dead", "warn")]), (403, []), (200, [])])
def test_a_way_out_that_is_gone(status: int, cases: list[tuple[str, str]]) -> None:
    url = "https://adcom.test/optout"
    page = read(OFFERED.replace("オプトアウトのページ", f'<a href="{url}">オプトアウトのページ</a>'))
    assert [row.opt_out_url for row in page.rows] == [url]
    gone = LinkedPage(url=url, address=url, status=status, evidence="shop.disclosure/r00002")
    judged = judge(page.model_copy(update={"linked": (gone,)}), went(request()))
    assert cases_of(judged, "JP-19") == cases


def test_runs_that_cannot_tell() -> None:
    assert result_of(judge(OFFERED, went(request())), "JP-19") == "review"
    assert result_of(judge(GOOD, went(request())), "JP-19") == "n/a"
    # Nothing was seen without the opt-out: that nothing is sent after it tells nothing.
    judged = judge_sites((SITE, OUT), OFFERED, went(), went(*opted(), name="v2", site="out"))
    assert [a.result.value for a in judged.assessments if a.rule == "JP-19"] == ["review", "review"]
