"""What vendor files describe already: it wins over every list."""

import re
import unicodedata
from collections.abc import Iterable

from auditor.domains import registrable_domain
from auditor.vendors.lists.drafts import CookieDraft
from auditor.vendors.model import Vendor

_WORDS = re.compile(r"\w+")
# As in the decoder: `name.*` reaches only where a company registers its own name.
_COUNTRY = re.compile(r"com|(com?\.)?[a-z]{2}")
_LEGAL_FORMS = frozenset(
    (
        *("inc", "incorporated", "llc", "ltd", "limited", "corp", "corporation", "co", "company", "plc", "gmbh", "ag"),
        *("sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ab", "as", "oy", "kk", "lp", "pte", "pty", "pvt"),
    )
)
_LEGAL_FORMS_JA = ("株式会社", "合同会社", "有限会社")


class Known:
    """Domains, cookies, names and ids of the vendors so far."""

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        self._domains: set[str] = set()
        self._names_everywhere: set[str] = set()
        self._cookies: set[str] = set()
        self._globs: list[re.Pattern[str]] = []
        self._names: set[str] = set()
        self.ids: set[str] = set()
        for vendor in vendors:
            self.add(vendor)

    def add(self, vendor: Vendor) -> None:
        """From now on this vendor is described too."""
        self.ids.add(vendor.vendor)
        for fact in vendor.domains:
            if fact.domain.endswith(".*"):
                self._names_everywhere.add(fact.domain[:-2])
            else:
                self._domains.add(fact.domain)
        self._domains.update(name.lower() for name in vendor.not_domains)
        for cookie in vendor.cookies:
            if set("*?") & set(cookie.name):
                self._globs.append(_glob(cookie.name))
            self._cookies.add(cookie.name)
        self.add_names(vendor)

    def add_names(self, vendor: Vendor) -> None:
        """From now on these names are the vendor's."""
        self._names.update(company(name.name) for name in vendor.names)

    def has_domain(self, domain: str) -> bool:
        """Whether a vendor has the domain or one above it, or says that it is not its own."""
        labels = domain.split(".")
        if any(".".join(labels[start:]) in self._domains for start in range(len(labels))):
            return True
        first, _, suffix = registrable_domain(domain).partition(".")
        return first in self._names_everywhere and _COUNTRY.fullmatch(suffix) is not None

    def has_cookie(self, cookie: CookieDraft) -> bool:
        """Whether a vendor's pattern has the cookie's name."""
        if cookie.name in self._cookies:
            return True
        shown = cookie.example or cookie.name
        return any(glob.fullmatch(shown) for glob in self._globs)

    def has_name(self, name: str) -> bool:
        """Whether a vendor goes by the name, the legal form aside."""
        return company(name) in self._names


def company(name: str) -> str:
    """A company's name made comparable: its words in small letters, without a legal form at its end."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    for form in _LEGAL_FORMS_JA:
        plain = plain.replace(form, " ")
    words = _WORDS.findall(re.sub(r"[.'’]", "", plain))
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words) or plain


def _glob(glob: str) -> re.Pattern[str]:
    """Atomic groups: no glob can backtrack."""
    first, *rest = (".".join(re.escape(part) for part in piece.split("?")) for piece in glob.split("*"))
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece)
    return re.compile(first + middle + (f".*{rest[-1]}" if rest else ""), re.DOTALL)
