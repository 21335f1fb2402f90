"""How likely a difference between two runs is by the pages' own variation alone: exact, by cells.

Under "nothing has changed" the visits of a cell could have been of either run. Within each cell the number of the
later run's visits that show a thing is then hypergeometric; the sum over the cells is their convolution. With one
cell this is Fisher's exact test (compare/statistics.py).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import comb
from typing import NamedTuple

ALPHA = 0.05
_EQUAL = 1 + 1e-7  # probabilities that differ by less are equal but for their rounding


class Stratum(NamedTuple):
    """Visits of one cell that show a thing, of how many, in the earlier and the later run."""

    before_in: int
    before_of: int
    after_in: int
    after_of: int

    @property
    def tells(self) -> bool:
        """Whether it could have come out otherwise."""
        shown = self.before_in + self.after_in
        return bool(self.before_of and self.after_of and 0 < shown < self.before_of + self.after_of)


class Tested(NamedTuple):
    """`p`: two-sided. `least`: the smallest that these margins allow. `more`: whether the later run shows it more."""

    p: float
    least: float
    more: bool


def exact(strata: Iterable[Stratum]) -> Tested:
    """The test over all cells; p is 1 where nothing could have come out otherwise."""
    return _exact(tuple(sorted(s for s in strata if s.tells)))


@lru_cache(maxsize=8192)
def _exact(strata: tuple[Stratum, ...]) -> Tested:
    if not strata:
        return Tested(1.0, 1.0, False)
    whole, expected = [1.0], 0.0
    for s in strata:
        own = _hypergeometric(s)
        joined = [0.0] * (len(whole) + len(own) - 1)
        for i, a in enumerate(whole):
            for j, b in enumerate(own):
                joined[i + j] += a * b
        whole = joined
        expected += s.after_of * (s.before_in + s.after_in) / (s.before_of + s.after_of)
    seen = sum(s.after_in for s in strata)
    lowest = sum(max(0, s.before_in + s.after_in - s.before_of) for s in strata)
    return Tested(_two_sided(whole, seen - lowest), min(_two_sided(whole, k) for k in _ends(whole)), seen > expected)


def _hypergeometric(s: Stratum) -> list[float]:
    """The probabilities of each possible `after_in`, from the smallest one on."""
    shown, visits = s.before_in + s.after_in, s.before_of + s.after_of
    possible = range(max(0, shown - s.before_of), min(shown, s.after_of) + 1)
    return [comb(s.after_of, k) * comb(s.before_of, shown - k) / comb(visits, shown) for k in possible]


def _ends(whole: list[float]) -> tuple[int, int]:
    return 0, len(whole) - 1


def _two_sided(whole: list[float], at: int) -> float:
    return min(1.0, sum(p for p in whole if p <= whole[at] * _EQUAL))


def holm[K](p_values: Mapping[K, float]) -> dict[K, float]:
    """Holm's step-down adjustment: the chance of even one false "established" stays below ALPHA."""
    adjusted: dict[K, float] = {}
    largest = 0.0
    ordered = sorted(p_values.items(), key=lambda item: item[1])
    for rank, (key, p) in enumerate(ordered):
        largest = max(largest, min(1.0, (len(ordered) - rank) * p))
        adjusted[key] = largest
    return adjusted
