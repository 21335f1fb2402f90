"""Values to keyed tokens, by default-deny: what is not known to identify nobody is masked.

A token is hmac-sha256(key, class || 0 || value), first 16 hex digits: equal values have equal tokens inside a
run and none can be guessed without the key. Two classes only, contact data and all else, so that a
cookie's value is recognised again in an address, in storage or in a beacon. Values are hashed as decoded text:
the same identifier percent-encoded in an address gives the same token.
"""

import hmac
import re
from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import unquote, unquote_plus

from auditor.vendors import Taxonomy

# Shared by many people, each of them: what the browser and its device are, and what happened on the page.
CLEAR_TYPES = frozenset(
    {"language", "timezone", "screen", "user_agent", "hardware", "browser_capability", "app_info", "network_info"}
    | {"experiment", "performance", "event", "consent_state", "page_title"}
)
ADDRESS_TYPES = frozenset({"page_url", "referrer"})
# Clear text is still searched: a person's address or a long identifier may hide in an event's name or a path.
# Every expression is linear in its text: a page can send an address of a megabyte.
_WORD = re.compile(r"[^\s/?#&=;,:«»\"'<>()\[\]{}|]+")
_RUN = re.compile(r"[0-9A-Za-z_-]+")
_HEX = re.compile(r"[0-9A-Fa-f-]{16,}")
_LONG = re.compile(r"[0-9]{9,}|[0-9A-Za-z_]{20,}")
_MATRIX = r"(?<=;)(?P<name>[^;=/]*)=(?P<value>[^;/]*)"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates, left by broken bytes, become U+FFFD."""
    return _LONE_SURROGATE.sub("�", text)


class Masker:
    """Masks values with one run's key."""

    def __init__(self, key: bytes, taxonomy: Taxonomy) -> None:
        self._key = key
        self._contact = frozenset(t.code for t in taxonomy.data_types if t.level == "contact")

    def digest(self, value: str, data_type: str | None = None) -> str:
        """The 16 hex digits that stand for a value."""
        kind = "contact" if data_type in self._contact else "value"
        message = kind.encode() + b"\0" + value.encode("utf-8", "surrogatepass")
        return hmac.new(self._key, message, sha256).hexdigest()[:16]

    def token(self, value: str, data_type: str | None = None) -> str:
        """`«cookie_id:9f3c0a1b2c3d4e5f len 24»`; an empty value is itself."""
        if not value:
            return ""
        return f"«{data_type or 'value'}:{self.digest(value, data_type)} len {len(value)}»"

    def value(self, value: str, data_type: str | None) -> str:
        """A transmitted value as it may be shown."""
        if data_type in CLEAR_TYPES:
            return self.guard(value)
        if data_type in ADDRESS_TYPES:
            return self.url(value) if _has_scheme(value) else self._tail(value, ())
        return self.token(value, data_type)

    def guard(self, text: str) -> str:
        """Clear text with what looks like an identifier or an e-mail address replaced by its token."""
        return clean(_WORD.sub(self._word, text))

    def _word(self, match: re.Match[str]) -> str:
        word = match.group()
        name, at, host = word.replace("%40", "@").partition("@")
        if at and name and host:
            return f"«{self.digest(unquote(word))}»"
        return _RUN.sub(self._run, word)

    def _run(self, match: re.Match[str]) -> str:
        run = match.group()
        if _HEX.fullmatch(run) and any(c.isdigit() for c in run):
            return f"«{self.digest(run)}»"
        return _LONG.sub(self._long, run)

    def _long(self, match: re.Match[str]) -> str:
        """Long runs of letters alone are words; with a digit in them they are more likely an identifier."""
        text = match.group()
        return f"«{self.digest(text)}»" if any(c.isdigit() for c in text) else text

    def url(self, url: str, secrets: Iterable[str] = ()) -> str:
        """An address with its query's values, fragment and user name masked; parameter names are kept.

        `secrets` are values known to travel in its path. Never fails: a malformed address is only text.
        """
        if not url or url in ("about:blank", "about:srcdoc"):
            return clean(url)
        scheme, colon, rest = url.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
            return self._tail(url, secrets)
        if not rest.startswith("//"):
            # data:, blob:, javascript: and the like: their whole rest is content, not an address
            inner = self.url(rest, secrets) if scheme == "blob" else self._short(rest)
            return f"{scheme}:{inner}"
        end = min((rest.find(c, 2) for c in "/?#" if c in rest[2:]), default=len(rest))
        user, at, host = rest[2:end].rpartition("@")
        return clean(f"{scheme}://{self._short(user) if at else ''}{at}{host}") + self._tail(rest[end:], secrets)

    def _tail(self, tail: str, secrets: Iterable[str]) -> str:
        before, hash_, fragment = tail.partition("#")
        path, question, query = before.partition("?")
        path = self._path(path, secrets)
        masked = "&".join(self._pair(pair) for pair in query.split("&")) if query else ""
        return f"{path}{question}{masked}{hash_}{self._short(fragment)}"

    def _path(self, path: str, secrets: Iterable[str]) -> str:
        """All in one pass: what is a token already must not be masked again, nor be trusted to be one."""
        known = "|".join(re.escape(s) for s in sorted(set(secrets), key=lambda s: (-len(s), s)) if len(s) >= 4)
        pieces, end = [], 0
        for match in re.finditer(f"{_MATRIX}|{known}" if known else _MATRIX, path):
            pieces.append(self.guard(path[end : match.start()]))
            if match["name"] is not None:
                pieces.append(f"{self.guard(match['name'])}={self._short(match['value'])}")
            else:
                pieces.append(f"«{self.digest(match.group())}»")
            end = match.end()
        return "".join(pieces) + self.guard(path[end:])

    def _pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        return f"{self.guard(name)}={self._short(value)}" if equals else self._short(pair)

    def _short(self, encoded: str) -> str:
        """The token as addresses carry it: digits only, or a masked address would be unreadable."""
        return f"«{self.digest(unquote_plus(encoded))}»" if encoded else ""


def _has_scheme(text: str) -> bool:
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text) is not None
