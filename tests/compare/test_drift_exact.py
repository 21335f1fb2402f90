import pytest

from auditor.compare.drift.exact import Stratum, exact, holm
from auditor.compare.statistics import exact_p


@pytest.mark.parametrize("counts", [(0, 4, 4, 4), (1, 5, 4, 6), (3, 3, 0, 9), (2, 7, 2, 7), (0, 3, 1, 3)])
def test_one_cell_is_fishers_exact_test(counts: tuple[int, int, int, int]) -> None:
    assert exact([Stratum(*counts)]).p == pytest.approx(exact_p(*counts))


def test_cells_with_one_visit_each() -> None:
    told = exact([Stratum(0, 1, 1, 1)] * 7)
    assert told.p == pytest.approx(2 / 2**7)
    assert told.more
    assert exact([Stratum(0, 1, 1, 1), Stratum(1, 1, 0, 1)]).p == pytest.approx(1.0)


def test_cells_of_unlike_sizes_are_not_pooled() -> None:
    # Shown in every visit of one cell and none of the other, in both runs: nothing has changed, whatever the sums say.
    told = exact([Stratum(9, 9, 1, 1), Stratum(0, 1, 0, 9)])
    assert (told.p, told.least) == (1.0, 1.0)
    assert exact_p(9, 10, 1, 10) < 0.01


def test_holm() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})
    assert holm({}) == {}
