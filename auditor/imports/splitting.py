"""Cuts a HAR file into the JSON of its pages and entries, in one pass and bounded memory.

Why not an ordinary JSON parser: one that reads the whole needs several times the file; a streaming one
(ijson, yajl) gives up a file of 10,000 entries for one NaN or one byte that is not UTF-8, and turns a half
surrogate pair into `?`. Cut by its brackets alone, each entry stands for itself: what is wrong inside one
costs that one. The regular expressions are possessive, so they never back up and hold no memory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MAX_PART = 64 << 20  # bytes of one entry; larger ones are counted, not taken
MAX_DEPTH = 200  # nesting of one entry; deeper ones are counted, not taken
_MAX_BRACKETS = 1_000_000
_SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb'[^\s,:"\[\]{}]*+')
_NO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
_IN_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_CLOSER = {b"{": b"}", b"[": b"]"}


class Defect(Exception):
    """The file is not JSON from this byte on."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset, self.message = offset, message


@dataclass(frozen=True, slots=True)
class JsonPart:
    """One element of log.pages or log.entries; `raw` is None when `problem` says why it was not kept."""

    entry: bool
    raw: bytes | None
    problem: str = ""


class Splitter:
    """Reads one file once. `has_entries` tells, afterwards, whether there was a log.entries at all."""

    def __init__(self, file: IO[bytes], *, step: int = 1 << 20) -> None:
        self._file, self._step = file, step
        self._buffer = b""
        self._at = 0
        self._base = 0
        self.has_entries = False

    def parts(self) -> Iterator[JsonPart]:
        """All pages and entries in the order of the file. Raises Defect where it stops being JSON."""
        self._file.seek(0)
        if self._head(3) == b"\xef\xbb\xbf":
            self._at += 3
        for key in self._members():
            if key == b"log" and self._peek() == b"{":
                yield from self._log()
            else:
                self._value(keep=False)
        if self._peek(end_ok=True):
            raise Defect(self._offset, "something follows the end of the JSON")

    def _log(self) -> Iterator[JsonPart]:
        for key in self._members():
            if key in (b"pages", b"entries") and self._peek() == b"[":
                entry = key == b"entries"
                self.has_entries |= entry
                for _ in self._elements():
                    yield JsonPart(entry, *self._value(keep=True))
            else:
                self._value(keep=False)

    @property
    def _offset(self) -> int:
        return self._base + self._at

    def _fill(self) -> bool:
        """Read on; what was passed is forgotten. False at the end of the file."""
        piece = self._file.read(self._step)
        self._base += self._at
        self._buffer = self._buffer[self._at :] + piece
        self._at = 0
        return bool(piece)

    def _head(self, count: int) -> bytes:
        while len(self._buffer) - self._at < count and self._fill():
            pass
        return self._buffer[self._at : self._at + count]

    def _peek(self, *, end_ok: bool = False) -> bytes:
        """The next byte that is no space."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._fill():
                if end_ok:
                    return b""
                raise Defect(self._offset, "the file ends here, in the middle")

    def _take(self, *wanted: bytes) -> bytes:
        found = self._peek()
        if found not in wanted:
            expected = " or ".join(repr(w.decode()) for w in wanted)
            raise Defect(self._offset, f"expected {expected} here")
        self._at += 1
        return found

    def _members(self) -> Iterator[bytes]:
        """The keys of an object, each yielded where its value begins: the caller must take the value."""
        self._take(b"{")
        if self._peek() == b"}":
            self._at += 1
            return
        while True:
            if self._peek() != b'"':
                raise Defect(self._offset, "expected a key here")
            key = self._value(keep=True)[0] or b""
            self._take(b":")
            yield key[1:-1]
            if self._take(b",", b"}") == b"}":
                return

    def _elements(self) -> Iterator[None]:
        """Yields once where each element of a list begins: the caller must take the element."""
        self._take(b"[")
        if self._peek() == b"]":
            self._at += 1
            return
        while True:
            yield None
            if self._take(b",", b"]") == b"]":
                return

    def _value(self, *, keep: bool) -> tuple[bytes | None, str]:
        """Pass one value; its bytes when asked to keep them, or why they are not kept."""
        first = self._peek()
        kept = _Kept(keep)
        if first in b"{[":
            depth = self._brackets(kept)
            if depth > MAX_DEPTH:
                return None, f"is nested deeper than {MAX_DEPTH}"
        elif first == b'"':
            self._pass(kept, 1)
            self._string(kept)
        else:
            self._scalar(kept)
        return kept.result()

    def _brackets(self, kept: "_Kept") -> int:
        """Pass an object or a list. Returns how deep it was nested."""
        closers = bytearray()
        deepest = 0
        while True:
            self._run(_NO_BRACKET, kept)
            byte = self._buffer[self._at : self._at + 1]
            if byte == b'"':  # a string that goes on beyond what has been read
                self._pass(kept, 1)
                self._string(kept)
                continue
            if closer := _CLOSER.get(byte):
                closers += closer
                deepest = max(deepest, len(closers))
                if deepest > _MAX_BRACKETS:
                    raise Defect(self._offset, f"nested deeper than {_MAX_BRACKETS}")
            elif closers and byte[0] == closers[-1]:
                del closers[-1]
            else:
                raise Defect(self._offset, f"{byte.decode()!r} does not close what was opened")
            self._pass(kept, 1)
            if not closers:
                return deepest

    def _string(self, kept: "_Kept") -> None:
        """Pass the rest of a string, its closing quote included."""
        while True:
            self._run(_IN_STRING, kept)
            if self._buffer[self._at : self._at + 1] == b'"':
                self._pass(kept, 1)
                return
            if not self._fill():  # a backslash whose second half is not read yet
                raise Defect(self._offset, "the file ends here, in the middle")

    def _scalar(self, kept: "_Kept") -> None:
        """Pass a number or a word; which it is, the JSON parser will say."""
        start = self._offset
        while True:
            found = _SCALAR.match(self._buffer, self._at)
            self._pass(kept, found.end() - self._at if found else 0)
            if self._at < len(self._buffer) or not self._fill():
                break
        if self._offset == start:
            raise Defect(start, "expected a value here")

    def _run(self, pattern: re.Pattern[bytes], kept: "_Kept") -> None:
        """Pass all that matches, reading on as needed, up to a byte that does not."""
        while True:
            found = pattern.match(self._buffer, self._at)
            self._pass(kept, found.end() - self._at if found else 0)
            if self._at < len(self._buffer):
                return
            if not self._fill():
                raise Defect(self._offset, "the file ends here, in the middle")

    def _pass(self, kept: "_Kept", count: int) -> None:
        if kept.wanted:
            kept.add(self._buffer[self._at : self._at + count])
        self._at += count


class _Kept:
    """The bytes of one value, dropped when they become too many."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self._pieces: list[bytes] = []
        self._size = 0
        self._problem = ""

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_PART:
            self.wanted, self._problem = False, f"is larger than {MAX_PART} bytes"
            self._pieces.clear()
        else:
            self._pieces.append(piece)

    def result(self) -> tuple[bytes | None, str]:
        return (b"".join(self._pieces) if self.wanted else None), self._problem
