"""Two runs of the demo's web, a month apart as it were: `auditor compare` lists what changed, and nothing else."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli import app
from auditor.demo.changes import load_planted
from auditor.demo.web import demo_web
from auditor.evidence import CookieMode, Outcome, Visitor
from auditor.pipeline import audit
from auditor.scenario import load_scenario
from auditor.store.run import RunFolder

pytestmark = [pytest.mark.browser, pytest.mark.changes, pytest.mark.timeout(600)]


def edition(folder: Path, number: int) -> RunFolder:
    """The sites that differ, visited once each without an account."""
    with demo_web(folder / f"web{number}", edition=number) as web:
        file = web.scenario(folder / f"scenario{number}")
        whole = load_scenario(file)
        told = {
            "visitors": (Visitor.no_account,),
            "cookie_modes": (CookieMode.allowed,),
            "sites": tuple(s for s in whole.sites if s.id in ("shop", "news", "portal")),
            "seed": 7,
        }
        file.write_text(whole.model_copy(update=told).model_dump_json(exclude_defaults=True), encoding="utf-8")
        return audit(file, folder / f"edition{number}", 2, lambda _total: lambda _visit: None, lambda _scenario: None)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, RunFolder]:
    folder = tmp_path_factory.mktemp("editions")
    return edition(folder, 1), edition(folder, 2)


def test_every_visit_is_complete(runs: tuple[RunFolder, RunFolder]) -> None:
    for run in runs:
        visits = [run.record(name).visit for name in run.published()]
        assert [(v.visit, v.reason) for v in visits if v.outcome is not Outcome.complete] == []


def test_exactly_the_four_changes_are_listed(runs: tuple[RunFolder, RunFolder]) -> None:
    asked = CliRunner().invoke(app, ["compare", *(str(run.path) for run in runs), "--json"])
    lines = [json.loads(line) for line in asked.stdout.splitlines()]
    script, parameter, recipient, row = load_planted().edition_2
    assert [(line["kind"], line["change"], line["sites"], line["vendor"]) for line in lines] == [
        ("disclosure", "changed", [row.site], row.vendor),
        ("recipient", "new", [recipient.site], None),
        ("parameter", "new", [parameter.site], parameter.vendor),
        ("script", "changed", ["news", "shop"], script.vendor),
    ]
    assert [(d["before"], d["after"]) for d in lines[0]["details"]] == [(row.before, row.after)]
    assert lines[1]["recipient"] == recipient.recipient
    assert lines[2]["name"] == parameter.item
    assert lines[3]["name"].endswith(script.item)
    assert ("body v", script.before, script.after) in [
        (d["field"], d["before"], d["after"]) for d in lines[3]["details"]
    ]
    # one visit of each run: nothing but what is read is said to be beyond the pages' own variation
    assert [line["established"] for line in lines] == [True, False, False, False]
