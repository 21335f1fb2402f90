"""How many bits of chance a text can hold, at most: what it takes to single out a browser by it.

An estimate from its signs, always on the low side: words, dates and runs count nothing, digits and hex what they can
hold. A value that is random in truth but fails here (a short number, letters alone) is missed, none is invented.
"""

import itertools
import math
import re
from functools import lru_cache

ENOUGH_BITS = 32.0
"""From here on a value is random enough to single out a browser.

Japan has some 10**8 browsers: 32 bits leave one in 43 with a namesake, fewer would leave most with one. The numbers
that tags draw from 32 bits are written with at most ten digits; they count a little less, so that such a number alone
fails and is joined with the time beside it, as the tags themselves do (`GA1.2.<number>.<time>`).
"""

UUID = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SEGMENTS = re.compile(r"[A-Za-z0-9]+")
_DATE = re.compile(r"(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])(?:\d{2}|\d{4}|\d{6})?)?)?")
_WORD = re.compile(r"[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|[A-Z]+")
# Four letters or more of one case, of which one is a vowel: as words have them, and chance seldom.
_WORDLIKE = re.compile(r"[A-Z]?[a-z]{3,}[a-z]|[A-Z]{4,}")
_VOWEL = re.compile(r"(?i)[aeiouy]")
_NUMBER_BITS = 31.0
_SHORTEST = 8


@lru_cache(maxsize=65_536)
def bits(text: str) -> float:
    """Bits the text holds at most by the estimate above; 0 for words, dates and what has hardly any variety."""
    if len(text) < _SHORTEST:
        return 0.0
    if UUID.fullmatch(text):
        return 122.0 if _varied(text.replace("-", "").lower(), 16) else 0.0
    total = 0.0
    for segment in _SEGMENTS.findall(text):
        total += _of_segment(segment)
    # One number or two from a 32-bit draw stays below what is enough; what has separators is summed.
    if not _varied("".join(_SEGMENTS.findall(text)), _alphabet(text)):
        return 0.0
    return total


def _of_segment(segment: str) -> float:
    if segment.isdigit():
        if _DATE.fullmatch(segment):
            return 0.0
        full = math.log2(10) * len(segment.lstrip("0"))
        return min(full, _NUMBER_BITS) if len(segment) <= 10 else full
    if segment.isalpha() and (_WORD.fullmatch(segment) and len(segment) > 2):
        return 0.0
    each = math.log2(_alphabet(segment))
    worded = sum(len(m[0]) for m in _WORDLIKE.finditer(segment) if _VOWEL.search(m[0]))
    return each * (len(segment) - worded) + worded * 1.0


def _alphabet(text: str) -> int:
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return 10
    if all(c in "abcdef" for c in letters) or all(c in "ABCDEF" for c in letters):
        return 16
    if text == text.lower() or text == text.upper():
        return 36 if any(c.isdigit() for c in text) else 26
    return 62 if any(c.isdigit() for c in text) else 52


def _varied(text: str, alphabet: int) -> bool:
    """Whether it has about as many different signs as chance would give, and does not merely count up or repeat."""
    size = len(text)
    if size < 2:
        return False
    expected = alphabet * (1 - (1 - 1 / alphabet) ** size)
    steps = sum(1 for a, b in itertools.pairwise(text) if ord(b) - ord(a) in (0, 1, -1))
    return len(set(text)) >= 0.5 * expected and steps <= 0.7 * (size - 1)
