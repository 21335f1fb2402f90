"""Values inside values, layer by layer; what only looks encoded stays what it is."""

import base64
import gzip
import json
from urllib.parse import quote

import pytest

from auditor.decode.nesting import nested
from auditor.decode.parameters import MAX_VALUE, Param
from auditor.vendors import Carrier

INNER = '{"id":"u-1","list":[{"n":1},{"n":2}]}'
FLAT = [("p.id", "u-1"), ("p.list.0.n", "1"), ("p.list.1.n", "2")]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "value",
    [
        INNER,
        f"  {INNER}\n",
        json.dumps(INNER),
        quote(INNER),
        quote(quote(INNER)),
        b64(INNER.encode()),
        base64.urlsafe_b64encode(INNER.encode()).decode().rstrip("="),
        b64(gzip.compress(INNER.encode(), mtime=0)),
        quote(b64(INNER.encode())) if "%" in quote(b64(INNER.encode())) else b64(quote(INNER).encode()),
        b64(b64(INNER.encode()).encode()),
    ],
    ids=["json", "spaces", "json in json", "escaped", "twice", "base64", "url-safe", "gzip", "both", "base64 twice"],
)
def test_json_is_found_under_every_layer(value: str) -> None:
    assert [(p.name, p.value) for p in nested(Param("p", value, Carrier.body))] == FLAT


def test_a_query_inside_a_value_keeps_its_carrier() -> None:
    found = nested(Param("d", "v%3D2%26cid%3D1.2%26dl%3Dhttps%253A%252F%252Fx.test%252F", Carrier.query))
    assert found == [
        Param("d.v", "2", Carrier.query),
        Param("d.cid", "1.2", Carrier.query),
        Param("d.dl", "https://x.test/", Carrier.query),
    ]
    assert nested(Param("d", b64(b"uid=u-1&lang=ja"), Carrier.body)) == [
        Param("d.uid", "u-1", Carrier.body),
        Param("d.lang", "ja", Carrier.body),
    ]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "plain text",
        "https://x.test/?a=1&b=2",
        "a=1",
        "GA1.1.111111111.1700000000",
        "{broken",
        "[]",
        '"text in quotes"',
        "AAAAAAAAAAAAAAAAAAAAAAAA",
        "550e8400e29b41d4a716446655440000",
        b64(b"\x1f\x8bbroken gzip here"),
        b64(b"just some words, nothing else"),
        "%7Bbroken",
        "x" * MAX_VALUE,
        "[" * 5000,
    ],
)
def test_what_only_looks_encoded_is_left_alone(value: str) -> None:
    assert nested(Param("p", value, Carrier.query)) == []


def test_layers_without_end_end() -> None:
    value = INNER
    for _ in range(8):
        value = b64(value.encode())
    assert nested(Param("p", value, Carrier.query)) == []


def test_a_small_bomb_stays_small() -> None:
    bomb = gzip.compress(b'{"a":"' + b"x" * 50_000_000 + b'"}')
    assert nested(Param("p", b64(bomb)[: MAX_VALUE - 4], Carrier.body)) == []
