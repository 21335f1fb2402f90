"""The names of the vendor files that are shipped, found in texts as Japanese pages write them."""

import pytest

from auditor.disclosures.names import NameTable
from auditor.disclosures.vocabulary import load_vocabulary
from auditor.vendors import VENDORS_DIR, load_taxonomy, load_vendors

NAMES = NameTable(load_vendors([VENDORS_DIR], load_taxonomy()), load_vocabulary())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yahoo!アクセス解析", ()),
        ("Yahoo! JAPAN", (("lycorp", "brand"),)),
        ("Yahoo Inc.", (("yahoo_us", "legal"),)),
        ("もしも同意しない場合は", ()),
        ("株式会社もしも", (("moshimo", "legal"),)),
        ("you can adjust your settings or snap out of it", ()),
        ("ユナイテッド株式会社", (("adstir", "legal"),)),
        ("株式会社マイクロアド", (("microad", "legal"),)),
        ("マイクロアド", (("microad", "brand"),)),
        ("X", (("x", "brand"),)),
        ("XMLHttpRequest", ()),
        ("Criteo S.A.", (("criteo", "legal"),)),
        ("株式会社プレイド（KARTE）", (("plaid", "legal"),)),
        ("Treasure Data", (("treasuredata", "brand"),)),
    ],
)
def test_who_is_named(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert tuple(NAMES.identify(text)) == expected


def test_no_name_without_its_legal_form_is_two_vendors() -> None:
    owners: dict[str, set[str]] = {}
    for word, entries in NAMES._known.items():
        owners[word] = {entity for _, entity, _, _ in entries}
    assert {word: who for word, who in owners.items() if len(who) > 1} == {}
