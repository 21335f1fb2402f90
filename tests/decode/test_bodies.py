"""Request bodies in every form a tag uses."""

import json

import pytest

from auditor.decode.bodies import Parsed, parse_body
from auditor.decode.protobuf import protobuf_params
from auditor.vendors import BodyFormat


def pairs(parsed: Parsed) -> list[tuple[str, str]]:
    assert parsed.problem is None
    assert {p.carrier for p in parsed.params} <= {"body"}
    return [(p.name, p.value) for p in parsed.params]


def test_urlencoded() -> None:
    assert pairs(parse_body(b"a=1&ud%5Bem%5D=x+y\n", "application/x-www-form-urlencoded; charset=utf-8")) == [
        ("a", "1"),
        ("ud[em]", "x y"),
    ]


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain;charset=UTF-8", "", "application/octet-stream"]
)
def test_json_is_told_by_its_look(content_type: str) -> None:
    body = b'\xef\xbb\xbf {"events": [{"name": "pv"}]}'
    assert pairs(parse_body(body, content_type)) == [("events.0.name", "pv")]


def test_json_lines_are_numbered() -> None:
    assert pairs(parse_body(b'{"a":1}\n\n{"a":2}\n', "")) == [("0.a", "1"), ("1.a", "2")]
    assert pairs(parse_body(b'{"a":1}', "", BodyFormat.json_lines)) == [("0.a", "1")]


def test_query_lines_are_read_line_by_line() -> None:
    body = b"en=page_view&_et=1\r\nen=scroll&epn.percent_scrolled=90"
    expected = [("en", "page_view"), ("_et", "1"), ("en", "scroll"), ("epn.percent_scrolled", "90")]
    assert pairs(parse_body(body, "text/plain;charset=UTF-8")) == expected
    assert pairs(parse_body(body, "", BodyFormat.query_lines)) == expected


def test_plain_text_is_one_value() -> None:
    assert pairs(parse_body("こんにちは".encode(), "text/plain")) == [("text", "こんにちは")]


def test_multipart_fields_and_the_names_of_files() -> None:
    body = (
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n2\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="f"; filename="x.png"\r\n\r\n\x89PNG\r\n'
        b"--XX--\r\n"
    )
    assert pairs(parse_body(body, 'multipart/form-data; boundary="XX"')) == [("a", "1\r\n2"), ("f", "x.png")]


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b'{"a": 1', "application/json", "not understood: broken JSON"),
        (b'{"a":' * 100_000, "application/json", "not understood: broken JSON"),
        (b"\x00\x01\x02\xff", "application/octet-stream", "not understood: application/octet-stream"),
        (b"\x00\x01", "", "not understood: binary"),
        (b"\xff\xff\xff", "application/x-protobuf", "not understood: binary"),
        (b"--XX", "multipart/form-data", "not understood: multipart without boundary"),
        (b"nothing", "multipart/form-data; boundary=XX", "not understood: empty or cut multipart"),
    ],
)
def test_what_cannot_be_read_is_said(body: bytes, content_type: str, reason: str) -> None:
    assert parse_body(body, content_type) == ([], reason)


def test_an_empty_body_is_no_problem() -> None:
    assert parse_body(b"", "application/json") == ([], None)
    assert parse_body(b"anything", "", BodyFormat.none) == ([], None)


def test_lone_surrogates_do_not_reach_the_tables() -> None:
    [(name, value)] = pairs(parse_body(json.dumps({"a\ud800": "b\udfff"}).encode(), "application/json"))
    assert (name, value) == ("a?", "b?")


def test_protobuf_gives_field_numbers() -> None:
    inner = b"\x42\x07android\x4a\x0214" + b"\x9a\x01\x03abc"
    message = b"\x0a" + bytes([len(inner)]) + inner + b"\x10\x96\x01" + b"\x19" + bytes(8)
    assert [(p.name, p.value) for p in protobuf_params(message)] == [
        ("1.0.8", "android"),
        ("1.0.9", "14"),
        ("1.0.19", "abc"),
        ("2", "150"),
        ("3", "0"),
    ]


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x0a\x05ab", b"\x07", b"\x08", b"\x19\x00", b"\x80" * 20])
def test_bytes_that_are_no_protobuf_give_nothing(data: bytes) -> None:
    assert protobuf_params(data) == []
