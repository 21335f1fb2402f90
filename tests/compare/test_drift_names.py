import pytest

from auditor.compare.drift.names import address_form, form
from auditor.compare.drift.scripts import version_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ev", "ev"),
        ("x2", "x2"),
        ("cd[order_id]", "cd[order_id]"),
        ("items[12][id]", "items[#][id]"),
        ("events.0.name", "events.#.name"),
        ("3", "#"),
        ("_ga_G1A2B3C4D5", "_ga_G1A2B3C4D5".replace("G1A2B3C4D5", "*")),
        ("3f2a9c71-5b7e-4c1d-9a60-0d3b2e4f5a6b", "*"),
        ("taro@example.jp", "*"),
        ("お名前", "*"),
        ("utm2024", "utm2024"),
    ],
)
def test_forms(name: str, expected: str) -> None:
    assert form(name) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/lib/3.1.0/t.js", "c.test/lib/#/t.js"),
        ("/npm/tag@4.2.1/t.min.js", "c.test/npm/tag@#/t.min.js"),
        ("/app.3f2a1b9c0d.js", "c.test/app.*.js"),
        ("/config/700000000000001.js", "c.test/config/#.js"),
    ],
)
def test_forms_of_addresses(path: str, expected: str) -> None:
    assert address_form("c.test", path) == expected


@pytest.mark.parametrize(
    ("url", "text", "expected"),
    [
        ("https://c.test/lib/3.1.0/t.js", b"", "3.1.0"),
        ("https://c.test/tag@4.2/t.js", b"", "4.2"),
        ("https://c.test/t-1.12.4.min.js", b"", "1.12.4"),
        ("https://c.test/t.js?v=2.9", b"", "2.9"),
        ("https://c.test/t.js", b"/*! tag v5.0.1 (c) */", "5.0.1"),
        ("https://c.test/t.js", b'a={version:"2.9.207",b:1}', "2.9.207"),
        ("https://c.test/t.js", b"a=1", ""),
        ("https://c.test/t.js", b" " * 5000 + b'version="1.0"', ""),
    ],
)
def test_versions(url: str, text: bytes, expected: str) -> None:
    assert version_of(url, text) == expected
