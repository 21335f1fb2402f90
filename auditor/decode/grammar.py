"""Value grammars: what is inside a value that holds several facts (DOMAIN.md C.2.3, C.2.5).

Each takes a value and gives its parts: name within the value, data type (None: technical) and the part's value. What a
grammar does not know it keeps as `unknown` or leaves out; it never guesses and never raises.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from auditor.vendors import Split


class Part(NamedTuple):
    """One fact inside a value."""

    name: str
    data_type: str | None
    value: str


# Order of both grammars: https://www.giancampo.com/2024/ and the sources of DOMAIN.md C.2.5.
_SIGNALS = ("ad_storage", "analytics_storage", "ad_user_data", "ad_personalization")
_GCS = {"1": "granted", "0": "denied", "-": "unset"}
_GCD = {"l": "unset", **dict.fromkeys("pqmu", "denied"), **dict.fromkeys("trnv", "granted")}

_ENHANCED = {
    "em": "hashed_email",
    "pn": "hashed_phone",
    **dict.fromkeys(("fn", "ln", "sa", "ct", "rg", "pc", "co"), "hashed_name_address"),
}
_CLEAR_PLACE = ("ct", "rg", "pc", "co")
_HASH = re.compile(r"[0-9a-fA-F]{64}|[A-Za-z0-9_-]{43}=?")


def consent_gcs(value: str) -> list[Part]:
    """`G1xy`: x is ad_storage, y analytics_storage; 1 granted, 0 denied, - not set."""
    if not re.fullmatch(r"G1[01-][01-]", value):
        return []
    return [Part(name, "consent_state", _GCS[sign]) for name, sign in zip(_SIGNALS, value[2:], strict=False)]


def consent_gcd(value: str) -> list[Part]:
    """Four letters between digits, one a signal; the digits vary, letters not in the table are `unknown`."""
    match = re.fullmatch(r"1\d([a-zA-Z])\d([a-zA-Z])\d([a-zA-Z])\d([a-zA-Z]).*", value)
    if match is None:
        return []
    states = (_GCD.get(letter, "unknown") for letter in match.groups())
    return [Part(name, "consent_state", state) for name, state in zip(_SIGNALS, states, strict=True)]


def enhanced(value: str) -> list[Part]:
    """`tv.1~em.<SHA-256>~pn.<...>~co0.JP`: hashed contact data; `tv.1~` alone holds none (DOMAIN.md C.2.3)."""
    parts: list[Part] = []
    for piece in value.split("~"):
        key, dot, content = piece.partition(".")
        kind = key.rstrip("0123456789")
        if not dot or kind not in _ENHANCED:
            continue
        if _HASH.fullmatch(content):
            parts.append(Part(key, _ENHANCED[kind], content))
        elif kind == "em" and "@" in content:
            parts.append(Part(key, "email", content))
        elif kind in _CLEAR_PLACE and content and not re.fullmatch(r"e\d+", content):
            parts.append(Part(key, "name_address", content))
    return parts


_GRAMMARS: dict[Split, Callable[[str], list[Part]]] = {
    Split.consent_gcs: consent_gcs,
    Split.consent_gcd: consent_gcd,
    Split.enhanced: enhanced,
}

# The whole value beside its parts would count contact data twice; of a consent string the whole is worth keeping.
KEEPS_WHOLE = frozenset({Split.consent_gcs, Split.consent_gcd})


def split_value(split: Split, value: str) -> list[Part]:
    """The parts of a value by the grammar of that name."""
    return _GRAMMARS[split](value)
