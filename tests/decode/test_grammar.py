"""Values that hold several facts: consent strings and enhanced conversions."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.decode.grammar import consent_gcd, consent_gcs, enhanced, split_value
from auditor.vendors import Split

HASH = base64.urlsafe_b64encode(hashlib.sha256(b"test@example.jp").digest()).decode().rstrip("=")
HEX = hashlib.sha256(b"test@example.jp").hexdigest()


@pytest.mark.parametrize(
    ("value", "ads", "analytics"),
    [
        ("G100", "denied", "denied"),
        ("G110", "granted", "denied"),
        ("G101", "denied", "granted"),
        ("G111", "granted", "granted"),
        ("G1--", "unset", "unset"),
    ],
)
def test_gcs(value: str, ads: str, analytics: str) -> None:
    assert consent_gcs(value) == [
        ("ad_storage", "consent_state", ads),
        ("analytics_storage", "consent_state", analytics),
    ]


@pytest.mark.parametrize("value", ["", "G1", "G122", "G1111", "X111", "G111 "])
def test_gcs_of_another_form_says_nothing(value: str) -> None:
    assert consent_gcs(value) == []


@pytest.mark.parametrize(
    ("value", "states"),
    [
        ("13l3l3l3l1l1", ["unset"] * 4),
        ("13t3t3t3t5l1", ["granted"] * 4),
        ("13p3p3p3p5l1", ["denied"] * 4),
        ("11p1t1p1t5", ["denied", "granted", "denied", "granted"]),
        ("13t3t3Z2t5l1", ["granted", "granted", "unknown", "granted"]),
        ("13q3m3u3R1", ["denied", "denied", "denied", "unknown"]),
        ("11r1n1v1t5", ["granted"] * 4),
    ],
)
def test_gcd_reads_the_letters_only(value: str, states: list[str]) -> None:
    signals = ["ad_storage", "analytics_storage", "ad_user_data", "ad_personalization"]
    assert consent_gcd(value) == [(s, "consent_state", v) for s, v in zip(signals, states, strict=True)]


def test_gcd_of_another_form_says_nothing() -> None:
    assert [consent_gcd(v) for v in ("", "13", "l3l3l3l", "13l3l3l")] == [[], [], [], []]


def test_enhanced_names_each_hash() -> None:
    assert enhanced(f"tv.1~em.{HASH}~pn0.{HEX}~fn0.{HASH}~co0.JP~zz.{HASH}") == [
        ("em", "hashed_email", HASH),
        ("pn0", "hashed_phone", HEX),
        ("fn0", "hashed_name_address", HASH),
        ("co0", "name_address", "JP"),
    ]


@pytest.mark.parametrize("value", ["tv.1~", "tv.1", "", "tv.1~em.", "tv.1~em.e1", "em", "tv.1~em.short", "tv.1~co0.e3"])
def test_enhanced_without_contact_data_says_nothing(value: str) -> None:
    assert enhanced(value) == []


def test_an_address_that_was_not_hashed_is_said_to_be_clear() -> None:
    assert enhanced("tv.1~em.test@example.jp") == [("em", "email", "test@example.jp")]


@given(st.sampled_from(list(Split)), st.text(max_size=200))
def test_no_value_raises(split: Split, value: str) -> None:
    assert isinstance(split_value(split, value), list)
