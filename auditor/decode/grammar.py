"""Value grammars: what is inside a value that holds several facts. What the signs mean is data (`_grammars.yaml`).

Each takes a value and gives its parts: name within the value, data type (None: technical) and the part's value. What a
grammar does not know it keeps as `unknown` or leaves out; it never guesses and never raises.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from auditor.vendors import Split, load_grammars


class Part(NamedTuple):
    """One fact inside a value."""

    name: str
    data_type: str | None
    value: str


_HASH = re.compile(r"[0-9a-fA-F]{64}|[A-Za-z0-9_-]{43}=?")
_FAILED = re.compile(r"e\d+")


def consent_gcs(value: str) -> list[Part]:
    """`G1xy`: x is ad_storage, y analytics_storage."""
    known = load_grammars().consent_gcs
    if not re.fullmatch(r"G1..", value) or any(sign not in known.states for sign in value[2:]):
        return []
    states = (known.states[sign].value for sign in value[2:])
    return [Part(name, "consent_state", state) for name, state in zip(known.signals, states, strict=True)]


def consent_gcd(value: str) -> list[Part]:
    """Four letters between digits, one a signal; the digits vary, letters that are not known are `unknown`."""
    match = re.fullmatch(r"1\d([a-zA-Z])\d([a-zA-Z])\d([a-zA-Z])\d([a-zA-Z]).*", value)
    if match is None:
        return []
    known = load_grammars().consent_gcd
    states = (known.states[letter].value if letter in known.states else "unknown" for letter in match.groups())
    return [Part(name, "consent_state", state) for name, state in zip(known.signals, states, strict=True)]


def enhanced(value: str) -> list[Part]:
    """`tv.1~em.<SHA-256>~pn.<...>~co0.JP`: hashed contact data; `tv.1~` alone holds none."""
    known = load_grammars().enhanced
    parts: list[Part] = []
    for piece in value.split("~"):
        key, dot, content = piece.partition(".")
        kind = key.rstrip("0123456789")
        if not dot or kind not in known.fields:
            continue
        if _HASH.fullmatch(content):
            parts.append(Part(key, known.fields[kind], content))
        elif (clear := known.in_clear.get(kind)) and _in_clear(clear, content):
            parts.append(Part(key, clear, content))
    return parts


def _in_clear(data_type: str, content: str) -> bool:
    """Whether a text that is no hash is the datum itself, not the number of an error (`e0`)."""
    return bool(content) and not _FAILED.fullmatch(content) and (data_type != "email" or "@" in content)


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
