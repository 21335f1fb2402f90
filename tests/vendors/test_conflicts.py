"""No two vendors claim the same request, name or click id."""

import pytest

from auditor.decode import Knowledge
from auditor.decode.conflicts import conflicts
from auditor.specs import parse
from auditor.vendors import VENDORS_DIR, Vendor, load_headers, load_taxonomy, load_vendors

TAXONOMY = load_taxonomy()


def vendor(name: str, more: str) -> Vendor:
    fact = 'mark: V, source: "invented, 2026"'
    text = f"""
vendor: {name}
names: [{{name: {name} Inc., kind: legal, {fact}}}]
domains: [{{domain: {name}.test, {fact}}}]
""" + more.replace("FACT", fact)
    return parse(text, Vendor, file=f"{name}.yaml")


GRAMMAR = """
modules:
  - id: tag
    name_ja: タグ
    name_en: tag
    kind: tag
    endpoints:
      - {host: "*", path: "*/collect", when: {v: "2", tid: "T-*"}, FACT}
examples: [{url: "https://m.shop.example/x/collect?v=2&tid=T-1", module: tag}]
"""


def test_the_projects_files_do_not_meet() -> None:
    vendors = load_vendors([VENDORS_DIR], TAXONOMY)
    assert list(conflicts(Knowledge(vendors, TAXONOMY, load_headers(TAXONOMY)))) == []


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (
            GRAMMAR,
            GRAMMAR.replace('"2"', '"?"'),
            [
                "examples.0 of one fits a grammar of two on any host",
                "examples.0 of two fits a grammar of one on any host",
            ],
        ),
        (GRAMMAR, GRAMMAR.replace("T-", "U-"), []),
        (
            'aliases: [{host: "*.c.edge.test", FACT}]',
            'aliases: [{host: "*.edge.test", FACT}]',
            ["the aliases *.c.edge.test of one and *.edge.test of two meet"],
        ),
        ("click_ids: [{name: xid, FACT}]", "click_ids: [{name: xid, FACT}]", ["the click id xid is one's and two's"]),
        (
            "cookies: [{name: _x, party: first, data_type: null, FACT}]",
            "cookies: [{name: _x, party: first, data_type: null, FACT}]",
            ["the name _x is one's and two's"],
        ),
        (
            "cookies: [{name: _x, party: first, data_type: null, FACT}]",
            "cookies: [{name: _x, party: first, storage: true, data_type: null, FACT}]",
            [],
        ),
        (
            'cookies: [{name: "_x_*", example: _x_1, party: first, data_type: null, FACT}]',
            'cookies: [{name: "_x_#", example: _x_1, party: first, data_type: null, FACT}]',
            ["the names _x_* of one and _x_# of two meet", "the names _x_# of two and _x_* of one meet"],
        ),
        (
            'cookies: [{name: "_x_*", example: _x_1, party: first, data_type: null, FACT}]',
            'cookies: [{name: "_*", example: _y, party: first, data_type: null, FACT}]',
            [],
        ),
    ],
)
def test_what_meets_is_said(one: str, two: str, said: list[str]) -> None:
    assert list(conflicts(Knowledge([vendor("one", one), vendor("two", two)], TAXONOMY))) == said
