"""Recorded traffic taken for a site's: held against the disclosure that a scenario names, by the same rules."""

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import InputError
from auditor.pipeline import derive, import_recordings, site_in
from auditor.pipeline.corrected import use_corrected
from auditor.pipeline.places import cut_places
from auditor.report import RunResult
from tests.check.chain import START, line, table

from .checks.vendors import write_vendors

PAGE = "https://www.kutsu.test/"
HITS = ("https://t.adcom.test/hit?id=abcdef0123456789&u=" + PAGE, "https://t.partner.test/hit?id=0123456789abcdef")
DISCLOSURE = table(line(), line("防犯株式会社", service="ボウハン"))


def entry(url: str, second: int) -> dict[str, Any]:
    """One request of a HAR 1.2."""
    request = {"method": "GET", "url": url, "httpVersion": "HTTP/2", "headers": [], "queryString": [], "cookies": []}
    return {
        "pageref": "p1",
        "startedDateTime": START.replace(second=second).isoformat(),
        "time": 1,
        "request": request,
        "response": {
            "status": 200,
            "statusText": "",
            "httpVersion": "HTTP/2",
            "headers": [],
            "cookies": [],
            "content": {"size": 0, "mimeType": "text/html"},
            "redirectURL": "",
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
    }


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A recording, and the scenario of two sites."""
    har = tmp_path / "app.har"
    pages = [{"id": "p1", "startedDateTime": START.isoformat(), "title": "店", "pageTimings": {}}]
    entries = [entry(url, n) for n, url in enumerate((PAGE, *HITS, *HITS))]
    log = {"version": "1.2", "creator": {"name": "x", "version": "1"}, "pages": pages, "entries": entries}
    har.write_text(json.dumps({"log": log}))
    (tmp_path / "rules.html").write_text(DISCLOSURE, encoding="utf-8")
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(
        f"""scenario: mine
vendors: [{write_vendors(tmp_path / "vendors")}]
sites:
  - {{id: app, operator: 株式会社くつ, url: "{PAGE}", service_type: "4", disclosure: {{file: rules.html}}}}
  - {{id: other, operator: 株式会社ほか, url: "https://www.hoka.test/"}}
""",
        encoding="utf-8",
    )
    return har, scenario


def imported(files: tuple[Path, Path], out: Path) -> RunResult:
    har, scenario = files
    return derive(import_recordings([har], out, *site_in(scenario, "app")))


def test_the_rules_are_asked_of_it(files: tuple[Path, Path], tmp_path: Path) -> None:
    result = imported(files, tmp_path / "run")
    told = {a.rule: a.result.value for a in result.assessments if a.site == "app" and a.vendor is None}
    assert {rule: told[rule] for rule in ("JP-00", "JP-01", "JP-03", "JP-05", "JP-07", "JP-08", "JP-22", "JP-24")} == {
        "JP-00": "pass",
        "JP-01": "pass",
        "JP-03": "fail",
        "JP-05": "pass",
        "JP-07": "pass",
        "JP-08": "pass",
        "JP-22": "info",
        "JP-24": "review",
    }
    (missing,) = [f for f in result.findings if f.rule == "JP-03"]
    assert (missing.vendor, missing.recipient, len(missing.evidence)) == ("partner", "partner.test", 2)
    (app,) = [a for a in result.assessments if a.rule == "JP-24"]
    assert app.question_ja == "アプリの最初の画面から公表に容易に到達できるか。"
    assert {(v.visit.site, v.visit.operator) for v in result.visits} == {("app", "株式会社くつ")}


def test_a_pdf_named_as_a_file_is_read_and_drawn(files: tuple[Path, Path], tmp_path: Path) -> None:
    har, scenario = files
    pdf = Path(__file__).parents[1] / "disclosures" / "pages" / "pdf_table.pdf"
    scenario.write_text(scenario.read_text("utf-8").replace("rules.html", str(pdf)), encoding="utf-8")
    run = import_recordings([har], tmp_path / "run", *site_in(scenario, "app"))
    (disclosure,) = cut_places(run, derive(run)).disclosures
    assert [row.picture for row in disclosure.rows] == ["app-001.png", "app-002.png", "app-003.png"]


def test_without_a_scenario_no_rule_is_asked(files: tuple[Path, Path], tmp_path: Path) -> None:
    result = derive(import_recordings([files[0]], tmp_path / "run"))
    assert (result.assessments, result.findings, result.disclosures) == ((), (), ())


def test_a_corrected_disclosure_is_used(files: tuple[Path, Path], tmp_path: Path) -> None:
    run = import_recordings([files[0]], tmp_path / "run", *site_in(files[1], "app"))
    corrected = tmp_path / "right.yaml"
    rows = "\n".join(
        f"- {{recipient: {name}, content_text: Cookie ID、閲覧したページのURL}}"
        for name in ("アドコム株式会社", "連携広告株式会社")
    )
    corrected.write_text(f"address: rules.html\nrows:\n{rows}\n", encoding="utf-8")
    use_corrected(run.path, "app", corrected, "監査人", "", START)
    assert [f.rule for f in derive(run).findings if f.rule == "JP-03"] == []


@pytest.mark.parametrize(
    ("site", "problem"),
    [(None, "names several sites (it has: app, other)"), ("none", "has no site 'none' (it has: app, other)")],
)
def test_which_site_must_be_said(files: tuple[Path, Path], site: str | None, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        site_in(files[1], site)
    assert problem in str(caught.value)
