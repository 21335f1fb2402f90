"""What the comparisons say, one row a recipient: gone, new, still sent; over all pairs of visits of a site."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from auditor.compare import Change
from auditor.evidence import Visit
from auditor.report.html.parts import IDENTIFYING, Capped, capped, data_type_name, recipient_name, site_ids
from auditor.report.inputs import RunResult
from auditor.report.texts import Text, label

MAX_RECIPIENTS = 60
MAX_ITEMS = 12
_COLUMN = {"gone": "gone", "replaced": "gone", "added": "added", "kept": "kept"}


@dataclass(frozen=True)
class Item:
    """An item that is gone, new or still sent. `inside`: the parameters whose address holds it."""

    name: str
    inside: tuple[str, ...]
    data_type: Text | None
    technique: str
    pairs: int
    states: tuple[Text, ...]


@dataclass(frozen=True)
class Column:
    """The identifying items of one column, and how many others there are."""

    items: Capped[Item]
    others: int


@dataclass(frozen=True)
class RecipientChanges:
    """One row. `silent`: identifiers are gone and none is new or still sent."""

    name: Text
    domains: tuple[str, ...]
    gone: Column
    added: Column
    kept: Column
    silent: bool


@dataclass(frozen=True)
class SiteChanges:
    """The changes of one kind at one site; `state`: the state the pairs end in, where it tells them apart."""

    site: str
    kind: str
    state: Text | None
    pairs: int
    recipients: Capped[RecipientChanges]


@dataclass(frozen=True)
class TechniqueUse:
    """Who uses a technique, at which sites: new when cookies are blocked, or all along."""

    technique: str
    new: tuple[tuple[Text, tuple[str, ...]], ...]
    before: tuple[tuple[Text, tuple[str, ...]], ...]


def changes_by_site(
    result: RunResult, kinds: Iterable[str], *, without: Collection[str] = ()
) -> tuple[SiteChanges, ...]:
    """The changes of these kinds by kind, site and the state they lead to (consent, visitor); some vendors left out."""
    visits = {v.visit.visit: v.visit for v in result.visits}
    groups: dict[tuple[str, str, str], list[Change]] = {}
    sites = site_ids(result)
    ordered = sorted(result.changes, key=lambda c: sites.index(c.site) if c.site in sites else len(sites))
    for kind in kinds:
        for c in ordered:
            if c.kind == kind and c.vendor not in without:
                groups.setdefault((kind, c.site, _leads_to(c, visits)), []).append(c)
    return tuple(
        _site(result, visits, site, kind, label("consent" if kind == "consent" else "visitor", state), changes)
        if state
        else _site(result, visits, site, kind, None, changes)
        for (kind, site, state), changes in groups.items()
    )


def _leads_to(change: Change, visits: dict[str, Visit]) -> str:
    after = visits.get(change.after_visit)
    if after is None or change.kind not in ("consent", "visitor"):
        return ""
    return after.consent.value if change.kind == "consent" else after.visitor.value


def _site(
    result: RunResult, visits: dict[str, Visit], site: str, kind: str, state: Text | None, changes: list[Change]
) -> SiteChanges:
    by_recipient: dict[str, list[Change]] = {}
    for c in changes:
        by_recipient.setdefault(c.vendor or c.recipient, []).append(c)
    rows = [_recipient(result, visits, own) for own in by_recipient.values()]
    rows.sort(key=lambda r: (-len(r.gone.items.shown) - len(r.added.items.shown), r.name.ja))
    pairs = {(c.before_visit, c.after_visit) for c in changes}
    return SiteChanges(site, kind, state, len(pairs), capped(rows, MAX_RECIPIENTS, "comparison.csv"))


def _recipient(result: RunResult, visits: dict[str, Visit], changes: list[Change]) -> RecipientChanges:
    columns = {name: _column(result, visits, changes, name) for name in ("gone", "added", "kept")}
    first = changes[0]
    here = {name: bool(column.items.shown) for name, column in columns.items()}
    return RecipientChanges(
        name=recipient_name(result, first.vendor, first.recipient),
        domains=tuple(sorted({d for c in changes for d in c.recipient.split(", ")})) if first.vendor else (),
        **columns,
        silent=here["gone"] and not here["added"] and not here["kept"],
    )


def _column(result: RunResult, visits: dict[str, Visit], changes: list[Change], column: str) -> Column:
    own = [c for c in changes if _COLUMN.get(c.change) == column]
    groups: dict[tuple[str, str, str], list[Change]] = {}
    others = set()
    for c in own:
        if not _identifies(result, c.data_type):
            others.add(c.item)
            continue
        outer, inside, inner = c.item.partition("?")
        # who took over stands in its own row: of what is gone, only the item counts
        technique = "" if column == "gone" else c.technique
        groups.setdefault((f"?{inner}" if inside else outer, c.data_type or "", technique), []).append(c)
    items = [
        Item(
            name=name.removeprefix("?"),
            inside=tuple(sorted({c.item.partition("?")[0].partition(" ")[2] for c in group}))
            if name.startswith("?")
            else (),
            data_type=data_type_name(result, code) if code else None,
            technique=technique,
            pairs=len({(c.before_visit, c.after_visit) for c in group}),
            states=_states(visits, group),
        )
        for (name, code, technique), group in groups.items()
    ]
    items.sort(key=lambda i: (not i.technique, bool(i.inside), i.technique, i.name))
    return Column(capped(items, MAX_ITEMS, "comparison.csv"), len(others))


def _states(visits: dict[str, Visit], changes: list[Change]) -> tuple[Text, ...]:
    states = {v.visitor.value: None for c in changes if (v := visits.get(c.before_visit))}
    return tuple(label("visitor", state) for state in sorted(states))


def _identifies(result: RunResult, code: str | None) -> bool:
    return code is not None and result.taxonomy.has(code) and result.taxonomy.get(code).level in IDENTIFYING


def techniques(result: RunResult) -> tuple[TechniqueUse, ...]:
    """Every technique seen when third-party cookies were blocked, the most widely used first."""
    used: dict[str, dict[bool, dict[str, tuple[Text, set[str]]]]] = {}
    for c in result.changes:
        if c.kind == "cookie_mode" and c.technique and c.change in ("added", "kept"):
            users = used.setdefault(c.technique, {True: {}, False: {}})[c.change == "added"]
            name = recipient_name(result, c.vendor, c.recipient)
            users.setdefault(c.vendor or c.recipient, (name, set()))[1].add(c.site)

    def listed(users: dict[str, tuple[Text, set[str]]]) -> tuple[tuple[Text, tuple[str, ...]], ...]:
        return tuple((name, tuple(sorted(sites))) for _, (name, sites) in sorted(users.items()))

    found = [TechniqueUse(t, listed(u[True]), listed(u[False])) for t, u in used.items()]
    return tuple(sorted(found, key=lambda u: (-sum(len(s) for _, s in (*u.new, *u.before)), u.technique)))
