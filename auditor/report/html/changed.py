"""What the comparisons say, one row a recipient: gone, new, still sent. What is established stands apart.

A difference is `established` when it goes beyond what the page varies by itself, `once` when one side was visited
only once (there is no variation to hold it against), else `within` that variation. What is still sent is no
difference: it stands with the established ones where both sides were visited again, else with those seen once.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from auditor.compare import Change
from auditor.evidence import Visit
from auditor.report.html.parts import IDENTIFYING, Capped, capped, data_type_name, recipient_name, site_ids
from auditor.report.inputs import RunResult
from auditor.report.texts import Text, label

MAX_RECIPIENTS = 60
MAX_ITEMS = 12
STANDINGS = ("established", "once", "within", "kept")
_COLUMN = {"gone": "gone", "replaced": "gone", "less": "gone", "added": "added", "more": "added", "kept": "kept"}


@dataclass(frozen=True)
class Count:
    """In how many visits of each side, in words too, in these states.

    `p`: how likely by chance alone, None: not tested. `over_sites`: established by the visits of all sites together.
    """

    before: tuple[int, int]
    after: tuple[int, int]
    words: tuple[Text, ...]
    p: float | None
    over_sites: bool
    states: tuple[Text, ...]

    @property
    def repeated(self) -> bool:
        """Whether there is a count to show: more than one visit on a side."""
        return max(self.before[1], self.after[1]) > 1


@dataclass(frozen=True)
class Item:
    """An item that is gone, new or still sent. `inside`: the parameters whose address holds it."""

    name: str
    inside: tuple[str, ...]
    data_type: Text | None
    technique: str
    change: str
    pairs: int
    states: tuple[Text, ...]
    counts: tuple[Count, ...]


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
class Block:
    """The rows of one standing, and how many differences (identifying items, others) are in it."""

    standing: str
    differences: int
    recipients: Capped[RecipientChanges]


@dataclass(frozen=True)
class SiteChanges:
    """The changes of one kind at one site; `state`: the state the pairs end in, where it tells them apart."""

    site: str
    kind: str
    state: Text | None
    pairs: int
    repeated: bool
    blocks: tuple[Block, ...]


def standing(change: Change) -> str:
    """established, once, within (not established) or kept."""
    if min(change.before_of, change.after_of) <= 1 and not change.established:
        return "once"
    if change.change == "kept":
        return "kept"
    return "established" if change.established else "within"


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
    stays = {c.vendor or c.recipient for c in changes if _COLUMN.get(c.change) in ("added", "kept")
             and _identifies(result, c.data_type)}  # fmt: skip
    blocks = []
    for name in STANDINGS:
        own = [c for c in changes if standing(c) == name]
        by_recipient: dict[str, list[Change]] = {}
        for c in own:
            by_recipient.setdefault(c.vendor or c.recipient, []).append(c)
        rows = [_recipient(result, visits, group, who in stays) for who, group in by_recipient.items()]
        rows.sort(key=lambda r: (-len(r.gone.items.shown) - len(r.added.items.shown), r.name.ja))
        differences = len({(c.vendor or c.recipient, c.item) for c in own if c.change != "kept"})
        if rows:
            blocks.append(Block(name, differences, capped(rows, MAX_RECIPIENTS, "comparison.csv")))
    pairs = _pairs(visits, changes)
    repeated = any(min(c.before_of, c.after_of) > 1 for c in changes)
    return SiteChanges(site, kind, state, len(pairs), repeated, tuple(blocks))


def _recipient(result: RunResult, visits: dict[str, Visit], changes: list[Change], stays: bool) -> RecipientChanges:
    columns = {name: _column(result, visits, changes, name) for name in ("gone", "added", "kept")}
    first = changes[0]
    return RecipientChanges(
        name=recipient_name(result, first.vendor, first.recipient),
        domains=tuple(sorted({d for c in changes for d in c.recipient.split(", ")})) if first.vendor else (),
        **columns,
        silent=bool(columns["gone"].items.shown) and not stays,
    )


def _column(result: RunResult, visits: dict[str, Visit], changes: list[Change], column: str) -> Column:
    own = [c for c in changes if _COLUMN.get(c.change) == column]
    groups: dict[tuple[str, str, str, str], list[Change]] = {}
    others = set()
    for c in own:
        if not _identifies(result, c.data_type):
            others.add(c.item)
            continue
        outer, inside, inner = c.item.partition("?")
        # who took over stands in its own row: of what is gone, only the item counts
        technique = "" if column == "gone" else c.technique
        change = c.change if c.change in ("less", "more") else ""
        groups.setdefault((f"?{inner}" if inside else outer, c.data_type or "", technique, change), []).append(c)
    items = [
        Item(
            name=name.removeprefix("?"),
            inside=tuple(sorted({c.item.partition("?")[0].partition(" ")[2] for c in group}))
            if name.startswith("?")
            else (),
            data_type=data_type_name(result, code) if code else None,
            technique=technique,
            change=change,
            pairs=len(_pairs(visits, group)),
            states=_states(visits, group),
            counts=_counts(visits, group),
        )
        for (name, code, technique, change), group in groups.items()
    ]
    items.sort(key=lambda i: (not i.technique, bool(i.inside), i.technique, i.name))
    return Column(capped(items, MAX_ITEMS, "comparison.csv"), len(others))


def _counts(visits: dict[str, Visit], changes: list[Change]) -> tuple[Count, ...]:
    """The same counts in several states are one; the largest p of them counts."""
    found: dict[tuple[tuple[int, int], tuple[int, int], str, bool], list[Change]] = {}
    for c in changes:
        key = (c.before_in, c.before_of), (c.after_in, c.after_of), c.word, c.established_by == "run"
        found.setdefault(key, []).append(c)
    return tuple(
        Count(
            before,
            after,
            tuple(label("word", each) for each in word.split("/") if each),
            max((p for c in own if (p := _p(c)) is not None), default=None),
            over_sites,
            _states(visits, own),
        )
        for (before, after, word, over_sites), own in found.items()
    )


def _pairs(visits: dict[str, Visit], changes: list[Change]) -> set[tuple[object, object]]:
    """The pairs of cells that changes are of: of repeated visits a change names the first that shows it."""
    return {(_cell(visits, c.before_visit), _cell(visits, c.after_visit)) for c in changes}


def _cell(visits: dict[str, Visit], name: str) -> object:
    visit = visits.get(name)
    return visit and (visit.site, visit.platform, visit.visitor, visit.cookie_mode, visit.consent)


def _p(change: Change) -> float | None:
    if change.change == "kept":
        return None  # it is told for going on, not for a difference
    return change.p_value if change.p_adjusted is None else change.p_adjusted


def _states(visits: dict[str, Visit], changes: list[Change]) -> tuple[Text, ...]:
    states = {v.visitor.value: None for c in changes if (v := visits.get(c.before_visit))}
    return tuple(label("visitor", state) for state in sorted(states))


def _identifies(result: RunResult, code: str | None) -> bool:
    return code is not None and result.taxonomy.has(code) and result.taxonomy.get(code).level in IDENTIFYING
