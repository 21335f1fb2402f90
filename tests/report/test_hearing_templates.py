"""The scenario templates for the hearing sheet: valid as they are, but for the states a person has yet to make."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli import app
from auditor.cli.usable import usable
from auditor.demo.web import CHANGES, SCENARIO
from auditor.errors import InputError
from auditor.evidence import Visitor
from auditor.report.hearing.items import load_sheets
from auditor.scenario import load_scenario, matrix

FOLDER = SCENARIO.parent
TEMPLATES = sorted(p for p in FOLDER.glob("*.yaml") if p not in (SCENARIO, CHANGES))


def test_the_three_templates_are_there() -> None:
    assert [p.stem for p in TEMPLATES] == ["carriers", "platform-services", "third-party-sites"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_a_template_is_valid_and_polite_and_says_what_to_adapt_in_both_languages(path: Path) -> None:
    scenario = load_scenario(path, states_later=True)
    usable(path)(scenario)
    assert scenario.scenario == path.stem
    assert scenario.repeat == 1
    limits = scenario.limits
    assert (limits.requests_max, limits.navigations_max, limits.popups_max, limits.body_max_mb) == (2000, 10, 1, 64)
    text = path.read_text(encoding="utf-8")
    assert "A template: adapt it before it is run." in text and "ひな型です。実行の前に書き換えてください。" in text
    assert "--workers 1" in text
    assert 0 < len(list(matrix(scenario))) <= 60


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_what_a_template_lacks_is_a_state_and_the_message_names_it(path: Path) -> None:
    scenario = load_scenario(path, states_later=True)
    if not scenario.platforms:
        assert load_scenario(path) == scenario
        return
    with pytest.raises(InputError) as error:
        load_scenario(path)
    first = next(iter(scenario.platforms))
    assert error.value.message == f"no such file: {first}-logged_in.age"
    assert error.value.field == f"platforms.{first}.state.file"
    assert error.value.line is not None
    ran = CliRunner().invoke(app, ["run", str(path)])
    assert isinstance(ran.exception, InputError) and ran.exception.message == error.value.message


def test_who_is_in_the_templates() -> None:
    columns = load_sheets().columns
    by_name = {p.stem: load_scenario(p, states_later=True) for p in TEMPLATES}
    assert tuple(p.vendor for p in by_name["third-party-sites"].platforms.values()) == columns["platforms"]
    assert {s.entity for s in by_name["third-party-sites"].sites} == {None}
    assert {s.entity for s in by_name["platform-services"].sites} == set(columns["platforms"])
    assert tuple(s.entity for s in by_name["carriers"].sites) == columns["carriers"]
    assert by_name["carriers"].visitors == (Visitor.no_account,)
    for platform in by_name["third-party-sites"].platforms.values():
        assert platform.sealed(Visitor.logged_in) and platform.sealed(Visitor.logged_out)


def test_no_template_names_a_disclosure_that_might_be_the_wrong_one() -> None:
    """A page that is not the site's disclosure would make false findings."""
    for name in ("carriers", "platform-services"):
        scenario = load_scenario(FOLDER / f"{name}.yaml", states_later=True)
        assert {s.disclosure for s in scenario.sites} == {None}
