import pytest

from auditor.disclosures import Disclosure, read_disclosure
from auditor.vendors import Taxonomy, Vendor, load_taxonomy
from tests.disclosures.factory import Read, vendor


@pytest.fixture(scope="session")
def vendors() -> tuple[Vendor, ...]:
    return (
        vendor(
            "google",
            legal=["Google LLC", "グーグル合同会社"],
            former=["Google Inc.", "グーグル株式会社"],
            brand=["Google", "Google アナリティクス", "Google Analytics", "YouTube"],
            domain="google.com",
        ),
        vendor("kddi", legal=["KDDI株式会社"], former=[], brand=["au"], domain="au.com"),
        vendor(
            "lycorp",
            legal=["LINEヤフー株式会社", "LY Corporation"],
            former=["ヤフー株式会社", "LINE株式会社"],
            brand=["Yahoo! JAPAN", "Yahoo!広告", "LINE", "LINE Tag"],
            domain="yahoo.co.jp",
        ),
        vendor(
            "meta",
            legal=["Meta Platforms, Inc."],
            former=["Facebook, Inc."],
            brand=["Meta", "Facebook", "Meta Pixel", "Facebookピクセル"],
            domain="facebook.com",
        ),
    )


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture
def read(vendors: tuple[Vendor, ...], taxonomy: Taxonomy) -> Read:
    def _read(data: bytes | str, content_type: str | None = None, address: str = "https://site.example/") -> Disclosure:
        return read_disclosure(data, address=address, vendors=vendors, taxonomy=taxonomy, content_type=content_type)

    return _read
