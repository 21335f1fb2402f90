"""What a visit sent, in units that two visits can be compared by, each with a summary that shows no value."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from auditor.decode.transmission import Transmission
from auditor.domains import is_within, site_of
from auditor.evidence import VisitEvidence
from auditor.vendors import Carrier

MAX_EVIDENCE = 10


@dataclass(frozen=True, slots=True)
class Key:
    """A unit: whose, by which module, in which item, what kind of data."""

    vendor: str | None
    recipient: str  # '' when the vendor is known: its hosts may differ between visits
    module: str | None
    item: str
    data_type: str

    @property
    def order(self) -> tuple[str, ...]:
        """Sort key; None first."""
        return (self.vendor or "", self.recipient, self.module or "", self.item, self.data_type)

    @property
    def receiver(self) -> tuple[str | None, str]:
        """Who receives it, the module left aside."""
        return self.vendor, self.recipient


@dataclass(slots=True)
class Unit:
    """All transmissions of one key in one visit."""

    key: Key
    items: list[Transmission] = field(default_factory=list)

    @property
    def recipient(self) -> str:
        """The registrable domains that received it, sorted."""
        return ", ".join(sorted({t.recipient for t in self.items}))

    @property
    def values(self) -> frozenset[str]:
        """The values sent, raw: never written out."""
        return frozenset(t.value for t in self.items)

    def references(self) -> tuple[str, ...]:
        """visit/request ids, sorted and capped."""
        return tuple(sorted({f"{t.visit}/{t.request}" for t in self.items})[:MAX_EVIDENCE])

    def summary(self, evidence: VisitEvidence) -> str:
        """Such as `cookie third-party, 24 characters` or `query, 10-22 characters, 3 values`."""
        lengths = sorted({len(v) for v in self.values})
        long = str(lengths[0]) if len(lengths) == 1 else f"{lengths[0]}-{lengths[-1]}"
        name = self.key.item.partition(" ")[0]
        if name == Carrier.cookie:
            name = f"cookie {cookie_party(self.items[0], evidence)}"
        many = "" if len(self.values) == 1 else f", {len(self.values)} values"
        return f"{name}, {long} characters{many}"


def references(units: Iterable[Unit]) -> tuple[str, ...]:
    """visit/request ids of an item in several visits, sorted; at most ten: first one of each visit, then the others."""
    columns = zip_longest(*(u.references() for u in units))
    ids = [ref for column in columns for ref in column if ref is not None]
    return tuple(sorted(ids[:MAX_EVIDENCE]))


def units(transmissions: Iterable[Transmission]) -> dict[Key, Unit]:
    """The units of a visit's transmissions. Technical values, and the site's own traffic, are no units."""
    found: dict[Key, Unit] = {}
    for t in transmissions:
        if t.data_type is None or (t.first_party and t.vendor is None):
            continue
        recipient = "" if t.vendor is not None else t.recipient
        key = Key(t.vendor, recipient, t.module, f"{t.carrier.value} {t.parameter}", t.data_type)
        found.setdefault(key, Unit(key)).items.append(t)
    return found


def page_sites(evidence: VisitEvidence) -> frozenset[str]:
    """Registrable domains of the visited page: as asked for, and as it ended."""
    return frozenset(s for s in (site_of(evidence.visit.page), site_of(evidence.visit.final_url)) if s)


def partition_key(t: Transmission, evidence: VisitEvidence) -> str | None:
    """The partition key of the cookie a transmission is, None for an unpartitioned one."""
    for exchange in evidence.exchanges:
        if exchange.request == t.request and exchange.cause is not None:
            for use in exchange.cause.cookies:
                if use.name == t.parameter and use.value == t.value and not use.blocked_reasons:
                    return use.partition_key
    for cookie in evidence.cookies:
        if cookie.name == t.parameter and cookie.value == t.value and is_within(t.host, cookie.domain):
            return cookie.partition_key
    return None


def cookie_party(t: Transmission, evidence: VisitEvidence) -> str:
    """first-party, third-party or partitioned."""
    if partition_key(t, evidence) is not None:
        return "partitioned"
    return "first-party" if t.first_party or t.recipient in page_sites(evidence) else "third-party"
