"""JP-09 vague words, JP-12 Japanese, JP-13 plain words, JP-14 as shown."""

import pytest

from auditor.disclosures import PageView
from tests.check.chain import ADDRESS, GOOD, STATED, cases_of, judge, line, read, request, result_of, table, went


@pytest.mark.parametrize(
    ("content", "cases"),
    [
        (STATED, []),
        ("Cookie ID、平等な閲覧したページのURL", []),
        ("Cookie ID等", [("beside", "warn")]),
        ("各種のもの", [("only", "warn")]),
    ],
)
def test_vague_words(content: str, cases: list[tuple[str, str]]) -> None:
    judged = judge(table(line(content=content)), went(request()))
    assert cases_of(judged, "JP-09") == cases
    assert result_of(judged, "JP-09") == ("warn" if cases else "pass")


ENGLISH = table(
    ("Adcom KK", "Adtag", "Cookie ID, URL of the page", "to measure", "to serve ads to people", ""),
    before="We send information about the people who visit this site to the companies that are listed in the table.",
).replace("外部送信ポリシー", "Cookie policy")
for _ja, _en in (
    ("送信先事業者", "Recipient"),
    ("サービス名", "Service"),
    ("送信される情報", "Information sent"),
    ("当社の利用目的", "Purpose"),
    ("送信先の利用目的", "Their use"),
    ("オプトアウト", "Opt-out"),
):
    ENGLISH = ENGLISH.replace(_ja, _en)


def test_japanese() -> None:
    sent = went(request(number=2), request(number=3))
    assert result_of(judge(GOOD, sent), "JP-12") == "pass"
    assert cases_of(judge(ENGLISH, sent), "JP-12") == [("foreign", "fail")]
    mixed = ENGLISH + "<p>この頁は利用者の情報を送ることについて述べています。</p>"
    assert cases_of(judge(mixed, sent), "JP-12") == [("partly", "review")]
    assert result_of(judge(read("<p>短い</p>").model_copy(update={"found": True}), sent), "JP-12") == "not_measured"
    # Nothing sent: the page alone carries no fail.
    assert cases_of(judge(ENGLISH, went()), "JP-12") == [("foreign_weak", "warn")]


def test_japanese_as_the_browser_saw_it() -> None:
    views = (PageView(address=ADDRESS, japanese=0.8), PageView(address=f"{ADDRESS}/en", japanese=0.0))
    assert result_of(judge(read(ENGLISH).model_copy(update={"views": views}), went(request())), "JP-12") == "pass"


@pytest.mark.parametrize(
    ("own", "cases"),
    [
        ("当社の分析のため", []),
        ("当社がビーコンで効果を測るため", [("unexplained", "warn")]),
        ("当社がビーコン（ページを開いたことを知らせる小さな画像）で効果を測るため", []),
        ("当社がビーコンで効果を測るため。ビーコンとは、ページを開いたことを知らせる小さな画像です", []),
    ],
)
def test_plain_words(own: str, cases: list[tuple[str, str]]) -> None:
    assert cases_of(judge(table(line(own=own)), went(request())), "JP-13") == cases


def test_a_services_name_is_no_jargon() -> None:
    assert result_of(judge(table(line(service="アドタグSDK")), went(request())), "JP-13") == "pass"


SOUND = PageView(address=ADDRESS, font_px=14, overflow_px=0, viewport=True)


@pytest.mark.parametrize(
    ("changed", "cases"),
    [
        ({}, []),
        ({"font_px": 8.0}, [("small", "warn")]),
        ({"font_px": 12.0}, []),
        ({"overflow_px": 240}, [("sideways", "warn")]),
        ({"viewport": False}, [("viewport", "warn")]),
        ({"as_picture": True}, [("picture", "review")]),
        ({"collapsed": ("#more",)}, [("collapsed", "warn")]),
    ],
)
def test_as_shown(changed: dict[str, object], cases: list[tuple[str, str]]) -> None:
    page = read(GOOD).model_copy(update={"views": (SOUND.model_copy(update=changed),)})
    judged = judge(page, went(request()))
    assert cases_of(judged, "JP-14") == cases
    assert result_of(judged, "JP-14") == (cases[0][1] if cases else "pass")


def test_our_threshold_is_named_as_ours() -> None:
    page = read(GOOD).model_copy(update={"views": (SOUND.model_copy(update={"font_px": 8.0}),)})
    (found,) = [f for f in judge(page, went(request())).findings if f.rule == "JP-14"]
    assert found.message_ja == f"公表ページ（{ADDRESS}）の文字は8pxで表示される（本ツールの目安12px未満）。"
    assert "本ツール" in found.basis
