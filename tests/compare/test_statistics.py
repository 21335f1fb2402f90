from fractions import Fraction
from itertools import combinations, product

import pytest
from scipy.stats import fisher_exact

from auditor.compare.statistics import Bound, Stratum, Within, adjusted, exact_p, least, null, word


def test_one_stratum_is_fishers_exact_test() -> None:
    for before_of, after_of in product((1, 2, 4, 7), (1, 3, 4, 8)):
        for before_in, after_in in product(range(before_of + 1), range(after_of + 1)):
            table = [[before_in, before_of - before_in], [after_in, after_of - after_in]]
            seen = before_in + after_in
            own = null((Stratum(before_of, after_of, seen),)).of(before_in)
            assert own == pytest.approx(float(fisher_exact(table).pvalue), abs=1e-12)
            assert exact_p(before_in, before_of, after_in, after_of) == pytest.approx(own, abs=1e-12)


def test_several_strata_are_all_ways_to_deal_the_visits() -> None:
    """Counted one by one: two strata, of 3 and 2 visits of which 2 showed it, and of 2 and 3 of which 1 did."""
    strata = (Stratum(2, 3, 1), Stratum(3, 2, 2))
    ways: dict[int, int] = {}
    for first in combinations(range(5), 2):
        for second in combinations(range(5), 3):
            count = len({0} & set(first)) + len({0, 1} & set(second))
            ways[count] = ways.get(count, 0) + 1
    total = sum(ways.values())
    for count, number in ways.items():
        p = Fraction(sum(n for n in ways.values() if n <= number), total)
        assert null(strata).of(count) == pytest.approx(float(p), abs=1e-15)
    assert null(strata).mean == pytest.approx(2 / 5 + 6 / 5)


def test_known_values() -> None:
    assert exact_p(4, 4, 0, 4) == pytest.approx(2 / 70)
    assert null((Stratum(4, 4, 4),) * 7).of(28) == pytest.approx(2 / 70**7)
    assert null((Stratum(4, 4, 4),)).levels == pytest.approx((2 / 70, 34 / 70, 1.0))


def test_reach_is_what_can_come_out_and_no_more() -> None:
    distribution = null((Stratum(4, 4, 4),))
    assert [distribution.reach(level) for level in (0.01, 0.03, 0.5, 1.0)] == pytest.approx([0, 2 / 70, 34 / 70, 1])


def test_least_is_below_every_test_among_the_visits_that_count() -> None:
    """Six of eight visits count and three of these show it: however they lie, no p-value is below."""
    floor = least((Within(4, 4, 6, 3),))
    reached: list[float] = []
    for before in range(2, 5):
        reached += null((Stratum(before, 6 - before, 3),)).levels
    assert 0 < floor <= min(reached)
    assert least((Within(4, 4, 6, 3),) * 2) == pytest.approx(floor**2)
    assert least(()) == 1.0


def test_a_hypothesis_that_cannot_be_decided_costs_nothing() -> None:
    strong, weak = (Stratum(10, 10, 10),), (Stratum(10, 10, 1),)
    p = null(strong).of(10)
    alone = adjusted([p], [Bound(exact=strong)])
    among = adjusted([p] + [1.0] * 1000, [Bound(exact=strong)] + [Bound(exact=weak)] * 1000)
    assert alone[p] == among[p] == p
    assert among[1.0] == 1.0


def test_the_correction_is_holms_where_all_can_be_decided_at_every_level() -> None:
    """Bounds that reach every level: p-value times the hypotheses left, never falling."""
    p_values = [0.001, 0.01, 0.02, 0.02, 0.5]
    found = adjusted(p_values, [Bound(least=0.0)] * 5)
    assert found == pytest.approx({0.001: 0.005, 0.01: 0.04, 0.02: 0.06, 0.5: 0.5})


@pytest.mark.parametrize(
    ("seen", "of", "answer"),
    [
        (0, 1, "never"),
        (1, 1, "once"),
        (0, 4, "never"),
        (1, 2, "once"),
        (1, 4, "once"),
        (2, 2, "always"),
        (4, 4, "always"),
        (2, 4, "usually"),
        (3, 4, "usually"),
        (2, 5, "sometimes"),
    ],
)
def test_word(seen: int, of: int, answer: str) -> None:
    assert word(seen, of) == answer
