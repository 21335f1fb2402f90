import pytest

from auditor.check import judge_site
from auditor.decode import Transmission
from auditor.disclosures import DeclaredRow
from auditor.evidence import VisitEvidence, Visitor
from auditor.scenario import Site
from auditor.vendors import Carrier, Mark
from tests.check.chain import HIT, judge, line, request, table, went
from tests.check.factory import KNOWLEDGE, SITE, page, row, sent, visit


def check(
    rows: list[DeclaredRow], *items: Transmission, left: tuple[str, ...] = ()
) -> list[tuple[str, str | None, str]]:
    found = judge_site(SITE, [visit()], items, page(*rows, left=left), KNOWLEDGE).findings
    return [(f.rule, f.data_type, f.verdict.value) for f in found]


OTHER = row("株式会社よそ", entity=None, name_kind=None)


@pytest.mark.parametrize(
    ("rows", "items", "left", "expected"),
    [
        ([row(content_text=""), OTHER], [sent()], (), [("JP-07", None, "fail")]),
        ([row(content_text="", confidence=0.5), OTHER], [sent()], (), [("JP-07", None, "review")]),
        (
            [row(content_text="")],
            [sent()],
            ("CookieとURLを送信します。",),
            [("JP-04", None, "review"), ("JP-07", None, "review")],
        ),
        ([row(content_text=""), row()], [sent()], (), [("JP-07", None, "warn")]),
        ([row("株式会社よそ", "", entity=None, name_kind=None)], [], (), [("JP-07", None, "warn")]),
        ([row()], [sent()], (), []),
    ],
)
def test_unstated(
    rows: list[DeclaredRow], items: list[Transmission], left: tuple[str, ...], expected: list[tuple[str, None, str]]
) -> None:
    assert check(rows, *items, left=left) == expected


@pytest.mark.parametrize(
    ("stated", "item", "expected"),
    [
        ("URL", sent("cookie_id"), [("JP-08", "cookie_id", "fail")]),
        ("Cookie", sent("cookie_id"), []),
        ("オンライン識別子", sent("click_id"), []),
        ("Cookie", sent("page_url"), [("JP-08", "page_url", "fail")]),
        ("閲覧履歴", sent("page_url"), []),
        ("Cookie", sent("email"), [("JP-08", "email", "fail")]),
        ("Cookie", sent("screen"), [("JP-08", "screen", "warn")]),
        ("Cookie、端末情報", sent("screen"), []),
        ("Cookie", sent("event"), [("JP-08", "event", "warn")]),
        ("Cookie", sent("ip"), []),
        ("Cookie", sent("user_agent"), []),
        ("Cookie", sent("time"), []),
        ("Cookie", sent(None), []),
        ("Cookie", sent("referrer", carrier=Carrier.header), []),
        ("Cookie", sent("referrer"), [("JP-08", "referrer", "warn")]),
        ("URL", sent("cookie_id", mark=Mark.capture), [("JP-08", "cookie_id", "warn")]),
        ("URL", sent("cookie_id", mark=None), [("JP-08", "cookie_id", "warn")]),
        ("謎の番号、URL", sent("cookie_id"), [("JP-08", "cookie_id", "review")]),
        ("URL、天気", sent("cookie_id"), [("JP-08", "cookie_id", "fail")]),
        ("送信先のプライバシーポリシーをご覧ください", sent("cookie_id"), [("JP-08", "cookie_id", "review")]),
        ("Things about you", sent("cookie_id"), [("JP-08", "cookie_id", "review")]),
        ("Cookie", sent("account_id", carrier=Carrier.cookie), [("JP-08", "account_id", "review")]),
        ("URL", sent("account_id", carrier=Carrier.cookie), [("JP-08", "account_id", "fail")]),
        ("Cookie", sent("account_id"), [("JP-08", "account_id", "fail")]),
        ("Cookie", sent("hashed_email"), [("JP-26", "hashed_email", "fail")]),
        ("Cookie", sent("hashed_email", mark=None), [("JP-26", "hashed_email", "warn")]),
        ("Cookie、メールアドレス", sent("hashed_email"), []),
        ("Cookie、顧客の属性", sent("hashed_email"), [("JP-26", "hashed_email", "review")]),
    ],
)
def test_coverage(stated: str, item: Transmission, expected: list[tuple[str, str, str]]) -> None:
    assert check([row(content_text=stated)], item) == expected


@pytest.mark.parametrize("data_type", ["page_url", "screen", "hashed_email"])
def test_rows_told_by_guessing_accuse_nobody(data_type: str) -> None:
    """A person reads the sentence; where one row of the recipient stands in a table, that row counts."""
    guessed, sure = row("Google LLC", "Cookie", confidence=0.4), row("Google LLC", "Cookie")
    item = sent(data_type)
    assert [verdict for _, _, verdict in check([guessed], item)] == ["review"]
    assert [verdict for _, _, verdict in check([guessed, sure], item)] == ["warn" if data_type == "screen" else "fail"]


def test_contents_of_all_rows_of_a_recipient_count_together() -> None:
    assert check([row(content_text="Cookie"), row(content_text="URL")], sent(), sent("page_url")) == []


def test_an_unlisted_recipient_is_not_blamed_for_contents_but_for_hashed_contact_data() -> None:
    assert check([OTHER], sent("page_url"), sent("hashed_phone")) == [
        ("JP-03", None, "fail"),
        ("JP-26", "hashed_phone", "fail"),
    ]


def test_a_recipient_told_by_its_domain() -> None:
    named = row("ナゾ（nazo.example）", "URL", entity=None, name_kind=None)
    item = sent("cookie_id", vendor=None, host="t.nazo.example", mark=None)
    assert check([named], item) == [("JP-08", "cookie_id", "warn")]


def test_message_of_a_missing_content() -> None:
    (found,) = judge_site(SITE, [visit()], [sent("page_url", request="r00007")], page(row()), KNOWLEDGE).findings
    assert found.finding == "JP-08.shop.adcom.page_url"
    assert found.evidence == ("v1/r00007",)
    assert found.message_ja == (
        "アドコム株式会社への「閲覧したページのURL」の送信が観測されたが、公表ページのこの送信先の内容（Cookie）に含まれない。"
    )
    assert found.basis == "施行規則22条の2の29第1号"


def account(*items: Transmission, visits: tuple[VisitEvidence, ...], site: Site = SITE) -> list[tuple[str, str | None]]:
    rows = page(row(content_text="Cookie、会員ID"))
    return [(f.rule, f.vendor) for f in judge_site(site, visits, items, rows, KNOWLEDGE).findings]


NONE = visit("v0")
IN = visit("v2", visitor=Visitor.logged_in, platform="p")


def test_account_bound_identifier() -> None:
    anonymous, member = sent(visit="v0"), sent("account_id", visit="v2", carrier=Carrier.cookie)
    assert account(anonymous, member, visits=(NONE, IN)) == [("JP-25", "adcom")]
    (found,) = judge_site(
        SITE, (NONE, IN), (anonymous, member), page(row(content_text="Cookie、会員ID")), KNOWLEDGE
    ).findings
    assert (found.item, found.verdict.value, found.evidence) == ("1-6", "info", ("v2/r00001",))
    assert "account-bound identifier accompanied the request" in found.message_en


def test_no_account_bound_identifier() -> None:
    member, always = sent("account_id", visit="v2"), sent("account_id", visit="v0")
    assert account(member, always, visits=(NONE, IN)) == []
    assert account(member, visits=(IN,)) == []  # no visit without an account: nothing to compare with
    out = visit("v2", visitor=Visitor.logged_out, platform="p")
    assert account(member, visits=(NONE, out)) == []
    assert account(member, visits=(NONE, IN), site=SITE.model_copy(update={"entity": "adcom"})) == []


@pytest.mark.parametrize(
    ("after", "content", "url", "cases"),
    [
        ("", "Cookie ID、閲覧したページのURL", HIT, []),
        ("メールアドレスは外部に送信しません。", "Cookie ID、閲覧したページのURL", HIT, []),
        # What is covered by the row, and denied by the page.
        (
            "メールアドレスは外部に送信しません。",
            "Cookie ID、閲覧したページのURL、メールアドレス",
            f"{HIT}&mail=a@example.jp",
            [("JP-08", "denied_page", "review")],
        ),
        # What nothing covers fails without the sentence, and is no second finding.
        (
            "メールアドレスは外部に送信しません。",
            "Cookie ID、閲覧したページのURL",
            f"{HIT}&mail=a@example.jp",
            [("JP-08", "missing", "fail")],
        ),
        # Under a condition it denies nothing.
        (
            "お客様の同意なくメールアドレスを外部に送信することはありません。",
            "Cookie ID、閲覧したページのURL、メールアドレス",
            f"{HIT}&mail=a@example.jp",
            [],
        ),
    ],
)
def test_what_the_page_says_is_not_sent(after: str, content: str, url: str, cases: list[tuple[str, str, str]]) -> None:
    judged = judge(table(line(content=content), after=after), went(request(url, 2), request(url, 3)))
    assert [(f.rule, f.case, f.verdict.value) for f in judged.findings if f.rule in ("JP-08", "JP-26")] == cases
    said = "アドコム株式会社への「メールアドレス」の送信が観測された。"
    quoted = {f.message_ja.removeprefix(said) for f in judged.findings if f.case == "denied_page"}
    assert quoted <= {"公表ページには「メールアドレスは外部に送信しません」とある。"}
