"""Names of recipients found in text: which vendor, and by which kind of name.

規則22条の2の29二 asks for 氏名又は名称: a legal name. The names are the vendor files'; a legal name without its
legal form is found too, as `loose`, because the strict form decides that rule.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from auditor.disclosures.vocabulary import Vocabulary
from auditor.vendors import Mark, Name, NameKind, Vendor

LOOSE = "loose"
MAX_TEXT = 20_000

_SPACES = re.compile(r"\s+")
_SPACE_BESIDE_JAPANESE = re.compile(r"(?<![A-Za-z0-9]) | (?![A-Za-z0-9])")
_COMMAS = re.compile(r",")
_DOTS = re.compile(r"[.'’\"®™]")
_ABBREVIATED = re.compile(r"\(株\)")
_ADDRESS = re.compile(r"https?://[!-~]+|(?<![A-Za-z0-9@.-])(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,}(?![A-Za-z0-9-])", re.ASCII)
_DOMAIN = re.compile(r"(?<![A-Za-z0-9@.-])(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,}(?![A-Za-z0-9-])", re.ASCII)
_RANK = {NameKind.legal.value: 0, NameKind.former.value: 1, LOOSE: 2, NameKind.brand.value: 3}

# Of two names spelt alike: the current one.
_SPELT = (NameKind.legal.value, LOOSE, NameKind.former.value, NameKind.brand.value)


class Hit(NamedTuple):
    """One known name in a text."""

    entity: str
    kind: str
    name: str
    mark: Mark
    start: int
    end: int


class Identity(NamedTuple):
    """Whom a cell names; `kind` None: known company, but the name used proves nothing."""

    entity: str
    kind: str | None


def domains_in(text: str) -> tuple[str, ...]:
    """Domain names a text has, also inside addresses, in lower case, in order, each once."""
    plain = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    return tuple(dict.fromkeys(m.group().lower() for m in _DOMAIN.finditer(plain)))


def plain_name(text: str) -> str:
    """A name made comparable: NFKC, no dots and commas, spaces only between Latin words, (株) written out."""
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    text = _ABBREVIATED.sub("株式会社", text)
    text = _SPACES.sub(" ", _DOTS.sub("", _COMMAS.sub(" ", text))).strip()
    return _SPACE_BESIDE_JAPANESE.sub("", text)


class NameTable:
    """All vendors' names, ready to be found in texts."""

    def __init__(self, vendors: Iterable[Vendor], vocabulary: Vocabulary) -> None:
        vendors = tuple(vendors)
        forms = sorted({plain_name(f) for f in vocabulary.legal_forms}, key=lambda f: (-len(f), f))
        self._form = re.compile("|".join(_bounded(f) for f in forms), re.IGNORECASE)
        self._known: dict[str, list[tuple[bool, str, str, Name]]] = {}  # derived, entity, kind, name
        self._short: dict[str, tuple[str, str, Name]] = {}
        for vendor in vendors:
            for name in vendor.names:
                self._add(vendor.vendor, name)
        written = {n for vendor in vendors for n in map(_normal, (x.name for x in vendor.names)) if _DOMAIN.search(n)}
        self._like_domains = re.compile("|".join(_alone(n) for n in sorted(written, key=len, reverse=True)) or r"(?!)")
        words = sorted(self._known, key=lambda w: (-len(w), w))
        self._pattern = re.compile("|".join(_bounded(w) for w in words), re.IGNORECASE) if words else None
        # The same cell is asked for several times, and pages repeat themselves.
        self.hits = lru_cache(maxsize=4096)(self._find)

    def _add(self, entity: str, name: Name) -> None:
        plain = plain_name(name.name)
        if len(plain) <= 2:
            # "X" or "au" inside a text is rarely the company: only when it stands alone.
            self._short[plain] = (entity, name.kind.value, name)
            return
        self._known.setdefault(plain.lower(), []).append((False, entity, name.kind.value, name))
        if name.kind is NameKind.brand or not name.loose:
            return
        bare = _SPACES.sub(" ", self._form.sub(" ", plain)).strip()
        if bare != plain and len(bare) > 2:
            kind = LOOSE if name.kind is NameKind.legal else NameKind.former.value
            self._known.setdefault(bare.lower(), []).append((True, entity, kind, name))

    def _find(self, text: str) -> tuple[Hit, ...]:
        """Known names in a text, the longest first at each place; names inside addresses do not count."""
        plain = self._comparable(text)
        found = []
        for m in self._pattern.finditer(plain) if self._pattern else ():
            # What a file lists counts before what follows from dropping a legal form: "Facebook" is a brand.
            entries = self._known[_SPACES.sub(" ", m.group().lower())]
            _, entity, kind, name = min(entries, key=lambda e: (e[0], _SPELT.index(e[2]), e[1]))
            found.append(Hit(entity, kind, name.name, name.mark, m.start(), m.end()))
        for m in re.finditer(r"[^/()、・;\n\[\]【】]+", plain):
            if (entry := self._short.get(m.group().strip())) is not None:
                found.append(Hit(entry[0], entry[1], entry[2].name, entry[2].mark, m.start(), m.end()))
        return tuple(sorted(found, key=lambda h: h.start))

    def identify(self, recipient: str, service: str = "") -> tuple[Identity, ...]:
        """Whom a recipient cell (with its service cell beside it) names, in the order of the text.

        The legal name wins over the former one, that over the loose one, that over a brand. A brand beside
        another company's legal form (Google Ireland Limited) or beside another vendor's legal name names the
        vendor with `kind` None: it proves no breach.
        """
        first = self.hits(recipient)
        hits = first or self.hits(service)
        if not hits:
            return ()
        best: dict[str, str] = {}
        for hit in (*hits, *(h for h in self.hits(service) if any(h.entity == f.entity for f in first))):
            if hit.entity not in best or _RANK[hit.kind] < _RANK[best[hit.entity]]:
                best[hit.entity] = hit.kind
        foreign = self._unexplained_form(recipient, first) or (bool(recipient.strip()) and not first)
        named = any(kind in (NameKind.legal, NameKind.former) for kind in best.values())
        result = []
        for entity, kind in best.items():
            weak = kind in (NameKind.brand, LOOSE)
            result.append(Identity(entity, None if weak and (foreign or named) else kind))
        return tuple(result)

    def mentions(self, texts: Sequence[str]) -> frozenset[str]:
        """Vendors that are named anywhere in the texts, by whatever name."""
        return frozenset(hit.entity for text in texts for hit in self.hits(text))

    def _unexplained_form(self, text: str, hits: Sequence[Hit]) -> bool:
        """Whether a legal form stands in the text that belongs to none of the legal names found."""
        plain = self._comparable(text)
        spans = [(h.start, h.end) for h in hits if h.kind in (NameKind.legal, NameKind.former)]
        return any(not any(a <= m.start() and m.end() <= b for a, b in spans) for m in self._form.finditer(plain))

    def _comparable(self, text: str) -> str:
        """The text without addresses, names that look like one (Amazon.com, Inc.) kept."""
        normal = self._like_domains.sub(lambda m: _DOTS.sub("", m.group()), _normal(text[:MAX_TEXT]))
        return plain_name(_ADDRESS.sub(" / ", normal))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _alone(name: str) -> str:
    """A name with a domain in it as a pattern: not inside an address or a longer domain name."""
    return rf"(?i:(?<![A-Za-z0-9@./-]){re.escape(name)}(?![A-Za-z0-9/-]|\.[A-Za-z0-9]))"


def _bounded(word: str) -> str:
    before = r"(?<![A-Za-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
    return before + re.escape(word).replace(r"\ ", " ?") + after
