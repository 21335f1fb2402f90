from datetime import UTC, datetime

import pytest

from auditor.store.set_cookie import parse_cookie_header, parse_set_cookie

AT = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://www.a.test/dir/page?x"


def test_all_attributes() -> None:
    line = "id=v=1; Domain=.A.test; Path=/p; Max-Age=60; Secure; HttpOnly; SameSite=none; Partitioned"
    got = parse_set_cookie(line, URL, AT)
    assert got is not None
    assert got._asdict() == {
        "name": "id",
        "value": "v=1",
        "domain": "a.test",
        "path": "/p",
        "host_only": False,
        "expires_at": datetime(2026, 11, 23, 0, 1, tzinfo=UTC),
        "max_age_s": 60.0,
        "same_site": "None",
        "secure": True,
        "http_only": True,
        "partitioned": True,
        "deletes": False,
    }


def test_defaults_are_the_host_and_the_folder() -> None:
    got = parse_set_cookie("a=b", URL, AT)
    assert got is not None
    assert (got.domain, got.host_only, got.path, got.expires_at, got.same_site) == (
        "www.a.test",
        True,
        "/dir",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("attribute", "seconds"),
    [
        ("Expires=Tue, 24 Nov 2026 00:00:00 GMT", 86400.0),
        ("expires=Tue, 24-Nov-2026 00:00:00 GMT", 86400.0),
        ("Expires=Tue, 24 Nov 2026 00:00:00 GMT; Max-Age=5", 5.0),
        ("Max-Age=-1", -1.0),
        ("Max-Age=99999999999999999999", 999999999999.0),
        ("Max-Age=soon", None),
        ("Expires=never", None),
    ],
)
def test_lifetimes(attribute: str, seconds: float | None) -> None:
    got = parse_set_cookie(f"a=b; {attribute}", URL, AT)
    assert got is not None
    assert got.max_age_s == seconds


@pytest.mark.parametrize(("line", "name", "value"), [("novalue", "", "novalue"), ("=x", "", "x"), ("a=", "a", "")])
def test_odd_pairs(line: str, name: str, value: str) -> None:
    got = parse_set_cookie(line, URL, AT)
    assert got is not None
    assert (got.name, got.value) == (name, value)


@pytest.mark.parametrize("line", ["", "; Secure", "="])
def test_lines_every_browser_ignores(line: str) -> None:
    assert parse_set_cookie(line, URL, AT) is None


def test_cookie_header() -> None:
    assert parse_cookie_header("a=1; b=x=y;c ; =d") == [("a", "1"), ("b", "x=y"), ("", "c"), ("", "d")]
