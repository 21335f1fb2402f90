"""How likely a difference between two sets of visits is by the page's own variation: the one door to SciPy.

The unit is the visit: what a page sends within one visit hangs together. Under the hypothesis that nothing differs, the
visits of a stratum (a pair of cells) could have been dealt to its two sides in any way.

One stratum: Fisher's exact test. Several: the same test with every stratum's margins kept (the sum of hypergeometric
counts; its distribution is their convolution, in whole numbers, so that ties are ties). Two-sided: the probability of
all sums that are no more likely than the one seen.

Many hypotheses: a step-down Bonferroni correction for discrete tests (Westfall and Wolfinger, The American Statistician
51, 1997). A p-value is multiplied not by the number of hypotheses; each other one adds what it could reach by itself at
that level. So a hypothesis that cannot be decided (seen in one visit of eight) costs the others nothing, which is
Tarone's exclusion (Biometrics 46, 1990), and the rest cost at most what Holm's correction takes. The chance of even one
false finding among all of them is at most ALPHA, whatever hangs together with what.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import comb
from typing import NamedTuple

# The chance that a comparison (one kind in one run) calls anything established although nothing differs. A false word
# is worse than a missing one, and the comparison is made month after month on many sites: at 0.005 one in two hundred
# does at most, and less is reached, because the tests are discrete. Not smaller, because four visits against four, in
# one visitor state at five sites (20 against 20), must still decide among a thousand hypotheses.
ALPHA = 0.005


class Stratum(NamedTuple):
    """What is kept fixed of a pair of cells: visits before, visits after, those of both that showed the thing."""

    before_of: int
    after_of: int
    seen: int

    @property
    def tells(self) -> bool:
        """Whether the visits could be dealt in more than one way that looks different."""
        return self.before_of > 0 and self.after_of > 0 and 0 < self.seen < self.before_of + self.after_of


class Null(NamedTuple):
    """What the count of the visits before that showed it may be when nothing differs.

    lowest  the least count; `p[i]` is the two-sided p-value of the count `lowest + i`
    mean    the count expected
    levels  the p-values that can be reached, smallest first
    """

    lowest: int
    p: tuple[float, ...]
    mean: float
    levels: tuple[float, ...]

    def of(self, count: int) -> float:
        """The p-value of a count."""
        return self.p[count - self.lowest]

    def reach(self, level: float) -> float:
        """The chance of a p-value of at most `level`."""
        return max((p for p in self.levels if p <= level), default=0.0)


@cache
def exact_p(before_in: int, before_of: int, after_in: int, after_of: int) -> float:
    """Two-sided p-value of Fisher's exact test: in how many visits of how many, before and after."""
    from scipy.stats import fisher_exact  # here: it takes longer to load than most commands take

    table = [[before_in, before_of - before_in], [after_in, after_of - after_in]]
    return float(fisher_exact(table).pvalue)


@cache
def null(strata: tuple[Stratum, ...]) -> Null:
    """The distribution for these strata, given sorted (so that equal ones are counted once)."""
    lowest, weights = 0, [1]
    for before_of, after_of, seen in strata:
        first, last = max(0, seen - after_of), min(before_of, seen)
        own = [comb(before_of, k) * comb(after_of, seen - k) for k in range(first, last + 1)]
        weights = [
            sum(weights[j] * own[i - j] for j in range(max(0, i - len(own) + 1), min(i, len(weights) - 1) + 1))
            for i in range(len(weights) + len(own) - 1)
        ]
        lowest += first
    total = sum(weights)
    tally: Counter[int] = Counter()
    for weight in weights:
        tally[weight] += weight
    below, p_of = 0, {}
    for weight in sorted(tally):
        below += tally[weight]
        p_of[weight] = below / total
    mean = sum(s.before_of * s.seen / (s.before_of + s.after_of) for s in strata)
    return Null(lowest, tuple(p_of[w] for w in weights), mean, tuple(sorted(p_of.values())))


class Within(NamedTuple):
    """A stratum of a test among some visits only: before, after, visits that count, those of them that showed it."""

    before_of: int
    after_of: int
    counted: int
    seen: int


@cache
def least(strata: tuple[Within, ...]) -> float:
    """A p-value that no test among those visits can go below, however they lie on the two sides.

    Which of the visits count is itself a chance (the module was loaded in them), so what can be reached is told
    without looking at it: of every way they may lie, the least likely end of the distribution.
    """
    product = 1.0
    for before_of, after_of, counted, seen in strata:
        ends = []
        for before in range(max(0, counted - after_of), min(before_of, counted) + 1):
            after = counted - before
            for k in (max(0, seen - after), min(before, seen)):
                ends.append(comb(before, k) * comb(after, seen - k) / comb(counted, seen))
        product *= min(ends)
    return product


class Bound(NamedTuple):
    """How a hypothesis may come out when nothing differs: by its exact distribution, or by its least p-value."""

    exact: tuple[Stratum, ...] = ()
    least: float = 0.0

    def reach(self, level: float) -> float:
        """The chance of a p-value of at most `level`, or a bound of it from above."""
        if self.exact:
            return null(self.exact).reach(level)
        return level if level >= self.least else 0.0


def adjusted(p_values: Sequence[float], bounds: Sequence[Bound]) -> dict[float, float]:
    """p-value -> what it is for all these hypotheses together (family-wise, step-down); 1.0 at most."""
    left = Counter(bounds)
    by_p: dict[float, Counter[Bound]] = {}
    for p, bound in zip(p_values, bounds, strict=True):
        by_p.setdefault(p, Counter())[bound] += 1
    found: dict[float, float] = {}
    highest = 0.0
    for p in sorted(by_p):
        if highest < 1.0:
            highest = max(highest, min(1.0, sum(n * bound.reach(p) for bound, n in left.items())))
        found[p] = highest
        left -= by_p[p]
    return found


def word(seen: int, of: int) -> str:
    """always (all of two or more visits), usually (half of them or more), sometimes, once, never."""
    if seen == 0:
        return "never"
    if seen == 1:
        return "once"
    if seen == of:
        return "always"
    return "usually" if 2 * seen >= of else "sometimes"
