from auditor.compare.cells import CellPair
from auditor.compare.hypotheses import Verdict, Verdicts
from auditor.compare.statistics import ALPHA
from auditor.compare.units import Key
from tests.bench.comparison import Design, many, visit

A = Key("adcom", "", "tag", "query a", "cookie_id")
B = Key("adcom", "", "tag", "query b", "cookie_id")
OTHER = Key("other", "", "tag", "query a", "cookie_id")

type Cells = list[tuple[list[set[Key]], list[set[Key]]]]


def judged(cells: Cells, key: Key, *, sites: bool = False, kind: str = "cookie_mode") -> list[Verdict]:
    """The verdicts of an item; `cells`: for each stratum (or site) what each visit of both sides sent."""
    pairs, shown = [], {}
    for number, sides in enumerate(cells):
        both = []
        for side, sent in enumerate(sides):
            visits = tuple(visit(f"{number}.{side}.{n}") for n in range(len(sent)))
            shown.update({v.visit.visit: keys for v, keys in zip(visits, sent, strict=True)})
            both.append(visits)
        pairs.append(CellPair(kind, "", f"site{number}" if sites else "site", *both))
    verdicts = Verdicts(pairs, shown)
    return [verdicts.of(pair, key) for pair in pairs]


def test_one_repetition_establishes_nothing() -> None:
    cells: Cells = [([{A}], [set()])] * 20
    assert set(judged(cells, A)) == {Verdict(1, 1, 0, 1, None, None, "")}
    assert {v.by for v in judged([([{A}] * 4, [set()])] * 20, A)} == {""}


def test_four_repetitions_of_one_cell_are_too_few() -> None:
    (verdict,) = judged([([{A}] * 4, [set()] * 4)], A)
    assert verdict[:4] == (4, 4, 0, 4)
    assert verdict.by == ""
    assert verdict.p_value is not None and verdict.p_adjusted is not None
    assert round(verdict.p_value, 6) == round(verdict.p_adjusted, 6) == round(2 / 70, 6)


def test_cells_together_establish_it() -> None:
    found = judged([([{A}] * 4, [set()] * 4)] * 3, A)
    assert {v.by for v in found} == {"site"}
    assert {round(v.p_value or 0, 6) for v in found} == {round(2 / 70, 6)}
    assert {v.p_adjusted for v in found} == {2 / 70**3}


def test_sites_together_establish_it_unless_one_goes_on() -> None:
    cells: Cells = [([{A}] * 4, [set()] * 4)] * 3
    assert [v.by for v in judged(cells, A, sites=True)] == ["run"] * 3
    goes_on: Cells = [*cells, ([{A}] * 4, [{A}] * 4)]
    assert [v.by for v in judged(goes_on, A, sites=True)] == [""] * 4
    assert [v.by for v in judged(cells, A, sites=True, kind="opt_out")] == [""] * 3


def test_what_differs_in_other_cells_only_is_not_told_of_this_one() -> None:
    differs: Cells = [([{A}] * 4, [set()] * 4)] * 4
    here: Cells = [*differs, ([{A}] * 4, [{A}] * 4), ([{A}, {A}, set(), set()], [{A}, set(), set(), set()])]
    assert [v.by for v in judged(here, A)] == ["site"] * 4 + ["", ""]


def test_seen_once_is_not_established() -> None:
    cells: Cells = [([{A}] * 4, [set()] * 4)] * 3
    cells.append(([{A}, set(), set(), set()], [set()] * 4))
    assert [v.by for v in judged(cells, A)] == ["site"] * 3 + [""]


def test_a_tag_in_half_of_the_loads_is_one_doubtful_matter() -> None:
    """It was loaded in 12 of 12 visits before and in 6 of 12 after; an item of it goes with it each time."""
    cells: Cells = [([{A, B}] * 4, [{A, B}] * 2 + [set()] * 2)] * 3
    alone = judged(cells, A)[0].p_adjusted
    assert alone is not None and alone > ALPHA
    many_items = {A, *(Key("adcom", "", "tag", f"query {n}", "cookie_id") for n in range(100))}
    more: Cells = [([many_items] * 4, [many_items] * 2 + [set()] * 2)] * 3
    assert judged(more, A)[0].p_adjusted == alone


def test_an_item_is_tested_where_its_tag_was_there() -> None:
    """The tag is there in half of the visits, and never sends the item afterwards."""
    cells: Cells = [([{A, B}] * 2 + [set()] * 2, [{A}] * 2 + [set()] * 2)] * 7
    assert {v.by for v in judged(cells, B)} == {"site"}
    assert {v.by for v in judged(cells, A)} == {""}


def test_the_items_of_a_tag_that_is_gone_are_gone() -> None:
    cells: Cells = [([{A, B, OTHER}] * 4, [{OTHER}] * 4)] * 3
    assert {v.by for v in (*judged(cells, A), *judged(cells, B))} == {"site"}
    assert {v.by for v in judged(cells, OTHER)} == {""}


def test_comparisons_of_the_same_establish_nothing() -> None:
    """Tags in a random half of loads, as in the demo: 30 A/A comparisons, about 40,000 items in pairs of cells."""
    counts = many(Design(3), 20, changed=False)
    more = many(Design(7, sites=2), 10, changed=False)
    assert (counts.with_false, more.with_false) == (0, 0)
    assert counts.rows + more.rows > 30_000


def test_a_real_difference_is_found_with_four_repetitions() -> None:
    """Tags in a random half of loads; seven states of the visitor, as in the demo, three, and one at five sites."""
    for states, least in ((7, 0.95), (3, 0.9), (1, 0.8)):
        counts = many(Design(states), 4, changed=True)
        assert counts.found / counts.real >= least
        assert counts.false_rows == 0


def test_a_difference_in_some_states_is_rarely_told_of_the_others() -> None:
    """No test can tell four visits from four with certainty: under one in a thousand."""
    counts = many(Design(7, differs=3), 6, changed=True)
    assert counts.false_rows / (counts.rows - counts.real_rows) < 0.001
