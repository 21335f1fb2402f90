"""JP-04 one recipient a row, JP-10 purpose stated, JP-11 both purposes."""

import pytest

from tests.check.chain import GOOD, STATED, cases_of, judge, line, request, result_of, table, went

SENT = (request(number=2), request(number=3))


def test_lumped_together() -> None:
    judged = judge(table(line(), line("提携先の広告会社", service="")), went(*SENT))
    assert cases_of(judged, "JP-04") == [("group", "warn")]
    several = judge(table(line("アドコム株式会社、連携広告株式会社", service="")), went(*SENT))
    assert cases_of(several, "JP-04") == [("several", "warn")]
    assert result_of(judge(GOOD, went(*SENT)), "JP-04") == "pass"


def test_a_page_that_maps_nothing_is_a_question() -> None:
    page = (
        "<title>外部送信について</title><h2>送信先</h2><ul><li>アドコム株式会社</li><li>連携広告株式会社</li></ul>"
        "<h2>送信される情報</h2><ul><li>Cookie ID</li><li>閲覧したページのURL</li></ul>"
        "<h2>利用目的</h2><ul><li>広告の配信のため</li></ul>"
    )
    judged = judge(page, went(*SENT))
    assert result_of(judged, "JP-04") == "review"


@pytest.mark.parametrize(
    ("own", "theirs", "after", "cases"),
    [
        ("当社の分析のため", "送信先の広告のため", "", []),
        ("", "", "", [("empty", "fail")]),
        ("", "", "当社は広告の配信を目的として情報を送信します。", [("unclear", "review")]),
    ],
)
def test_purpose(own: str, theirs: str, after: str, cases: list[tuple[str, str]]) -> None:
    page = (
        "<title>外部送信</title><table><tr><th>送信先事業者</th><th>送信される情報</th></tr>"
        f"<tr><td>アドコム株式会社</td><td>{STATED}</td></tr></table><p>{after}</p>"
        if not own
        else table(line(own=own, theirs=theirs))
    )
    judged = judge(page, went(*SENT))
    assert cases_of(judged, "JP-10") == cases
    assert result_of(judged, "JP-10") == (cases[0][1] if cases else "pass")


def test_a_row_never_seen_only_warns() -> None:
    judged = judge(table(line(), line("防犯株式会社", service="ボウハン", own="", theirs="")), went(*SENT))
    assert cases_of(judged, "JP-10") == [("empty_weak", "warn")]


@pytest.mark.parametrize(
    ("purpose", "result"),
    [
        ("当社は閲覧の分析に、送信先は広告の配信に利用します。", "pass"),
        ("当社は閲覧の分析に利用します。", "warn"),
        ("広告の配信のため", "warn"),
    ],
)
def test_both_purposes(purpose: str, result: str) -> None:
    page = (
        "<title>外部送信</title><table><tr><th>送信先事業者</th><th>送信される情報</th><th>利用目的</th></tr>"
        f"<tr><td>アドコム株式会社</td><td>{STATED}</td><td>{purpose}</td></tr></table>"
    )
    judged = judge(page, went(*SENT))
    assert result_of(judged, "JP-11") == result


def test_which_side_is_missing_is_said() -> None:
    page = (
        "<title>外部送信</title><table><tr><th>送信先事業者</th><th>送信される情報</th><th>利用目的</th></tr>"
        f"<tr><td>アドコム株式会社</td><td>{STATED}</td><td>当社の分析に利用します。</td></tr></table>"
    )
    (found,) = [f for f in judge(page, went(*SENT)).findings if f.rule == "JP-11"]
    assert found.message_ja == (
        "公表ページの送信先「アドコム株式会社」について、送信先の利用目的が区別して示されていない。"
    )
