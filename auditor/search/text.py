"""Bytes that came out of other bytes, and where each of them came from."""

from collections.abc import Sequence
from enum import Enum
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

    def __init__(
        self,
        data: bytes,
        parent: "Text | None" = None,
        layers: tuple[str, ...] = (),
        wholes: Sequence[tuple[int, int]] = (),
    ) -> None:
        self._wholes = wholes
        self.data = data
        self.parent = parent
        self.layers = layers
        self.depth: int = 0 if parent is None else parent.depth + 1

    def runs(self) -> list[tuple[int, int]]:
        """Start and end of what may have been encoded as a whole."""
        return list(self._wholes)

    def origin(self, start: int, end: int) -> tuple[Origin, tuple[str, ...]]:
        """Where these bytes stood in the parent, and the layers they had there (none, where nothing was encoded)."""
        return Origin(start, end), self.layers


class Kind(Enum):
    """What runs were decoded from: layers, outermost first, and characters a byte (0: only the whole run is told)."""

    base64 = (("base64",), 4 / 3)
    hex = (("hex",), 2)
    utf_16 = (("utf-16",), 2)
    reversed_base64 = (("reversed", "base64"), 0)
    reversed_hex = (("reversed", "hex"), 0)
    gzip = (("gzip",), 0)
    zlib = (("zlib",), 0)
    deflate = (("deflate",), 0)
    brotli = (("brotli",), 0)
    zstd = (("zstd",), 0)


class Armoured(Text):
    """Runs of base64, hex or UTF-16, or one packed body, decoded one by one, three zero bytes between them.

    `starts` and `sizes` say where each is in `data`; it stood in the parent from `stood` to `ended`. The first `whole`
    of them may be something that was encoded as a whole.
    """

    def __init__(
        self,
        data: bytes,
        parent: Text,
        kind: Kind,
        starts: NDArray[np.int64],
        sizes: NDArray[np.int64],
        stood: NDArray[np.int64],
        ended: NDArray[np.int64],
        whole: int,
    ) -> None:
        super().__init__(data, parent, kind.value[0])
        self._scale = kind.value[1]
        self._starts, self._sizes, self._stood, self._ended, self._whole = starts, sizes, stood, ended, whole

    def runs(self) -> list[tuple[int, int]]:
        """Start and end in the data of what may have been encoded as a whole."""
        starts = self._starts[: self._whole]
        return list(zip(starts.tolist(), (starts + self._sizes[: self._whole]).tolist(), strict=True))

    def origin(self, start: int, end: int) -> tuple[Origin, tuple[str, ...]]:
        """Where these bytes stood in the parent, and the layers they had there."""
        at = max(0, int(np.searchsorted(self._starts, start, side="right")) - 1)
        begun, run = int(self._starts[at]), Origin(int(self._stood[at]), int(self._ended[at]))
        stood = run
        if self._scale:
            first = run.start + int((start - begun) * self._scale)
            last = run.start + -int(-(end - begun) * self._scale // 1)
            stood = Origin(min(first, run.end), min(last, run.end))
        if self.layers[-1] == "base64" and self._url_safe(stood, run):
            return stood, (*self.layers[:-1], "base64url")
        return stood, self.layers

    def _url_safe(self, stood: Origin, run: Origin) -> bool:
        """Whether the run shows the URL-safe alphabet: where the value stood, or in all of it if it is one text."""
        assert self.parent is not None
        data = self.parent.data
        whole = run.start == 0 or data[run.start - 1] not in _URL_SAFE
        start, end = run if whole else stood
        return data.find(b"-", start, end) >= 0 or data.find(b"_", start, end) >= 0


class Words(NamedTuple):
    """The words cut out of a text, one after the other: where each begins there, its length, where it stood."""

    begun: NDArray[np.int64]
    lengths: NDArray[np.int64]
    stood: NDArray[np.int64]


class Escaped(Text):
    """Words with their escapes undone: for each byte where it was in the words, how wide it was there (1: as it is)."""

    def __init__(
        self,
        data: bytes,
        parent: Text,
        layers: tuple[str, ...],
        where: NDArray[np.int32],
        width: NDArray[np.int32],
        words: Words,
    ) -> None:
        super().__init__(data, parent, layers)
        self._where, self._width, self._words = where, width, words

    def runs(self) -> list[tuple[int, int]]:
        """Start and end of each URL-escaped word, without a name before it: only those can hold bytes."""
        if self.layers != ("url",):
            return []
        found = []
        starts = np.searchsorted(self._where, self._words.begun)
        ends = np.searchsorted(self._where, self._words.begun + self._words.lengths - len(SEPARATOR))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            equals = self.data.find(b"=", start, min(end, start + 64))
            found.append((start if equals < 0 else equals + 1, end))
        return found

    def origin(self, start: int, end: int) -> tuple[Origin, tuple[str, ...]]:
        """Where these bytes stood in the parent, and the layers they had there."""
        last = end - 1
        first, after = int(self._where[start]), int(self._where[last] + self._width[last])
        word = max(0, int(np.searchsorted(self._words.begun, first, side="right")) - 1)
        away = int(self._words.stood[word] - self._words.begun[word])
        return Origin(first + away, after + away), self.layers if (self._width[start:end] > 1).any() else ()

    def as_it_is(self, start: int, end: int, byte: bytes) -> bool:
        """Whether a byte of that kind stood there unescaped."""
        return any(self.data[at : at + 1] == byte and self._width[at] == 1 for at in range(start, end))
