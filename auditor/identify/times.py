"""Whether a text is a moment: seconds, milliseconds or microseconds of the epoch, base 36, hex, ISO 8601, a date.

What is written within DAYS of the visit is a time for certain. A number that could be a time of these decades, but
not of these days (an expiry, a release, or a random number by chance) is told by its twin: see `moves_as_the_clock`.
"""

import re
from datetime import datetime

DAYS = 2
_DAY_S = 86_400
_FIRST_S, _LAST_S = 978_307_200, 2_082_758_400
"""2001 to 2036: what a number is asked to lie in to be thought a time at all."""

_DATE = r"(?:19|20)\d\d[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]\d|2[0-3]):?[0-5]\d(?::?[0-5]\d)?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_ISO = re.compile(rf"{_DATE}(?:[T_ -]?{_CLOCK})?|(?=.*:){_CLOCK}")
_UNITS = {10: 1.0, 13: 1e3, 16: 1e6, 19: 1e9}


def seconds_of(text: str) -> float | None:
    """The moment that digits (a fraction allowed) would be in seconds of the epoch; None for none of these decades."""
    whole, _, fraction = text.partition(".")
    if not whole.isascii() or not whole.isdigit() or (fraction and (not fraction.isdigit() or len(fraction) > 6)):
        return None
    unit = _UNITS.get(len(whole))
    if unit is None:
        return None
    seconds = int(whole) / unit
    return seconds if _FIRST_S <= seconds <= _LAST_S else None


def is_time(text: str, around: float) -> bool:
    """Whether the text is a date, or a moment within DAYS of `around` (seconds of the epoch)."""
    size = len(text)
    if size < 6 or size > 40:
        return False
    if _ISO.fullmatch(text):
        return True
    if (seconds := seconds_of(text)) is not None:
        return abs(seconds - around) <= DAYS * _DAY_S
    if not text.isascii() or not text.isalnum():
        return False
    lower = text.lower()
    if size in (8, 11) and text in (lower, text.upper()):
        # Date.now() in base 36 has eight signs until 2059; in hex eleven, its seconds eight.
        moments = [int(lower, 36) / 1e3] if size == 8 else []
        if all(c in "0123456789abcdef" for c in lower):
            moments.append(int(lower, 16) / (1 if size == 8 else 1e3))
        return any(abs(m - around) <= DAYS * _DAY_S for m in moments)
    return False


def may_be_time(text: str) -> bool:
    """Whether it could be a moment of these decades that only a twin can tell from a random number."""
    return seconds_of(text) is not None


def moves_as_the_clock(one: str, other: str, apart_s: float, slack_s: float) -> bool:
    """Whether two numbers differ by what lies between the visits they are of, or not at all, so that they are times.

    `apart_s`: start of the other's visit less that of the one's; `slack_s`: how long the visits took.
    """
    first, second = seconds_of(one), seconds_of(other)
    if first is None or second is None:
        return False
    return abs((second - first) - apart_s) <= slack_s or first == second


def epoch(moment: datetime) -> float:
    """Seconds of the epoch, to the hour: near enough for `is_time`, and the same for the values of a visit."""
    return moment.timestamp() // 3600 * 3600
