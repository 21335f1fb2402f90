"""What must not be taken for a value, and what broken or hostile bytes must not do."""

import base64
import gzip
import hashlib
import random
import zlib

import pytest

from auditor.search import Searcher

MAIL, PHONE, WORD, NAME, TOKEN = "taro@example.test", "090-1234-5678", "kirisaki", "霧咲太郎", "a1B2c3D4e5F6g7H8"
SEARCHER = Searcher([{value: ""} for value in (MAIL, PHONE, WORD, NAME, TOKEN, "0912345678")])


@pytest.mark.parametrize(
    "text",
    [
        "xtaro@example.test",
        "x.taro@example.test",
        "taro@example.tests",
        "taro@example.test.other.test",
        "1090-1234-5678",
        "090-1234-56789",
        "kirisakis",
        "20912345678",
        "霧咲太郎丸",
        "a1B2c3D4e5F6g7H9",
        base64.b64encode(b"xtaro@example.test!").decode(),
        b"2kirisaki".hex(),
        hashlib.sha256(b"taro@example.tesu").hexdigest(),
        hashlib.sha256(MAIL.encode()).hexdigest()[:-1] + "z",
        hashlib.sha256(MAIL.encode()).hexdigest()[:32],
    ],
)
def test_near_misses_are_none(text: str) -> None:
    assert SEARCHER.text(f"a=1&b={text}&c=2".encode()) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("mailto:taro@example.test?x", 0),
        ('"090-1234-5678"', 1),
        ("uid_kirisaki.", 2),
        ("霧咲太郎様", 3),
        ("氏名:霧咲太郎です", 3),
        ("xa1B2c3D4e5F6g7H8y", 4),
    ],
)
def test_what_stands_for_itself_is_found(text: str, key: int) -> None:
    assert SEARCHER.text(text.encode()) == [(key, "", ())]


def test_any_alignment_inside_longer_base64() -> None:
    for before in range(6):
        for after in range(4):
            data = base64.b64encode(b"-" * before + b" " + TOKEN.encode() + b" " * after)
            assert SEARCHER.text(b'{"d":"' + data + b'"}') == [(4, "", ("base64",))]
            assert SEARCHER.text(b"/id/" + data.rstrip(b"=")) == [(4, "", ("base64",))]


def test_escapes_are_told_only_where_they_are() -> None:
    assert SEARCHER.text(b"q=%E3%81%82%20" + TOKEN.encode()) == [(4, "", ())]
    assert SEARCHER.text(b"q=%61" + TOKEN[1:].encode()) == [(4, "", ("url",))]


def test_random_and_broken_bytes() -> None:
    draw = random.Random(1)
    broken = [
        b"%", b"%z", b"%u12", b"\\u12", b"\\ud83d", b"\\ud83d\\u0041", b"&#x110000;", b"&#9999999;", b"=" * 50,
        gzip.compress(b"x" * 99)[:-9], zlib.compress(b"y" * 99)[:-3], b"\x1f\x8b\x08" * 9, b"\x28\xb5\x2f\xfd" * 9,
        base64.b64encode(draw.randbytes(999))[:-2], b"A" * 65, b"%00" * 40, b"\x00a" * 30, b"",
    ]  # fmt: skip
    for data in [*broken, *(draw.randbytes(draw.randrange(400)) for _ in range(60))]:
        assert SEARCHER.text(data) == []
        assert SEARCHER.text(base64.b64encode(data)) == []


def test_a_short_name_in_another_charset_stands_alone() -> None:
    searcher = Searcher([{"霧咲": ""}])
    for codec, layer in (("cp932", "shift_jis"), ("euc_jp", "euc-jp"), ("utf-16-le", "utf-16")):
        name, longer = "霧咲".encode(codec), "霧咲町".encode(codec)
        assert searcher.text(b"n=" + name + b"&m=1") == [(0, "", (layer,))]
        assert searcher.text(b"n=" + longer + b"&m=1") == []


def test_what_was_not_decoded_is_counted() -> None:
    searcher = Searcher([{TOKEN: ""}])
    bomb = base64.b64encode(gzip.compress(b"\x00" * (17 << 20)))
    assert searcher.text(bomb) == []
    assert searcher.cut_off == 0
    assert searcher.text(b" ".join([bomb] * 8)) == []
    assert searcher.cut_off == 1


def test_bombs_end() -> None:
    bomb = gzip.compress(b"\x00" * (64 << 20))
    deep = TOKEN.encode()
    for _ in range(9):
        deep = base64.b64encode(deep)
    assert SEARCHER.text(base64.b64encode(bomb)) == []
    assert SEARCHER.text(deep) == []  # deeper than is looked
    assert SEARCHER.text(base64.b64encode(gzip.compress(gzip.compress(TOKEN.encode())))) == [
        (4, "", ("base64", "gzip", "gzip"))
    ]
