import pytest

from auditor.disclosures import covers
from auditor.disclosures.vocabulary import Field, load_vocabulary
from auditor.disclosures.wording import ContentWords
from auditor.vendors import Taxonomy


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Cookie", ("cookie_id",)),
        ("Ｃｏｏｋｉｅ情報、ＩＰアドレス", ("cookie_id", "ip")),
        ("cookies, URLs", ("cookie_id", "page_url")),
        ("会員IDとクリックID", ("account_id", "click_id")),
        ("閲覧履歴", ("browsing_history", "page_url")),
        ("端末情報", ("device_info", "user_agent")),
        ("識別子", ("online_identifier", "cookie_id")),
        ("氏名は送信しません。Cookieを送信します。", ("cookie_id",)),
        ("Cookie（氏名を除く）", ("cookie_id",)),
        ("ハッシュ化されたメールアドレス", ("hashed_email",)),
        ("メールアドレス", ("email", "hashed_email")),
        ("POSTされる値", ()),
        ("", ()),
    ],
)
def test_codes(taxonomy: Taxonomy, text: str, codes: tuple[str, ...]) -> None:
    assert ContentWords(taxonomy, load_vocabulary()).codes(text) == codes


def test_rest_is_what_was_not_understood_without_glosses_and_vague_words(taxonomy: Taxonomy) -> None:
    words = ContentWords(taxonomy, load_vocabulary())
    assert words.rest("Cookie（ブラウザに付く番号）、謎の番号、URL等、その他") == ("謎の番号",)


@pytest.mark.parametrize(
    ("declared", "observed", "answer"),
    [
        (["cookie_id"], "cookie_id", True),
        (["online_identifier"], "cookie_id", True),
        (["browsing_history"], "page_url", True),
        (["device_info"], "screen", True),
        (["contact_data"], "hashed_email", True),
        (["email"], "hashed_email", True),
        (["hashed_email"], "email", False),
        (["cookie_id"], "account_id", False),
        (["page_url"], "browsing_history", False),
        ([], "cookie_id", False),
        (["unheard"], "unheard", True),
        (["cookie_id"], "unheard", False),
    ],
)
def test_covers(taxonomy: Taxonomy, declared: list[str], observed: str, answer: bool) -> None:
    assert covers(declared, observed, taxonomy) is answer


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        ("送信先", (Field.recipient,)),
        ("■ 送信先事業者名／ツール", (Field.recipient, Field.service)),
        ("送信先事業者（サービス名）", (Field.recipient, Field.service)),
        ("サービス・情報を取り扱う者", (Field.recipient,)),
        ("1. 送信する情報の利用目的", (Field.purpose,)),
        ("2　送信される利用者に関する情報の内容", (Field.content,)),
        ("①送信先での利用目的", (Field.purpose_recipient,)),
        ("当サイトでの利用目的", (Field.purpose_own,)),
        ("プライバシーポリシー / オプトアウト", (Field.policy_url, Field.optout)),
        ("無効化（オプトアウト）", (Field.optout,)),
        ("送信先の国", (Field.other,)),
        ("送信されるタイミング", (Field.other,)),
        ("データ送信先", (Field.recipient,)),
        ("会社案内", ()),
    ],
)
def test_headings(heading: str, fields: tuple[Field, ...]) -> None:
    assert load_vocabulary().fields_of(heading).fields == fields
