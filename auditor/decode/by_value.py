"""Recognising a value by what it is, for parameters no vendor file describes.

`Facts` is what a visit knows of itself: its pages, title, screen, languages, time zone, browser, cookies, click ids,
what the visitor typed and the e-mail addresses that occur in it. A value equal to one of them is that thing, whoever
receives it. Such an item has no mark: it rests on the visit's own bytes, not on a statement about the vendor.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from auditor.decode.parameters import query_params, split_url, unescaped

MIN_ID = 8
_MAX_ID = 512
_MIN_WORD_ID = 16
_MIN_PATH = 10
_MIN_QUERY = 8
_LONGEST = 8192
_LONGEST_NUMBER = 40
# MD5, SHA-1 and SHA-256 in hex, SHA-256 in base64 without and with its padding.
_HASH_LENGTHS = frozenset((32, 40, 43, 44, 64))
_CONTACT = frozenset(("email", "phone", "hashed_email", "hashed_phone"))
_FLAGS = frozenset(("0", "1", "true", "false", "null", "undefined"))
_SEEN = "by value: "
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
# `https://key@host/` and `https://name:password@host/`: what stands before the @ is no mailbox (RFC 3986 3.2.1).
_USERINFO = re.compile(r"://[^/?#\s@]{0,256}$")
_NOT_TLD = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "js", "css", "mjs", "map", "json", "html"})
_MAX_SCAN = 1 << 16
_SCREEN = re.compile(r"(\d{2,5})\s*[xX*,×]\s*(\d{2,5})")
_HEX_HASH = re.compile(r"[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32}")
_EMAIL_NAMES = frozenset({"em", "he", "hem", "mail", "eml"})
_PHONE_NAMES = frozenset({"ph", "hp", "tel", "pn"})
# Words as names are made of them: small, CAPITAL, Capital or camelCase, with something between.
_WORDS = re.compile(r"(?:(?>[a-z]*(?:[A-Z][a-z]+)+|[A-Z]+|[a-z]+)(?:[^A-Za-z0-9]+|$))+")
_WORD = re.compile(r"[A-Za-z_-]*")
_TOKENS = re.compile(r"[^A-Za-z0-9_.~-]+")
# What a parameter must be called for a mere number to be taken for the screen's, or the time zone's.
_SCREEN_NAMES = re.compile(r"(?i)(?:^|[._\[-])(?:s|d|u|scr|screen|disp|display|avail|res)?_?(?:w|h|width|height)\]?$")
_ZONE_NAMES = re.compile(r"(?i)(?:^|[._\[-])u?_?(?:tz|tzo|tzoffset|timezone|timezoneoffset|tz_?off(?:set)?)\]?$")
_TIME = re.compile(r"\d{10}(?:\d{3})?(?:\.\d{1,6})?")
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,5}){3}")


class Seen(NamedTuple):
    """What a value was recognised as."""

    data_type: str
    source: str
    value: str


@dataclass
class Facts:
    """What is known of a visit before its requests are read; empty parts recognise nothing."""

    pages: set[tuple[str, str]] = field(default_factory=set)
    parts: dict[str, str] = field(default_factory=dict)
    referrers: set[tuple[str, str]] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    screens: set[str] = field(default_factory=set)
    sides: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)
    offsets: set[str] = field(default_factory=set)
    browsers: set[str] = field(default_factory=set)
    ids: dict[str, tuple[str, str]] = field(default_factory=dict)
    click_ids: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    span: tuple[float, float] | None = None
    """From when to when the visit was, in seconds of the epoch."""
    gather: Callable[["Facts"], None] | None = None
    """Of one request alone: what fills these facts, called when the first value is to be recognised."""
    alone: bool = False
    """Nothing that one request alone tells is shorter than an identifier."""

    def add_page(self, url: str, click_names: frozenset[str]) -> None:
        """Take an address as one of the visit's pages, with its parts and the click ids it carries."""
        if (key := page_key(url)) is None:
            return
        self.pages.add(key)
        if len(key[1]) >= _MIN_PATH and key[1].count("/") > 1:
            self.parts.setdefault(key[1], "path of the page's address")
        if key[0] and "?" in url and (parts := split_url(url)):
            if len(parts.query) >= _MIN_QUERY:
                self.parts.setdefault(unescaped(parts.query), "query of the page's address")
            for name, value, _ in query_params(parts.query):
                if name in click_names and len(value) >= MIN_ID:
                    self.click_ids.setdefault(value, name)

    def add_id(self, value: str, data_type: str, what: str) -> None:
        """Take a cookie's or storage item's value, whole and in its parts, as an identifier."""
        for piece in _pieces(value):
            self.ids.setdefault(piece, (data_type, what))

    def add_email(self, address: str) -> None:
        """Take an e-mail address: its usual hashes are then known too."""
        self._add_hashes(address.strip().lower(), "hashed_email")

    def add_typed(self, text: str) -> None:
        """Take what the visitor typed: plain, and hashed where it is contact data."""
        plain = text.strip()
        digits = re.sub(r"[\s()+-]", "", plain)
        if "@" in plain:
            self.typed.setdefault(plain, "email")
            self.add_email(plain)
        elif digits.isascii() and digits.isdigit() and 9 <= len(digits) <= 15:
            for form in {plain, digits, "+81" + digits.removeprefix("0"), "81" + digits.removeprefix("0")}:
                self.typed.setdefault(form, "phone")
                self._add_hashes(form, "hashed_phone")
        elif len(plain) >= (2 if not plain.isascii() else 4):
            self.typed.setdefault(plain, "form_content")

    def _add_hashes(self, plain: str, data_type: str) -> None:
        for name in ("sha256", "sha1", "md5"):
            digest = hashlib.new(name, plain.encode(), usedforsecurity=False)
            self.hashes.setdefault(digest.hexdigest(), data_type)
            if name == "sha256":
                self.hashes.setdefault(base64.urlsafe_b64encode(digest.digest()).decode().rstrip("="), data_type)
                self.hashes.setdefault(base64.b64encode(digest.digest()).decode().rstrip("="), data_type)

    def recognise(self, value: str, name: str = "") -> Seen | None:
        """What the value is, None when it is nothing the visit knows. The name counts for mere numbers only."""
        text = value.strip()
        size = len(text)
        if not size or size > _LONGEST or text in _FLAGS:
            return None
        if size >= MIN_ID:
            if self.gather is not None:
                gather, self.gather = self.gather, None
                gather(self)
            if size in _HASH_LENGTHS and self.hashes:
                known = self.hashes.get(text.lower()) or self.hashes.get(text.rstrip("="))
                if known is not None:
                    what = "an e-mail address" if known == "hashed_email" else "a telephone number"
                    return Seen(known, f"{_SEEN}hash of {what} that occurs in the visit", value)
            if text in self.click_ids:
                return Seen("click_id", _SEEN + "click id of the page's address", value)
            if found := self.ids.get(text):
                return Seen(found[0], _SEEN + found[1], value)
        elif self.alone:
            return None
        if data_type := self.typed.get(text):
            return Seen(data_type, _SEEN + "what the visitor typed", value)
        if seen := self._device(text, size, value, name):
            return seen
        if size < MIN_ID:
            return None
        # Addresses have slashes, escaped or not; what has an identifier inside has something around it.
        if ("/" in text or "%" in text or text in self.parts) and (seen := self._address(text, value)):
            return seen
        return self._inside(text, value) if self.ids and not text.isalnum() else None

    def personal(self, value: str) -> Seen | None:
        """The identifier or contact datum a value is, where a file says only that a site may put anything there."""
        seen = self.recognise(value) if MIN_ID <= len(value) <= _MAX_ID else None
        if seen is None or seen.data_type in _CONTACT:
            return seen
        # A cookie may hold the name of a page as well: mere words are no identifier here.
        return seen if seen.data_type.endswith("_id") and not _WORDS.fullmatch(seen.value) else None

    def _device(self, text: str, size: int, value: str, name: str) -> Seen | None:
        if text in self.titles:
            return Seen("page_title", _SEEN + "title of the page", value)
        if size > _LONGEST_NUMBER:
            return Seen("user_agent", _SEEN + "user agent of the browser", value) if text in self.browsers else None
        if self.screens and (match := _SCREEN.fullmatch(text)) and f"{match[1]}x{match[2]}" in self.screens:
            return Seen("screen", _SEEN + "screen size", value)
        if self.languages and text.lower().replace("_", "-") in self.languages:
            return Seen("language", _SEEN + "language", value)
        if text in self.browsers:
            return Seen("user_agent", _SEEN + "user agent of the browser", value)
        if text in self.zones or (text in self.offsets and _ZONE_NAMES.search(name)):
            return Seen("timezone", _SEEN + "time zone", value)
        if text in self.sides and _SCREEN_NAMES.search(name):
            return Seen("screen", _SEEN + "a side of the screen, in a parameter named so", value)
        if self.span and _TIME.fullmatch(text):
            seconds = float(text) / (1 if len(text.partition(".")[0]) == 10 else 1000)
            if self.span[0] <= seconds <= self.span[1]:
                return Seen("time", _SEEN + "a time within the visit", value)
        return None

    def _address(self, text: str, value: str) -> Seen | None:
        if what := self.parts.get(text):
            return Seen("page_url", _SEEN + what, value)
        if "%" in text:
            for _ in range(2):
                if "%2f" in text[:200].lower() or "%3a" in text[:200].lower():
                    text = unescaped(text)
        if (key := page_key(text)) is None:
            return None
        if key in self.pages:
            return Seen("page_url", _SEEN + "address of the page", value)
        if key in self.referrers:
            return Seen("referrer", _SEEN + "address of the page before", value)
        return None

    def _inside(self, text: str, value: str) -> Seen | None:
        """An identifier within a longer value, between characters no identifier has."""
        for token in _TOKENS.split(text[:4096]):
            if len(token) >= MIN_ID and token != text and (found := self.ids.get(token)):
                return Seen(found[0], _SEEN + found[1], token)
        return None


def emails_in(text: str) -> list[str]:
    """The e-mail addresses in a text, escaped or not; names of image files (`a@2x.png`) are none."""
    text = text[:_MAX_SCAN]
    if "%40" in text:
        text = unescaped(text)
    if "@" not in text:
        return []
    return [
        m[0]
        for m in _EMAIL.finditer(text)
        if m[0].rpartition(".")[2].lower() not in _NOT_TLD and not _USERINFO.search(text, 0, m.start())
    ]


def hashed_contact(name: str, value: str) -> Seen | None:
    """A hash in a parameter whose name says e-mail or telephone. Other hashes can be anything."""
    if len(value) not in (32, 40, 64) or not _HEX_HASH.fullmatch(value):
        return None
    words = set(re.split(r"[^a-z]+", name.lower()))
    if words & _EMAIL_NAMES or "email" in name.lower():
        return Seen("hashed_email", "by value: a hash in a parameter named as an e-mail address", value)
    if words & _PHONE_NAMES or "phone" in name.lower():
        return Seen("hashed_phone", "by value: a hash in a parameter named as a telephone number", value)
    return None


def is_id(value: str) -> bool:
    """Whether a value can single out a browser: 8 characters or more, and no mere word such as `accepted`."""
    size = len(value)
    if size < MIN_ID or size > _MAX_ID:
        return False
    return size >= _MIN_WORD_ID or _WORD.fullmatch(value) is None


def versions_in(text: str) -> list[str]:
    """Full versions (`156.0.7204.49`) in a header: long enough to tell a browser by."""
    return [v for v in _VERSION.findall(text) if not v.endswith(".0.0.0")]


def page_key(text: str) -> tuple[str, str] | None:
    """Host and path of an address or of `host/path`; None for anything else."""
    head = text[:8].lower()
    if head.startswith("//"):
        text = "https:" + text
    elif not head.startswith(("http://", "https://")):
        if "/" not in text or "." not in text.partition("/")[0] or " " in text:
            return None
        text = "https://" + text
    if (parts := split_url(text)) is None or not parts.host:
        return None
    return parts.host, unescaped(parts.path).rstrip("/")


def _pieces(value: str) -> list[str]:
    """The value, unescaped, and its dotted parts: `GA1.1.<random>.<time>` is sent on as `<random>.<time>`.

    Parts that are plain numbers are left out: a time in seconds would be taken for an identifier.
    """
    plain = unescaped(value).strip('"')
    if "." not in plain:
        return [w for w in {value, plain} if is_id(w)]
    wholes = {value, plain}
    parts = plain.split(".")
    if 1 < len(parts) <= 8:
        wholes |= {".".join(parts[start:]) for start in range(1, len(parts))}
        wholes |= set(parts)
    return [w for w in wholes if is_id(w) and (w == value or not re.fullmatch(r"\d{1,13}|\d{1,6}\.\d{1,6}", w))]
