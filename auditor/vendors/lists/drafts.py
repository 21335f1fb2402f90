"""What a list says of each owner, gathered from its files before vendors are made of it."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from auditor.domains import registrable_domain
from auditor.vendors.lists.supplied import Supplied
from auditor.vendors.model import ModuleKind, NameKind, Party

MAX_TEXT = 300
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.(?:[a-z]{2,63}|xn--[a-z0-9-]+)")

NO_DOMAIN = "domains that are no domain names"
PUBLIC_SUFFIX = "domains under which anyone may register a name"


class NameDraft(NamedTuple):
    """A name as the list has it."""

    name: str
    kind: NameKind
    source: str
    country: str | None = None


class EndpointDraft(NamedTuple):
    """A host with everything below it, and a path glob."""

    host: str
    path: str
    source: str


class ModuleDraft(NamedTuple):
    """What the list calls a tracker or pattern."""

    key: str
    name: str
    kind: ModuleKind
    endpoints: tuple[EndpointDraft, ...]


class CookieDraft(NamedTuple):
    """A cookie; `domain` is "" for the visited site's."""

    name: str
    example: str | None
    domain: str
    party: Party
    lifetime_days: float | None
    purpose: str
    source: str


@dataclass
class Draft:
    """One owner. The first name is the one it goes by; of each domain: what it is for, and the source."""

    names: list[NameDraft] = field(default_factory=list)
    domains: dict[str, tuple[set[str], str]] = field(default_factory=dict)
    modules: list[ModuleDraft] = field(default_factory=list)
    cookies: list[CookieDraft] = field(default_factory=list)

    def add_name(self, name: str, kind: NameKind, source: str, country: str | None = None) -> None:
        """Take a name unless it is empty or there already."""
        name = one_line(name)
        if name and all(known.name.casefold() != name.casefold() for known in self.names):
            self.names.append(NameDraft(name, kind, source, country))


@dataclass
class Drafts:
    """All owners of a list by the list's own key, and what was left out, counted by its reason."""

    owners: dict[str, Draft] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def owner(self, key: str) -> Draft:
        """The owner of that key, made when it is new."""
        return self.owners.setdefault(key, Draft())

    def claim(self, owner: Draft, written: str, source: str, *uses: str) -> str | None:
        """Give the owner a domain; None and counted where what is written is none."""
        domain = domain_name(written)
        if domain is None or is_public_suffix(domain):
            self.left_out[NO_DOMAIN if domain is None else PUBLIC_SUFFIX] += 1
            return None
        owner.domains.setdefault(domain, (set(), source))[0].update(one_line(use) for use in uses if use.strip())
        return domain


class ListFormat(NamedTuple):
    """A list that can be converted.

    `kind_of` tells from a file's content which of the list's files it is, None for none of them; `take` reads one
    into the drafts, and raises InputError naming its place for a bad one.
    """

    key: str
    title: str
    licence: str
    kind_of: Callable[[object], str | None]
    take: Callable[[str, Supplied, Drafts], None]


def source_of(title: str, licence: str, dated: date) -> str:
    """The source every fact of a list's file carries."""
    return f"{title} ({licence}), supplied by the user, {dated.isoformat()}"


def domain_name(written: str) -> str | None:
    """A domain or host in lower case and ASCII (IDNA); None for an address, a pattern, a bare word."""
    host = written.strip().lower().strip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return None
    return host if len(host) <= 253 and _HOST.fullmatch(host) else None


def is_public_suffix(domain: str) -> bool:
    """Whether names right below the domain belong to whoever registers them (co.jp, github.io)."""
    return registrable_domain(f"a.b.{domain}") == f"b.{domain}"


def one_line(text: str) -> str:
    """Text of a list as one printable line, cut where it is long."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= MAX_TEXT else f"{plain[: MAX_TEXT - 1]}…"
