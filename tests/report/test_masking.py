"""Masking: default-deny, equal values equal tokens, readable addresses."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.report.masking import Masker

from .declared import taxonomy
from .factory import KEY

MASKER = Masker(KEY, taxonomy())


def expected(value: str, kind: str = "value") -> str:
    return hmac.new(KEY, kind.encode() + b"\0" + value.encode(), hashlib.sha256).hexdigest()[:16]


def test_token_is_keyed() -> None:
    assert MASKER.token("abc", "cookie_id") == f"«cookie_id:{expected('abc')} len 3»"
    assert MASKER.token("abc") == f"«value:{expected('abc')} len 3»"
    assert MASKER.token("a@b.test", "hashed_email") == f"«hashed_email:{expected('a@b.test', 'contact')} len 8»"
    assert MASKER.token("", "cookie_id") == ""
    assert Masker(b"another key of 32 bytes.........", taxonomy()).digest("abc") != MASKER.digest("abc")


@pytest.mark.parametrize("data_type", ["cookie_id", "account_id", "click_id", "hashed_email", "ip", None, "never"])
def test_what_may_identify_is_masked(data_type: str | None) -> None:
    assert "secret-1" not in MASKER.value("secret-1", data_type)


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        ("event", "page_view"),
        ("language", "ja-JP"),
        ("timezone", "Asia/Tokyo"),
        ("screen", "1366x768"),
        ("consent_state", "G111"),
        ("page_title", "商品一覧 - 架空商店"),
        ("user_agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"),
    ],
)
def test_what_identifies_nobody_is_clear(data_type: str, value: str) -> None:
    assert MASKER.value(value, data_type) == value


def test_clear_types_are_still_searched() -> None:
    shown = MASKER.value("welcome taro@example.test 5f4dcc3b5aa765d61d8327deb882cf99", "page_title")
    assert shown == f"welcome «{expected('taro@example.test')}» «{expected('5f4dcc3b5aa765d61d8327deb882cf99')}»"


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("https://a.test/p?x=1&y=&z", "https://a.test/p?x=«{1}»&y=&«{z}»"),
        ("https://a.test/p?q=a%20b", "https://a.test/p?q=«{a b}»"),
        ("https://a.test/p#tok", "https://a.test/p#«{tok}»"),
        ("https://u:pw@a.test/", "https://«{u:pw}»@a.test/"),
        ("https://a.test/x;src=12;ord=3?", "https://a.test/x;src=«{12}»;ord=«{3}»?"),
        ("https://a.test/u/taro@b.test/", "https://a.test/u/«{taro@b.test}»/"),
        ("https://a.test/u/taro%40b.test/", "https://a.test/u/«{taro@b.test}»/"),
        ("https://a.test/123456789012", "https://a.test/«{123456789012}»"),
        ("https://a.test?x=1", "https://a.test?x=«{1}»"),
        ("https://[::1/broken?x=1", "https://[::1/broken?x=«{1}»"),
        ("data:text/html,secret", "data:«{text/html,secret}»"),
        ("javascript:secret", "javascript:«{secret}»"),
        ("blob:https://a.test/b?c=d", "blob:https://a.test/b?c=«{d}»"),
        ("about:blank", "about:blank"),
        ("not an address?x=1", "not an address?x=«{1}»"),
        ("", ""),
    ],
)
def test_address(url: str, masked: str) -> None:
    for value in ("1", "12", "3", "z", "a b", "tok", "u:pw", "taro@b.test", "123456789012", "text/html,secret",
                  "secret", "d"):  # fmt: skip
        masked = masked.replace(f"{{{value}}}", expected(value))
    assert MASKER.url(url) == masked


def test_ordinary_paths_stay_readable() -> None:
    for url in (
        "https://a.test/news/2026/11/23/how-to-read-a-long-article-about-cookies.html",
        "https://www.googletagmanager.test/gtag/js",
        "https://a.test/g/collect",
        "https://a.test/j/collect.v2.min.js",
    ):
        assert MASKER.url(url) == url


def test_values_known_to_travel_in_a_path_are_masked() -> None:
    assert MASKER.url("https://a.test/id/user7/x", ["user7"]) == f"https://a.test/id/«{expected('user7')}»/x"


def test_a_token_in_observed_text_is_not_believed() -> None:
    assert "taro@b.test" not in MASKER.url("https://a.test/«taro@b.test»/")
    assert "1234567890123456" not in MASKER.guard("«1234567890123456»")


def test_the_same_value_is_recognised_in_an_address() -> None:
    assert MASKER.digest("a b=c") in MASKER.url("https://a.test/?id=a%20b%3Dc")
    assert MASKER.digest("a b=c") in MASKER.token("a b=c", "cookie_id")


def test_page_addresses_keep_their_path() -> None:
    assert (
        MASKER.value("https://a.test/cart?session=s1", "page_url") == f"https://a.test/cart?session=«{expected('s1')}»"
    )
    assert MASKER.value("/cart?session=s1", "page_url") == f"/cart?session=«{expected('s1')}»"


@given(st.text(), st.text(min_size=8, alphabet=st.characters(categories=["Ll"])))
def test_no_query_value_survives(name: str, secret: str) -> None:
    shown = MASKER.url(f"https://a.test/p?{name}={secret}&{secret}#{secret}")
    assert secret not in shown.replace(name, "")


@given(st.text(st.characters()))
def test_never_fails_and_always_fits_utf8(text: str) -> None:
    for shown in (MASKER.url(text), MASKER.guard(text), MASKER.value(text, "page_url"), MASKER.token(text)):
        shown.encode()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", ["a", "1", "-a", "a%40", ";", ";a", "a=", "&", "«", "1a_", "/", "@"])
def test_a_megabyte_is_masked_in_linear_time(unit: str) -> None:
    MASKER.url("https://a.test/" + unit * (1_000_000 // len(unit)), ["secret"])
    MASKER.guard(unit * (1_000_000 // len(unit)))
