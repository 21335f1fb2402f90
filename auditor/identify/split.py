"""A value taken apart: which of its parts may be an identifier, and by what path within the value they are found.

`split("fb.1.1732500000000.98765432109876")` is the last part, at `.4` (parts are counted from 1); `GA1.2.x.y`, whose
random part is a number too short by itself, is `x.y` at `.3-.4`, joined as tags send it on. Lists of `name=value`
and JSON name their parts: `json uid`, `base64 json id`, `ID`. URL escapes leave no trace in the path: one copy of a
value is escaped, the next is not. Never raises; what is not understood stays whole.
"""

import base64
import binascii
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from auditor.decode.parameters import flatten, load_json
from auditor.identify.randomness import ENOUGH_BITS, UUID, bits
from auditor.identify.times import is_time, may_be_time
from auditor.vendors import Carrier

LONGEST_PART = 512
_LONGEST = 16_384
_MAX_PARTS = 64
_DEEPEST = 5
_SHORTEST = 8
# Outermost first: what a value is written with on the outside is seldom within one of its parts.
_SEPARATORS = "&;,|!$~:=/.-"
_UUID_IN = re.compile(UUID.pattern)
_VERSION = re.compile(r"[vV]?\d{1,5}(?:\.\d{1,5}){1,4}(?:[-+.][A-Za-z]\w{0,15})?")
_DOMAIN = re.compile(
    r"(?i)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]+)\.?(?::\d{1,5})?"
)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_NAMED = re.compile(r"([A-Za-z_][\w.\-\[\]]{0,40})=(.+)", re.S)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX_PARTS = re.compile(r"(?=.*[a-fA-F])[0-9a-fA-F]{6,32}(?:-[0-9a-fA-F]{4,32}){1,6}")
_SCREEN = re.compile(r"\d{2,5}[xX*]\d{2,5}(?:[xX*]\d{1,3})?")
_NUMBER = re.compile(r"\d{1,10}")
_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]{1,20}://")


class Part(NamedTuple):
    """One part that may be an identifier.

    path    '' for the whole value, else where in it       core   the random number of a joined part, else the text
    text    the part as it would be sent on                named  found by its name, not by its position
    """

    path: str
    text: str
    core: str
    named: bool


def split(value: str, around: float) -> tuple[Part, ...]:
    """The parts random enough to be identifiers; `around`: when the visit was (seconds of the epoch, `times.epoch`)."""
    if len(value) < _SHORTEST or len(value) > _LONGEST:
        return ()
    return _remembered(value, around) if len(value) <= LONGEST_PART else _split(value, around)


@lru_cache(maxsize=65_536)
def _remembered(value: str, around: float) -> tuple[Part, ...]:
    return _split(value, around)


def _split(value: str, around: float) -> tuple[Part, ...]:
    found: list[Part] = []
    _open(found, "", value, around, 0, named=True)
    once: dict[str, Part] = {}
    for part in found[:_MAX_PARTS]:
        once.setdefault(part.text, part)
    return tuple(once.values())


def _open(found: list[Part], path: str, value: str, around: float, depth: int, *, named: bool) -> None:
    """Add the parts of a value found at `path`."""
    text = value.strip().strip('"')
    if "%" in text and (plain := unquote(text)) != text:
        text = unquote(plain) if "%" in plain else plain
        text = text.strip().strip('"')
    if depth > _DEEPEST or len(text) < _SHORTEST or len(found) >= _MAX_PARTS or _is_nothing(text, around):
        return
    if text[:1] in "{[" and (fields := _json_fields(text)) is not None:
        for name, inner in fields:
            _open(found, _join(path, f"json {name}".strip()), inner, around, depth + 1, named=True)
        return
    if _SCHEME.match(text):
        for name, inner in _query_of(text):
            _open(found, _join(path, f"url {name}"), inner, around, depth + 1, named=True)
        return
    if (decoded := _from_base64(text)) is not None:
        _open(found, _join(path, "base64"), decoded, around, depth + 1, named=named)
        return
    if _is_atom(text, around):
        if len(text) <= LONGEST_PART and bits(text) >= ENOUGH_BITS:
            found.append(Part(path, text, text, named))
        return
    _pieces(found, path, text, around, depth, named=named)


def _pieces(found: list[Part], path: str, text: str, around: float, depth: int, *, named: bool) -> None:
    """Cut at the outermost separator; numbers too short by themselves are joined with their neighbours."""
    if (match := _NAMED.fullmatch(text)) and not any(s in text for s in "&;,|:"):
        _open(found, _join(path, match[1]), match[2], around, depth + 1, named=True)
        return
    cut = _cut(text)
    if cut is None:
        return
    separator, pieces = cut
    before = len(found)
    weak: list[tuple[int, str]] = []
    for number, piece in enumerate([*pieces, ""], 1):
        if match := _NAMED.fullmatch(piece):
            _open(found, _join(path, match[1]), match[2], around, depth + 1, named=True)
        elif separator in ".-_~:|" and _joins(piece, around):
            weak.append((number, piece))
            continue
        elif piece:
            own = len(pieces) > 1
            _open(found, _join(path, f"{separator}{number}") if own else path, piece, around, depth + 1, named=False)
        if weak and len(found) == before:
            _joined(found, path, separator, weak, len(pieces), around, named=named)
        weak = []
    del found[_MAX_PARTS:]


def _joins(piece: str, around: float) -> bool:
    """Whether a piece is a time or too short to be random, and may be one with its neighbour: digits or signs."""
    if not piece or not piece.isalnum() or not piece.isascii():
        return False
    if piece.isdigit():
        return is_time(piece, around) or (len(piece) >= 6 and bits(piece) < ENOUGH_BITS)
    return 6 <= len(piece) <= 24 and any(c.isdigit() for c in piece) and bits(piece) < ENOUGH_BITS


def _joined(
    found: list[Part], path: str, separator: str, weak: list[tuple[int, str]], count: int, around: float, *, named: bool
) -> None:
    """One part of several neighbours, at least one of which is no time."""
    cores = [piece for _, piece in weak if not is_time(piece, around) and not _dated(piece)]
    if len(weak) < 2 or not cores:
        return
    core = max(cores, key=lambda c: (not may_be_time(c), len(c)))
    text = separator.join(piece for _, piece in weak)
    if len(core) < 6 or len(text) > LONGEST_PART:
        return
    first, last = weak[0][0], weak[-1][0]
    place = "" if len(weak) == count else f"{separator}{first}-{separator}{last}"
    found.append(Part(_join(path, place), text, core, named))


def _dated(piece: str) -> bool:
    return piece.isdigit() and bits(piece) == 0.0 and len(piece) >= _SHORTEST


def _join(path: str, more: str) -> str:
    return f"{path} {more}".strip()


def _cut(text: str) -> tuple[str, list[str]] | None:
    """The outermost separator and what lies between; UUIDs are not cut. None where there is nothing to cut at."""
    uuids = _UUID_IN.findall(text)
    plain = text
    for number, uuid in enumerate(uuids):
        plain = plain.replace(uuid, f"\x00{number}\x00", 1)
    for separator in _SEPARATORS:
        if separator in plain:
            pieces = plain.split(separator)
            for number, uuid in enumerate(uuids):
                pieces = [p.replace(f"\x00{number}\x00", uuid) for p in pieces]
            return separator, pieces
    return None


def _is_atom(text: str, around: float) -> bool:
    """Whether it is one token: no separator in it, or one that base64 has by chance."""
    if UUID.fullmatch(text) or not any(s in text for s in _SEPARATORS) or _HEX_PARTS.fullmatch(text):
        return True
    if not _BASE64.fullmatch(text) or len(text) < 16:
        return False
    # Separators of the two base64 alphabets: by chance where what lies between is no word, time or number.
    pieces = [p for p in re.split(r"[-/+=_]", text) if p]
    mixed = text != text.lower() and text != text.upper() and any(c.isdigit() for c in text)
    plain = any((p.isdigit() and len(p) > 5) or is_time(p, around) or UUID.fullmatch(p) for p in pieces)
    words = any(len(p) > 3 and p.isalpha() and (p[1:] == p[1:].lower() or p == p.upper()) for p in pieces)
    return mixed and not plain and not words and max(len(p) for p in pieces) >= 6


def _is_nothing(text: str, around: float) -> bool:
    """Times, versions, domains, addresses of mail, sizes of screens."""
    return bool(
        is_time(text, around)
        or _VERSION.fullmatch(text)
        or _SCREEN.fullmatch(text)
        or (_DOMAIN.fullmatch(text) and bits(text.rpartition(".")[0]) < ENOUGH_BITS)
        or (len(text) <= 320 and _EMAIL.fullmatch(text))  # RFC 3696: none is longer
    )


def _json_fields(text: str) -> list[tuple[str, str]] | None:
    """Names and values of JSON data (what is not JSON: None)."""
    try:
        data = load_json(text)
    except ValueError:
        return None
    if not isinstance(data, dict | list):
        return None
    return [(p.name, p.value) for p in flatten(data, Carrier.body)[:_MAX_PARTS]]


def _query_of(url: str) -> list[tuple[str, str]]:
    query = url.partition("?")[2].partition("#")[0]
    pairs = (piece.partition("=") for piece in query.split("&")[:_MAX_PARTS])
    return [(unquote(name), value) for name, _, value in pairs if name and value]


def _from_base64(text: str) -> str | None:
    """The text that base64 (either alphabet, padded or not) holds: JSON, a list or several parts; None for none."""
    if not _BASE64.fullmatch(text) or _NUMBER.fullmatch(text) or UUID.fullmatch(text):
        return None
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    if len(plain) % 4 == 1:
        return None
    try:
        found = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    if len(found) < _SHORTEST or not found.isprintable():
        return None
    # Eight random bytes are printable ASCII once in some hundred: only what looks written is taken for text.
    looks = found[:1] in '{["' or UUID.search(found) is not None or re.fullmatch(r"[\w.:|=&;,~$!/ -]+", found)
    return found if looks else None
