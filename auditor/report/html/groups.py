"""Identifiers of the same make put together: a fresh profile has its own value, the cookie and the recipients stay.

Values kept in the same kind of place under the same name are one group. A cookie of the visited sites themselves is
one group over all of them; that a group is seen at several sites does not mean that one value was: `crossing` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.identify import Holder, HolderKind, Identifier, IdentifierKind, crosses
from auditor.report.inputs import RunResult
from auditor.report.rows.identified import page_flows

type Key = tuple[str, ...]

KINDS = (IdentifierKind.account, IdentifierKind.browser, IdentifierKind.unproven)
OWN = "="  # in place of a recipient: the visited sites themselves
_PLACES = tuple(HolderKind)


@dataclass
class Sent:
    """What one recipient got of a group."""

    vendor: str | None
    recipients: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    layers: set[tuple[str, ...]] = field(default_factory=set)
    visits: set[str] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    first_party: bool = True


@dataclass
class Group:
    """Identifiers of one make. `example` is the first of them, the most widely seen."""

    key: Key
    example: Identifier
    holder: Holder | None
    values: int = 0
    crossing: int = 0
    data_types: set[str] = field(default_factory=set)
    holders: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    visits: set[str] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    sent: dict[str, Sent] = field(default_factory=dict)
    holds: dict[str, list[bool | None]] = field(default_factory=dict)

    @property
    def kind(self) -> IdentifierKind:
        """What is proven of every one of them."""
        return self.example.kind

    @property
    def others(self) -> int:
        """Recipients other than the visited site itself."""
        return sum(not s.first_party for s in self.sent.values())

    def property_holds(self, name: str) -> bool | None:
        """Whether a property holds of all of them; None: of one at least it is not known."""
        found = self.holds[name]
        return False if False in found else None if None in found else True


def groups(result: RunResult, order: Mapping[str, int]) -> list[Group]:
    """All groups: what is proven first, then what reaches the most. `order` ranks the values."""
    found: dict[Key, Group] = {}
    for identifier in sorted(result.identified.identifiers, key=lambda i: order[i.value]):
        key = key_of(identifier)
        _add(found.setdefault(key, Group(key, identifier, _holder(identifier))), identifier)
    return sorted(
        found.values(),
        key=lambda g: (KINDS.index(g.kind), -g.crossing, -g.others, -len(g.sites), -len(g.visits), g.key),
    )


def _holder(identifier: Identifier) -> Holder | None:
    """The place that names it: the site's own cookie before others, cookies before storage."""
    return min(
        (h for h in identifier.holders if h.kind is not HolderKind.nothing),
        key=lambda h: (_PLACES.index(h.kind), h.party != "first", h.name, h.part, h.place),
        default=None,
    )


def key_of(identifier: Identifier) -> Key:
    """What its group is known by."""
    kind, holder = identifier.kind.value, _holder(identifier)
    if holder is not None:
        place = "" if holder.party == "first" else holder.place
        return kind, holder.kind.value, holder.name, holder.part, holder.party, place
    sent = min(identifier.flows, key=lambda f: (f.recipient, f.carrier, f.name), default=None)
    return (kind, "", *((sent.carrier, sent.name, sent.recipient) if sent else (identifier.value,)))


def _add(group: Group, identifier: Identifier) -> None:
    group.values += 1
    flows = page_flows(identifier)
    group.crossing += bool(crosses(flows))
    group.data_types.update(identifier.data_types)
    for holder in identifier.holders:
        group.holders.setdefault((holder.kind.value, holder.name, holder.part), set()).add(holder.place)
    for name in ("stays", "differs", "random", "lives"):
        group.holds.setdefault(name, []).append(getattr(identifier, name).holds)
    for flow in flows:
        group.visits.add(flow.visit)
        group.sites.add(flow.site)
        # what goes to the site's own host is its own, whoever's cookie it is
        who = OWN if flow.first_party else flow.vendor or flow.recipient
        sent = group.sent.setdefault(who, Sent(flow.vendor))
        sent.recipients.add(flow.recipient)
        sent.names.add(f"{flow.carrier} {flow.name}".rstrip())
        sent.layers.add(flow.layers)
        sent.visits.add(flow.visit)
        sent.sites.add(flow.site)
        sent.first_party = sent.first_party and flow.first_party
