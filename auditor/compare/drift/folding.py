"""Each difference once: what a new or gone recipient or module brings along is told in its line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from auditor.compare.drift.cells import Both
from auditor.compare.drift.model import DriftChange, DriftKind, Sight, Thing
from auditor.compare.drift.presence import Difference

# The line a thing is told in, where several would do: the recipient's before a module's, before a domain's.
_RANK = {DriftKind.recipient: 0, DriftKind.module: 1, DriftKind.parameter: 2}
_DOMAIN = 3


@dataclass(frozen=True)
class Found:
    """A difference of one thing at one site; `brings`: differences told in its line and in none of their own."""

    site: str
    thing: Thing
    difference: Difference
    brings: dict[Thing, Difference] = field(default_factory=dict)


def folded(site: str, differences: Mapping[Thing, Difference], cells: Iterable[Both]) -> list[Found]:
    """The differences of a site that get a line, each with those that belong to it."""
    sights = sights_of(differences, cells)
    over = {thing: _over(thing, differences, sights) for thing in differences}
    heads: dict[Thing, Found] = {}
    for thing in differences:
        head, passed = thing, {thing}
        while (above := over[head]) is not None and above not in passed:
            head = above
            passed.add(head)
        found = heads.setdefault(head, Found(site, head, differences[head]))
        if head != thing:
            found.brings[thing] = differences[thing]
    return list(heads.values())


def sights_of(things: Iterable[Thing], cells: Iterable[Both]) -> dict[Thing, list[Sight]]:
    """Every sight of the things, in the visits of both runs."""
    visits = [v for c in cells for v in (*c.before, *c.after)]
    return {thing: [v.things[thing] for v in visits if thing in v.things] for thing in things}


def _over(thing: Thing, differences: Mapping[Thing, Difference], sights: Mapping[Thing, list[Sight]]) -> Thing | None:
    """The thing whose line tells this one, None where it has its own."""
    own = differences[thing]
    if own.change is DriftChange.changed:
        return _script_of(thing, differences) if thing.part == "version" else None
    parents = {parent for sight in sights[thing] for parent in sight.parents}
    recipients = {domain for sight in sights[thing] for domain in sight.recipients}
    fits = []
    for parent in parents:
        theirs = differences.get(parent)
        if theirs is None or theirs.change is not own.change or not set(own.cells) <= set(theirs.cells):
            continue
        if parent.part == "domain" and recipients != {parent.name}:
            continue  # it is elsewhere, too
        fits.append(parent)
    if thing.part == "domain" and any(p not in fits for p in parents if p.kind is DriftKind.module):
        # A domain that a module goes to that was there before is more than the new module's.
        fits = [p for p in fits if p.kind is DriftKind.recipient]
    return min(fits, key=lambda p: (_DOMAIN if p.part == "domain" else _RANK[p.kind], p.order), default=None)


def _script_of(version: Thing, differences: Mapping[Thing, Difference]) -> Thing | None:
    """The changed script of the same recipient, of the same module where there is one."""
    changed = [
        thing
        for thing, difference in differences.items()
        if thing.kind is DriftKind.script
        and thing.part == ""
        and thing.receiver == version.receiver
        and difference.change is DriftChange.changed
    ]
    return min(changed, key=lambda t: (t.module != version.module, t.order), default=None)
