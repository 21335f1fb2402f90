import pytest

from auditor.disclosures.names import NameTable, domains_in
from auditor.disclosures.vocabulary import load_vocabulary
from auditor.vendors import Vendor
from tests.disclosures.factory import Read, short


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("Google LLC", [("google", "legal")]),
        ("Ｇｏｏｇｌｅ　ＬＬＣ", [("google", "legal")]),
        ("google llc", [("google", "legal")]),
        ("グーグル合同会社", [("google", "legal")]),
        ("Google LLC（Google アナリティクス、YouTube）", [("google", "legal")]),
        ("Google", [("google", "brand")]),
        ("Googleアナリティクス", [("google", "brand")]),
        ("Google Inc.", [("google", "former")]),
        ("Google Ireland Limited", [("google", None)]),
        ("グーグル", [("google", "loose")]),
        ("LINEヤフー㈱", [("lycorp", "legal")]),
        ("ＬＩＮＥヤフー", [("lycorp", "loose")]),
        ("LINE", [("lycorp", "brand")]),
        ("ヤフー株式会社", [("lycorp", "former")]),
        ("LINEヤフー株式会社（旧ヤフー株式会社）", [("lycorp", "legal")]),
        ("Meta Platforms，Inc．", [("meta", "legal")]),
        ("Meta Platforms Inc", [("meta", "legal")]),
        ("Facebook, Inc.（現 Meta Platforms, Inc.）", [("meta", "legal")]),
        ("Facebook", [("meta", "brand")]),
        ("Google LLC、Meta", [("google", "legal"), ("meta", None)]),
        ("Google LLC、Meta Platforms, Inc.", [("google", "legal"), ("meta", "legal")]),
        ("株式会社みほん（Google Analyticsを利用）", [("google", None)]),
        ("au", [("kddi", "brand")]),
        ("audience研究所", []),
        ("ONLINE株式会社", []),
        ("https://www.google.com/ を運営する会社", []),
        ("line.example", []),
        ("", []),
    ],
)
def test_identify(vendors: tuple[Vendor, ...], recipient: str, expected: list[tuple[str, str | None]]) -> None:
    table = NameTable(vendors, load_vocabulary())
    assert [(i.entity, i.kind) for i in table.identify(recipient)] == expected


@pytest.mark.parametrize(
    ("recipient", "service", "expected"),
    [
        ("", "Google アナリティクス", [("google", "brand")]),
        ("Google", "Google LLCのGoogle アナリティクス", [("google", "legal")]),
        ("株式会社みほん", "Google アナリティクス", [("google", None)]),
        ("LINEヤフー株式会社", "Facebook", [("lycorp", "legal")]),
    ],
)
def test_identify_with_the_service(
    vendors: tuple[Vendor, ...], recipient: str, service: str, expected: list[tuple[str, str | None]]
) -> None:
    table = NameTable(vendors, load_vocabulary())
    assert [(i.entity, i.kind) for i in table.identify(recipient, service)] == expected


def test_a_cell_with_two_companies_gives_two_rows(read: Read) -> None:
    page = read(
        "<table><tr><th>送信先</th><th>送信する情報</th></tr>"
        "<tr><td>Google LLC、Facebook, Inc.</td><td>Cookie</td></tr></table>"
    )
    assert [short(r) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id",)),
        ("Facebook, Inc.", "meta", "former", ("cookie_id",)),
    ]


def test_a_recipient_told_by_its_domain_is_kept_without_entity(read: Read) -> None:
    page = read(
        "<table><tr><th>送信先</th><th>送信する情報</th></tr><tr><td>tracker.example</td><td>Cookie</td></tr></table>"
    )
    assert [short(r) for r in page.rows] == [("tracker.example", None, None, ("cookie_id",))]


def test_domains_in() -> None:
    assert domains_in("ナゾ（ｎａｚｏ.example）、https://www.b.example.com/x?y 3.5 a@c.example") == (
        "nazo.example",
        "www.b.example.com",
    )
