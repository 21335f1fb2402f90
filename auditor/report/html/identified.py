"""What the visits prove of identifiers, for the page: groups of them, syncs, cookies that came back, ties."""

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.evidence import Visitor
from auditor.identify.model import HolderKind, IdentifierKind, Respawn, Sync
from auditor.report.html.findings import EvidenceIndex
from auditor.report.html.graph import Graph, graph_of
from auditor.report.html.groups import Group, groups, key_of
from auditor.report.html.links import Link, link, links
from auditor.report.html.parts import Capped, capped, data_type_name, is_complete, recipient_name
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.rows.identified import PROPERTIES, encoded, place_shown, ranked, tokens, with_account
from auditor.report.texts import Text, label, texts

MAX_PROVEN = 30
MAX_UNPROVEN = 25
MAX_ROWS = 40
MAX_SENT = 10


@dataclass(frozen=True)
class Recipient:
    """Who got a group's values. `encodings`: forms besides the plain one."""

    name: Text
    first_party: bool
    names: tuple[str, ...]
    encodings: tuple[str, ...]
    visits: int


@dataclass(frozen=True)
class GroupRow:
    """One group of identifiers."""

    name: str
    token: str
    kinds: tuple[Text, ...]
    proof: str
    properties: tuple[tuple[bool | None, Text], ...]
    shown: tuple[str, ...]
    reason: str
    holders: tuple[tuple[Text, str, tuple[str, ...]], ...]
    born: Text | None
    born_host: str
    born_link: Link | None
    days: float | None
    values: int
    crossing: int
    visits: int
    sites: tuple[str, ...]
    recipients: Capped[Recipient]
    with_account: bool


@dataclass(frozen=True)
class SyncRow:
    """One way an identifier goes from one company to another."""

    holder: Text
    reached: Text
    how: str
    name: str
    sites: tuple[str, ...]
    visits: int
    values: int
    links: tuple[Link, ...]


@dataclass(frozen=True)
class RespawnRow:
    """One cookie that came back. `seconds`: after how long, in the first visit that shows it."""

    name: str
    domain: str
    sites: tuple[str, ...]
    source: str
    detail: str
    visits: int
    seconds: float | None
    links: tuple[Link, ...]


@dataclass(frozen=True)
class TieRow:
    """A group of identifiers beside a platform's login: in how many of its visits in each state, with an example."""

    platform: Text
    name: str
    kinds: tuple[Text, ...]
    visits: int
    states: tuple[tuple[int, Link | None], ...]
    across: int


@dataclass(frozen=True)
class IdentifiedView:
    """The section. `looked`: complete visits; `cleared`: cookies deleted in them; `logins`: those with a login."""

    looked: int
    cleared: int
    logins: int
    counts: tuple[tuple[str, int], ...]
    graph: Graph | None
    proven: Capped[GroupRow]
    unproven: Capped[GroupRow]
    syncs: Capped[SyncRow]
    respawns: Capped[RespawnRow]
    ties: Capped[TieRow]


def identified_view(result: RunResult, masker: Masker, index: EvidenceIndex) -> IdentifiedView:
    """Everything of the section."""
    named = tokens(result, masker)
    order = {identifier.value: n for n, identifier in enumerate(ranked(result, named))}
    found = groups(result, order)
    linked = with_account(result)
    complete = [v for v in result.audited() if is_complete(v)]

    def rows(proven: bool, limit: int) -> Capped[GroupRow]:
        own = [g for g in found if (g.kind is not IdentifierKind.unproven) is proven]
        cut = capped(own, limit, "identifiers.csv")
        made = tuple(_group(result, masker, index, g, named, linked) for g in cut.shown)
        return Capped(made, cut.more, cut.file)

    # in the page's order: the list of evidence takes the first that come
    proven, unproven = rows(True, MAX_PROVEN), rows(False, MAX_UNPROVEN)
    return IdentifiedView(
        looked=len(complete),
        cleared=sum(len(step.cleared) for v in complete for step in v.steps),
        logins=sum(v.visit.visitor is not Visitor.no_account for v in complete),
        counts=tuple(
            (kind.value, sum(i.kind is kind for i in result.identified.identifiers)) for kind in IdentifierKind
        ),
        graph=graph_of(result, masker, found),
        proven=proven,
        unproven=unproven,
        syncs=_syncs(result, masker, index),
        respawns=_respawns(result, masker, index),
        ties=_ties(result, masker, index, found),
    )


def group_name(masker: Masker, group: Group) -> str:
    """`_ga .3`, or for what is kept nowhere the parameter it is sent in."""
    if group.holder is not None:
        return f"{masker.guard(group.holder.name)} {masker.guard(group.holder.part)}".rstrip()
    flow = min(group.example.flows, key=lambda f: (f.recipient, f.carrier, f.name), default=None)
    return f"{flow.carrier} {masker.guard(flow.name)}".rstrip() if flow else "–"


def _kinds(result: RunResult, codes: Iterable[str]) -> tuple[Text, ...]:
    return tuple(data_type_name(result, code) for code in sorted(codes))


def _group(
    result: RunResult, masker: Masker, index: EvidenceIndex, group: Group, named: dict[str, str], linked: set[str]
) -> GroupRow:
    example = group.example
    born = example.born
    sent = sorted(group.sent.items(), key=lambda s: (s[1].first_party, -len(s[1].visits), s[0]))
    recipients = [
        Recipient(
            name=texts()["matrix.first"]
            if s.first_party
            else recipient_name(result, s.vendor, sorted(s.recipients)[0]),
            first_party=s.first_party,
            names=tuple(sorted(map(masker.guard, s.names)))[:4],
            encodings=tuple(sorted(encoded(layers) for layers in s.layers if layers))[:4],
            visits=len(s.visits),
        )
        for _, s in sent
    ]
    return GroupRow(
        name=group_name(masker, group),
        token=named[example.value],
        kinds=_kinds(result, group.data_types),
        proof=group.kind.value,
        properties=tuple((group.property_holds(name), _property(group, name)) for name in PROPERTIES),
        shown=tuple(masker.guard(getattr(example, name).shown) for name in PROPERTIES),
        reason=masker.guard(example.reason),
        holders=tuple(
            (label("holder", kind), f"{masker.guard(name)} {masker.guard(part)}".rstrip(), tuple(sorted(places)))
            for (kind, name, part), places in sorted(group.holders.items())
            if kind != HolderKind.nothing.value
        ),
        born=label("born", born.how) if born else None,
        born_host=born.host if born else "",
        born_link=link(index, f"{born.visit}/{born.request}") if born and born.request else None,
        days=example.lives_days,
        values=group.values,
        crossing=group.crossing,
        visits=len(group.visits),
        sites=tuple(sorted(group.sites)),
        recipients=capped(recipients, MAX_SENT, "identifier_flows.csv"),
        with_account=example.value in linked,
    )


def _property(group: Group, name: str) -> Text:
    holds = group.property_holds(name)
    account = group.kind is IdentifierKind.account and texts().get(f"property.{name}.account")
    return account if holds and account else texts()[f"property.{name}.{_ANSWERS[holds]}"]


_ANSWERS = {True: "yes", False: "no", None: "unknown"}


def _syncs(result: RunResult, masker: Masker, index: EvidenceIndex) -> Capped[SyncRow]:
    ways: dict[tuple[str, ...], list[Sync]] = {}
    for s in result.identified.syncs:
        key = (s.from_vendor or s.from_recipient, s.to_vendor or s.to_recipient, s.how, s.name)
        ways.setdefault(key, []).append(s)
    order = sorted(ways.items(), key=lambda w: (-len({s.visit for s in w[1]}), w[0]))
    cut = capped(order, MAX_ROWS, "syncs.csv")
    rows = (
        SyncRow(
            holder=recipient_name(result, own[0].from_vendor, own[0].from_recipient),
            reached=recipient_name(result, own[0].to_vendor, own[0].to_recipient),
            how=own[0].how,
            name=masker.guard(own[0].name),
            sites=tuple(sorted({s.site for s in own})),
            visits=len({s.visit for s in own}),
            values=len({s.value for s in own}),
            links=links(index, own[0].evidence),
        )
        for _, own in cut.shown
    )
    return Capped(tuple(rows), cut.more, cut.file)


def _respawns(result: RunResult, masker: Masker, index: EvidenceIndex) -> Capped[RespawnRow]:
    kinds: dict[tuple[str, ...], list[Respawn]] = {}
    for r in result.identified.respawns:
        kinds.setdefault((r.domain, r.name, r.source, place_shown(masker, r.detail)), []).append(r)
    cut = capped(sorted(kinds.items()), MAX_ROWS, "respawns.csv")
    rows = (
        RespawnRow(
            name=masker.guard(own[0].name),
            domain=own[0].domain,
            sites=tuple(sorted({r.site for r in own})),
            source=own[0].source,
            detail=key[3],
            visits=len({r.visit for r in own}),
            seconds=(own[0].back_at - own[0].cleared_at).total_seconds() if own[0].back_at else None,
            links=links(index, own[0].evidence),
        )
        for key, own in cut.shown
    )
    return Capped(tuple(rows), cut.more, cut.file)


def _ties(result: RunResult, masker: Masker, index: EvidenceIndex, found: list[Group]) -> Capped[TieRow]:
    """By platform and group: in how many visits the same value went there before, during and after the login."""
    keys = {g.key: g for g in found}
    members: dict[tuple[str, tuple[str, ...]], list[tuple[tuple[str, ...], ...]]] = {}
    visits: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for identifier in result.identified.identifiers:
        key = key_of(identifier)
        for tie in identifier.ties:
            members.setdefault((tie.platform, key), []).append((tie.before, tie.during, tie.after))
            visits.setdefault((tie.platform, key), set()).add(tie.visit)
    platforms = result.scenario.platforms if result.scenario else {}

    def name_of(platform: str) -> Text:
        known = platforms.get(platform)
        return recipient_name(result, known.vendor if known else platform, platform)

    order = sorted(members, key=lambda m: (m[0], -len(visits[m]), m[1]))
    cut = capped(order, MAX_ROWS, "identifiers.csv")
    rows = (
        TieRow(
            platform=name_of(platform),
            name=group_name(masker, keys[key]),
            kinds=_kinds(result, keys[key].data_types),
            visits=len(visits[platform, key]),
            states=tuple(
                (sum(bool(m[n]) for m in own), next((link(index, m[n][0]) for m in own if m[n]), None))
                for n in range(3)
            ),
            across=sum(all(m) for m in own),
        )
        for platform, key in cut.shown
        for own in [members[platform, key]]
    )
    return Capped(tuple(rows), cut.more, cut.file)
