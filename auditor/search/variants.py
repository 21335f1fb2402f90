"""The plain forms that contact data is written in before it is encoded: normalisations.yaml, carried out."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from auditor.specs import Spec, load

RULES = Path(__file__).with_name("normalisations.yaml")
_DATE = re.compile(r"\s*(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?\s*")
_BLOCKS = re.compile(r"(\d+)(?:丁目|番地?の?|号)(?=\d)|(\d+)(?:番地?|号|丁目)")
_TO_WIDE = {ord("0") + n: ord("０") + n for n in range(10)} | {ord("-"): ord("－")}
_HIRAGANA = {point: point - 0x60 for point in range(0x30A1, 0x30F7)}
_KATAKANA = {point - 0x60: point for point in range(0x30A1, 0x30F7)}
_HALF_PLAIN = {
    unicodedata.normalize("NFKC", chr(half)): chr(half)
    for half in range(0xFF61, 0xFFA0)
    if half not in (0xFF9E, 0xFF9F)
} | {"\u3099": "ﾞ", "\u309a": "ﾟ", "　": " "}


class Normalisation(Spec):
    """One form of some fields."""

    label: str
    fields: tuple[str, ...] | Literal["all"]
    steps: tuple[str, ...] = Field(min_length=1)
    source: str = Field(min_length=1)
    mark: Literal["P", "V", "C", "S", "M"]

    @model_validator(mode="after")
    def _steps_known(self) -> Self:
        if unknown := [step for step in self.steps if step not in _STEPS]:
            raise ValueError(f"unknown steps: {unknown}")
        return self


class Normalisations(Spec):
    """normalisations.yaml."""

    rules: tuple[Normalisation, ...]


@lru_cache
def normalisations() -> Normalisations:
    """The rules, in the file's order."""
    return load(RULES, Normalisations)


def forms_of(field: str, value: str) -> dict[str, str]:
    """Text -> label of every form of a person's field: "" as typed, then by the rules; of equal ones the first.

    `field` is a PersonField's name; one without rules has only the value and its trimmed form.
    """
    forms = {value: ""}
    for rule in normalisations().rules:
        if rule.fields == "all" or field in rule.fields:
            text = value
            for step in rule.steps:
                text = _STEPS[step](text)
            if text.strip():
                forms.setdefault(text, rule.label)
    return forms


def _mailbox(change: Callable[[str], str], domains: tuple[str, ...] | None) -> Callable[[str], str]:
    def step(text: str) -> str:
        mailbox, at, domain = text.rpartition("@")
        return f"{change(mailbox)}@{domain}" if at and (domains is None or domain in domains) else text

    return step


def _country(text: str) -> str:
    """A Japanese domestic number with 81 for its leading zero; one that has it already stays."""
    return f"81{'-' if text[0:3].isdigit() and '-' in text else ''}{text[1:]}" if text.startswith("0") else text


def _phone_hyphens(text: str) -> str:
    """Mobile and IP numbers 3-4-4; of others the area code's length is not told by the number: they stay."""
    return f"{text[:3]}-{text[3:7]}-{text[7:]}" if re.fullmatch(r"0[5789]0\d{8}", text) else text


def _plus(between: str) -> Callable[[str], str]:
    def step(text: str) -> str:
        rest = text.removeprefix("81").removeprefix("-")
        return f"+81{between}{rest}" if text.startswith("81") else text

    return step


def _date(written: str) -> Callable[[str], str]:
    def step(text: str) -> str:
        if (match := _DATE.fullmatch(text)) is None:
            return text
        year, month, day = (int(part) for part in match.groups())
        return written.format(year=year, month=month, day=day)

    return step


def _half_kana(text: str) -> str:
    # Decomposed, a voiced kana is its plain one and a mark, as half-width ones are.
    return "".join(_HALF_PLAIN.get(char, char) for char in unicodedata.normalize("NFD", text.translate(_KATAKANA)))


def _other_order(text: str) -> str:
    words = text.split()
    return f"{words[1]} {words[0]}" if len(words) == 2 else text


def _postal_hyphen(text: str) -> str:
    return f"{text[:3]}-{text[3:]}" if re.fullmatch(r"\d{7}", text) else text


def _blocks(text: str) -> str:
    """3丁目4番5号 as 3-4-5."""
    return _BLOCKS.sub(lambda match: f"{match[1]}-" if match[1] else str(match[2]), text)


_GMAIL = ("gmail.com", "googlemail.com")
_STEPS: dict[str, Callable[[str], str]] = {
    "trim": str.strip,
    "lower": str.lower,
    "upper": str.upper,
    "capitalised": str.title,
    "gmail_dots": _mailbox(lambda box: box.replace(".", ""), _GMAIL),
    "gmail_suffix": _mailbox(lambda box: box.partition("+")[0], _GMAIL),
    "mailbox_dots": _mailbox(lambda box: box.replace(".", ""), None),
    "mailbox_suffix": _mailbox(lambda box: box.partition("+")[0], None),
    "digits": lambda text: re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text)),
    "phone_hyphens": _phone_hyphens,
    "country": _country,
    "no_zero": lambda text: text.lstrip("0"),
    "plus": _plus(""),
    "plus_hyphen": _plus("-"),
    "plus_space": _plus(" "),
    "plus_81": lambda text: f"+81{text}" if text.startswith("0") else text,
    "no_space": lambda text: "".join(text.split()),
    "wide_space": lambda text: "　".join(text.split()),
    "other_order": _other_order,
    "no_punctuation": lambda text: "".join(c for c in text if c.isalnum() or c.isspace()),
    "katakana": lambda text: unicodedata.normalize("NFKC", text).translate(_KATAKANA),
    "hiragana": lambda text: unicodedata.normalize("NFKC", text).translate(_HIRAGANA),
    "half_kana": _half_kana,
    "postal_hyphen": _postal_hyphen,
    "postal_mark": lambda text: f"〒{text}",
    "wide_digits": lambda text: text.translate(_TO_WIDE),
    "narrow_digits": lambda text: "".join(unicodedata.normalize("NFKC", c) if "０" <= c <= "９" else c for c in text),
    "blocks": _blocks,
    "date_basic": _date("{year:04}{month:02}{day:02}"),
    "date_slashes": _date("{year:04}/{month:02}/{day:02}"),
    "date_short_slashes": _date("{year}/{month}/{day}"),
    "date_short_hyphens": _date("{year}-{month}-{day}"),
    "date_kanji": _date("{year:04}年{month:02}月{day:02}日"),
    "date_short_kanji": _date("{year}年{month}月{day}日"),
}
