"""Named values of addresses, cookies and JSON."""

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from auditor.decode.nesting import nested
from auditor.decode.parameters import (
    MAX_PARAMETERS,
    MAX_VALUE,
    Param,
    cookie_pairs,
    flatten,
    load_json,
    matrix_params,
    path_params,
    query_params,
    split_url,
    unescaped,
)
from auditor.vendors import Carrier


def test_query_keeps_order_repetition_and_empty_values() -> None:
    found = query_params("a=1&b=%E9%9D%B4+x&a=2&c&&d=&%5Be%5D=%3D%26")
    assert [(p.name, p.value) for p in found] == [
        ("a", "1"),
        ("b", "靴 x"),
        ("a", "2"),
        ("c", ""),
        ("d", ""),
        ("[e]", "=&"),
    ]


def test_a_shift_jis_query_is_readable_where_it_can_be() -> None:
    assert query_params("q=%8C%43&n=1") == [Param("q", "\ufffdC", Carrier.query), Param("n", "1", Carrier.query)]


def test_bounds() -> None:
    assert len(query_params("a=1&" * (MAX_PARAMETERS + 10))) == MAX_PARAMETERS
    assert len(query_params("a=" + "x" * (MAX_VALUE + 10))[0].value) == MAX_VALUE
    assert len(flatten(["x"] * (MAX_PARAMETERS + 10), Carrier.body)) == MAX_PARAMETERS


def test_paths_give_segments_and_matrix_parameters() -> None:
    path = "/a/b%2Fc;src=1;type=x;flag/"
    assert path_params(path) == [Param("path.1", "a", Carrier.path), Param("path.2", "b/c", Carrier.path)]
    assert matrix_params(path) == [
        Param("src", "1", Carrier.path),
        Param("type", "x", Carrier.path),
    ]


def test_json_becomes_dotted_paths_with_numbers_as_written() -> None:
    data = load_json('{"a": {"b": [1.10, true, null, {"c": "x"}]}, "n": 12345678901234567890, "e": []}')
    assert [(p.name, p.value) for p in flatten(data, Carrier.body)] == [
        ("a.b.0", "1.10"),
        ("a.b.1", "true"),
        ("a.b.2", ""),
        ("a.b.3.c", "x"),
        ("n", "12345678901234567890"),
    ]


def test_json_inside_a_value_is_opened_plain_and_base64() -> None:
    assert nested(Param("p", '{"a":{"b":1}}', Carrier.query)) == [Param("p.a.b", "1", Carrier.query)]
    assert nested(Param("p", "eyJhIjoiYmMifQ", Carrier.body)) == [Param("p.a", "bc", Carrier.body)]
    for value in ("", "plain text", "{broken", "eyJhbGciOi.JIUzI1NiJ9", "[]", '"text in quotes"'):
        assert nested(Param("p", value, Carrier.query)) == []


def test_cookies_keep_equal_signs_in_values() -> None:
    assert cookie_pairs("XB=abc&b=3&s=xx; a=1;bad; =x; c=") == [("XB", "abc&b=3&s=xx"), ("a", "1"), ("c", "")]


def test_malformed_addresses_are_none() -> None:
    assert split_url("https://[::1/") is None
    assert split_url("https://a.example/?q") is not None


@given(
    st.lists(
        st.sampled_from(
            [
                "%41",
                "%3D",
                "%e3%81%82",
                "%e3",
                "%81",
                "%",
                "=",
                "a",
                ".",
                "é",
                "あ",
                "%0A",
                "%zz",
                "%25",
                "%4",
                "4",
                "+",
                "\n",
                "\r",
                "\t",
            ]
        )
    )
)
def test_the_fast_way_and_the_plain_way_undo_the_same(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert unescaped(text) == unquote(text, errors="replace")
