"""From drafts to vendors: what vendor files describe already, and what the list itself contradicts, is left out."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from auditor.domains import is_within
from auditor.vendors.facts import Mark
from auditor.vendors.lists.drafts import Draft, Drafts, ListFormat, ModuleDraft, NameDraft
from auditor.vendors.lists.known import Known
from auditor.vendors.model import Domain, Endpoint, Module, Name, NameKind, Party, Vendor, VendorCookie

MAX_ID = 64
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")

DESCRIBED = "domains that vendor files describe already"
TWO_OWNERS = "domains the list gives to two owners"
NOTHING_LEFT = "owners of whom nothing is left"
COOKIE_DESCRIBED = "cookies that vendor files describe already"
COOKIE_TWO_OWNERS = "cookies of the visited site that the list gives to two owners"
COOKIE_TWICE = "cookies the list has twice"
COOKIE_ELSEWHERE = "cookies on domains that were left out"
PATTERN_ELSEWHERE = "patterns on domains that were left out"
SAME_NAME = "names that vendor files have: the list's name stands behind them, or they are left out"


class Converted(NamedTuple):
    """A list made into vendors, and what was left out, counted by its reason."""

    format: ListFormat
    vendors: tuple[Vendor, ...]
    left_out: Counter[str]


def build(form: ListFormat, drafts: Drafts, known: Known) -> Converted:
    """The list's vendors by id. `known` learns them, for the lists that follow."""
    left_out = drafts.left_out
    shared = Counter(domain for owner in drafts.owners.values() for domain in owner.domains)
    set_by = Counter(
        name for owner in drafts.owners.values() for name in {c.name for c in owner.cookies if c.party is Party.first}
    )
    vendors: list[Vendor] = []
    taken = set(known.ids)
    for key in sorted(drafts.owners):
        owner = drafts.owners[key]
        domains = tuple(_domains(owner, shared, known, left_out))
        cookies = tuple(_cookies(owner, {d.domain for d in domains}, set_by, known, left_out))
        if not owner.names or not (domains or cookies):
            left_out[NOTHING_LEFT] += 1
            continue
        vendor = Vendor(
            vendor=_id(form.key, owner.names[0].name, key, taken),
            names=tuple(_names(owner, form, known, left_out)),
            domains=domains,
            converted=form.title,
            modules=tuple(_modules(owner, {d.domain for d in domains}, left_out)),
            cookies=cookies,
        )
        taken.add(vendor.vendor)
        known.add_names(vendor)
        vendors.append(vendor)
    for vendor in vendors:
        known.add(vendor)
    return Converted(form, tuple(sorted(vendors, key=lambda v: v.vendor)), left_out)


def _domains(owner: Draft, shared: Counter[str], known: Known, left_out: Counter[str]) -> Iterable[Domain]:
    for domain, (uses, source) in sorted(owner.domains.items()):
        if known.has_domain(domain):
            left_out[DESCRIBED] += 1
        elif shared[domain] > 1:
            left_out[TWO_OWNERS] += 1
        else:
            yield Domain(domain=domain, use=", ".join(sorted(uses)), mark=Mark.secondary, source=source)


def _cookies(
    owner: Draft, domains: set[str], set_by: Counter[str], known: Known, left_out: Counter[str]
) -> Iterable[VendorCookie]:
    seen: set[tuple[str, str]] = set()
    for cookie in owner.cookies:
        if known.has_cookie(cookie):
            left_out[COOKIE_DESCRIBED] += 1
        elif (cookie.name, cookie.domain) in seen:
            left_out[COOKIE_TWICE] += 1
        elif cookie.party is Party.first and set_by[cookie.name] > 1:
            left_out[COOKIE_TWO_OWNERS] += 1
        elif cookie.party is Party.third and cookie.domain not in domains:
            left_out[COOKIE_ELSEWHERE] += 1
        else:
            seen.add((cookie.name, cookie.domain))
            yield VendorCookie(
                name=cookie.name,
                example=cookie.example,
                domain=cookie.domain,
                party=cookie.party,
                lifetime_days=cookie.lifetime_days,
                data_type=None,
                purpose=cookie.purpose,
                mark=Mark.secondary,
                source=cookie.source,
            )


def _names(owner: Draft, form: ListFormat, known: Known, left_out: Counter[str]) -> Iterable[Name]:
    """A name another vendor goes by must not become this one's: a disclosure that uses it means the other."""
    first, *others = owner.names
    if known.has_name(first.name):
        left_out[SAME_NAME] += 1
        first = NameDraft(f"{first.name} ({form.title})", NameKind.brand, first.source, first.country)
    for name in (first, *others):
        if name is not first and known.has_name(name.name):
            left_out[SAME_NAME] += 1
            continue
        yield Name(name=name.name, kind=name.kind, country=name.country, mark=Mark.secondary, source=name.source)


def _modules(owner: Draft, domains: set[str], left_out: Counter[str]) -> Iterable[Module]:
    taken: set[str] = set()
    for draft in owner.modules:
        endpoints = []
        for endpoint in draft.endpoints:
            if not any(is_within(endpoint.host, domain) for domain in domains):
                left_out[PATTERN_ELSEWHERE] += 1
                continue
            endpoints.append(
                Endpoint(host=f"*.{endpoint.host}", path=endpoint.path, mark=Mark.secondary, source=endpoint.source)
            )
        if endpoints:
            yield _module(draft, tuple(endpoints), taken)


def _module(draft: ModuleDraft, endpoints: tuple[Endpoint, ...], taken: set[str]) -> Module:
    name = _id("", draft.key, draft.key, taken)
    taken.add(name)
    return Module(id=name, name_ja=draft.name, name_en=draft.name, kind=draft.kind, endpoints=endpoints)


def _id(prefix: str, name: str, key: str, taken: set[str]) -> str:
    """The name as an id; one that is taken, or has no letter of ours, is told apart by the digest of its key."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _NOT_IN_ID.sub("-", plain).strip("-")
    lead = f"{prefix}-" if prefix else ""
    made = f"{lead}{slug}"[:MAX_ID].rstrip("-")
    if slug and made not in taken:
        return made
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{made[: MAX_ID - 9].rstrip('-')}-{digest}" if made else digest
