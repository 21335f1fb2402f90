"""Which differences are more than the page's own variation: hypotheses on two levels, put together over cells.

module   did the module (tag) send anything in the visit?
item     where it did, did it send this item? A tag that is there in half of the loads is one doubtful matter, no thirty

Each is tested at its site over all pairs of cells of the same treatment (for cookie mode: over visitor states and
consent), and over all sites of the run. Hypotheses that the same visits decide in the same way are one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from auditor.compare.cells import CellPair
from auditor.compare.statistics import ALPHA, Bound, Stratum, Within, adjusted, exact_p, least, null
from auditor.compare.units import Key

# What cells together establish is told of each of them that shows it where they all agree: the item is never seen on
# the other side, in any. Where they do not, only of a cell whose own visits would tell it, taken for themselves.
OWN_ALPHA = 0.05
# What one visit of a cell showed is not established in that cell, whatever others show.
MIN_SEEN = 2
# Pooled over the run's sites; an opt-out is one site's own.
_OVER_SITES = ("cookie_mode", "visitor", "consent")

type _Module = tuple[str | None, str, str | None]
type _Sides = tuple[int, int]


class Verdict(NamedTuple):
    """What the statistics say of an item in a pair of cells; counts are visits.

    p_value   of this pair of cells alone (Fisher); None with one repetition on a side
    p_adjusted  of the test that decided, for all that was compared
    by        site or run: whose visits establish it; '' for not established
    """

    before_in: int
    before_of: int
    after_in: int
    after_of: int
    p_value: float | None
    p_adjusted: float | None
    by: str


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    """A tested hypothesis. sign: 1 seen less often after than before, -1 more often, 0 neither."""

    p: float
    sign: int
    bound: Bound
    same: frozenset[tuple[int, ...]]


class _Group(NamedTuple):
    """Pairs of cells put together: masks of their visits, before and after; `sites`: the same for each site."""

    strata: tuple[_Sides, ...]
    sites: tuple[tuple[_Sides, ...], ...]


class Verdicts:
    """All verdicts of one kind of comparison."""

    def __init__(self, pairs: Sequence[CellPair], shown: Mapping[str, Iterable[Key]]) -> None:
        """`shown`: visit id -> the items it sent."""
        self._bit: dict[str, int] = {}
        self._items: dict[Key, int] = {}
        self._modules: dict[_Module, int] = {}
        self._groups: dict[tuple[str, ...], _Group] = {}
        self._found: dict[tuple[tuple[str, ...], Key], tuple[_Hypothesis | None, _Hypothesis | None]] = {}
        for pair in pairs:
            for evidence in (*pair.before, *pair.after):
                self._add(evidence.visit.visit, shown)
        self._put_together(pairs)
        self._test()

    def _add(self, visit: str, shown: Mapping[str, Iterable[Key]]) -> None:
        if visit in self._bit:
            return
        bit = self._bit[visit] = 1 << len(self._bit)
        for key in shown.get(visit, ()):
            self._items[key] = self._items.get(key, 0) | bit
            self._modules[_module(key)] = self._modules.get(_module(key), 0) | bit

    def _sides(self, pair: CellPair) -> _Sides:
        before = sum(self._bit[v.visit.visit] for v in pair.before)
        return before, sum(self._bit[v.visit.visit] for v in pair.after)

    def _put_together(self, pairs: Sequence[CellPair]) -> None:
        by_site: dict[tuple[str, str], list[_Sides]] = {}
        by_treatment: dict[str, list[str]] = {}
        for pair in pairs:
            by_site.setdefault((pair.site, pair.treatment), []).append(self._sides(pair))
            if pair.kind in _OVER_SITES and pair.site not in by_treatment.setdefault(pair.treatment, []):
                by_treatment[pair.treatment].append(pair.site)
        for name, strata in by_site.items():
            self._groups[name] = _Group(tuple(strata), (tuple(strata),))
        for treatment, sites in by_treatment.items():
            own = tuple(tuple(by_site[site, treatment]) for site in sites)
            if len(own) > 1:
                self._groups[treatment,] = _Group(tuple(s for strata in own for s in strata), own)

    def _test(self) -> None:
        distinct: dict[frozenset[tuple[int, ...]], _Hypothesis] = {}
        for name, group in self._groups.items():
            everyone = sum(before | after for before, after in group.strata)
            of_module: dict[int, _Hypothesis | None] = {}
            for key, mask in self._items.items():
                if mask & everyone:
                    module = self._modules[_module(key)]
                    if module not in of_module:
                        of_module[module] = _hypothesis(group, module, -1)
                    both = of_module[module], _hypothesis(group, mask, module)
                    self._found[name, key] = both
                    distinct.update({h.same: h for h in both if h is not None})
        tested = list(distinct.values())
        self._adjusted = adjusted([h.p for h in tested], [h.bound for h in tested])

    def of(self, pair: CellPair, key: Key) -> Verdict:
        """What is said of an item in a pair of cells."""
        before, after = self._sides(pair)
        mask = self._items.get(key, 0)
        before_in, before_of = (mask & before).bit_count(), before.bit_count()
        after_in, after_of = (mask & after).bit_count(), after.bit_count()
        counts = (before_in, before_of, after_in, after_of)
        if min(before_of, after_of) < 2:
            return Verdict(*counts, None, None, "")
        p_value = exact_p(*counts)
        difference = before_in * after_of - after_in * before_of
        sign = (difference > 0) - (difference < 0)
        best, by = 1.0, ""
        for level, name in (("site", (pair.site, pair.treatment)), ("run", (pair.treatment,))):
            for hypothesis in self._found.get((name, key), ()):
                if hypothesis is None or hypothesis.sign != sign or not sign:
                    continue
                p = self._adjusted[hypothesis.p]
                best = min(best, p)
                if p <= ALPHA and (p_value <= OWN_ALPHA or self._one_sided(name, mask, sign)):
                    by = by or level
        if max(before_in, after_in) < MIN_SEEN:
            by = ""
        return Verdict(*counts, p_value, best, by)

    def _one_sided(self, name: tuple[str, ...], mask: int, sign: int) -> bool:
        """Whether no cell of a group shows the item on the side where it is less."""
        lesser = 1 if sign > 0 else 0
        return not any(mask & sides[lesser] for sides in self._groups[name].strata)


def _module(key: Key) -> _Module:
    return key.vendor, key.recipient, key.module


def _hypothesis(group: _Group, mask: int, counted: int) -> _Hypothesis | None:
    """The hypothesis that `mask` lies alike on both sides, among the visits of `counted`; None: no visit can tell.

    Over several sites it is told only when every site that shows it goes the same way.
    """
    found = _tested(group.strata, mask, counted)
    if found is None or len(group.sites) == 1:
        return found
    for strata in group.sites:
        own = _tested(strata, mask, counted)
        if own is not None and own.sign != found.sign:
            return _Hypothesis(found.p, 0, found.bound, found.same)
        before, after = (sum(s[n] for s in strata) & mask & counted for n in (0, 1))
        if own is None and before and after:
            return _Hypothesis(found.p, 0, found.bound, found.same)
    return found


def _tested(strata: tuple[_Sides, ...], mask: int, counted: int) -> _Hypothesis | None:
    tables: list[Stratum] = []
    within: list[Within] = []
    same: list[tuple[int, ...]] = []
    observed, every = 0, True
    for before, after in strata:
        b, a = counted & before, counted & after
        number, seen = (b | a).bit_count(), (mask & (b | a)).bit_count()
        if not 0 < seen < number:
            continue
        within.append(Within(before.bit_count(), after.bit_count(), number, seen))
        same.append((before, after, b | a, mask & (b | a)))
        every = every and b == before and a == after
        table = Stratum(b.bit_count(), a.bit_count(), seen)
        if table.tells:
            tables.append(table)
            observed += (mask & b).bit_count()
    if not within:
        return None
    kept = tuple(sorted(tables))
    bound = Bound(exact=kept) if every else Bound(least=least(tuple(sorted(within))))
    if not kept:
        return _Hypothesis(1.0, 0, bound, frozenset(same))
    distribution = null(kept)
    over = observed - distribution.mean
    return _Hypothesis(distribution.of(observed), (over > 1e-9) - (over < -1e-9), bound, frozenset(same))
