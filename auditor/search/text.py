"""Bytes that came out of other bytes, and where each of them came from."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SEPARATOR = b"\x00\n\x00"
_URL_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class Origin(NamedTuple):
    """Where a stretch of decoded bytes stood in the text before: its first byte, and its end."""

    start: int
    end: int


class Text:
    """Bytes at one layer, with the way back to the bytes as they travelled."""

    def __init__(self, data: bytes, parent: "Text | None" = None, layers: tuple[str, ...] = ()) -> None:
        self.data = data
        self.parent = parent
        self.layers = layers
        self.depth: int = 0 if parent is None else parent.depth + 1

    def runs(self) -> list[tuple[int, int]]:
        """Start and end of what may have been encoded as a whole."""
        return [(0, len(self.data))]

    def origin(self, start: int, end: int) -> tuple[Origin, tuple[str, ...]]:
        """Where these bytes stood in the parent, and the layers they had there (none, where nothing was encoded)."""
        return Origin(start, end), self.layers


class Armoured(Text):
    """Runs of base64 or hex (or whole packed bodies), decoded one by one: `scale` characters of the run a byte."""

    def __init__(
        self,
        data: bytes,
        parent: Text,
        layers: tuple[str, ...],
        starts: Sequence[int],
        origins: Sequence[Origin],
        scale: float,
    ) -> None:
        super().__init__(data, parent, layers)
        self._starts, self._origins, self._scale = starts, origins, scale

    def run(self, start: int) -> tuple[int, Origin]:
        """Where the decoded run at `start` begins, and the run in the parent."""
        at = max(0, bisect_right(self._starts, start) - 1)
        return self._starts[at], self._origins[at]

    def runs(self) -> list[tuple[int, int]]:
        """Start and end of each decoded run in the data."""
        ends = [start - len(SEPARATOR) for start in self._starts[1:]]
        return list(zip(self._starts, [*ends, len(self.data)], strict=True))

    def origin(self, start: int, end: int) -> tuple[Origin, tuple[str, ...]]:
        """Where these bytes stood in the parent, and the layers they had there."""
        begun, run = self.run(start)
        stood = run
        if self._scale:
            first = run.start + int((start - begun) * self._scale)
            last = run.start + -int(-(end - begun) * self._scale // 1)
            stood = Origin(min(first, run.end), min(last, run.end))
        if self.layers[-1] in ("base64", "base64url"):
            return stood, (*self.layers[:-1], "base64url" if self._url_safe(stood, run) else "base64")
        return stood, self.layers

    def _url_safe(self, stood: Origin, run: Origin) -> bool:
        """Whether the run shows the URL-safe alphabet: where the value stood, or in all of it if it is one text."""
        assert self.parent is not None
        data = self.parent.data
        whole = run.start == 0 or data[run.start - 1] not in _URL_SAFE
        start, end = run if whole else stood
        return data.find(b"-", start, end) >= 0 or data.find(b"_", start, end) >= 0


class Escaped(Text):
    """Text with its escapes undone: for each byte where it stood, and how wide it was there (1: as it is)."""

    def __init__(
        self,
        data: bytes,
        parent: Text,
        layers: tuple[str, ...],
        where: NDArray[np.int32],
        width: NDArray[np.int32],
        words: list[tuple[int, int]],
    ) -> None:
        super().__init__(data, parent, layers)
        self._where, self._width, self._words = where, width, words

    def runs(self) -> list[tuple[int, int]]:
        """Start and end of each word, without a name before it."""
        found = []
        for start, end in self._words:
            equals = self.data.find(b"=", start, min(end, start + 64))
            found.append((start if equals < 0 else equals + 1, end))
        return found

    def origin(self, start: int, end: int) -> tuple[Origin, tuple[str, ...]]:
        """Where these bytes stood in the parent, and the layers they had there."""
        last = end - 1
        stood = Origin(int(self._where[start]), int(self._where[last] + self._width[last]))
        return stood, self.layers if (self._width[start:end] > 1).any() else ()

    def as_it_is(self, start: int, end: int, byte: bytes) -> bool:
        """Whether a byte of that kind stood there unescaped."""
        return any(self.data[at : at + 1] == byte and self._width[at] == 1 for at in range(start, end))
