"""JP-02 within reach, JP-15 beforehand, JP-16 notices."""

import pytest

from auditor.disclosures import Disclosure, Reach
from auditor.evidence import Consent, ConsentClick, Operation
from tests.check.chain import FULL, GOOD, PAGE, START, cases_of, judge, read, request, result_of, went

CLICKED = ConsentClick(at=START, released_at=START, text="同意する")
NOTHING = "<title>お知らせ</title><p>店の案内です。</p>"


def reached(*lengths: int | None) -> Disclosure:
    step = Operation(action="click", text="外部送信")
    ways = tuple(
        Reach(page=f"{PAGE}p{n}", path=(step,) * (length or 0), reached=length is not None, looked_at=4)
        for n, length in enumerate(lengths)
    )
    return read(GOOD).model_copy(update={"reach": ways})


@pytest.mark.parametrize(
    ("lengths", "cases", "result"),
    [
        ((0, 1), [], "pass"),
        ((1, 2), [("far", "warn")], "warn"),
        ((3,), [("farther", "warn")], "warn"),
        ((None,), [("unreached", "review")], "review"),
    ],
)
def test_operations(lengths: tuple[int | None, ...], cases: list[tuple[str, str]], result: str) -> None:
    judged = judge(reached(*lengths), went(request()))
    assert (cases_of(judged, "JP-02"), result_of(judged, "JP-02")) == (cases, result)


def test_a_page_that_sends_nothing_need_not_lead_there() -> None:
    way = Reach(page=PAGE, path=(), reached=False)
    page = read(GOOD).model_copy(update={"reach": (way,)})
    assert result_of(judge(page, went(request())), "JP-02") == "review"
    silent = went(name="v2").visit.model_copy(update={"page": f"{PAGE}silent", "final_url": f"{PAGE}silent"})
    quiet = went(name="v2").model_copy(update={"visit": silent})
    page = read(GOOD).model_copy(update={"reach": (Reach(page=f"{PAGE}silent", reached=False),)})
    assert result_of(judge(page, went(request()), quiet), "JP-02") == "pass"


def test_without_a_search_a_direct_link_is_enough_and_its_absence_says_nothing() -> None:
    assert result_of(judge(GOOD, went(request())), "JP-02") == "pass"
    assert result_of(judge(GOOD, went(request(), html="<p>店</p>")), "JP-02") == "not_measured"
    assert result_of(judge(GOOD, went(request(), html="<p>店</p>")), "JP-15") == "not_measured"


@pytest.mark.parametrize(
    ("page", "html", "cases"),
    [
        (GOOD, FULL, []),
        (NOTHING, "<p>店</p>", [("before_asking", "fail")]),
        (None, "<p>店</p>", [("before_asking", "fail")]),
        (None, FULL, [("maybe_linked", "review")]),
    ],
)
def test_beforehand(page: str | None, html: str, cases: list[tuple[str, str]]) -> None:
    early = [request(number=n, choice="before") for n in (2, 3)]
    disclosure = read(page).model_copy(update={"found": page is GOOD}) if page else None
    judged = judge(disclosure, went(*early, consent=Consent.accept, html=html))
    assert cases_of(judged, "JP-15") == cases
    assert result_of(judged, "JP-15") == (cases[0][1] if cases else "pass")


@pytest.mark.parametrize(
    ("banner", "result"),
    [
        ("<div><p>当サイトはCookieを使い、閲覧の情報を第三者に送信します。</p><button>同意する</button></div>", "pass"),
        (f"<div><p>ご確認ください。{FULL}</p><button>同意する</button></div>", "pass"),
        ("<section><p>ようこそ。</p><button>同意する</button></section>", "warn"),
        ("<p>店</p>", "review"),
    ],
)
def test_notice(banner: str, result: str) -> None:
    asked = went(request(), consent=Consent.accept, clicks=(CLICKED,), html="<p>店</p>")
    judged = judge(None, asked, went(request(), name="v2", html=banner))
    assert result_of(judged, "JP-16") == result


def test_a_notice_is_not_asked_for_beside_a_disclosure_or_without_a_banner() -> None:
    asked = went(request(), consent=Consent.accept, clicks=(CLICKED,))
    assert result_of(judge(GOOD, asked), "JP-16") == "n/a"
    assert result_of(judge(None, went(request())), "JP-16") == "n/a"
