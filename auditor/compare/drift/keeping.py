"""What a visit's browser was given to keep: cookies with their attributes, and storage."""

from collections.abc import Callable

from auditor.compare.drift.model import DriftKind, Sight, State, Thing
from auditor.compare.drift.names import Names, form
from auditor.compare.units import page_sites
from auditor.domains import host_of, registrable_domain
from auditor.evidence import Cookie, StorageItem, VisitEvidence

_HOUR = 3600
_DAY = 24 * _HOUR
# Classes, not times: what a server grants until midnight or to a fixed day differs from hour to hour.
_LIFETIMES = (
    (_HOUR, "up to 1 hour"),
    (_DAY, "up to 1 day"),
    (7 * _DAY, "up to 7 days"),
    (31 * _DAY, "up to 31 days"),
    (93 * _DAY, "up to 93 days"),
    (186 * _DAY, "up to 186 days"),
    (366 * _DAY, "up to 366 days"),
    (400 * _DAY, "up to 400 days"),
)
_SLACK = _HOUR  # between the server's clock and the browser's


def kept(evidence: VisitEvidence, names: Names, look: Callable[[Thing], Sight]) -> None:
    """Add a visit's cookies (set, sent or refused) and storage. What its preparation left is no part of the site."""
    sites = page_sites(evidence)
    ours = {x.request for x in evidence.exchanges if x.of_page}
    for cookie in evidence.cookies:
        requests = ours.intersection(cookie.sent_in)
        by_page = cookie.set_by not in (None, "prepare")
        if cookie.set_by in ours:
            requests.add(str(cookie.set_by))
        if requests or by_page or (cookie.stored and cookie.set_by != "prepare"):
            thing, parents = _cookie(cookie, sites, names)
            sight = look(thing)
            sight.requests |= requests
            sight.recipients.add(registrable_domain(cookie.domain))
            sight.parents |= parents
            if by_page:
                sight.states.add(attributes(cookie))
    for item in evidence.storage:
        thing, parents = _item(item, sites, names)
        sight = look(thing)
        sight.recipients.add(registrable_domain(host_of(item.origin)))
        sight.parents |= parents


def attributes(cookie: Cookie) -> State:
    """What its setter asked for, by field."""
    return (
        ("lifetime", lifetime(cookie)),
        ("same_site", cookie.same_site or "unset"),
        ("secure", _yes(cookie.secure)),
        ("http_only", _yes(cookie.http_only)),
        ("partitioned", _yes(cookie.partition_key is not None)),
    )


def lifetime(cookie: Cookie) -> str:
    """The class of the lifetime asked for."""
    asked = cookie.max_age_s
    if asked is None and cookie.expires_at is not None and cookie.set_at is not None:
        asked = (cookie.expires_at - cookie.set_at).total_seconds()
    if asked is None:
        return "session"
    if asked <= 0:
        return "deleted"
    return next((name for limit, name in _LIFETIMES if asked <= limit + _SLACK), "more than 400 days")


def _yes(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def _cookie(cookie: Cookie, sites: frozenset[str], names: Names) -> tuple[Thing, set[Thing]]:
    knowledge = names.knowledge
    first_party = registrable_domain(cookie.domain) in sites
    setter = host_of(cookie.set_by_script.url) if cookie.set_by_script else ""
    if first_party:
        known = knowledge.site_cookie(cookie.name)
        vendor = known[0].vendor if known else None
        receiver, vendor = _owner(vendor, setter, sites, names)
        # On every site alike: the site's own name is no part of it.
        name = names.cookie(cookie, vendor, first_party=True)
        return Thing(DriftKind.cookie, receiver, vendor, None, name, "site"), _parents(receiver, vendor, setter, names)
    host = cookie.domain
    owner = knowledge.vendor_of(host.lower())
    vendor = owner.vendor if owner else None
    receiver = vendor or registrable_domain(host)
    name = f"{names.cookie(cookie, vendor, first_party=False)} ({host})"
    parents = _parents(receiver, vendor, setter, names)
    if vendor:
        parents.add(Thing(DriftKind.recipient, receiver, vendor, None, registrable_domain(host), "domain"))
    return Thing(DriftKind.cookie, receiver, vendor, None, name), parents


def _item(item: StorageItem, sites: frozenset[str], names: Names) -> tuple[Thing, set[Thing]]:
    origin = host_of(item.origin)
    first_party = registrable_domain(origin) in sites
    key = item.key
    if item.area in ("indexeddb", "cache"):
        # The database and its store; of a cache its name, not what is in it.
        key = "/".join(key.split("/")[: 2 if item.area == "indexeddb" else 1])
    known = names.knowledge.site_cookie(key, storage=True) if first_party else None
    writer = host_of(item.written_by or "")
    if first_party:
        receiver, vendor = _owner(known[0].vendor if known else None, writer, sites, names)
        where, part = "", "site"
    else:
        owner = names.knowledge.vendor_of(origin)
        vendor = owner.vendor if owner else None
        receiver, where, part = vendor or registrable_domain(origin), f" ({origin})", ""
    name = f"{item.area} {known[1].name if known else form(key)}{where}"
    return Thing(DriftKind.storage, receiver, vendor, None, name, part), _parents(receiver, vendor, writer, names)


def _owner(vendor: str | None, setter: str, sites: frozenset[str], names: Names) -> tuple[str, str | None]:
    """Whose thing on the site's own domain it is: its name's vendor, else that of the script, else the site's."""
    if vendor is not None:
        return vendor, vendor
    if not setter or registrable_domain(setter) in sites:
        return "", None
    owner = names.knowledge.vendor_of(setter)
    return (owner.vendor, owner.vendor) if owner else (registrable_domain(setter), None)


def _parents(receiver: str, vendor: str | None, setter: str, names: Names) -> set[Thing]:
    """Its recipient, and whose script wrote it: a new one brings it along."""
    found = {Thing(DriftKind.recipient, receiver, vendor)} if receiver else set()
    if setter:
        owner = names.knowledge.vendor_of(setter)
        writer = owner.vendor if owner else None
        found.add(Thing(DriftKind.recipient, writer or registrable_domain(setter), writer))
    return found
