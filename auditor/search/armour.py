"""Base64, hex and UTF-16 undone wherever a run of their characters stands; nothing here raises.

A run may begin before the encoded text does (`id/`, `v1_`): it is decoded from its first character, and from the one
after each separator near its start that base64 could also be written with. What is decoded from a wrong one is noise
that matches nothing. Runs shorter than SHORTEST are too many to decode: a hint must point at one (hints.py).
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.search.text import Armoured, Kind, Text

SHORTEST = 16
_NEAR, _BACKWARDS_MOST, _GROUP = 64, 4096, 1 << 20
_WIDE = re.compile(rb"\x00[\x20-\x7e](?:\x00[\x20-\x7e]){4,}")
_SAFE = bytes.maketrans(b"-_", b"+/")
# A run's last characters are filled up with zero bits; three zero bytes stand between runs.
_FILL_64 = (b"AAAA", b"", b"AAAAAA", b"AAAAA")
_FILL_HEX = b"000000"

type _Ints = NDArray[np.int64]


def _table() -> NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    for bit, chars in enumerate(
        (
            b"0123456789abcdefABCDEF",
            b"ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ",
            b"+/",
            b"-_",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        )
    ):
        table[np.frombuffer(chars, dtype=np.uint8)] |= 1 << bit
    return table


_TABLE = _table()
_HEX, _REST, _PLUS, _DASH, _UPPER = 1, 2, 4, 8, 16
_IN_RUN = (_TABLE & (_HEX | _REST | _PLUS | _DASH)) > 0


class Found(NamedTuple):
    """Runs: where they start and end in the text."""

    starts: _Ints
    ends: _Ints

    def only(self, which: NDArray[np.bool_]) -> "Found":
        """Some of them."""
        return Found(self.starts[which], self.ends[which])


def opened(text: Text, hinted: Iterable[tuple[int, int]] = ()) -> Iterator[Text]:
    """The text's runs of base64 (both alphabets), hex and UTF-16, decoded, in groups of bounded size.

    `hinted` are the places whose runs are decoded however short they are.
    """
    data = text.data
    short = sorted(place for place in {_around(data, *place) for place in hinted} if place[1] - place[0] < SHORTEST)
    if short:
        few = _found(short)
        yield from _base64(text, few, Kind.base64)
        yield from _backwards(text, few, Kind.base64)
        yield from _hex(
            text, few.only(np.array([not data[a:b].translate(None, b"0123456789abcdefABCDEF") for a, b in short]))
        )
    if b"\x00" in data:
        yield from _utf16(text)
    if len(data) < SHORTEST:
        return
    codes = _TABLE[np.frombuffer(data, dtype=np.uint8)]
    standard, url_safe = _runs(codes, _HEX | _REST | _PLUS), _runs(codes, _HEX | _REST | _DASH)
    yield from _hex(text, _runs(codes, _HEX))
    for runs, separator in ((standard, _PLUS), (url_safe, _DASH)):
        if separator == _DASH:
            runs = runs.only(_count(codes, runs, _DASH) > 0)
        # Hex digits and what stands between them (UUIDs) are no base64.
        runs = runs.only(
            _count(codes, runs, _REST | _PLUS) + (_count(codes, runs, _UPPER) if separator == _DASH else 0) > 0
        )
        yield from _base64(text, _more_starts(codes, runs, separator), Kind.base64, len(runs.starts))
        yield from _backwards(text, runs.only(runs.ends - runs.starts <= _BACKWARDS_MOST), Kind.base64)


def _found(places: list[tuple[int, int]]) -> Found:
    pairs = np.array(places, dtype=np.int64).reshape(-1, 2)
    return Found(pairs[:, 0], pairs[:, 1])


def _runs(codes: NDArray[np.uint8], chars: int) -> Found:
    """The runs of such characters, at least SHORTEST long."""
    inside = np.zeros(len(codes) + 2, dtype=np.bool_)
    np.greater(codes & chars, 0, out=inside[1:-1])
    changes = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = changes[::2], changes[1::2]
    return Found(starts, ends).only(ends - starts >= SHORTEST)


def _count(codes: NDArray[np.uint8], runs: Found, chars: int) -> _Ints:
    """How many such characters each run has."""
    if not len(runs.starts):
        return np.zeros(0, dtype=np.int64)
    such = np.zeros(len(codes) + 1, dtype=np.int32)
    such[:-1] = (codes & chars) > 0
    edges = np.stack((runs.starts, runs.ends), axis=1).ravel()
    return np.asarray(np.add.reduceat(such, edges)[::2], dtype=np.int64)


def _more_starts(codes: NDArray[np.uint8], runs: Found, separator: int) -> Found:
    """The runs, and after them again what follows a separator near their start, once for each place in four."""
    at = np.flatnonzero(codes & separator)
    if not len(at) or not len(runs.starts):
        return runs
    of = np.searchsorted(runs.starts, at, side="right") - 1
    begun, end = runs.starts[of], runs.ends[of]
    good = (of >= 0) & (at - begun < _NEAR) & (end - at > SHORTEST // 2) & ((at + 1 - begun) % 4 > 0)
    at, of, begun, end = at[good], of[good], begun[good], end[good]
    _, first = np.unique(of * 4 + (at + 1 - begun) % 4, return_index=True)
    return Found(np.concatenate((runs.starts, at[first] + 1)), np.concatenate((runs.ends, end[first])))


def _around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The run that holds these bytes, no further than matters."""
    first, last = max(0, start - SHORTEST), min(end + SHORTEST, len(data))
    while start > first and _IN_RUN[data[start - 1]]:
        start -= 1
    while end < last and _IN_RUN[data[end]]:
        end += 1
    return start, end


def _groups(runs: Found) -> Iterator[tuple[int, int]]:
    """Numbers of runs, from and to, with about _GROUP characters together."""
    ends = np.cumsum(runs.ends - runs.starts)
    start = 0
    while start < len(ends):
        before = ends[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + _GROUP)))
        yield start, end
        start = end


def _base64(text: Text, runs: Found, kind: Kind, whole: int | None = None) -> Iterator[Text]:
    """Runs decoded; of them the first `whole` (all of them) may be something encoded as a whole."""
    for first, last in _groups(runs):
        starts, ends = runs.starts[first:last], runs.ends[first:last]
        known = len(starts) if whole is None else max(0, min(whole - first, len(starts)))
        yield _decoded(text, text.data, starts, ends, Found(starts, ends), kind, known)


def _backwards(text: Text, runs: Found, kind: Kind) -> Iterator[Text]:
    """Runs decoded from their last character to their first."""
    if not len(runs.starts):
        return
    mirror, size = text.data[::-1], len(text.data)
    for first, last in _groups(runs):
        starts, ends = runs.starts[first:last], runs.ends[first:last]
        yield _decoded(text, mirror, size - ends, size - starts, Found(starts, ends), Kind.reversed_base64, 0)


def _decoded(text: Text, data: bytes, starts: _Ints, ends: _Ints, stood: Found, kind: Kind, whole: int) -> Text:
    rest = (ends - starts) & 3
    ends = ends - (rest == 1)
    rest[rest == 1] = 0
    parts = [
        data[start:end] + _FILL_64[over]
        for start, end, over in zip(starts.tolist(), ends.tolist(), rest.tolist(), strict=True)
    ]
    sizes = (ends - starts) + np.array([4, 0, 6, 5])[rest]
    decoded = binascii.a2b_base64(b"".join(parts).translate(_SAFE))
    begun, long = (np.cumsum(sizes) - sizes) * 3 // 4, (ends - starts) * 3 // 4
    return Armoured(decoded, text, kind, begun, long, stood.starts, stood.ends, whole)


def _hex(text: Text, runs: Found) -> Iterator[Text]:
    """From the first digit; of an odd number also from the second; and all backwards."""
    if not len(runs.starts):
        return
    odd = ((runs.ends - runs.starts) & 1) > 0
    yield _digits(text, text.data, runs.starts, runs.ends - odd, runs, Kind.hex)
    if odd.any():
        late = Found(runs.starts[odd] + 1, runs.ends[odd])
        yield _digits(text, text.data, late.starts, late.ends, late, Kind.hex)
    size = len(text.data)
    mirrored = size - runs.ends
    yield _digits(text, text.data[::-1], mirrored, size - runs.starts - odd, runs, Kind.reversed_hex)


def _digits(text: Text, data: bytes, starts: _Ints, ends: _Ints, stood: Found, kind: Kind) -> Text:
    parts = [data[start:end] + _FILL_HEX for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    sizes = (ends - starts) + len(_FILL_HEX)
    decoded = binascii.a2b_hex(b"".join(parts))
    whole = len(starts) if kind is Kind.hex else 0
    begun, long = (np.cumsum(sizes) - sizes) // 2, (ends - starts) // 2
    return Armoured(decoded, text, kind, begun, long, stood.starts, stood.ends, whole)


def _utf16(text: Text) -> Iterator[Text]:
    """Between its NULs, in either order of bytes: with the character before the first, which may be its own."""
    data = text.data
    parts: list[bytes] = []
    places: list[tuple[int, int]] = []
    for match in _WIDE.finditer(data):
        start, end = match.span()
        if start and 0x20 <= data[start - 1] < 0x7F:
            start -= 1
        parts.append(data[start:end].replace(b"\x00", b"") + b"\x00\x00\x00")
        places.append((start, end))
    if parts:
        sizes = np.array([len(part) for part in parts])
        stood = _found(places)
        yield Armoured(
            b"".join(parts), text, Kind.utf_16, np.cumsum(sizes) - sizes, sizes - 3, stood.starts, stood.ends, 0
        )
