"""The invented companies of tests/check/chain.py as a scenario's vendor files, one of them with accounts."""

import json
from pathlib import Path

from auditor.vendors import Mark, Name, NameKind, Party, VendorCookie
from auditor.vendors.model import Ask, Asked, Document
from tests.check.chain import KNOWN, S

ACCOUNT = VendorCookie(
    name="adc_user", domain="adcom.test", party=Party.third, data_type="account_id", mark=Mark.vendor, source=S
)
ASKS_CONSENT = Document(
    url="https://guard.test/terms",
    asks=(Ask(asked=Asked.consent, text_ja="同意を得る", text_en="obtain consent", mark=Mark.vendor, source=S),),
    mark=Mark.vendor,
    source=S,
)
FORMER = Name(name="アドシステム株式会社", kind=NameKind.former, mark=Mark.vendor, source=S)


def write_vendors(folder: Path) -> Path:
    """Write them into the folder, and return it."""
    folder.mkdir()
    vendors = []
    for vendor in KNOWN.vendors:
        if vendor.vendor == "adcom":
            more = {"names": (*vendor.names, FORMER), "cookies": (ACCOUNT,)}
            vendor = vendor.model_copy(update=more)
        if vendor.vendor == "guard":
            vendor = vendor.model_copy(update={"documents": (ASKS_CONSENT,)})
        vendors.append(vendor.model_dump(mode="json", exclude_defaults=True))
    (folder / "invented.json").write_text(json.dumps({"vendors": vendors}, ensure_ascii=False), encoding="utf-8")
    return folder
