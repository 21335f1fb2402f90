"""What of a value may be an identifier, and what is a time, a word, a version, a name."""

import base64
import json

import pytest

from auditor.identify.randomness import ENOUGH_BITS, bits
from auditor.identify.split import split
from auditor.identify.times import is_time, moves_as_the_clock

NOW = 1_795_550_000.0
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
HEX = "a81bc81bdead4e5d"


def parts(value: str) -> list[tuple[str, str]]:
    return [(p.path, p.text) for p in split(value, NOW)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (HEX, [("", HEX)]),
        (UUID, [("", UUID)]),
        (f"ym-{UUID}", [("-2", UUID)]),
        (f"1795549000.{UUID}", [(".2", UUID)]),
        ("fb.1.1795549000123.58203917465028", [(".4", "58203917465028")]),
        # A number of ten digits is too short by itself: joined with the time beside it, as it is sent on.
        ("GA1.2.1839204756.1795549000", [(".3-.4", "1839204756.1795549000")]),
        ("1839204756.1795549000", [("", "1839204756.1795549000")]),
        ("1.1839204756.1795549000", [(".2-.3", "1839204756.1795549000")]),
        ("tm.1.1795549000123.3120475869", [(".3-.4", "1795549000123.3120475869")]),
        ("SGC.1795549000.CjDemo.77aa01c2d9e4", [(".4", "77aa01c2d9e4")]),
        ("8f3a2b1c-f9d30e7b", [("", "8f3a2b1c-f9d30e7b")]),
        (f"{HEX}&b=3&s=xx", [("&1", HEX)]),
        (f"uid={HEX}&t=1795549000", [("uid", HEX)]),
        (f"ID={HEX}:T=1795549000:S=ALNI_MYx8Kq2wZ7tR3vB", [("ID", HEX), ("S", "ALNI_MYx8Kq2wZ7tR3vB")]),
        (f"v2|{HEX}|1795549000", [("|2", HEX)]),
        (f"a~{HEX}", [("~2", HEX)]),
        (f"a${HEX}", [("$2", HEX)]),
        (f"a,{HEX}", [(",2", HEX)]),
        (f"a/{HEX}", [("/2", HEX)]),
        (f"a!{HEX}", [("!2", HEX)]),
        (f"id={HEX};x=1", [("id", HEX)]),
        (f"uid={HEX}", [("uid", HEX)]),
        (json.dumps({"user": {"uid": HEX}, "t": 1795549000}), [("json user.uid", HEX)]),
        (f"%7B%22uid%22%3A%22{HEX}%22%7D", [("json uid", HEX)]),
        (base64.b64encode(json.dumps({"id": HEX}).encode()).decode(), [("base64 json id", HEX)]),
        (base64.urlsafe_b64encode(f"v1.{HEX}.1795549000".encode()).decode().rstrip("="), [("base64 .2", HEX)]),
        (f"https://www.mise.test/item?x=1&uid={HEX}", [("url uid", HEX)]),
        ("kX3-_pQ9zTb7Lw2RmV5yNc==", [("", "kX3-_pQ9zTb7Lw2RmV5yNc==")]),
        ("aB3/dE9+pQ7zTb2Lw5RmV1yN", [("", "aB3/dE9+pQ7zTb2Lw5RmV1yN")]),
    ],
)
def test_identifiers(value: str, expected: list[tuple[str, str]]) -> None:
    assert parts(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "1795549000",
        "1795549000123",
        "1795549000123456",
        "1795549000.123456",
        "mbgz1s2k",  # of base 36 below
        "2026-11-24T19:45:28Z",
        "2026-11-24T19:45:28.123+09:00",
        "20261124194528",
        "2026-11-24",
        "SG1.1795549000.1795549003",
        "156.0.7204.49",
        "v4.0.1-beta",
        "www.mise-no-namae.test",
        "https://www.mise.test/item/yunomi-tebineri",
        "hanako@kaiin.test",
        "true",
        "accepted",
        "experiment_group_b_checkout",
        "variant-b",
        "dark-mode-2024",
        "consent=granted&ads=denied&analytics=granted",
        "GTM-ABC123X",
        "UA-12345678-1",
        "ST-SHOP0001",
        "700000000000001",
        "11111111-1111-4111-8111-111111111111",
        "00000000000000000000",
        "0123456789abcdef",
        "ja-JP,ja;q=0.9,en;q=0.8",
        "1366x768x24",
        "3.1839204",
        "",
        "x",
    ],
)
def test_no_identifiers(value: str) -> None:
    if value == "mbgz1s2k":
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"
        number, value = 1_795_549_000_123, ""
        while number:
            number, rest = divmod(number, 36)
            value = digits[rest] + value
        assert len(value) == 8
    assert parts(value) == []


def test_hostile_values_end() -> None:
    assert split("{" * 9000, NOW) == ()
    assert split("a=" * 8000, NOW) == ()
    assert split("%25" * 5000, NOW) == ()
    assert len(split("&".join(f"k{n}={HEX[:-2]}{n:02}" for n in range(99)), NOW)) <= 64


def test_bits() -> None:
    assert bits("4f1c09ab") == 32.0 == ENOUGH_BITS
    assert bits("4294967295") < ENOUGH_BITS
    assert bits("5820391746502") > ENOUGH_BITS
    assert bits(UUID) == 122.0
    assert bits("aaaaaaaaaaaaaaaaaaaaaaaaaaaa") == 0.0
    assert bits("consent-accepted-marketing-personalization") == 0.0


def test_times() -> None:
    assert is_time("1795549000", NOW)
    assert not is_time("1750000000", NOW)  # of another year: perhaps a time, perhaps chance
    assert moves_as_the_clock("1795549000", "1795635400", apart_s=86_400, slack_s=5)
    assert moves_as_the_clock("1750000000", "1750000000", apart_s=86_400, slack_s=5)
    assert not moves_as_the_clock("1839204756", "1239204756", apart_s=86_400, slack_s=5)
    assert not moves_as_the_clock("abc", "1795635400", apart_s=86_400, slack_s=5)
