"""States of other tools are read strictly, and no message quotes what stands in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.capture.states.carried_state import read_state
from auditor.errors import InputError

SECRET = "s3cr3t-v4lue"
COOKIE = {"name": "sid", "value": SECRET, "domain": ".p.test", "path": "/", "expires": -1, "secure": True}


def written(folder: Path, text: str) -> Path:
    path = folder / "state"
    path.write_text(text, encoding="utf-8")
    return path


def test_storage_state_as_playwright_writes_it(tmp_path: Path) -> None:
    chip = {**COOKIE, "name": "chip", "sameSite": "None", "partitionKey": "https://p.test"}
    chip |= {"_crHasCrossSiteAncestor": False, "httpOnly": True}
    origin = {
        "origin": "https://p.test",
        "localStorage": [{"name": "k", "value": "v"}],
        "indexedDB": [{"name": "db", "version": 1, "stores": []}],
    }
    state, known = read_state(written(tmp_path, json.dumps({"cookies": [COOKIE, chip], "origins": [origin]})))
    assert state == {"cookies": [{**COOKIE, "httpOnly": False}, chip], "origins": [origin]}
    assert (known.made_by, known.losses) == ("Playwright storage_state", ())


def test_cookies_txt_as_browsers_and_tools_write_it(tmp_path: Path) -> None:
    """With and without the first line, HttpOnly, session cookies as 0 and as nothing, fractions, contradictions."""
    lines = [
        "# Netscape HTTP Cookie File",
        "# a comment",
        "",
        f".p.test\tTRUE\t/\tTRUE\t1999999999\tsid\t{SECRET}",
        "#HttpOnly_p.test\tFALSE\t/in\tFALSE\t0\thost\t",
        "p.test\tTRUE\t/\tTRUE\t\twide\t2",
        "#HttpOnly_.p.test\tFALSE\t/\tTRUE\t1999999999.5\tdotted\t3",
    ]
    state, known = read_state(written(tmp_path, "\ufeff" + "\r\n".join(lines)))
    rows = [
        (c["name"], c["value"], c["domain"], c["path"], c["expires"], c["httpOnly"], c["secure"])
        for c in state["cookies"]
    ]
    assert rows == [
        ("sid", SECRET, ".p.test", "/", 1999999999, False, True),
        ("host", "", "p.test", "/in", -1, True, False),
        ("wide", "2", ".p.test", "/", -1, False, True),
        ("dotted", "3", ".p.test", "/", 1999999999.5, True, True),
    ]
    assert known.made_by == "cookies.txt"
    assert known.losses[0].startswith("cookies.txt does not tell SameSite: its 4 cookies count as Lax")


def bad(**changes: Any) -> str:
    return json.dumps({"cookies": [{**COOKIE, **changes}]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bad(domain=""), "cookies.0.domain: String should have at least 1 character"),
        (bad(value=[SECRET]), "cookies.0.value: Input should be a valid string"),
        (bad(sameSite=SECRET), "cookies.0.sameSite: Input should be 'Strict', 'Lax' or 'None'"),
        (json.dumps({"origins": [SECRET]}), "cookies: is missing"),
        (
            json.dumps({"cookies": [], "origins": [{"origin": f"https://p.test/{SECRET}"}]}),
            "origins.0.origin: String should match pattern",
        ),
        ('{"cookies": [{"name": "' + SECRET, "Invalid JSON: EOF while parsing a string at line 1 column"),
        ("[]", "Input should be an object"),
        ("", "holds no cookies"),
        ("# Netscape HTTP Cookie File\n", "holds no cookies"),
        (f"# Netscape\np.test\tTRUE\t{SECRET}", "state:2: not a cookie: 3 fields instead of 7"),
        (f"p.test FALSE / TRUE 0 sid {SECRET}", "state:1: not a cookie: 1 fields instead of 7"),
        (f"p.test\tFALSE\t/\tTRUE\t{SECRET}\tsid\t1", "state:1: expires: is not a time in seconds"),
        (f".\tFALSE\t/\tTRUE\t0\tsid\t{SECRET}", "state:1: not a cookie: no domain or no path"),
    ],
)
def test_what_is_no_state_is_named_and_not_quoted(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        read_state(written(tmp_path, text))
    assert message in str(refused.value)
    assert SECRET not in str(refused.value)
    assert SECRET not in repr(refused.value.__cause__) + repr(refused.value.__context__)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"\xff\xfe\x00secret")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_state(path)
