"""Typed reading of foreign JSON: every value is checked before it is used, and strings are made storable.

Two kinds of readers: those of values without which an entry means nothing raise Unfit, those of
values that only add to it (sizes, times) give None for anything strange.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

MAX_URL = 2 << 20  # Chromium's own limit of an address
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+([/?#]\S*)?")
# Spaces, controls and half surrogate pairs: no address on the wire has them, and a WARC header cannot.
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff\ud800-\udfff]")


class Unfit(Exception):
    """A value that cannot be used; the message says which and why, without the value itself."""


class _Twice(dict[str, object]):
    """A JSON object that names a key twice: reading such a key is refused, whichever was meant."""

    keys_twice: frozenset[str] = frozenset()


def parse_json(raw: bytes) -> object:
    """One JSON value from bytes, tolerant of NaN, raw control characters and bytes that are not UTF-8.

    Such bytes become half surrogates, which `to_bytes` turns back. Raises Unfit.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "surrogateescape")
    try:
        value: object = json.loads(text, strict=False, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Unfit(f"is not valid JSON: {error.msg} at its character {error.pos}") from None
    except (ValueError, RecursionError) as error:
        raise Unfit(f"is not valid JSON: {type(error).__name__}") from None
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(name for name, _ in pairs)
    twice = _Twice(found)
    twice.keys_twice = frozenset(name for name, count in counts.items() if count > 1)
    return twice


def _no_number(_name: str) -> None:
    return None


def kind_of(value: object) -> str:
    """A JSON value's kind, for messages."""
    if isinstance(value, bool):
        return "true or false"
    kinds = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "null")


class Part:
    """A JSON object being read; `where` is its place in the entry, for messages."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise Unfit(f"{where} is {kind_of(value)}, not an object")
        self._object: dict[str, object] = value
        self.where = where

    def __contains__(self, name: str) -> bool:
        return self._object.get(name) is not None

    def get(self, name: str) -> object:
        """The value, None where there is none. Raises Unfit for a key given twice."""
        if isinstance(self._object, _Twice) and name in self._object.keys_twice:
            raise Unfit(f"{self._at(name)} is given twice")
        return self._object.get(name)

    def part(self, name: str) -> "Part | None":
        """The object of that name, or None. Raises Unfit for another type."""
        value = self.get(name)
        return None if value is None else Part(value, self._at(name))

    def text(self, name: str) -> str | None:
        """The text of that name, or None. Raises Unfit for another type."""
        value = self.get(name)
        if value is not None and not isinstance(value, str):
            raise Unfit(f"{self._at(name)} is {kind_of(value)}, not a text")
        return value

    def maybe_text(self, name: str) -> str | None:
        """The text of that name; None for anything else."""
        value = self._object.get(name)
        return value if isinstance(value, str) else None

    def items(self, name: str) -> list[object] | None:
        """The list of that name, or None. Raises Unfit for another type."""
        value = self.get(name)
        if value is not None and not isinstance(value, list):
            raise Unfit(f"{self._at(name)} is {kind_of(value)}, not a list")
        return value

    def number(self, name: str) -> float | None:
        """A finite number of that name, also one written as text; None for anything else."""
        value = self._object.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None

    def _at(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name


def parts(values: list[object] | None, where: str) -> Iterator[Part]:
    """The objects of a list that should hold nothing else. Raises Unfit at the first other value."""
    for number, value in enumerate(values or []):
        yield Part(value, f"{where}[{number}]")


def plain(text: str) -> str:
    """Text that can be stored as UTF-8: half surrogates as `\\ud800` to `\\udfff`, NUL as `\\x00`."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def to_bytes(text: str) -> bytes:
    """The bytes of a text in UTF-8: what `parse_json` could not decode as it was, half surrogates as UTF-8 would."""
    for how in ("strict", "surrogateescape"):
        try:
            return text.encode("utf-8", how)
        except UnicodeEncodeError:
            continue
    return text.encode("utf-8", "surrogatepass")


def address(text: str | None, where: str) -> str:
    """An absolute address without its fragment, its unsafe characters percent-encoded. Raises Unfit."""
    if text is None:
        raise Unfit(f"{where} is missing")
    if len(text) > MAX_URL:
        raise Unfit(f"{where} is longer than {MAX_URL} characters")
    bare = text.strip(" \t\r\n").partition("#")[0]
    if not _SCHEME.match(bare):
        raise Unfit(f"{where} is not an absolute address")
    return _UNSAFE.sub(lambda m: "".join(f"%{byte:02X}" for byte in to_bytes(m[0])), bare)


def web_address(text: str | None) -> str | None:
    """The address a text consists of, when it is one of the web; else None. A bare host gets its root path."""
    found = _WEB_ADDRESS.fullmatch(text.strip()) if text else None
    return address(found[0] if found[1] else f"{found[0]}/", "") if found else None


def token(text: str | None, where: str) -> str:
    """A method as RFC 9110 allows it. Raises Unfit."""
    if text is None:
        raise Unfit(f"{where} is missing")
    if not _TOKEN.fullmatch(text):
        raise Unfit(f"{where} is not a method's name")
    return text


def moment(text: str | None, where: str) -> tuple[datetime, bool]:
    """An ISO 8601 time, and whether it named its zone: without one it is taken as UTC. Raises Unfit."""
    if text is None:
        raise Unfit(f"{where} is missing")
    try:
        at = datetime.fromisoformat(text.strip())
        zoned = at.tzinfo is not None
        at = at.astimezone(UTC) if zoned else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Unfit(f"{where} is not an ISO 8601 time") from None
    return in_range(at, where), zoned


def from_epoch(seconds: float | None, where: str) -> datetime:
    """A time given in seconds since 1970. Raises Unfit."""
    if seconds is None:
        raise Unfit(f"{where} is missing")
    try:
        return in_range(datetime.fromtimestamp(seconds, UTC), where)
    except (ValueError, OverflowError, OSError):
        raise Unfit(f"{where} is not a time") from None


def in_range(at: datetime, where: str) -> datetime:
    """The time itself: years of four digits that a web browser can have seen. Raises Unfit."""
    if not 1970 <= at.year < 9000:
        raise Unfit(f"{where} is not in a year from 1970 on")
    return at
