"""Numbered lists that cells refer to: ①, (1), 1 in a cell mean items of 利用目的 and 送信する情報 on the same page."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_CIRCLED = r"[①-⑳㉑-㉟㊱-㊿⑴-⒇❶-❿⓫-⓴⓵-⓾Ⓐ-Ⓩⓐ-ⓩ]"
_PREFIX = re.compile(
    rf"^\s*(?:({_CIRCLED})|[(（]\s*(\d{{1,2}}|[A-Za-zア-コａ-ｚＡ-Ｚ０-９])\s*[)）]|"
    r"(\d{1,2}|[０-９]{1,2}|[A-Za-zＡ-Ｚ])\s*[.．)）:：、])\s*(?=\S)"
)
_TOKEN = re.compile(
    rf"({_CIRCLED})|[(（\[［]\s*(\d{{1,2}}|[０-９]{{1,2}}|[A-Za-zア-コＡ-Ｚ])\s*[)）\]］]|"
    r"(?<![\w])(\d{1,2}|[０-９]{1,2}|[A-Za-zＡ-Ｚア-コ])(?![\w])"
)
_RANGE = re.compile(r"^\s*[~〜～\-–－]\s*$")
_BETWEEN = re.compile(r"^[\s、,，・/／;；.．と及びおよび]*$")


def normal_number(text: str) -> str:
    """① (1) １ ❶ as `1`; letters in upper case."""
    if len(text) == 1:
        digit = unicodedata.digit(text, None) or unicodedata.numeric(text, None)
        if digit is not None:
            return str(int(digit))
    return re.sub(r"[().\s]", "", unicodedata.normalize("NFKC", text)).upper()


def split_number(text: str) -> tuple[str | None, str]:
    """The number an item begins with, and the item; (None, text) where it has none."""
    if (m := _PREFIX.match(text)) is None:
        return None, text.strip()
    return normal_number(next(g for g in m.groups() if g)), text[m.end() :].strip()


def items(lines: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    """A list as number -> text; lines without a number belong to the item before them."""
    found: dict[str, str] = {}
    last: str | None = None
    for number, text in lines:
        if number is None:
            number, text = split_number(text)
        else:
            number = normal_number(number)
        if number is not None and number not in found:
            found[number], last = text, number
        elif last is not None:
            found[last] = f"{found[last]}\n{text}" if text else found[last]
    return found


def resolve(text: str, listed: Mapping[str, str]) -> str | None:
    """The texts a cell of numbers refers to, one a line; None when the cell is no such cell."""
    if not listed or len(text) > 200:
        return None
    numbers: list[str] = []
    position = 0
    pending = False
    for m in _TOKEN.finditer(text):
        gap = text[position : m.start()]
        number = normal_number(next(g for g in m.groups() if g))
        if number not in listed:
            return None
        if _RANGE.match(gap) and numbers and number.isdigit() and numbers[-1].isdigit():
            for between in range(int(numbers[-1]) + 1, int(number)):
                numbers += [str(between)] if str(between) in listed else []
        elif not _BETWEEN.match(gap):
            return None
        numbers.append(number)
        position, pending = m.end(), True
    if not pending or not _BETWEEN.match(text[position:]):
        return None
    return "\n".join(listed[n] for n in dict.fromkeys(numbers))
