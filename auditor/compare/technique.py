"""What carries an identifier when third-party cookies are gone (monitoring item 5-2; DOMAIN.md C.4).

Told by the value: the same value, or a part of it, stands in a first-party cookie or in Web Storage. Only
identifiers and contact data are looked at: a time or an address stands in many places by chance.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from urllib.parse import unquote

from auditor.compare.units import Unit, page_sites, partition_key
from auditor.decode.globs import compile_glob
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.domains import host_of, is_within, registrable_domain
from auditor.evidence import VisitEvidence
from auditor.vendors import Carrier

FIRST_PARTY_COOKIE = "first_party_cookie"
PARTITIONED_COOKIE = "partitioned_cookie"
LOCAL_STORAGE = "local_storage"
LINK_DECORATION = "link_decoration"
HASHED_CONTACT = "hashed_contact"
KEPT = frozenset({FIRST_PARTY_COOKIE, LOCAL_STORAGE, PARTITIONED_COOKIE})
"""Told by the equality with what the browser keeps."""
CNAME = "cname"
FIRST_PARTY_PROXY = "first_party_proxy"
# Of several items that take over, the one whose technique is known, in this order.
TAKE_OVER = (
    PARTITIONED_COOKIE,
    FIRST_PARTY_COOKIE,
    LOCAL_STORAGE,
    LINK_DECORATION,
    HASHED_CONTACT,
    CNAME,
    FIRST_PARTY_PROXY,
    "",
)

MIN_LENGTH = 8
# A number of ten digits is a time in seconds: equal by chance when two things happen at once.
_TIME = re.compile(r"1\d{9}(\d{3})?")


def technique_of(unit: Unit, evidence: VisitEvidence, knowledge: Knowledge) -> str:
    """The technique by which a unit's values came to be sent, "" for none of them (a third-party cookie)."""
    data_type = unit.key.data_type
    if not identifies(data_type, knowledge):
        return ""
    if data_type.startswith("hashed_"):
        return HASHED_CONTACT
    for t in {(t.host, t.value): t for t in unit.items}.values():
        if found := _of_item(t, evidence, knowledge):
            return found
    return ""


def spoken_for(items: Iterable[Transmission], known: Collection[str]) -> list[Transmission]:
    """The items that a vendor file names, or whose value is or holds one of `known`, what the visits identify.

    That a value equals what is kept is not enough: the same may be true of a date, or of a consent string.
    """
    return [t for t in items if t.mark is not None or any(value in t.value for value in known)]


def identifies(data_type: str, knowledge: Knowledge) -> bool:
    """Whether a kind of data is an identifier or contact data."""
    taxonomy = knowledge.taxonomy
    return taxonomy.has(data_type) and taxonomy.get(data_type).level in ("identifier", "contact")


def _of_item(t: Transmission, evidence: VisitEvidence, knowledge: Knowledge) -> str:
    if t.carrier is Carrier.cookie:
        if partition_key(t, evidence) is not None:
            return PARTITIONED_COOKIE
        if not (t.first_party or t.recipient in page_sites(evidence)):
            return ""
        return LINK_DECORATION if t.data_type == "click_id" else FIRST_PARTY_COOKIE
    name = t.parameter.rpartition("?")[2]
    if t.data_type == "click_id" or name in knowledge.click_ids:
        return LINK_DECORATION
    sites = page_sites(evidence)
    for cookie in evidence.cookies:
        if registrable_domain(cookie.domain) in sites and same_value(t.value, cookie.value):
            own = knowledge.site_cookie(cookie.name)
            return LINK_DECORATION if own and own[1].data_type == "click_id" else FIRST_PARTY_COOKIE
    for item in evidence.storage:
        if item.area == "local" and same_value(t.value, item.value) and _storage_of(item.origin, t, sites, knowledge):
            return LOCAL_STORAGE
    if t.told_by.startswith("cname"):
        return CNAME
    return FIRST_PARTY_PROXY if t.first_party and t.vendor is not None else ""


def _storage_of(origin: str, t: Transmission, sites: frozenset[str], knowledge: Knowledge) -> bool:
    """Whether a storage is the vendor's frame's, the recipient's, or the page's own (where tags write too)."""
    host = host_of(origin)
    if registrable_domain(host) in (*sites, t.recipient):
        return True
    vendor = knowledge.vendor(t.vendor) if t.vendor is not None else None
    names = [d.domain for d in vendor.domains] if vendor is not None else []
    return any(
        compile_glob(name).fullmatch(registrable_domain(host)) if name.endswith(".*") else is_within(host, name)
        for name in names
    )


def same_value(sent: str, kept: str) -> bool:
    """Whether a sent value is a kept one, a part of it, or has it as a part, cut only at separators.

    `_ga` keeps GA1.1.111.1700 and sends 111.1700; `_yjsu_yjad` keeps EPOCH.UUID and sends the UUID.
    """
    for a in {sent, _unquoted(sent)}:
        for b in {kept, _unquoted(kept)}:
            if _part_of(a, b) or _part_of(b, a):
                return True
    return False


@lru_cache(512)
def _unquoted(text: str) -> str:
    """Each value is asked for again and again: a page may keep a megabyte in one."""
    return unquote(text)


def _part_of(part: str, whole: str) -> bool:
    if len(part) < MIN_LENGTH or _TIME.fullmatch(part):
        return False
    start = whole.find(part)
    while start >= 0:
        end = start + len(part)
        free_before = start == 0 or not whole[start - 1].isalnum()
        if free_before and (end == len(whole) or not whole[end].isalnum()):
            return True
        start = whole.find(part, start + 1)
    return False
