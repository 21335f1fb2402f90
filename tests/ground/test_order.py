"""The order of visits: disclosures first, repetitions one after the other, cells in each as the seed has it."""

import pytest

from auditor.evidence import VisitKind
from auditor.pipeline.audit import tasks_of, with_seed
from auditor.scenario import Scenario
from auditor.specs import parse

TEXT = """\
scenario: t
sites:
  - {id: one, operator: x, url: https://one.test/, disclosure: {find: 1}}
  - {id: two, operator: x, url: https://two.test/, disclosure: {find: 1}}
repeat: 3
consent: [ignore, accept]
"""


WITHOUT = parse(TEXT, Scenario, file="s.yaml")


def visits(seed: int | None) -> list[str]:
    return [plan.visit for plan, _, _ in tasks_of(WITHOUT.model_copy(update={"seed": seed}))]


def test_disclosures_come_first() -> None:
    scenario = parse(TEXT + "seed: 5\n", Scenario, file="s.yaml")
    kinds = [kind for _, _, kind in tasks_of(scenario)]
    assert kinds == [VisitKind.disclosure] * 2 + [VisitKind.audit] * 24


def test_the_order_is_the_same_for_ever() -> None:
    assert [visit.replace(".no_account", "") for visit in visits(5)[2:10]] == [
        "one.allowed.ignore.1",
        "two.allowed.accept.1",
        "two.allowed.ignore.1",
        "one.blocked.ignore.1",
        "one.allowed.accept.1",
        "two.blocked.ignore.1",
        "one.blocked.accept.1",
        "two.blocked.accept.1",
    ]


@pytest.mark.parametrize("seed", [None, 0, 5, 2**40])
def test_each_repetition_has_each_cell_once(seed: int | None) -> None:
    made = visits(seed)[2:]
    blocks = [made[start : start + 8] for start in (0, 8, 16)]
    cells = [sorted(visit.rpartition(".")[0] for visit in block) for block in blocks]
    assert [{visit.rpartition(".")[2] for visit in block} for block in blocks] == [{"1"}, {"2"}, {"3"}]
    assert cells[0] == cells[1] == cells[2] == sorted(set(cells[0]))


def test_no_cell_has_its_place_by_what_it_is() -> None:
    first = [visits(seed)[2] for seed in range(400)]
    assert len(set(first)) == 8
    # 50 are to be expected of each; fewer than 25 or more than 80 by chance in one of 10,000 such tests.
    assert all(25 <= first.count(visit) <= 80 for visit in set(first))
    orders = {tuple(v.rpartition(".")[0] for v in visits(5)[2 + 8 * n : 10 + 8 * n]) for n in range(3)}
    assert len(orders) == 3


def test_without_a_seed_one_is_drawn_and_kept() -> None:
    drawn = {with_seed(WITHOUT).seed for _ in range(4)}
    assert len(drawn) > 1 and None not in drawn
    kept = with_seed(WITHOUT)
    assert tasks_of(Scenario.model_validate_json(kept.model_dump_json())) == tasks_of(kept)
    assert with_seed(kept) is kept
