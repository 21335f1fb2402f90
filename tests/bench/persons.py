"""Invented persons, the forms in which tags write their data, and values that only look like theirs."""

import hashlib
import random
from collections.abc import Callable

from . import traffic

_KANJI = "霧咲鷹椿蓮楓凪澪燈雫朔颯茜葵樹湊律奏柊梓"
_KANA = "アカサタナハマヤラワキシチニヒミリクスツヌフムユルケセテネヘメレコソトノホモヨロガジデボ"
_SYLLABLES = ("ka", "shi", "mo", "ru", "ta", "ne", "ho", "ki", "sa", "wa", "yu", "to", "mi", "na")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_HALF = {
    **dict(
        zip(
            "アカサタナハマヤラワキシチニヒミリクスツヌフムユルケセテネヘメレコソトノホモヨロ",
            "ｱｶｻﾀﾅﾊﾏﾔﾗﾜｷｼﾁﾆﾋﾐﾘｸｽﾂﾇﾌﾑﾕﾙｹｾﾃﾈﾍﾒﾚｺｿﾄﾉﾎﾓﾖﾛ",
            strict=True,
        )
    ),
    "ガ": "ｶﾞ",
    "ジ": "ｼﾞ",
    "デ": "ﾃﾞ",
    "ボ": "ﾎﾞ",
}
_WIDE = dict(zip("0123456789-", "０１２３４５６７８９－", strict=True))


def people(draw: random.Random, count: int) -> list[dict[str, str]]:
    """Persons by field, as typed."""
    return [person(draw) for _ in range(count)]


def person(draw: random.Random) -> dict[str, str]:
    """One person; every value is long and random enough to be nobody else's."""

    def some(of: str, count: int) -> str:
        return "".join(draw.choices(of, k=count))

    family = "".join(draw.choices(_SYLLABLES, k=3)).capitalize()
    given = "".join(draw.choices(_SYLLABLES, k=3)).capitalize()
    domain = draw.choice(("example.com", "mail.example.test", "gmail.com", "googlemail.com"))
    block = f"{draw.randrange(60, 99)}丁目{draw.randrange(60, 99)}番{draw.randrange(60, 99)}号"
    return {
        "email": f"{given}.{some(_LETTERS, 9)}{draw.choice(('', '+shop'))}@{domain}",
        "phone": f"0{draw.choice('789')}0-{draw.randrange(10**4):04}-{draw.randrange(10**4):04}",
        "name": f"{some(_KANJI, 2)} {some(_KANJI, 3)}",
        "name_kana": f"{some(_KANA, 4)} {some(_KANA, 4)}",
        "name_romaji": f"{given} {family}",
        "address": f"東京都{some(_KANJI, 2)}区{some(_KANJI, 2)}町{block}",
        "postal_code": f"{draw.randrange(1000):03}-{draw.randrange(10**4):04}",
        "birthday": f"{draw.randrange(1950, 2000)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}",
        "member_number": f"{some('ACEFHJKL', 2)}{draw.randrange(10**9, 10**10)}",
    }


def identifiers(draw: random.Random, count: int) -> list[str]:
    """Values as tags keep them in cookies."""
    return traffic.values(draw.randrange(10**6), count)


def _gmail(value: str, *, suffix: bool) -> str:
    box, _, domain = value.lower().partition("@")
    if domain in ("gmail.com", "googlemail.com"):
        box = box.replace(".", "")
        if suffix:
            box = box.split("+")[0]
    return f"{box}@{domain}"


def _digits(value: str) -> str:
    return "".join(c for c in value if c in "0123456789")


def _kana(value: str, table: Callable[[str], str]) -> str:
    return "".join(table(c) for c in value)


_FORMS: dict[str, dict[str, Callable[[str], str]]] = {
    "email": {
        "lower": str.lower,
        "google": lambda v: _gmail(v, suffix=False),
        "google suffix": lambda v: _gmail(v, suffix=True),
    },
    "phone": {
        "digits": _digits,
        "e164": lambda v: "+81" + _digits(v)[1:],
        "meta": lambda v: "81" + _digits(v)[1:],
        "+81-90": lambda v: "+81-" + v[1:],
    },
    "name": {"no space": lambda v: v.replace(" ", ""), "wide space": lambda v: v.replace(" ", "\u3000")},
    "name_kana": {
        "hiragana": lambda v: _kana(v, lambda c: chr(ord(c) - 96) if c != " " else c),
        "half": lambda v: _kana(v, lambda c: _HALF.get(c, c)),
        "no space": lambda v: v.replace(" ", ""),
    },
    "name_romaji": {
        "lower": str.lower,
        "upper": str.upper,
        "other order": lambda v: " ".join(reversed(v.split(" "))),
        "other order lower": lambda v: " ".join(reversed(v.split(" "))).lower(),
    },
    "address": {
        "wide digits": lambda v: _kana(v, lambda c: _WIDE.get(c, c)),
        "hyphens": lambda v: v.replace("丁目", "-").replace("番", "-").replace("号", ""),
    },
    "postal_code": {"digits": _digits, "mark": lambda v: "〒" + v},
    "birthday": {
        "basic": _digits,
        "slashes": lambda v: v.replace("-", "/"),
        "kanji": lambda v: "{}年{}月{}日".format(*(int(part) for part in v.split("-"))),
    },
}


def normalised(draw: random.Random, field: str, value: str) -> tuple[str, str]:
    """The value as typed, or in one of the forms that are documented or usual for its field."""
    forms = _FORMS.get(field, {})
    label = draw.choice(("as typed", *forms))
    return label, value if label == "as typed" else forms[label](value)


def every_form(field: str, value: str) -> set[str]:
    """The value as typed and in all its forms."""
    return {value, *(form(value) for form in _FORMS.get(field, {}).values())}


def decoys(draw: random.Random, known: list[tuple[str, str]], values: set[str]) -> tuple[str, str]:
    """(kind, text) of something that is none of the known values."""
    kind = draw.choice(("one changed", "another person", "random", "random hash", "a part", "in a longer one", "time"))
    field, value = draw.choice(known)
    match kind:
        case "one changed":
            return kind, _changed(draw, normalised(draw, field, value)[1])
        case "another person":
            others = person(draw)
            field = draw.choice(list(others))
            if others[field] in values:
                return decoys(draw, known, values)
            return kind, normalised(draw, field, others[field])[1]
        case "random":
            return kind, identifiers(draw, 1)[0]
        case "random hash":
            algorithm = draw.choice(("md5", "sha1", "sha256", "sha512"))
            return kind, hashlib.new(algorithm, draw.randbytes(20), usedforsecurity=False).hexdigest()
        case "a part":
            cut = draw.randint(1, max(1, len(value) // 3))
            return kind, value[cut:] if draw.random() < 0.5 else value[:-cut]
        case "in a longer one":
            # Of what is a word, a number or an address, one with more before or after it is another.
            if field not in ("email", "phone", "postal_code", "birthday"):
                return decoys(draw, known, values)
            return kind, f"{draw.randrange(1, 9)}{value}" if draw.random() < 0.5 else f"{value}{draw.randrange(1, 9)}"
        case _:
            return kind, str(draw.randrange(1_500_000_000, 1_800_000_000) * draw.choice((1, 1000)))


def _changed(draw: random.Random, value: str) -> str:
    """One character replaced by another of its kind."""
    while True:
        at = draw.randrange(len(value))
        kinds = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", _KANJI, _KANA)
        for kind in kinds:
            if value[at] in kind:
                return value[:at] + draw.choice(kind.replace(value[at], "")) + value[at + 1 :]
        if value[at] not in " 　-/@.+〒":
            return value[:at] + "亜" + value[at + 1 :]
