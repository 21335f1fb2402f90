"""What the automaton looks for: the forms of each value as they are, reversed, and the few encodings that are not
undone in the traffic (a form's `+` for a space, the charsets of Japanese text, an escaped text reversed).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from auditor.search.automaton import Automaton
from auditor.search.hints import hints_of
from auditor.search.written import escaped, in_charsets

WINDOW = 16
_LONG = 10
_FEW = 12
_DELIMITERS = b"=&\"'<>,; \r\n\x00"
_PUNCTUATION = frozenset((*range(0x30), *range(0x3A, 0x40)))
_NUMBER = re.compile(r"[0-9 .+()/:_-]+")
_TOKEN = re.compile(r"[A-Za-z0-9_.=-]+")
_WORD = re.compile(rb"[0-9A-Za-z]")
_JOINING = b"._+-"


class Edge(IntEnum):
    """What must not stand beside a match, lest it be a piece of something else."""

    none = 0
    digit = 1  # a digit beside a digit
    word = 2  # a letter or digit
    address = 3  # the same, and what would make it another e-mail address
    alone = 4  # all but ASCII punctuation, which is no byte of Shift_JIS's or EUC's Japanese
    unit_le = 5  # a character of the same script, in UTF-16 of this byte order
    unit_be = 6


class Pattern(NamedTuple):
    """Bytes that mean a value: `key` and `variant` of it, how it was written, what must not stand beside it."""

    data: bytes
    key: int
    variant: str
    layers: tuple[str, ...]
    edge: Edge
    hint: bool = False  # says only that the run it stands in is worth decoding


class Patterns:
    """All patterns, found by a window of at most WINDOW bytes each, so that the automaton stays small."""

    def __init__(self, values: Sequence[Mapping[str, str]]) -> None:
        self._windows: list[tuple[int, list[int], dict[bytes, list[Pattern]]]] = []
        by_window: dict[bytes, list[tuple[int, Pattern]]] = {}
        for key, forms in enumerate(values):
            for text, variant in forms.items():
                if text:
                    for pattern in patterns_of(key, text, variant):
                        at = max(0, len(pattern.data) - WINDOW)
                        by_window.setdefault(pattern.data[at:], []).append((at, pattern))
        for held in by_window.values():
            by_data: dict[bytes, list[Pattern]] = {}
            for _, pattern in held:
                by_data.setdefault(pattern.data, []).append(pattern)
            self._windows.append((0, sorted({at for at, _ in held}), by_data))
        self._automaton = Automaton(list(by_window))

    def find(self, text: bytes) -> Iterator[tuple[int, int, Pattern]]:
        """(start, end, pattern) of each occurrence that stands for itself."""
        for number, start, end in self._automaton.find(text):
            _, before, by_data = self._windows[number]
            for length in before:
                begin = start - length
                if begin >= 0 and (held := by_data.get(text[begin:end])) is not None:
                    for pattern in held:
                        if pattern.edge is Edge.none or stands_alone(text, begin, end, pattern.edge):
                            yield begin, end, pattern


def patterns_of(key: int, text: str, variant: str) -> Iterator[Pattern]:
    """The patterns of one form, each way of writing once."""
    edge, seen = edge_of(text), set()
    backwards = text[::-1]
    ways: list[tuple[tuple[str, ...], bytes, Edge]] = [
        ((), text.encode("utf-8", "replace"), edge),
        (("reversed",), backwards.encode("utf-8", "replace"), edge),
    ]
    if " " in text:
        ways.append((("url",), text.replace(" ", "+").encode("utf-8", "replace"), edge))
    if not text.isascii():
        for name, data in in_charsets(text):
            ways.append(((name,), data, _charset_edge(name, data, text)))
        for name, data in in_charsets(backwards):
            ways.append(((name, "reversed"), data, _charset_edge(name, data, text)))
    for name, data in escaped(text):
        ways.append((("reversed", name), data[::-1], Edge.word))
    for data in dict.fromkeys(hints_of(text)):
        yield Pattern(data, key, variant, (), Edge.none, hint=True)
    for layers, data, beside in ways:
        if data not in seen:
            seen.add(data)
            yield Pattern(data, key, variant, layers, beside)


def edge_of(text: str) -> Edge:
    """How carefully the surroundings of a match of this form must be looked at."""
    if "@" in text:
        return Edge.address
    if len(text) < _LONG or _NUMBER.fullmatch(text) or text.isalpha():
        return Edge.word
    return Edge.none if _TOKEN.fullmatch(text) else Edge.digit


def _charset_edge(name: str, data: bytes, text: str) -> Edge:
    """A few bytes stand in other text by chance; a byte beside them may be half of a character."""
    if name == "utf-16":
        return Edge.unit_le if data in (text.encode("utf-16-le"), text[::-1].encode("utf-16-le")) else Edge.unit_be
    return Edge.alone if len(data) < _FEW else Edge.none


def stands_alone(text: bytes, start: int, end: int, edge: Edge) -> bool:
    """Whether the bytes from `start` to `end` are no piece of a longer word, number or address."""
    before, after = text[start - 1 : start] if start else b"", text[end : end + 1]
    if edge is Edge.alone:
        return _PUNCTUATION.issuperset(before + after)
    if edge in (Edge.unit_le, Edge.unit_be):
        codec = "utf-16-le" if edge is Edge.unit_le else "utf-16-be"
        around = [] if (before and before in _DELIMITERS) or start < 2 else [text[start - 2 : start + 2]]
        around += [] if after and after in _DELIMITERS else [text[end - 2 : end + 2]]
        scripts = [[_script(char) for char in pair.decode(codec, "replace")] for pair in around]
        return not any(len(pair) == 2 and pair[0] == pair[1] != "" for pair in scripts)
    if edge is Edge.digit:
        return not (_both_digits(before, text[start : start + 1]) or _both_digits(text[end - 1 : end], after))
    if _joined(text, start, before, -1) or _joined(text, end, after, 1):
        return False
    if edge is Edge.address:
        if before and before in _JOINING and start > 1 and _WORD.match(text[start - 2 : start - 1]):
            return False
        if after and after in b".-" and _WORD.match(text[end + 1 : end + 2]):
            return False
    return True


def _both_digits(first: bytes, second: bytes) -> bool:
    return first.isdigit() and second.isdigit()


def _joined(text: bytes, at: int, beside: bytes, way: int) -> bool:
    """Whether a letter or digit goes on across `at`; of Japanese letters, one of the same script."""
    if not beside:
        return False
    if beside < b"\x80":
        inner = text[at : at + 1] if way < 0 else text[at - 1 : at]
        # After a Japanese letter an ASCII one begins another word.
        return inner < b"\x80" and _WORD.match(beside) is not None
    left, right = _character_before(text, at), _character_after(text, at)
    return _script(left) != "" and _script(left) == _script(right)


def _character_before(text: bytes, at: int) -> str:
    return text[max(0, at - 4) : at].decode("utf-8", "ignore")[-1:]


def _character_after(text: bytes, at: int) -> str:
    return text[at : at + 4].decode("utf-8", "ignore")[:1]


def _script(char: str) -> str:
    """kanji, katakana, hiragana, fullwidth; "" for anything else. 様 and its like follow a name."""
    if not char or char in "様殿氏宛御":
        return ""
    point = ord(char)
    if 0x3041 <= point <= 0x309F:
        return "hiragana"
    if 0x30A1 <= point <= 0x30FF and char != "・":
        return "katakana"
    if 0xFF66 <= point <= 0xFF9F:
        return "halfwidth"
    if 0xFF10 <= point <= 0xFF5A:
        return "fullwidth"
    return "kanji" if char == "々" or 0x3400 <= point <= 0x9FFF else ""
