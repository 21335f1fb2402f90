"""Base64, hex and UTF-16 undone wherever a run of their characters stands; nothing here raises.

A run may begin before the encoded text does (`id/`, `v1_`): it is decoded from its first character, and from the one
after each separator near its start that base64 could also be written with. What is decoded from a wrong one is noise
that matches nothing. Runs shorter than SHORTEST are too many to decode: a hint must point at one (hints.py).
"""

import binascii
import re
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from auditor.search.text import SEPARATOR, Armoured, Run, Text

SHORTEST = 16
_NEAR, _BACKWARDS_MOST, _GROUP = 64, 4096, 1 << 20
_HEX_DIGITS = b"0123456789abcdefABCDEF"
_HEX = re.compile(rb"[0-9A-Fa-f]{16,}")
_STANDARD = re.compile(rb"[A-Za-z0-9+/]{16,}")
_URL_SAFE = re.compile(rb"[A-Za-z0-9_-]{16,}")
_SEPARATORS = re.compile(rb"[+/_-]")
_WIDE = re.compile(rb"(?:\x00[\x20-\x7e]){5,}")
_SAFE = bytes.maketrans(b"-_", b"+/")
_UPPER, _LOWER, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz", b"0123456789+/-_"


def _alphabet() -> NDArray[np.bool_]:
    table = np.zeros(256, dtype=bool)
    table[np.frombuffer(_UPPER + _LOWER + _DIGITS, dtype=np.uint8)] = True
    return table


_IN_RUN = _alphabet()


class Runs:
    """Decoded runs gathered into one text."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._clear()

    def _clear(self) -> None:
        self._parts: list[bytes] = []
        self._starts: list[int] = []
        self._runs: list[Run] = []
        self.size = 0

    def add(self, decoded: bytes, run: Run) -> None:
        """One decoded run."""
        self._parts.append(decoded)
        self._starts.append(self.size)
        self._runs.append(run)
        self.size += len(decoded) + len(SEPARATOR)

    def taken(self) -> Armoured:
        """What was gathered, which is then forgotten."""
        found = Armoured(SEPARATOR.join(self._parts), self._text, self._starts, self._runs)
        self._clear()
        return found


def opened(text: Text, hinted: Iterable[tuple[int, int]] = ()) -> Iterator[Text]:
    """The text's runs of base64 (both alphabets), hex and UTF-16, decoded, in groups of bounded size.

    `hinted` are the places whose runs are decoded however short they are.
    """
    runs, data = Runs(text), text.data
    for start, end in long_runs(data, SHORTEST):
        _undo(runs, data[start:end], start)
        if runs.size > _GROUP:
            yield runs.taken()
    for start, end in sorted({_around(data, *place) for place in hinted}):
        if end - start < SHORTEST:
            _from_base64(runs, data[start:end], start)
            _from_hex(runs, data[start:end], start)
    if b"\x00" in data:
        _from_utf16(runs, data)
    if runs.size:
        yield runs.taken()


def long_runs(data: bytes, shortest: int) -> list[tuple[int, int]]:
    """(start, end) of each run of base64's characters, both alphabets, at least so long."""
    if len(data) < shortest:
        return []
    inside = np.zeros(len(data) + 2, dtype=np.int8)
    inside[1:-1] = _IN_RUN[np.frombuffer(data, dtype=np.uint8)]
    changes = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = changes[::2], changes[1::2]
    long = ends - starts >= shortest
    return list(zip(starts[long].tolist(), ends[long].tolist(), strict=True))


def _around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The run that holds these bytes, no further than matters."""
    first, last = max(0, start - SHORTEST), end + SHORTEST
    while start > first and _IN_RUN[data[start - 1]]:
        start -= 1
    while end < min(last, len(data)) and _IN_RUN[data[end]]:
        end += 1
    return start, end


def _undo(runs: Runs, run: bytes, start: int) -> None:
    """One run, as whatever it may be."""
    others = run.translate(None, _HEX_DIGITS)
    if not others:
        _from_hex(runs, run, start)
        return
    if len(run) - len(others) >= SHORTEST:
        for match in _HEX.finditer(run):
            _from_hex(runs, match.group(), start + match.start())
    if others.strip(b"-"):
        _from_base64(runs, run, start)


def _from_hex(runs: Runs, run: bytes, start: int) -> None:
    """From its first digit, of an odd number also from its second; and backwards."""
    if run.translate(None, _HEX_DIGITS):
        return
    end, odd = start + len(run), len(run) % 2
    for skipped in range(odd + 1):
        even = run[skipped : len(run) - odd + skipped]
        runs.add(binascii.a2b_hex(even), Run(start + skipped, end, ("hex",), 2, whole=not skipped))
    backwards = run[::-1][: len(run) - odd]
    runs.add(binascii.a2b_hex(backwards), Run(start, end, ("reversed", "hex"), 0))


def _from_base64(runs: Runs, run: bytes, start: int) -> None:
    end = start + len(run)
    url_safe = b"-" in run or b"_" in run
    if url_safe and (b"+" in run or b"/" in run):
        for match in _STANDARD.finditer(run):
            _one_alphabet(runs, match.group(), start + match.start())
        for match in _URL_SAFE.finditer(run):
            if b"-" in match.group() or b"_" in match.group():
                _one_alphabet(runs, match.group(), start + match.start())
    else:
        _one_alphabet(runs, run, start)
    if len(run) <= _BACKWARDS_MOST:
        standard = run[::-1].translate(_SAFE) if url_safe else run[::-1]
        runs.add(_decoded(standard), Run(start, end, ("reversed", "base64"), 0))


def _one_alphabet(runs: Runs, run: bytes, start: int) -> None:
    standard = run.translate(_SAFE)
    begins = {0: 0}
    for match in _SEPARATORS.finditer(run, 0, _NEAR):
        begins.setdefault(match.end() % 4, match.end())
    end = start + len(run)
    for skipped in begins.values():
        whole = not skipped and _may_be_packed(run)
        runs.add(_decoded(standard[skipped:]), Run(start + skipped, end, ("base64",), 4 / 3, whole=whole))


def _may_be_packed(run: bytes) -> bool:
    """Whether it looks like base64 of random bytes: in a long run that has all kinds of characters."""
    if len(run.translate(None, _UPPER)) == len(run) or len(run.translate(None, _LOWER)) == len(run):
        return False
    return len(run) < 28 or len(run.translate(None, _DIGITS)) < len(run)


def _decoded(run: bytes) -> bytes:
    """The bytes of a run without padding; of its last characters what they are enough for."""
    if len(run) % 4 == 1:
        run = run[:-1]
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))


def _from_utf16(runs: Runs, data: bytes) -> None:
    """Between its NULs, in either order of bytes: with the character before the first, and without it."""
    for match in _WIDE.finditer(data):
        start, end = match.span()
        plain = data[start + 1 : end : 2]
        runs.add(plain, Run(start, end, ("utf-16",), 2))
        if start and 0x20 <= data[start - 1] < 0x7F:
            runs.add(data[start - 1 : start] + plain, Run(start - 1, end, ("utf-16",), 2))
