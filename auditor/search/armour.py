"""Base64, hex and UTF-16 undone wherever a run of their characters stands; nothing here raises.

A run may begin anywhere before the encoded text does (`id/`, `v1_`), so each is decoded from each of its first four
(hex: two) characters; what is decoded from a wrong one is noise that matches nothing.
"""

import binascii
import re
from collections.abc import Iterator

from auditor.search.text import SEPARATOR, Armoured, Origin, Text

_STANDARD = re.compile(rb"[A-Za-z0-9+/]{8,}")
_URL_SAFE = re.compile(rb"[A-Za-z0-9_-]{8,}")
_BACKWARDS = re.compile(rb"={0,2}[A-Za-z0-9+/_-]{8,}")
_HEX = re.compile(rb"[0-9A-Fa-f]{12,}")
_WIDE = (re.compile(rb"(?:[\x20-\x7e]\x00){6,}"), re.compile(rb"(?:\x00[\x20-\x7e]){6,}"))
_SAFE = bytes.maketrans(b"-_", b"+/")
_GROUP = 1 << 20


class Runs:
    """Decoded runs gathered into one text."""

    def __init__(self, text: Text, layers: tuple[str, ...], scale: float) -> None:
        self._text, self._layers, self._scale = text, layers, scale
        self._clear()

    def _clear(self) -> None:
        self._parts: list[bytes] = []
        self._starts: list[int] = []
        self._origins: list[Origin] = []
        self.size = 0

    def add(self, decoded: bytes, start: int, end: int) -> None:
        """One run and where it stood."""
        self._parts.append(decoded)
        self._starts.append(self.size)
        self._origins.append(Origin(start, end))
        self.size += len(decoded) + len(SEPARATOR)

    def taken(self) -> Armoured:
        """What was gathered, which is then forgotten."""
        found = Armoured(
            SEPARATOR.join(self._parts), self._text, self._layers, self._starts, self._origins, self._scale
        )
        self._clear()
        return found


def opened(text: Text) -> Iterator[Text]:
    """The text's runs of base64 (both alphabets), hex and UTF-16, decoded, in groups of bounded size."""
    yield from _base64(text, "base64", _STANDARD)
    if b"-" in text.data or b"_" in text.data:
        yield from _base64(text, "base64url", _URL_SAFE)
    yield from _hex(text)
    yield from _backwards(text)
    if b"\x00" in text.data:
        yield from _utf16(text)


def from_base64(run: bytes) -> bytes:
    """The bytes of a run without padding; of its last characters what they are enough for."""
    rest = len(run) % 4
    if rest == 1:
        run = run[:-1]
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))


def _base64(text: Text, layer: str, pattern: re.Pattern[bytes]) -> Iterator[Text]:
    runs = Runs(text, (layer,), 4 / 3)
    for match in pattern.finditer(text.data):
        run, start, end = match.group(), match.start(), match.end()
        if layer == "base64url":
            if b"-" not in run and b"_" not in run:
                continue
            run = run.translate(_SAFE)
        for skipped in range(4):
            runs.add(from_base64(run[skipped:]), start + skipped, end)
        if runs.size > _GROUP:
            yield runs.taken()
    if runs.size:
        yield runs.taken()


def _hex(text: Text) -> Iterator[Text]:
    runs = Runs(text, ("hex",), 2)
    for match in _HEX.finditer(text.data):
        run, start, end = match.group(), match.start(), match.end()
        for skipped in range(2):
            even = run[skipped:]
            runs.add(binascii.a2b_hex(even[: len(even) & ~1]), start + skipped, end)
        if runs.size > _GROUP:
            yield runs.taken()
    if runs.size:
        yield runs.taken()


def _backwards(text: Text) -> Iterator[Text]:
    """Base64 and hex written backwards: only whole runs, from their last character."""
    from_hex, from_64 = Runs(text, ("reversed", "hex"), 0), Runs(text, ("reversed", "base64"), 0)
    for match in _HEX.finditer(text.data):
        run = match.group()[::-1]
        from_hex.add(binascii.a2b_hex(run[: len(run) & ~1]), match.start(), match.end())
        if from_hex.size > _GROUP:
            yield from_hex.taken()
    for match in _BACKWARDS.finditer(text.data):
        run = match.group()[::-1].rstrip(b"=").translate(_SAFE)
        from_64.add(from_base64(run), match.start(), match.end())
        if from_64.size > _GROUP:
            yield from_64.taken()
    if from_hex.size:
        yield from_hex.taken()
    if from_64.size:
        yield from_64.taken()


def _utf16(text: Text) -> Iterator[Text]:
    runs = Runs(text, ("utf-16",), 2)
    for order in _WIDE:
        for match in order.finditer(text.data):
            runs.add(match.group().replace(b"\x00", b""), match.start(), match.end())
    if runs.size:
        yield runs.taken()
