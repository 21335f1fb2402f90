"""The hearing sheet's items and measures: what is filled, with which figures, and that every figure has its bytes."""

import json
from datetime import UTC, date, datetime

import pytest

from auditor.errors import InputError
from auditor.report.hearing import hearing_of
from auditor.report.hearing.items import Sheets, load_sheets
from auditor.report.hearing.measures import MEASURES
from auditor.report.hearing.sheet import MAX_SHOWN, figure
from auditor.report.hearing.words import all_words
from auditor.report.html.parts import same
from auditor.report.inputs import RunFacts, RunResult
from auditor.report.rows import table_rows
from auditor.specs import parse

from .declared import scenario
from .factory import run_result
from .hearing_cells import FILLED, part, row, with_scenario
from .hostile import hostile_result

REFERRING = {"3-4", "3-7", "2-5", "2-6-2", "2-8-2〜", "2-9", "2-10", "2-11"}


# --- items ---------------------------------------------------------------------------------------------


def test_every_number_from_1_1_to_7_3_is_there_in_order() -> None:
    sheets = load_sheets()
    numbers = [i.number for i in sheets.items("platforms", sheets.editions[0])]
    assert (numbers[0], numbers[-1]) == ("1-1", "7-3")
    assert numbers == sorted(numbers, key=lambda n: [int(x) for x in n.rstrip("〜").split("-")])
    assert set(numbers) >= FILLED | REFERRING | {f"3-{n}" for n in range(1, 8)} | {"7-1", "7-2", "7-3"}
    carriers = [i.number for i in sheets.items("carriers", sheets.editions[0])]
    assert (carriers[0], carriers[-1]) == ("1-1", "2-2")


def test_what_is_asked_to_be_filled_is_filled_and_the_rest_says_why_not() -> None:
    sheets = load_sheets()
    items = sheets.items("platforms", sheets.editions[0])
    assert {i.number for i in items if i.measure} == FILLED
    assert {i.number for i in items if i.see} == REFERRING
    for item in items:
        if item.unseen:
            assert sheets.reasons[item.unseen].ja.startswith("トラフィックからは確認できない。")
            assert sheets.reasons[item.unseen].en.startswith("Cannot be seen in traffic.")


def test_every_measure_is_used_and_every_used_one_exists() -> None:
    sheets = load_sheets()
    assert {i.measure for i in (*sheets.platforms, *sheets.carriers) if i.measure} == set(MEASURES)


def test_the_edition_goes_by_the_day_of_the_run() -> None:
    sheets = load_sheets()
    days = {date(2024, 1, 1): "2024", date(2025, 7, 16): "2024", date(2025, 7, 17): "2025", date(2026, 11, 24): "2025"}
    assert {day: sheets.edition(day).id for day in days} == days
    assert sheets.edition(None).id == "2025"
    new = {i.number for i in sheets.items("platforms", sheets.editions[1])}
    assert new - {i.number for i in sheets.items("platforms", sheets.editions[0])} == {
        "1-2-2", "新規1", "新規2", "新規3", "新規4", "新規5", "新規6",
    }  # fmt: skip
    old = run_result(facts=RunFacts(started_at=datetime(2024, 12, 1, tzinfo=UTC)))
    assert hearing_of(old).edition.en == "hearing sheet of fiscal 2024"
    assert [r.number for r in part(hearing_of(old)).rows][-1] == "7-3"


def test_a_title_is_never_without_its_source_and_a_bare_number_says_so() -> None:
    for item in (*load_sheets().platforms, *load_sheets().carriers):
        assert (item.title is None) == (item.mark == "?"), item.number
        assert item.title is None or any(year in item.source for year in ("2024", "2025", "2-8-1")), item.number
    bare = row(hearing_of(run_result()), "1-3")
    assert bare.title.ja == "番号のみ確認。文言は総務省のシートから転記すること。"
    assert (bare.known, bare.mark) == (False, "?")


HEAD = """
editions: [{id: x, name: {ja: x, en: x}, valid_from: 2024-01-01, mark: S, source: s}]
columns: {platforms: [google], carriers: [kddi]}
reasons: {no: {ja: x, en: x}}
carriers: [{number: "1-1", unseen: no}]
"""


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ('[{number: "1", measure: a, see: "2"}]', "exactly one of measure, see and unseen"),
        ('[{number: "1"}]', "exactly one of measure, see and unseen"),
        ('[{number: "1", unseen: no, title: {ja: a, en: b}}]', "a title needs a mark and a source"),
        ('[{number: "1", unseen: no, mark: P, source: s}]', "without a title the mark is ?"),
        ('[{number: "1", unseen: other}]', "unknown reason 'other'"),
        ('[{number: "1", see: "2"}, {number: "2", unseen: no}]', "item 2 has no measure"),
        ('[{number: "1", unseen: no, titel: x}]', "titel"),
    ],
)
def test_a_bad_item_is_refused(items: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        parse(f"{HEAD}platforms: {items}\n", Sheets, file="items.yaml")
    assert told in str(error.value)


def test_all_words_have_both_languages_with_the_same_values() -> None:
    from string import Formatter

    for key, text in all_words().items():
        fields = [{name for _, name, _, _ in Formatter().parse(t) if name is not None} for t in (text.ja, text.en)]
        assert fields[0] == fields[1], key


# --- columns -------------------------------------------------------------------------------------------


def test_the_three_platforms_have_columns_and_the_six_carriers() -> None:
    hearing = hearing_of(run_result())
    assert [(c.vendor, c.platform) for c in part(hearing).columns] == [
        ("lycorp", None), ("google", "google"), ("meta", None),
    ]  # fmt: skip
    assert [c.name.ja for c in part(hearing).columns] == ["LINEヤフー株式会社", "Google LLC", "Meta Platforms, Inc."]
    assert [c.vendor for c in part(hearing, "carriers").columns] == [
        "docomo", "kddi", "softbank", "rakuten", "ntteast", "nttwest",
    ]  # fmt: skip


def test_invented_platforms_take_the_columns() -> None:
    platforms = json.loads(scenario().model_dump_json())["platforms"]
    other = {"renraku": platforms["google"] | {"vendor": "renraku"}}
    hearing = hearing_of(run_result(scenario=with_scenario(platforms=other)))
    assert [(c.vendor, c.platform) for c in part(hearing).columns] == [("renraku", "renraku")]


# --- evidence ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", [run_result(), hostile_result()], ids=["plain", "hostile"])
def test_every_figure_leads_to_requests_of_the_tables(result: RunResult) -> None:
    requests = {f"{r['visit']}/{r['request']}" for r in table_rows(result)["requests"]}
    figures = list(hearing_of(result).figures())
    assert [f.number for f in figures] == list(range(1, len(figures) + 1))
    assert len(figures) > 40
    for each in figures:
        assert 0 < len(each.figure.evidence) <= min(MAX_SHOWN, each.figure.total), each
        assert set(each.figure.evidence) <= requests, each


def test_evidence_is_bounded_and_of_as_many_visits_as_can_be() -> None:
    made = figure(same("x"), [f"v{v:02}/r{r:05}" for v in range(20) for r in range(3)])
    assert made.evidence == tuple(f"v{v:02}/r00000" for v in range(12))
    few = figure(same("x"), [f"v{v}/r{r:05}" for v in range(2) for r in range(20)])
    assert (len(few.evidence), few.total, few.evidence[0], few.evidence[-1]) == (12, 40, "v0/r00000", "v1/r00000")
    with pytest.raises(ValueError, match="without evidence"):
        figure(same("x"), [])


# --- measures ------------------------------------------------------------------------------------------
