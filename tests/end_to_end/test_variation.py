"""The demo with each tag in a random half of its page loads: noise is no difference, and the real one is found."""

from pathlib import Path

import pytest

from auditor.evidence import Outcome

from ..bench.variation import Varied, varied, visited

pytestmark = [pytest.mark.browser, pytest.mark.changes, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Varied:
    """The news site, four times: no account and logged in at サガス, third-party cookies allowed and blocked."""
    return varied(visited(Path(tmp_path_factory.mktemp("variation")), 4, ("news",), ("sagasu",)))


def test_every_visit_is_complete(run: Varied) -> None:
    assert [v.visit.reason for v in run.visits if v.visit.outcome is not Outcome.complete] == []
    assert len(run.visits) == 16


def test_the_pages_vary(run: Varied) -> None:
    assert any(c.before_in != c.after_in for number in range(10) for c in run.halves(number))


@pytest.mark.parametrize("number", range(10))
def test_two_halves_of_the_same_visits_differ_in_nothing(run: Varied, number: int) -> None:
    assert [(c.item, c.word) for c in run.halves(number) if c.established] == []


def test_the_real_difference_is_established(run: Varied) -> None:
    found = {(c.vendor, c.item, c.change) for c in run.modes() if c.established}
    assert ("sagasu", "cookie SDE", "gone") in found or ("sagasu", "cookie SDE", "replaced") in found
