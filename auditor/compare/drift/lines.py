"""A difference as a line: what, where, from what to what, in how many visits, by which requests. Never a value."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from auditor.compare.drift.cells import Both
from auditor.compare.drift.folding import Found, sights_of
from auditor.compare.drift.model import Cell, Detail, Drift, DriftChange, DriftKind, Seen, Sight, State, Thing
from auditor.compare.drift.presence import Shown, counted, counted_state

MAX_NAMES = 40
MAX_EVIDENCE = 10
_HASH = 12  # digits of a hash that are shown in a summary
_MANY = 3  # requests of a visit's thing that are named

# What a line brings along, in this order.
_FIELDS = ("domains", "modules", "data_types", "parameters", "cookies", "storage", "scripts")
_FIELD_OF = {
    DriftKind.module: "modules",
    DriftKind.parameter: "parameters",
    DriftKind.cookie: "cookies",
    DriftKind.storage: "storage",
    DriftKind.script: "scripts",
}


class Sure(NamedTuple):
    """How sure a line is."""

    p: float
    adjusted: float | None
    established: bool


def order(line: Drift) -> tuple[object, ...]:
    """Established first; then by what is it about, new before gone, and by name."""
    kinds, changes = list(DriftKind), list(DriftChange)
    place = (kinds.index(line.kind), changes.index(line.change))
    return (not line.established, *place, line.vendor or line.recipient, line.module or "", line.name, line.sites)


def line_of(found: Sequence[Found], sites: Mapping[str, list[Both]], sure: Sure, runs: tuple[str, str]) -> Drift:
    """The line of one difference, at one site or several."""
    thing, difference = found[0].thing, found[0].difference
    cells = [c for f in found for c in sites[f.site]]
    if difference.change is DriftChange.changed:
        before, after = difference.old, difference.new
        old_counts = counted_state(thing, cells, before) if before else counted_state(thing, cells, after)
        new_counts = counted_state(thing, cells, after) if after else counted_state(thing, cells, before)
    else:
        mine = {cell for f in found for cell in f.difference.cells} if difference.partly else None
        old_counts = new_counts = counted(thing, [c for c in cells if mine is None or c.cell in mine])
    sights = _sights(found, cells)
    kind_of_data = thing.kind is DriftKind.parameter and thing.part not in ("", "header")
    summary = _summary(found, sights, cells)
    return Drift(
        kind=thing.kind,
        change=DriftChange.changed if kind_of_data else difference.change,
        sites=tuple(sorted({f.site for f in found})),
        vendor=thing.vendor,
        recipient=_recipient(thing, sights[thing]),
        module=thing.module,
        name=thing.name,
        before="; ".join(_worded(d.field, d.before) for d in summary if d.before),
        after="; ".join(_worded(d.field, d.after) for d in summary if d.after),
        details=tuple(summary),
        states=_states(found, cells),
        before_in=sum(c.stratum.before_in for c in old_counts),
        before_of=sum(c.stratum.before_of for c in old_counts),
        after_in=sum(c.stratum.after_in for c in new_counts),
        after_of=sum(c.stratum.after_of for c in new_counts),
        p_value=sure.p,
        p_adjusted=sure.adjusted,
        established=sure.established,
        evidence=_evidence(found, cells, runs),
    )


def _recipient(thing: Thing, sights: Iterable[Sight]) -> str:
    if thing.part == "domain":
        return thing.name
    return ", ".join(sorted({domain for sight in sights for domain in sight.recipients}))


def _sights(found: Sequence[Found], cells: Sequence[Both]) -> dict[Thing, list[Sight]]:
    return sights_of({found[0].thing, *(thing for f in found for thing in f.brings)}, cells)


def _summary(found: Sequence[Found], sights: Mapping[Thing, list[Sight]], cells: Sequence[Both]) -> list[Detail]:
    thing, difference = found[0].thing, found[0].difference
    brings = {other: d for f in found for other, d in f.brings.items()}
    if difference.change is DriftChange.changed:
        details = _fields(difference.old, difference.new)
        for other, d in sorted(brings.items(), key=lambda b: b[0].order):
            details += [Detail(field=other.name, before=x.before, after=x.after) for x in _fields(d.old, d.new)]
        return details
    named: dict[str, set[str]] = {}
    for other in (thing, *brings):
        _name(named, other, own=other == thing)
    if thing.kind in (DriftKind.cookie, DriftKind.script):
        for state in {state for sight in sights[thing] for state in sight.states}:
            for name, value in state:
                if value:
                    named.setdefault(name, set()).add(_short(name, value))
    ordered = sorted(named, key=lambda name: _FIELDS.index(name) if name in _FIELDS else len(_FIELDS))
    texts = [(name, _listed(named[name])) for name in ordered]
    if difference.change is DriftChange.new:
        return [Detail(field=name, after=text) for name, text in texts]
    return [Detail(field=name, before=text) for name, text in texts]


def _name(named: dict[str, set[str]], thing: Thing, *, own: bool) -> None:
    if thing.kind is DriftKind.recipient:
        if thing.part == "domain" and not own:
            named.setdefault("domains", set()).add(thing.name)
        return
    if thing.kind is DriftKind.parameter and thing.part not in ("", "header"):
        named.setdefault("data_types", set()).add(thing.part)
    elif not own and thing.part != "header":
        text = thing.module if thing.kind is DriftKind.module else thing.name
        named.setdefault(_FIELD_OF[thing.kind], set()).add(text or "")


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = len(ordered) - MAX_NAMES
    return ", ".join(ordered[:MAX_NAMES]) + (f", +{more}" if more > 0 else "")


def _fields(old: Shown, new: Shown) -> list[Detail]:
    """The fields of two states that differ; of several states at once, each field's texts together."""
    before, after = _by_field(old), _by_field(new)
    names = [name for state in sorted({*old, *new}) for name, _ in state]
    details = []
    for name in dict.fromkeys(names):
        one, other = before.get(name, ""), after.get(name, "")
        if one != other:
            details.append(Detail(field=name, before=one, after=other))
    return details


def _by_field(states: Iterable[State]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for state in states:
        for name, value in state:
            if value:
                found.setdefault(name, set()).add(_short(name, value))
    return {name: _listed(values) for name, values in found.items()}


def _short(name: str, value: str) -> str:
    return f"{value[:_HASH]}…" if name.startswith("sha256") else value


def _worded(field: str, text: str) -> str:
    return f"{field}: {text}"


def _states(found: Sequence[Found], cells: Sequence[Both]) -> tuple[str, ...]:
    """The states of the visitor that show it, unless all that were compared do."""
    showing = {cell for f in found for cell in f.difference.cells}
    if {c.cell for c in cells} <= showing:
        return ()
    return tuple(dict.fromkeys(cell.label for cell in sorted(showing)))


def _evidence(found: Sequence[Found], cells: Sequence[Both], runs: tuple[str, str]) -> tuple[str, ...]:
    """Requests that show it, of each run; where it has none (kept by a script, a refused cookie) the visits."""
    references: list[str] = []
    showing: set[Cell] = {cell for f in found for cell in f.difference.cells}
    for side, run in enumerate(runs):
        visits = [v for c in cells if c.cell in showing for v in ((c.before, c.after)[side])]
        each = [list(_requests(found[0].thing, v, run)) for v in visits]
        # The first of every visit before the second of any.
        longest = max(map(len, each), default=0)
        mixed = [refs[n] for n in range(longest) for refs in each if n < len(refs)]
        references += sorted(mixed[:MAX_EVIDENCE])
    return tuple(references)


def _requests(thing: Thing, visit: Seen, run: str) -> Iterable[str]:
    sight = visit.things.get(thing)
    if sight is not None:
        name = visit.visit.visit
        yield from (f"{run}:{name}/{request}" for request in sorted(sight.requests)[:_MANY] or ())
        if not sight.requests:
            yield f"{run}:{name}"
