"""How what was sent stands to the rows, and the rows to what was sent, in sentences."""

import pytest

from auditor.check import Judgement
from auditor.check.standing import SentStanding
from auditor.disclosures import Disclosure
from auditor.evidence import Consent, VisitEvidence, Visitor
from tests.check.chain import GOOD, HIT, alias, judge, line, read, request, table, went

OTHERS = table(line("連携広告株式会社", service="レンケイ"))


def of_type(judged: Judgement, code: str) -> SentStanding:
    (found,) = [s for s in judged.standings.sent if s.data_type == code]
    return found


def changed(page: str, **row: object) -> Disclosure:
    disclosure = read(page)
    return disclosure.model_copy(update={"rows": tuple(r.model_copy(update=row) for r in disclosure.rows)})


DENIED = changed(table(line(content="Cookie ID")), not_sent=("page_url",))
BOTH = changed(GOOD, not_sent=("page_url",))
TWICE = table(line(), line(content="Cookie ID"))


@pytest.mark.parametrize(
    ("page", "standing", "sentence"),
    [
        (GOOD, "clear", "アドコム株式会社への「閲覧したページのURL」の送信は、公表に明示されている"),
        (changed(table(line(content="Cookie ID等")), vague=("等",)), "vague", "「等」という語に含まれるとしか読めない"),
        (table(line(content="Cookie ID")), "omitted", "公表の内容（Cookie ID）に含まれない"),
        (OTHERS, "omitted", "アドコム株式会社は公表の送信先に記載がない"),
        (DENIED, "incorrect", "公表はアドコム株式会社に「閲覧したページのURL」を送信しないとしている"),
        (BOTH, "ambiguous", "公表の行が食い違っている"),
        (TWICE, "ambiguous", "公表の行が食い違っている"),
        (table(line(content="プライバシーポリシーをご覧ください")), "undecided", "公表に読み取れていない記載があり"),
        (None, "undecided", "公表が読み取られていない"),
    ],
)
def test_each_standing(page: Disclosure | str | None, standing: str, sentence: str) -> None:
    found = of_type(judge(page, went(request())), "page_url")
    assert found.standing == standing
    assert sentence in found.text_ja
    assert found.evidence == ("v1/r00002",)


def test_a_broader_word_alone_is_vague() -> None:
    found = of_type(judge(table(line(content="識別番号")), went(request())), "cookie_id")
    assert found.standing == "vague"
    assert "より広い語（識別番号）でのみ公表" in found.text_ja


def test_a_denial_is_a_finding_and_a_contradiction_a_question() -> None:
    sent = went(request(number=2), request(number=3))
    denied = [f for f in judge(DENIED, sent).findings if f.rule == "JP-08"]
    assert [(f.case, f.verdict) for f in denied] == [("denied", "fail")]
    both = [f for f in judge(BOTH, sent).findings if f.rule == "JP-08"]
    assert [(f.case, f.verdict) for f in both] == [("contradicts", "review")]


def test_exemptions_that_may_be_claimed() -> None:
    guard = judge(GOOD, went(request("https://t.guard.test/hit?id=abcdef0123456789")))
    assert (of_type(guard, "cookie_id").standing, of_type(guard, "cookie_id").exemption) == (
        "exempt_claimed",
        "necessary",
    )
    behind = (alias("metrics.shop.test", "shop.edge.adcom.test"),)
    own = judge(OTHERS, went(request("https://metrics.shop.test/hit?id=abcdef0123456789"), hosts=behind))
    found = of_type(own, "cookie_id")
    assert (found.exemption, found.recipient) == ("first_party", "metrics.shop.test")
    assert "27条の12第2号" in found.text_ja and "当たらない" in found.text_ja
    consented = judge(OTHERS, went(request(choice="after"), consent=Consent.accept))
    assert of_type(consented, "page_url").exemption == "consent"
    relied = judge(OTHERS.replace("<p></p>", "<p>オプトアウト措置を講じています。</p>", 1), went(request()))
    assert of_type(relied, "page_url").exemption == "opt_out"


def visits(*told: tuple[Visitor, Consent, str]) -> list[VisitEvidence]:
    return [
        went(request(choice=choice), name=f"v{n}", visitor=visitor, consent=consent)
        for n, (visitor, consent, choice) in enumerate(told, 1)
    ]


MEMBER, NOBODY = Visitor.logged_in, Visitor.no_account


@pytest.mark.parametrize(
    ("told", "conditions"),
    [
        ([(NOBODY, Consent.ignore, "")], ()),
        ([(NOBODY, Consent.ignore, ""), (MEMBER, Consent.ignore, "")], ("also_no_account",)),
        ([(NOBODY, Consent.accept, "before")], ("before_consent",)),
        ([(NOBODY, Consent.accept, "after")], ("after_acceptance_only",)),
        ([(NOBODY, Consent.reject, "after")], ("after_refusal",)),
        ([(NOBODY, Consent.ignore, ""), (NOBODY, Consent.reject, "after")], ("before_consent", "after_refusal")),
    ],
)
def test_of_whom_and_when(told: list[tuple[Visitor, Consent, str]], conditions: tuple[str, ...]) -> None:
    assert of_type(judge(GOOD, *visits(*told)), "page_url").conditions == conditions


def test_only_when_logged_in() -> None:
    found = of_type(judge(GOOD, went(name="v1"), went(request(), name="v2", visitor=MEMBER)), "page_url")
    assert found.conditions == ("logged_in_only",)
    assert found.text_en.endswith("Only seen when logged in.")


def test_declared_but_also_sent_before_consent() -> None:
    found = of_type(judge(GOOD, went(request(choice="before"), consent=Consent.accept)), "page_url")
    assert found.text_ja.endswith("同意の選択の前にも送信されている。")


def test_rows_seen_and_not_seen() -> None:
    page = table(
        line(),
        line("防犯株式会社", service="ボウハン"),
        line("謎の株式会社", service="ナゾ"),
        line("ナゾ（nazo.test）", service="計測"),
    )
    unknown = request("https://a.nazo.test/p?u=https%3A%2F%2Fwww.shop.test%2F", 3)
    rows = judge(page, went(request("https://t.adcom.test/hit?id=abcdef0123456789"), unknown)).standings.rows
    assert [(r.row, r.entity, r.seen.value) for r in rows] == [
        (1, "adcom", "seen"),
        (2, "guard", "not_seen"),
        (3, None, "unmatched"),
        (4, None, "seen"),
    ]
    assert rows[0].content_not_seen == ("page_url",)
    assert rows[1].text_ja == (
        "公表の「防犯株式会社」への送信は、完了した1回の訪問では観測されなかった。行わないことの証明ではない。"
    )
    assert [r.seen.value for r in judge(page).standings.rows] == ["not_measured"] * 4


def test_hashed_addresses_are_their_own_kind() -> None:
    found = of_type(judge(GOOD, went(request(f"{HIT}&em={'0f' * 32}"))), "hashed_email")
    assert found.standing == "omitted"
