"""Rows of what the browser kept: cookies, storage; with the vendor whose file describes them."""

from collections.abc import Iterator, Mapping

from auditor.decode import Knowledge
from auditor.domains import host_of, registrable_domain
from auditor.evidence import Cookie, StorageItem
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.rows.visited import visit_sites
from auditor.vendors import VendorCookie

type Known = tuple[str | None, VendorCookie | None]


def cookies(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a cookie stored, sent or refused."""
    knowledge = Knowledge(result.vendors, result.taxonomy)
    for evidence in result.visits:
        sites = visit_sites(evidence.visit)
        for c in evidence.cookies:
            first = registrable_domain(c.domain) in sites
            vendor, rule = _cookie_fact(knowledge, c, first=first)
            data_type = rule.data_type if rule else None
            yield {
                "visit": evidence.visit.visit,
                "name": c.name,
                "domain": c.domain,
                "path": masker.guard(c.path),
                "party": "first" if first else "third",
                "set_by": c.set_by,
                "set_at": c.set_at,
                "expires_at": c.expires_at,
                "lifetime_days": _days(c),
                "same_site": c.same_site,
                "secure": c.secure,
                "http_only": c.http_only,
                "partition_key": c.partition_key,
                "stored": c.stored,
                "blocked_reason": c.blocked_reason,
                "sent_to": c.sent_to,
                "vendor": vendor,
                "purpose": rule.purpose if rule else None,
                "data_type": data_type,
                "value": masker.token(c.value, data_type),
                "sent_in": c.sent_in,
                "set_by_script": masker.url(c.set_by_script.url) if c.set_by_script else None,
                "set_by_line": c.set_by_script.line if c.set_by_script else None,
                "set_by_column": c.set_by_script.column if c.set_by_script else None,
                "set_by_function": masker.guard(c.set_by_script.function) if c.set_by_script else None,
                "lifetime_kept_days": round(c.kept_s / 86400, 4) if c.kept_s is not None else None,
            }


def storage(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row an item of a store: Web Storage, IndexedDB, Cache Storage, service workers."""
    knowledge = Knowledge(result.vendors, result.taxonomy)
    for evidence in result.visits:
        for s in evidence.storage:
            vendor, rule = _storage_fact(knowledge, s)
            data_type = rule.data_type if rule else None
            yield {
                "visit": evidence.visit.visit,
                "origin": s.origin,
                "top_site": s.top_site,
                "area": s.area,
                "key": _storage_key(s, masker),
                "bytes": _bytes(s),
                "written_by": masker.url(s.written_by or ""),
                "vendor": vendor,
                "data_type": data_type,
                "value": masker.token(s.value, data_type),
                "detail": masker.url(s.detail) if s.area == "service_worker" else masker.guard(s.detail),
                "sha256": s.sha256,
            }


def _bytes(item: StorageItem) -> int | None:
    """None for what was not read, such as a cached body over the limit."""
    if item.size is None and item.area in ("local", "session"):
        return len(item.value.encode("utf-8", "surrogatepass"))
    return item.size


def _storage_key(item: StorageItem, masker: Masker) -> str:
    """Cached addresses and scopes are masked as addresses are."""
    if item.area == "service_worker":
        return masker.url(item.key)
    cache, slash, address = item.key.partition("/") if item.area == "cache" else (item.key, "", "")
    return masker.guard(cache) + slash + masker.url(address)


def _cookie_fact(knowledge: Knowledge, cookie: Cookie, *, first: bool) -> Known:
    """By the cookie's own domain, else, for a cookie of the visited site, by the tag that sets such a name."""
    vendor = knowledge.vendor_of(cookie.domain)
    if vendor is not None:
        sides = (first, not first)
        facts = (knowledge.cookie_of(vendor, cookie.name, cookie.domain, first_party=side) for side in sides)
        return vendor.vendor, next((fact for fact in facts if fact), None)
    own = knowledge.site_cookie(cookie.name) if first else None
    return (own[0].vendor, own[1]) if own else (None, None)


def _storage_fact(knowledge: Knowledge, item: StorageItem) -> Known:
    """As for cookies; a vendor's frame has its own storage."""
    host = host_of(item.origin)
    own = knowledge.site_cookie(item.key, storage=True)
    vendor = knowledge.vendor_of(host)
    if own and (registrable_domain(host) == item.top_site or vendor is own[0]):
        return own[0].vendor, own[1]
    return (vendor.vendor if vendor else None), None


def _days(cookie: Cookie) -> float | None:
    """The lifetime asked for, else the one the two times tell; None for a session cookie or unknown."""
    if cookie.max_age_s is not None:
        return round(cookie.max_age_s / 86400, 4)
    if cookie.set_at and cookie.expires_at:
        return round((cookie.expires_at - cookie.set_at).total_seconds() / 86400, 4)
    return None
