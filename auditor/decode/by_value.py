"""Recognising a value by what it is, for parameters no vendor file describes.

`Facts` is what a visit knows of itself: its pages, title, screen, language, cookies, click ids and the e-mail
addresses that occur in it. A value equal to one of them is that thing, whoever receives it. Such an item has no mark:
it rests on the visit's own bytes, not on a statement about the vendor.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from auditor.decode.knowledge import Knowledge
from auditor.decode.parameters import cookie_pairs, query_params, split_url
from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Exchange, VisitEvidence

MIN_ID = 8
_MAX_ID = 512
_MIN_WORD_ID = 16
_SEEN = "by value: "
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_NOT_TLD = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "js", "css", "mjs", "map", "json", "html"})
_MAX_SCAN = 1 << 16
_SCREEN = re.compile(r"(\d{2,5})\s*[xX*,×]\s*(\d{2,5})")
_HEX_HASH = re.compile(r"[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32}")
_EMAIL_NAMES = frozenset({"em", "he", "hem", "mail", "eml"})
_PHONE_NAMES = frozenset({"ph", "hp", "tel", "pn"})
_WORD = re.compile(r"[A-Za-z_-]*")


class Seen(NamedTuple):
    """What a value was recognised as."""

    data_type: str
    source: str
    value: str


@dataclass
class Facts:
    """What is known of a visit before its requests are read; empty parts recognise nothing."""

    pages: set[tuple[str, str]] = field(default_factory=set)
    referrers: set[tuple[str, str]] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    screens: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    ids: dict[str, tuple[str, str]] = field(default_factory=dict)
    click_ids: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    def add_page(self, url: str | None, knowledge: Knowledge) -> None:
        """Take an address as one of the visit's pages, with the click ids it carries."""
        if not url or (key := _page_key(url)) is None:
            return
        self.pages.add(key)
        parts = split_url(url)
        for name, value, _ in query_params(parts.query) if parts else ():
            if name in knowledge.click_ids and len(value) >= MIN_ID:
                self.click_ids.setdefault(value, name)

    def add_id(self, value: str, data_type: str, what: str) -> None:
        """Take a cookie's or storage item's value, whole and in its parts, as an identifier."""
        for piece in _pieces(value):
            self.ids.setdefault(piece, (data_type, what))

    def add_email(self, address: str) -> None:
        """Take an e-mail address: its usual hashes are then known too."""
        plain = address.strip().lower().encode()
        for name in ("sha256", "sha1", "md5"):
            digest = hashlib.new(name, plain, usedforsecurity=False)
            self.hashes.setdefault(digest.hexdigest(), name)
            if name == "sha256":
                self.hashes.setdefault(base64.urlsafe_b64encode(digest.digest()).decode().rstrip("="), name)

    def recognise(self, value: str) -> Seen | None:
        """What the value is, None when it is nothing the visit knows."""
        text = value.strip()
        if not text or len(text) > 8192:
            return None
        for table, data_type, what in (
            (self.hashes, "hashed_email", "hash of an e-mail address that occurs in the visit"),
            (self.click_ids, "click_id", "click id of the page's address"),
        ):
            if (text.lower() if data_type == "hashed_email" and len(text) > 43 else text) in table:
                return Seen(data_type, _SEEN + what, value)
        if found := self.ids.get(text):
            return Seen(found[0], f"{_SEEN}{found[1]}", value)
        return self._device(text, value) or self._address(text, value) or self._inside(text, value)

    def _device(self, text: str, value: str) -> Seen | None:
        if text in self.titles:
            return Seen("page_title", _SEEN + "title of the page", value)
        if (size := _SCREEN.fullmatch(text)) and f"{size[1]}x{size[2]}" in self.screens:
            return Seen("screen", _SEEN + "screen size", value)
        if text.lower().replace("_", "-") in self.languages:
            return Seen("language", _SEEN + "language", value)
        return None

    def _address(self, text: str, value: str) -> Seen | None:
        for _ in range(2):
            if "%2f" in text[:200].lower() or "%3a" in text[:200].lower():
                text = unquote(text, errors="replace")
        if (key := _page_key(text)) is None:
            return None
        if key in self.pages:
            return Seen("page_url", _SEEN + "address of the page", value)
        if key in self.referrers:
            return Seen("referrer", _SEEN + "address of the page before", value)
        return None

    def _inside(self, text: str, value: str) -> Seen | None:
        """An identifier within a longer value, between characters no identifier has."""
        if len(text) > MIN_ID and self.ids:
            for token in re.split(r"[^A-Za-z0-9_.~-]+", text[:4096]):
                if len(token) >= MIN_ID and token != text and (found := self.ids.get(token)):
                    return Seen(found[0], f"{_SEEN}{found[1]}", token)
        return None


def emails_in(text: str) -> list[str]:
    """The e-mail addresses in a text, escaped or not; names of image files (`a@2x.png`) are none."""
    text = text[:_MAX_SCAN]
    if "%40" in text:
        text = unquote(text, errors="replace")
    if "@" not in text:
        return []
    return [m for m in _EMAIL.findall(text) if m.rpartition(".")[2].lower() not in _NOT_TLD]


def is_navigation(exchange: Exchange) -> bool:
    """Whether the exchange loads a page into the browser's window, not a part of one."""
    cause = exchange.cause
    return cause is not None and cause.main_frame and cause.resource_type == "document"


def hashed_contact(name: str, value: str) -> Seen | None:
    """A hash in a parameter whose name says e-mail or telephone. Other hashes can be anything."""
    if not _HEX_HASH.fullmatch(value):
        return None
    words = set(re.split(r"[^a-z]+", name.lower()))
    if words & _EMAIL_NAMES or "email" in name.lower():
        return Seen("hashed_email", "by value: a hash in a parameter named as an e-mail address", value)
    if words & _PHONE_NAMES or "phone" in name.lower():
        return Seen("hashed_phone", "by value: a hash in a parameter named as a telephone number", value)
    return None


def is_id(value: str) -> bool:
    """Whether a value can single out a browser: 8 characters or more, and no mere word such as `accepted`."""
    return MIN_ID <= len(value) <= _MAX_ID and not (len(value) < _MIN_WORD_ID and _WORD.fullmatch(value))


def facts_of(evidence: VisitEvidence, knowledge: Knowledge) -> Facts:
    """What the visit knows of itself. Sites are the registrable domains of its pages."""
    visit, facts = evidence.visit, Facts()
    pages = [visit.page, visit.final_url] + [e.cause.top_url for e in evidence.exchanges if e.cause and e.cause.top_url]
    sites = {site_of(url) for url in pages} - {""}
    for url in pages:
        facts.add_page(url, knowledge)
    facts.titles |= {visit.title.strip()} - {""}
    facts.screens |= {visit.screen.lower()} - {""}
    facts.languages |= _languages(visit.language)
    for cookie in evidence.cookies:
        _add_cookie(facts, cookie.name, cookie.value, cookie.domain, sites, knowledge)
    for item in evidence.storage:
        if site_of(item.origin) in sites and is_id(item.value) and not item.value.startswith(("http:", "https:")):
            told = knowledge.site_cookie(item.key, storage=True) or knowledge.site_cookie(item.key)
            data_type = (told[1].data_type if told else None) or "cookie_id"
            facts.add_id(item.value, data_type, f"first-party storage item {item.key}")
    for exchange in evidence.exchanges:
        _add_exchange(facts, exchange, sites, knowledge)
    facts.referrers -= facts.pages
    return facts


def facts_of_exchange(exchange: Exchange, page_site: str, knowledge: Knowledge) -> Facts:
    """What one request alone tells of its page: the page's address by its cause and its Referer."""
    facts = Facts()
    facts.add_page(exchange.cause.top_url if exchange.cause else None, knowledge)
    _add_exchange(facts, exchange, {page_site} - {""}, knowledge)
    return facts


def _add_exchange(facts: Facts, exchange: Exchange, sites: set[str], knowledge: Knowledge) -> None:
    host = host_of(exchange.url)
    for name, header in exchange.request_headers:
        match name.lower():
            case "referer" if site_of(header) in sites or not sites:
                facts.add_page(header, knowledge)
            case "referer" if is_navigation(exchange) and (key := _page_key(header)):
                facts.referrers.add(key)
            case "cookie":
                for cookie, value in cookie_pairs(header):
                    _add_cookie(facts, cookie, value, host, sites, knowledge)
    addresses = emails_in(exchange.url)
    kept = exchange.request_body.kept[:_MAX_SCAN]
    if b"@" in kept or b"%40" in kept:
        addresses += emails_in(kept.decode("utf-8", "replace"))
    for address in addresses[:20]:
        facts.add_email(address)


def _add_cookie(facts: Facts, name: str, value: str, domain: str, sites: set[str], knowledge: Knowledge) -> None:
    if not is_id(value):
        return
    site = registrable_domain(domain)
    if site in sites:
        told = knowledge.site_cookie(name)
        data_type = told[1].data_type if told else "cookie_id"
        what = f"first-party cookie {name}"
    else:
        vendor = knowledge.vendor_of(domain.lower())
        cookie = knowledge.cookie_of(vendor, name, domain, first_party=False) if vendor else None
        data_type = cookie.data_type if cookie else "cookie_id"
        what = f"cookie {name} of {site}"
    if data_type is not None:
        facts.add_id(value, data_type, what)


def _pieces(value: str) -> Iterable[str]:
    """The value, unescaped, and its dotted parts: `GA1.1.<random>.<time>` is sent on as `<random>.<time>`.

    Parts that are plain numbers are left out: a time in seconds would be taken for an identifier.
    """
    plain = unquote(value, errors="replace").strip('"')
    wholes = {value, plain}
    parts = plain.split(".")
    if 1 < len(parts) <= 8:
        wholes |= {".".join(parts[start:]) for start in range(1, len(parts))}
        wholes |= set(parts)
    return (w for w in wholes if is_id(w) and (w == value or not re.fullmatch(r"\d{1,13}|\d{1,6}\.\d{1,6}", w)))


def _page_key(text: str) -> tuple[str, str] | None:
    """Host and path of an address or of `host/path`; None for anything else."""
    head = text[:8].lower()
    if head.startswith("//"):
        text = "https:" + text
    elif not head.startswith(("http://", "https://")):
        if "/" not in text or "." not in text.partition("/")[0] or " " in text:
            return None
        text = "https://" + text
    if (parts := split_url(text)) is None or not parts.hostname:
        return None
    return parts.hostname.rstrip("."), unquote(parts.path, errors="replace").rstrip("/")


def _languages(language: str) -> set[str]:
    first = language.partition(",")[0].partition(";")[0].strip().lower()
    return {first, first.partition("-")[0]} - {""}
