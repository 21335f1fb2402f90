"""Seeded persons: what a visitor types into forms, another invented person in each visit.

The same seed and visit give the same person, on every machine and with every version of Python: values are drawn
by SHA-256, and nothing of them is kept in the evidence. They are nobody's:

- e-mail at a domain reserved for examples (RFC 2606 section 3) unless the scenario names one of the auditor's own;
- phone 0A0-0XXX-XXXX: after 070, 080 and 090 the numbering plan gives out no number that goes on with 0
  (mark M: general knowledge, not read in the plan);
- names made for this; address in a real town with a block no town has; member number and search words drawn.
"""

import hashlib
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from auditor.specs import Spec, load

EMAIL_DOMAIN = "example.com"
LISTS = Path(__file__).with_name("persons.yaml")
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Of the e-mail: 32 that are not taken for one another, so that one is five bits."""


class PersonField(StrEnum):
    """What a `fill` can type of a person."""

    email = "email"
    phone = "phone"
    name = "name"
    family_name = "family_name"
    given_name = "given_name"
    name_kana = "name_kana"
    family_kana = "family_kana"
    given_kana = "given_kana"
    name_romaji = "name_romaji"
    family_romaji = "family_romaji"
    given_romaji = "given_romaji"
    postal_code = "postal_code"
    prefecture = "prefecture"
    city = "city"
    street = "street"
    address = "address"
    birthday = "birthday"
    birth_year = "birth_year"
    birth_month = "birth_month"
    birth_day = "birth_day"
    member_number = "member_number"
    search_words = "search_words"


SHARED = frozenset(PersonField(name) for name in ("prefecture", "city", "birth_year", "birth_month", "birth_day"))
"""Fields whose value many people share: where it is seen in traffic it need not be this person's."""


class Person(Spec):
    """One invented person, by field as typed."""

    email: str
    phone: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    family_romaji: str
    given_romaji: str
    postal_code: str
    prefecture: str
    city: str
    street: str
    birthday: str
    member_number: str
    search_words: str

    @property
    def name(self) -> str:
        """Family name first, a space between, as in the readings; in romaji the given name comes first."""
        return f"{self.family_name} {self.given_name}"

    @property
    def name_kana(self) -> str:
        """The whole name in katakana."""
        return f"{self.family_kana} {self.given_kana}"

    @property
    def name_romaji(self) -> str:
        """The whole name in Latin letters."""
        return f"{self.given_romaji} {self.family_romaji}"

    @property
    def address(self) -> str:
        """Prefecture, city, town and block, without spaces."""
        return f"{self.prefecture}{self.city}{self.street}"

    @property
    def birth_year(self) -> str:
        """Four digits."""
        return self.birthday[:4]

    @property
    def birth_month(self) -> str:
        """Two digits."""
        return self.birthday[5:7]

    @property
    def birth_day(self) -> str:
        """Two digits."""
        return self.birthday[8:]

    def value(self, field: PersonField) -> str:
        """What is typed for a field."""
        return str(getattr(self, field.value))


class _Lists(Spec):
    """persons.yaml."""

    family_names: tuple[tuple[str, str, str], ...]
    given_names: tuple[tuple[str, str, str], ...]
    addresses: tuple[tuple[str, str, str, str], ...]
    search_words: tuple[tuple[str, ...], ...]


@lru_cache
def _lists() -> _Lists:
    return load(LISTS, _Lists)


def person_of(seed: int, visit: str, email_domain: str = EMAIL_DOMAIN) -> Person:
    """The person of a visit; e-mail (60 random bits) and member number (42) are no other visit's."""
    lists = _lists()

    def draw(what: str, below: int) -> int:
        digest = hashlib.sha256(f"{seed}|{visit}|{what}".encode()).digest()
        return int.from_bytes(digest[:16]) % below

    def pick[T](what: str, of: tuple[T, ...]) -> T:
        return of[draw(what, len(of))]

    family, given = pick("family", lists.family_names), pick("given", lists.given_names)
    postal_code, prefecture, city, town = pick("address", lists.addresses)
    block = f"{60 + draw('chome', 40)}丁目{60 + draw('ban', 40)}番{60 + draw('go', 40)}号"
    mailbox = "".join(_LETTERS[draw(f"email{n}", 32)] for n in range(12))
    number = draw("phone", 10**7)
    letters = "".join(pick(f"letter{n}", tuple("ACEFHJKLMNPRTUVWXY")) for n in range(2))
    return Person(
        # No part of the name in it: who sends the one has not sent the other.
        email=f"k{mailbox}@{email_domain}",
        phone=f"0{pick('prefix', (7, 8, 9))}0-0{number // 10_000:03}-{number % 10_000:04}",
        family_name=family[0],
        given_name=given[0],
        family_kana=family[1],
        given_kana=given[1],
        family_romaji=family[2],
        given_romaji=given[2],
        postal_code=postal_code,
        prefecture=prefecture,
        city=city,
        street=f"{town}{block}",
        # The first of a month is a date that programs begin to count from.
        birthday=f"{1950 + draw('year', 50)}-{1 + draw('month', 12):02}-{2 + draw('day', 27):02}",
        member_number=f"{letters}{draw('member', 10**10):010}",
        search_words=" ".join(pick(f"word{n}", words) for n, words in enumerate(lists.search_words)),
    )
