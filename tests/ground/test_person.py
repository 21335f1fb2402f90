"""Seeded persons: the same for ever, another in each visit, nobody's data."""

import re

import pytest

from auditor.scenario import PersonField, person_of
from auditor.scenario.person import _lists

CONSONANTS = ("", "k", "s", "t", "n", "h", "m", "r", "g", "z", "d", "b")
ROWS = (
    "アイウエオ カキクケコ サシスセソ タチツテト ナニヌネノ ハヒフヘホ "
    "マミムメモ ラリルレロ ガギグゲゴ ザジズゼゾ ダヂヅデド バビブベボ"
)
KANA = {
    sign: c + v for c, row in zip(CONSONANTS, ROWS.split(), strict=True) for sign, v in zip(row, "aiueo", strict=True)
}
KANA |= {"シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu"}
KANA |= {"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa"}


def romaji(kana: str) -> str:
    """Hepburn, for readings without long vowels and small ya, yu, yo."""
    text = ""
    for n, sign in enumerate(kana):
        if sign == "ッ":
            text += KANA[kana[n + 1]][0]
        elif sign == "ン":
            text += "m" if n + 1 < len(kana) and KANA[kana[n + 1]][0] in "bmp" else "n"
        else:
            text += KANA[sign]
    return text.capitalize()


def test_a_person_is_the_same_for_ever() -> None:
    person = person_of(7, "one.no_account.allowed.ignore.1")
    assert {field.value: person.value(field) for field in PersonField} == {
        "email": "kmjuzkha7dszr@example.com",
        "phone": "080-0008-0763",
        "name": "小比類巻 穂多香乃",
        "family_name": "小比類巻",
        "given_name": "穂多香乃",
        "name_kana": "コヒルイマキ ホタカノ",
        "family_kana": "コヒルイマキ",
        "given_kana": "ホタカノ",
        "name_romaji": "Hotakano Kohiruimaki",
        "family_romaji": "Kohiruimaki",
        "given_romaji": "Hotakano",
        "postal_code": "020-0034",
        "prefecture": "岩手県",
        "city": "盛岡市",
        "street": "盛岡駅前通88丁目67番80号",
        "address": "岩手県盛岡市盛岡駅前通88丁目67番80号",
        "birthday": "1998-04-03",
        "birth_year": "1998",
        "birth_month": "04",
        "birth_day": "03",
        "member_number": "UC8598959455",
        "search_words": "憲房色 幻灯機 寸法",
    }


def test_each_visit_has_its_own() -> None:
    persons = [person_of(seed, f"one.no_account.allowed.ignore.{n}") for seed in range(4) for n in range(500)]
    assert len({p.email for p in persons}) == len({p.member_number for p in persons}) == 2000
    assert len({(p.name, p.phone, p.birthday, p.address) for p in persons}) == 2000


def test_no_value_can_be_anybodys() -> None:
    for n in range(500):
        person = person_of(1, f"v{n}", email_domain="mail.one.test")
        assert re.fullmatch(r"k[a-z2-9]{12}@mail\.one\.test", person.email)
        assert re.fullmatch(r"0[789]0-0\d{3}-\d{4}", person.phone)
        assert re.fullmatch(r"[A-Z]{2}\d{10}", person.member_number)
        assert re.fullmatch(r"19[5-9]\d-(0[1-9]|1[0-2])-(0[2-9]|1\d|2[0-8])", person.birthday)
        assert re.search(r"[6-9]\d丁目[6-9]\d番[6-9]\d号$", person.street)
    assert person_of(1, "v").email.endswith("@example.com")


def test_the_whole_is_made_of_its_parts() -> None:
    person = person_of(3, "v")
    assert person.name == f"{person.family_name} {person.given_name}"
    assert person.name_kana == f"{person.family_kana} {person.given_kana}"
    assert person.name_romaji == f"{person.given_romaji} {person.family_romaji}"
    assert person.address == person.prefecture + person.city + person.street
    assert person.birthday == f"{person.birth_year}-{person.birth_month}-{person.birth_day}"


@pytest.mark.parametrize("kind", ["family_names", "given_names"])
def test_readings_are_katakana_and_agree_with_romaji(kind: str) -> None:
    names: tuple[tuple[str, str, str], ...] = getattr(_lists(), kind)
    assert len({kanji for kanji, _, _ in names}) == len(names) == 40
    assert [(kanji, latin) for kanji, kana, latin in names if romaji(kana) != latin] == []
    assert [kanji for kanji, _, _ in names if not re.fullmatch(r"[\u4e00-\u9fff々]{2,}", kanji)] == []
    # Short ones occur by themselves.
    assert [latin for _, _, latin in names if len(latin) < 6] == []


def test_postal_codes_and_places_have_their_forms() -> None:
    for code, prefecture, city, town in _lists().addresses:
        assert re.fullmatch(r"0\d{2}-\d{4}", code)
        assert re.search("[都道府県]$", prefecture)
        assert re.search("[市区]$", city)
        assert town
