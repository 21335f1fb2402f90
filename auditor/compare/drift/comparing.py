"""Two runs held against each other: every difference once, with how sure it is."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from auditor.compare.drift.cells import Both, both, browsers
from auditor.compare.drift.declared import declared
from auditor.compare.drift.exact import ALPHA, Stratum, Tested, exact, holm
from auditor.compare.drift.folding import Found, folded
from auditor.compare.drift.lines import Sure, line_of, order
from auditor.compare.drift.model import Drift, DriftChange, Drifted, DriftKind, DriftNote, RunSide, Thing
from auditor.compare.drift.presence import (
    Difference,
    Shown,
    changed,
    counted,
    counted_state,
    presence,
    varies,
)

_NAMED = 8  # scripts named in a note

type _Visits = frozenset[tuple[int, str]]
"""Visits that show something: 0 the earlier run's, 1 the later's, and the visit."""


class _Hypothesis(NamedTuple):
    """What is tested: that the visits which show something are of either run alike."""

    visits: _Visits
    tested: Tested


def drift(before: RunSide, after: RunSide) -> Drifted:
    """What is new, gone or changed from one run to another.

    Compared are only complete visits of cells that both runs have; all else is a note, never "gone". What a new or
    gone recipient or module brings along, and a tag's version in its hits that changed with its script, stand in its
    line. `established`: over the visits of all sites together the difference is more than they vary by themselves, at
    ALPHA for everything that could be established; what differs the other way at another site counts against it.
    """
    sites, notes = both(before, after)
    same_browser = browsers(before) == browsers(after)
    found: list[Found] = []
    things: set[Thing] = set()
    for site, cells in sites.items():
        here = _things(cells, standard=same_browser)
        things |= here
        own = {t for t in here if t.kind is DriftKind.script and not t.receiver}
        varying = sorted((t for t in here - own if t.kind is DriftKind.script and varies(t, cells)), key=_by_order)
        notes += _note("varies", site, varying)
        differences = {t: d for t in sorted(here, key=_by_order) if (d := _difference(t, cells))}
        notes += _note("own_scripts", site, [t for t in differences if t in own])
        found += folded(site, {t: d for t, d in differences.items() if t not in own}, cells)
    told = {thing for f in found for thing in f.brings} - {f.thing for f in found}
    groups = _grouped(found)
    sure = _sure(things - told, groups, sites)
    adjusted = _adjusted(sure.values())
    lines: list[Drift] = []
    for group in groups:
        own_p = sure[group.key if group.key[1] is DriftChange.changed else group.key[0]]
        if line := _line(group, own_p, adjusted.get(own_p.visits), sites, (before.run, after.run)):
            lines.append(line)
    declarations, further = declared(before, after)
    compared = [c for cells in sites.values() for c in cells]
    return Drifted(
        before=before.run,
        after=after.run,
        before_at=before.started_at,
        after_at=after.started_at,
        sites=tuple(sorted(sites)),
        before_visits=sum(len(c.before) for c in compared),
        after_visits=sum(len(c.after) for c in compared),
        lines=tuple(sorted((*lines, *declarations), key=order)),
        notes=(*notes, *further),
        tested=len(adjusted),
    )


type _Key = tuple[Thing, DriftChange, bool, Shown, Shown]


class _Group(NamedTuple):
    """The same difference at several sites."""

    key: _Key
    found: tuple[Found, ...]


def _by_order(thing: Thing) -> tuple[int, str, str, str, str]:
    return thing.order


def _things(cells: Sequence[Both], *, standard: bool) -> set[Thing]:
    """All things of a site; headers that every browser sends only where both runs have the same browser."""
    found = {t for c in cells for v in (*c.before, *c.after) for t in v.things}
    return found if standard else {t for t in found if t.part != "header"}


def _difference(thing: Thing, cells: Sequence[Both]) -> Difference | None:
    if thing.part != "version" and (difference := presence(counted(thing, cells))):
        return difference
    if thing.kind is DriftKind.script and varies(thing, cells):
        return None
    return changed(thing, cells)


def _note(code: str, site: str, things: Sequence[Thing]) -> list[DriftNote]:
    things = [t for t in things if t.part != "version"]
    if not things:
        return []
    names = ", ".join(t.name for t in things[:_NAMED]) + (f", +{len(things) - _NAMED}" if len(things) > _NAMED else "")
    return [DriftNote(code=code, site=site, values={"n": str(len(things)), "names": names})]


def _grouped(found: Iterable[Found]) -> list[_Group]:
    groups: dict[_Key, list[Found]] = {}
    for f in found:
        d = f.difference
        groups.setdefault((f.thing, d.change, d.partly, d.old, d.new), []).append(f)
    return [_Group(key, tuple(members)) for key, members in groups.items()]


def _sure(
    things: Iterable[Thing], groups: Iterable[_Group], sites: dict[str, list[Both]]
) -> dict[Thing | _Key, _Hypothesis]:
    """What is tested: every thing's being there, and every changed state, over all sites."""
    found: dict[Thing | _Key, _Hypothesis] = {}
    everywhere = [c for cells in sites.values() for c in cells]
    holders: dict[Thing, set[tuple[int, str]]] = {}
    for c in everywhere:
        for side, visits in ((0, c.before), (1, c.after)):
            for v in visits:
                for thing in v.things:
                    holders.setdefault(thing, set()).add((side, v.visit.visit))
    for thing in things:
        if thing.part != "version":
            strata = [c.stratum for c in counted(thing, everywhere)]
            found[thing] = _Hypothesis(frozenset(holders[thing]), exact(strata))
    for group in groups:
        if group.key[1] is DriftChange.changed:
            strata = _of_state(group, everywhere)
            tested = exact(strata)
            # Another state of the same visits is another matter: no two of these are alike.
            mark = frozenset({(2, repr(group.key))})
            found[group.key] = _Hypothesis(mark, tested)
    return found


def _of_state(group: _Group, cells: Sequence[Both]) -> list[Stratum]:
    thing, _, _, old, new = group.key
    return [c.stratum for c in counted_state(thing, cells, new or old)]


def _adjusted(hypotheses: Iterable[_Hypothesis]) -> dict[_Visits, float]:
    """Adjusted p-values of what could be established. Visits that show several things are one matter, counted once."""
    return holm({h.visits: h.tested.p for h in hypotheses if h.tested.least <= ALPHA})


def _line(
    group: _Group, own: _Hypothesis, adjusted: float | None, sites: dict[str, list[Both]], runs: tuple[str, str]
) -> Drift | None:
    """The line of a group; None for one that may well be the pages' own variation, see presence.Difference."""
    change = group.key[1]
    right = change is DriftChange.changed or own.tested.more == (change is DriftChange.new)
    established = adjusted is not None and adjusted <= ALPHA and right
    told = [f for f in group.found if established or f.difference.in_line]
    return line_of(told, sites, Sure(own.tested.p, adjusted, established), runs) if told else None
