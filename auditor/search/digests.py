"""The hashes of every form of every value: made once, and looked for as raw bytes in whatever was decoded.

Of each form, its trimmed and its lower-cased writing: MD5, SHA-1, SHA-256, SHA-512 of it, of each of its encodings
(written.py), and of the hex digits of its hashes. Only the first eight bytes of each are kept, sorted, beside a number
that says how to make the whole again; a hit is made again and compared in full.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.search.written import encoded

ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
_SHORTEST = 16
_STEP = 1 << 20


class Digest(NamedTuple):
    """What was hashed: `layers` outermost first, the hash among them; `raw` all bytes of the digest."""

    key: int
    variant: str
    layers: tuple[str, ...]
    raw: bytes


class Digests:
    """Finds digests of the values at any offset of some bytes."""

    def __init__(self, values: Sequence[Mapping[str, str]]) -> None:
        self._forms: list[tuple[int, str, str]] = []
        heads, tags = bytearray(), []
        for key, forms in enumerate(values):
            for text, variant in hashed_forms(forms):
                number = len(self._forms)
                self._forms.append((key, text, variant))
                for recipe, digest in enumerate(_digests(text)):
                    heads += digest.raw[:8]
                    tags.append(number << 10 | recipe)
        found: NDArray[np.uint64] = np.frombuffer(bytes(heads), dtype="<u8").astype(np.uint64)
        order = np.argsort(found, kind="stable")
        self._heads = found[order]
        self._tags: NDArray[np.uint64] = np.array(tags, dtype=np.uint64)[order]
        # One byte for each possible start: most offsets of any text are settled by one look.
        self._bits = min(25, max(16, len(tags).bit_length() + 5))
        self._starts = np.zeros(1 << self._bits, dtype=bool)
        self._starts[self._heads >> np.uint64(64 - self._bits)] = True

    def find(self, data: bytes) -> Iterator[tuple[int, int, Digest]]:
        """(start, end, digest) of each whole raw digest in `data`."""
        if len(data) < _SHORTEST or not len(self._heads):
            return
        for begin in range(0, len(data) - _SHORTEST + 1, _STEP):
            yield from self._find(data, begin, min(begin + _STEP, len(data) - 7))

    def _find(self, data: bytes, begin: int, end: int) -> Iterator[tuple[int, int, Digest]]:
        piece = np.frombuffer(data, dtype=np.uint8)[begin : end + 7]
        windows = np.ndarray((end - begin,), dtype="<u8", buffer=piece.data, strides=(1,))
        likely = np.flatnonzero(self._starts[windows >> np.uint64(64 - self._bits)])
        if not len(likely):
            return
        wanted = windows[likely]
        first = np.searchsorted(self._heads, wanted, side="left")
        for at in np.flatnonzero(self._heads[np.minimum(first, len(self._heads) - 1)] == wanted):
            start, place = begin + int(likely[at]), int(first[at])
            while place < len(self._heads) and self._heads[place] == wanted[at]:
                digest = self._again(int(self._tags[place]))
                if data.startswith(digest.raw, start):
                    yield start, start + len(digest.raw), digest
                place += 1

    def _again(self, tag: int) -> Digest:
        key, text, variant = self._forms[tag >> 10]
        for recipe, digest in enumerate(_digests(text)):
            if recipe == tag & 1023:
                return Digest(key, variant, digest.layers, digest.raw)
        raise AssertionError("a recipe that was not made")


class _Made(NamedTuple):
    layers: tuple[str, ...]
    raw: bytes


def hashed_forms(forms: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(text, variant) of what is hashed: the forms, then those not among them trimmed and in lower case."""
    known = {text for text in forms if text}
    for text, variant in forms.items():
        if not text:
            continue
        yield text, variant
        for done, changed in (("trimmed", text.strip()), ("lower", text.lower()), ("lower", text.strip().lower())):
            if changed and changed not in known:
                known.add(changed)
                yield changed, f"{variant} {done}".strip()


def _digests(text: str) -> Iterator[_Made]:
    """Every digest of one text, always in the same order."""
    plain = text.encode("utf-8", "replace")
    for algorithm in ALGORITHMS:
        raw = hashlib.new(algorithm, plain, usedforsecurity=False).digest()
        yield _Made((algorithm,), raw)
        digits = raw.hex().encode()
        for outer in ALGORITHMS:
            yield _Made((outer, algorithm), hashlib.new(outer, digits, usedforsecurity=False).digest())
            yield _Made((outer, algorithm), hashlib.new(outer, digits.upper(), usedforsecurity=False).digest())
    for name, data in encoded(text):
        for algorithm in ALGORITHMS:
            yield _Made((algorithm, name), hashlib.new(algorithm, data, usedforsecurity=False).digest())
