from pathlib import Path

import pytest
from PIL import Image

from auditor.disclosures import load_disclosure
from auditor.disclosures.page import Line, Table
from auditor.disclosures.pdf import parse_pdf
from auditor.errors import InputError
from auditor.vendors import Taxonomy, Vendor
from tests.disclosures import score
from tests.disclosures.factory import Read

ENCRYPTED = b"""%%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [] /Count 0>> endobj
3 0 obj <</Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4>> endobj
trailer <</Root 1 0 R /Encrypt 3 0 R /ID [<01> <01>]>>
""" % (b"0" * 64, b"1" * 64)


def test_lines_and_tables_stand_in_reading_order() -> None:
    page = parse_pdf((score.PAGES / "pdf_table.pdf").read_bytes(), address="x.pdf")
    assert page.title == "外部送信に関する公表事項"
    assert [type(b) for b in page.blocks] == [Line, Line, Table]
    table = page.blocks[2]
    assert isinstance(table, Table)
    assert [c.text for c in table.rows[0]][:3] == ["送信先事業者", "サービス名", "送信される情報"]
    assert table.rows[3][0].text == "株式会社くじら広告社"


def test_encrypted(read: Read) -> None:
    with pytest.raises(InputError, match=r"https://site\.example/: is an encrypted PDF"):
        read(ENCRYPTED)


def test_broken(tmp_path: Path, vendors: tuple[Vendor, ...], taxonomy: Taxonomy) -> None:
    whole = (score.PAGES / "pdf_keys.pdf").read_bytes()
    for name, data in (
        ("cut.pdf", whole[:30_000]),
        ("head.pdf", b"%PDF-1.7\n"),
        ("noise.pdf", b"%PDF-" + b"\0\xff" * 400),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(InputError, match=f"{name}: is a broken PDF"):
            load_disclosure(path, vendors=vendors, taxonomy=taxonomy)


def test_pictures_only(tmp_path: Path, vendors: tuple[Vendor, ...], taxonomy: Taxonomy) -> None:
    path = tmp_path / "scan.pdf"
    Image.new("RGB", (40, 40), "white").save(path)
    with pytest.raises(InputError, match=r"scan\.pdf: is a PDF without text, pictures only"):
        load_disclosure(path, vendors=vendors, taxonomy=taxonomy)


def test_a_pdf_is_known_by_its_bytes_whatever_the_server_says(read: Read) -> None:
    page = read((score.PAGES / "pdf_keys.pdf").read_bytes(), content_type="text/html")
    assert (page.encoding, len(page.rows)) == ("pdf", 3)
