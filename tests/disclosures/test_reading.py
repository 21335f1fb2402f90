from pathlib import Path

import pytest

from auditor.disclosures import DisclosureLink, disclosure_links, load_disclosure
from auditor.errors import InputError
from auditor.vendors import Taxonomy, Vendor
from tests.disclosures.factory import Read, short

PAGE = (
    '<html><head><meta charset="{}"><title>外部送信ポリシー</title></head><table><tr><th>送信先</th>'
    "<th>送信される情報</th></tr><tr><td>LINEヤフー株式会社</td><td>クッキー、閲覧履歴</td></tr></table>"
)
ROW = ("LINEヤフー株式会社", "lycorp", "legal", ("cookie_id", "browsing_history", "page_url"))


@pytest.mark.parametrize(
    ("codec", "label", "encoding"),
    [
        ("utf-8", "utf-8", "utf-8"),
        ("utf-8", "Shift_JIS", "utf-8"),
        ("utf-8-sig", "utf-8", "utf-8"),
        ("utf-16", "utf-16", "utf-16le"),
        ("cp932", "Shift_JIS", "shift_jis"),
        ("cp932", "x-sjis", "shift_jis"),
        ("cp932", "utf-8", "shift_jis"),
        ("cp932", "none", "shift_jis"),
        ("euc_jp", "EUC-JP", "euc-jp"),
        ("euc_jp", "none", "euc-jp"),
        ("iso2022_jp", "ISO-2022-JP", "iso-2022-jp"),
        ("iso2022_jp", "none", "iso-2022-jp"),
    ],
)
def test_encodings(read: Read, codec: str, label: str, encoding: str) -> None:
    page = read(PAGE.format(label).encode(codec))
    assert (page.title, page.encoding, [short(r) for r in page.rows]) == ("外部送信ポリシー", encoding, [ROW])


def test_the_servers_charset_counts(read: Read) -> None:
    page = read(PAGE.format("none").encode("euc_jp"), content_type="text/html; charset=euc-jp")
    assert (page.encoding, page.title) == ("euc-jp", "外部送信ポリシー")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b" \r\n\0", "is empty"),
        ("\ufeff ", "is empty"),
        (b"%PDF-1.7 x", "is a broken PDF"),
        (b"PK\x03\x04xx", "is a ZIP"),
        (b"\0\1\2\3" * 9, "is binary"),
        (b"a" * ((10 << 20) + 1), "larger than 10 MB"),
        ("a" * ((10 << 20) + 1), "larger than 10 MB"),
    ],
)
def test_unreadable_input(read: Read, data: bytes | str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(data)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000 + "送信先：x",
        "<table><tr><td>" * 3_000,
        "<table><tr><th>送信先<th>送信する情報" + "<tr><td rowspan=65534 colspan=1000>x" * 500,
        "<p>" + "【" * 50_000,
        "a：" * 100_000,
        "送信先：x／" * 20_000,
        "<p>" + "A" * 20_000 + ("<p>" + "Ab " * 2_000) * 20,
        ("<p>" + "株式会社" * 3_000) * 5,
        "<title>外部送信</title>" + ("<p>以下の事業者" * 3_000 + "。") * 3 + "<p>株式会社x",
        "<title>外部送信</title><p>" + "あため" * 6_000 + "。株式会社xへクッキーを送信します。",
        "<title>外部送信</title><table>" + "<tr>" + "<td>株式会社x、クッキー" * 90 + "</tr>" * 1,
        '<?xml version="1.0" encoding="EUC-JP"?><p>x',
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;</p>",
        "<p>\ud800\0\x0b</p>",
        "<!-- -->",
        "<<<>>>",
        "<ol start=99999999999><li value=-1>x</ol>",
    ],
)
@pytest.mark.timeout(60)
def test_hostile_html_never_raises(read: Read, html: str) -> None:
    assert all(row.entity is None for row in read(html).rows)


def test_nesting_as_deep_as_a_browser_allows_is_read(read: Read) -> None:
    assert len(read("<div>" * 500 + "送信先：Google LLC").rows) == 1


def test_same_bytes_same_answer(read: Read) -> None:
    assert read(PAGE.encode()).model_dump_json() == read(PAGE.encode()).model_dump_json()


def test_load_by_suffix(tmp_path: Path, vendors: tuple[Vendor, ...], taxonomy: Taxonomy) -> None:
    (tmp_path / "a.HTML").write_bytes(PAGE.format("Shift_JIS").encode("cp932"))
    (tmp_path / "b.csv").write_bytes("送信先,送信する情報\r\nLINEヤフー株式会社,クッキー、閲覧履歴\r\n".encode("cp932"))
    (tmp_path / "c.txt").write_text("送信先：LINEヤフー株式会社\n送信する情報：クッキー、閲覧履歴\n", encoding="utf-8")
    for name, encoding in (("a.HTML", "shift_jis"), ("b.csv", "shift_jis"), ("c.txt", "utf-8")):
        page = load_disclosure(tmp_path / name, vendors=vendors, taxonomy=taxonomy)
        assert ([short(r) for r in page.rows], page.encoding) == ([ROW], encoding)


def test_load_yaml_fills_only_what_is_left_out(tmp_path: Path, vendors: tuple[Vendor, ...], taxonomy: Taxonomy) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(
        """
address: https://site.example/policy
rows:
  - {recipient: LINEヤフー株式会社, content_text: クッキー、閲覧履歴}
  - {recipient: 親会社, entity: google, name_kind: legal, content: [ip], content_text: URL}
""",
        encoding="utf-8",
    )
    page = load_disclosure(path, vendors=vendors, taxonomy=taxonomy)
    assert [short(r) for r in page.rows] == [ROW, ("親会社", "google", "legal", ("ip",))]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.docx", "x", "cannot be read from a .docx file"),
        ("a.yaml", "address: x\nrow: []\n", "row: unknown key"),
        ("a.yaml", "address: x\nrows: [{recipient: y, entity: nobody}]\n", "unknown vendor 'nobody'"),
        ("a.yaml", "address: x\nrows: [{recipient: y, content: [nothing]}]\n", "unknown data type 'nothing'"),
        ("a.html", "", "is empty"),
        ("a.html", None, "no such file"),
    ],
)
def test_files_that_cannot_be_loaded(
    tmp_path: Path, vendors: tuple[Vendor, ...], taxonomy: Taxonomy, name: str, text: str | None, problem: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        load_disclosure(tmp_path / name, vendors=vendors, taxonomy=taxonomy)


def test_links_to_a_disclosure() -> None:
    html = """<a href="/about">会社概要</a><a href="privacy.html">プライバシーポリシー</a>
    <a href="/ext">外部送信について</a><a href="#top">外部送信</a><a href="/legal/external-transmission?x">こちら</a>"""
    assert disclosure_links(html, "https://site.example/a/") == (
        DisclosureLink("外部送信について", "https://site.example/ext", True),
        DisclosureLink("こちら", "https://site.example/legal/external-transmission?x", True),
        DisclosureLink("プライバシーポリシー", "https://site.example/a/privacy.html", False),
    )
    assert disclosure_links("", "x") == ()
