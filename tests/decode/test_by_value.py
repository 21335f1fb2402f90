"""Values recognised by what the visit knows of itself."""

import base64
import hashlib

import pytest

from auditor.decode.by_value import Facts, emails_in, hashed_contact, is_id
from auditor.decode.facts import facts_of
from auditor.decode.request import request_of
from auditor.evidence import Cause, Cookie, StorageItem

from .factory import KNOWLEDGE, PAGE, evidence, exchange

HEX = hashlib.sha256(b"taro@example.jp").hexdigest()
URLSAFE = base64.urlsafe_b64encode(hashlib.sha256(b"taro@example.jp").digest()).decode().rstrip("=")


def facts() -> Facts:
    top = Cause(resource_type="document", main_frame=True, top_url=PAGE)
    seen = evidence(
        exchange(
            "https://shop.example.jp/item/1",
            headers={
                "Referer": "https://search.example.com/find",
                "Cookie": "sid=abcdef1234567890; theme=darkmode",
            },
            cause=top,
        ),
        exchange("https://shop.example.jp/subscribe", method="POST", body=b"mail=Taro%40example.jp"),
        exchange("https://ads.example.net/p", headers={"Cookie": "tuid=zz99zz99zz99"}, cause=top),
        cookies=(
            Cookie(name="_ga", domain="shop.example.jp", value="GA1.1.111111111.1700000000", stored=True),
            Cookie(name="_fbc", domain="example.jp", value="fb.1.1700000000001.TESTfbclid1", stored=True),
            Cookie(name="_yjsu_yjad", domain="shop.example.jp", value="1700000000.aaaa1111-bbbb", stored=True),
        ),
        storage=(
            StorageItem(
                origin="https://shop.example.jp",
                top_site="shop.example.jp",
                area="local",
                key="vid",
                value="visitor-000111222",
            ),
        ),
        page=PAGE + "?gclid=TESTgclid1",
        title="靴の店",
        screen="1920x1080",
        language="ja-JP",
        time_zone="Asia/Tokyo",
        user_agent="Mozilla/5.0 (Test) Chrome/156.0.0.0",
    )
    return facts_of(seen, [request_of(e) for e in seen.exchanges], KNOWLEDGE, ("090-1234-5678", "赤い靴"))


@pytest.mark.parametrize(
    ("value", "data_type", "source"),
    [
        (PAGE, "page_url", "address of the page"),
        (PAGE + "?x=1", "page_url", "address of the page"),
        ("shop.example.jp/item/1", "page_url", "address of the page"),
        ("//shop.example.jp/item/1/", "page_url", "address of the page"),
        ("https%3A%2F%2Fshop.example.jp%2Fitem%2F1", "page_url", "address of the page"),
        ("https://search.example.com/find", "referrer", "address of the page before"),
        ("靴の店", "page_title", "title of the page"),
        ("1920x1080", "screen", "screen size"),
        ("1920*1080", "screen", "screen size"),
        ("ja-jp", "language", "language"),
        ("ja", "language", "language"),
        ("TESTgclid1", "click_id", "click id of the page's address"),
        ("GA1.1.111111111.1700000000", "cookie_id", "first-party cookie _ga"),
        ("111111111.1700000000", "cookie_id", "first-party cookie _ga"),
        ("aaaa1111-bbbb", "cookie_id", "first-party cookie _yjsu_yjad"),
        ("TESTfbclid1", "click_id", "first-party cookie _fbc"),
        ("abcdef1234567890", "cookie_id", "first-party cookie sid"),
        ("visitor-000111222", "cookie_id", "first-party storage item vid"),
        ("zz99zz99zz99", "cookie_id", "cookie tuid of example.net"),
        (HEX, "hashed_email", "hash of an e-mail address that occurs in the visit"),
        (HEX.upper(), "hashed_email", "hash of an e-mail address that occurs in the visit"),
        (URLSAFE, "hashed_email", "hash of an e-mail address that occurs in the visit"),
        (
            hashlib.md5(b"taro@example.jp").hexdigest(),
            "hashed_email",
            "hash of an e-mail address that occurs in the visit",
        ),
    ],
)
def test_a_value_of_the_visit_is_recognised(value: str, data_type: str, source: str) -> None:
    seen = facts().recognise(value)
    assert seen == (data_type, f"by value: {source}", value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        "1700000000",
        "en",
        "800x600",
        "https://other.example/",
        "darkmode",
        "/item/1",
        "x" * 9000,
        "GA1.1",
        HEX[:-1] + "g",
    ],
)
def test_other_values_are_nothing(value: str) -> None:
    assert facts().recognise(value) is None


def test_an_identifier_inside_a_longer_value_is_found() -> None:
    seen = facts().recognise("uid:abcdef1234567890|v:2")
    assert seen == ("cookie_id", "by value: first-party cookie sid", "abcdef1234567890")


def test_addresses_in_texts() -> None:
    assert emails_in("mailto:taro@example.jp, icon@2x.png https://a/?m=hanako%40example.co.jp") == [
        "taro@example.jp",
        "hanako@example.co.jp",
    ]
    assert emails_in("nobody at home") == []


def test_words_are_no_identifiers() -> None:
    assert [is_id(v) for v in ("accepted", "a1b2c3d4", "short1", "abcdefghijklmnop", "x" * 600)] == [
        False,
        True,
        False,
        True,
        False,
    ]


def test_a_hash_counts_by_its_parameters_name() -> None:
    kinds = {
        name: (s.data_type if (s := hashed_contact(name, HEX)) else None)
        for name in (
            "user.hashed_email",
            "em",
            "data.he",
            "phone_sha256",
            "ph",
            "token",
            "theme",
        )
    }
    assert kinds == {
        "user.hashed_email": "hashed_email",
        "em": "hashed_email",
        "data.he": "hashed_email",
        "phone_sha256": "hashed_phone",
        "ph": "hashed_phone",
        "token": None,
        "theme": None,
    }
    assert hashed_contact("em", "taro") is None


@pytest.mark.parametrize(
    ("name", "value", "data_type"),
    [
        ("tz", "Asia/Tokyo", "timezone"),
        ("tz", "-540", "timezone"),
        ("tzOffset", "+09:00", "timezone"),
        ("price", "540", None),
        ("sw", "1920", "screen"),
        ("screen.height", "1080", "screen"),
        ("year", "1920", None),
        ("t", "1793523600", "time"),
        ("t", "1793523600123", "time"),
        ("t", "1693523600", None),
        ("ua", "Mozilla/5.0 (Test) Chrome/156.0.0.0", "user_agent"),
        ("q", "赤い靴", "form_content"),
        ("tel", "090-1234-5678", "phone"),
        ("tel", "+819012345678", "phone"),
        ("h", hashlib.sha256(b"+819012345678").hexdigest(), "hashed_phone"),
    ],
)
def test_names_count_for_mere_numbers_and_what_was_typed_is_known(name: str, value: str, data_type: str | None) -> None:
    seen = facts().recognise(value, name)
    assert (seen.data_type if seen else None) == data_type
