"""Globs: what they match, and that no glob and text can stall them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.decode.globs import compile_glob, host_matches, path_matches


@pytest.mark.parametrize(
    ("glob", "text", "fits"),
    [
        ("*", "", True),
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("ud[em]", "ud[em]", True),
        ("ud[em]", "ude", False),
        ("cd[*]", "cd[buttonText]", True),
        ("a*b*c", "aXbXbXc", True),
        ("a*b*c", "aXc", False),
        ("1.*.8", "1.0.8", True),
        ("u_a?", "u_a3", True),
        ("u_a?", "u_a", False),
        ("pr#", "pr12", True),
        ("pr#", "pr", False),
        ("#.a#b", "3.a14b", True),
        ("*a", "ba", True),
        ("**", "x\ny", True),
        ("a*a", "a", False),
    ],
)
def test_a_glob_matches_whole_texts(glob: str, text: str, fits: bool) -> None:
    assert (compile_glob(glob).fullmatch(text) is not None) is fits


@pytest.mark.parametrize(
    ("pattern", "host", "fits"),
    [
        ("*.yahoo.co.jp", "yahoo.co.jp", True),
        ("*.yahoo.co.jp", "b91.yahoo.co.jp", True),
        ("*.yahoo.co.jp", "notyahoo.co.jp", False),
        ("b9?.yahoo.co.jp", "b99.yahoo.co.jp", True),
        ("www.google.*", "www.google.se", True),
        ("TR.line.me", "tr.line.me", True),
    ],
)
def test_host_patterns(pattern: str, host: str, fits: bool) -> None:
    assert host_matches(pattern, host) is fits


def test_a_slash_at_the_end_of_a_path_does_not_count() -> None:
    glob = compile_glob("/tr")
    assert [path_matches(glob, p) for p in ("/tr", "/tr/", "/track", "/")] == [True, True, False, False]
    assert path_matches(compile_glob("/"), "/") is True


@pytest.mark.timeout(20)
def test_no_glob_stalls() -> None:
    assert compile_glob("a*" * 100 + "b").fullmatch("a" * 100_000) is None


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=12))
def test_globs_mean_what_the_plain_definition_says(glob: str, text: str) -> None:
    def fits(g: str, t: str) -> bool:
        if not g:
            return not t
        if g[0] == "*":
            return any(fits(g[1:], t[n:]) for n in range(len(t) + 1))
        return bool(t) and g[0] in ("?", t[0]) and fits(g[1:], t[1:])

    assert (compile_glob(glob).fullmatch(text) is not None) is fits(glob, text)
