"""Sixty visits over all hostile pages, two at a time, as a person would run them: every outcome right, nothing left.

The long run: `make hostile`. `tests/capture/test_hostile.py` visits each page once.
"""

import json
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import psutil
import pytest

from auditor.evidence import Visit
from auditor.pipeline import audit, derive_and_write
from auditor.scenario import Step
from auditor.specs import Spec
from auditor.store.run import RunFolder

from ..capture.chain import Loop
from ..capture.hostile_table import CASES, STEPS_FILE, Case, at
from ..capture.hostile_web import Hostile, hostile_web

pytestmark = [pytest.mark.browser, pytest.mark.hostile, pytest.mark.timeout(3600)]

VISITS = 60
LIMITS = {
    "navigation_ms": 10_000,
    "step_ms": 5_000,
    "settle_quiet_ms": 1_000,
    "settle_max_ms": 20_000,
    "drain_ms": 2_000,
    "visit_ms": 90_000,
    "requests_max": 300,
    "body_max_mb": 256,
    "memory_mb": 1_200,
}
FILES = {
    "visit.json",
    "wire.warc.gz",
    "events.jsonl.gz",
    "state.json",
    "hosts.json",
    "document.html",
    "links.json.gz",
}


class Run(NamedTuple):
    """The run, its visits by site, what there was before and after, and the most memory the auditor held (bytes)."""

    folder: RunFolder
    cases: dict[str, Case]
    visits: dict[str, Visit]
    before: set[str]
    after: set[str]
    peak: int


def cases() -> dict[str, Case]:
    """All hostile pages, and a plain one right after some of the worst of them, sixty in all."""
    found: dict[str, Case] = {}
    for name, case in CASES.items():
        found[name] = case
        if case.outcome == "incomplete" and VISITS - len(CASES) > sum(
            n.startswith("after-") and n != "after-all" for n in found
        ):
            found[f"after-{name}"] = Case(at("/plain"), "complete", "")
    return found


def scenario(folder: Path, web: Hostile, made: dict[str, Case]) -> Path:
    sites = [
        {"id": name, "operator": "x", "url": case.url, "journey": [_step(step) for step in case.journey]}
        for name, case in made.items()
    ]
    (folder / "steps.py").write_text(STEPS_FILE)
    network = {"names": web.names, "ca": str(web.ca)}
    more = {"cookie_modes": ["allowed"], "steps": "steps.py", "limits": LIMITS, "network": network}
    path = folder / "hostile.yaml"
    # JSON is YAML.
    path.write_text(json.dumps({"scenario": "hostile", "sites": sites, **more}))
    return path


def _step(step: Step) -> dict[str, object]:
    assert isinstance(step, Spec)
    return step.model_dump(exclude_none=True)


def left_about(temporary: Path) -> set[str]:
    """What a run could leave: processes of ours, temporary files, downloads in the usual places."""
    processes = {f"process {p.pid} {p.name()}" for p in psutil.Process().children(recursive=True)}
    places = [Path("/tmp"), Path.home(), Path.home() / "Downloads"]
    files = [p for place in places if place.is_dir() for p in place.iterdir() if "evil" in p.name or "blob" in p.name]
    return processes | {str(p) for p in [*files, *temporary.iterdir()]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "web").mkdir()
    ended: list[Visit] = []
    made = cases()
    stop, peak = threading.Event(), [0]

    def watch() -> None:
        while not stop.wait(0.5):
            mine = [psutil.Process(), *psutil.Process().children(recursive=True)]
            own = [p for p in mine if p.pid == psutil.Process().pid or _is_proxy(p)]
            peak[0] = max(peak[0], sum(_resident(p) for p in own))

    with Loop() as loop:
        web = loop.run(loop.stack.enter_async_context(hostile_web(folder / "web")))
        path = scenario(folder, web, made)
        temporary = folder / "temporary"
        temporary.mkdir()
        usual, tempfile.tempdir = tempfile.tempdir, str(temporary)
        before = left_about(temporary)
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            out = audit(path, folder / "run", 2, lambda _: ended.append, lambda _: None)
        finally:
            tempfile.tempdir = usual
            stop.set()
            watcher.join()
        after = left_about(temporary)
        yield Run(out, made, {visit.site: visit for visit in ended}, before, after, peak[0])


def _is_proxy(process: psutil.Process) -> bool:
    try:
        return "auditor.capture.network.proxy" in process.cmdline()
    except psutil.Error:
        return False


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def test_every_visit_ends_as_named(run: Run) -> None:
    assert len(run.cases) == len(run.visits) == VISITS
    wrong = {
        name: (visit.outcome.value, visit.reason)
        for name, visit in run.visits.items()
        if (visit.outcome.value, visit.reason.partition(":")[0])
        not in [(run.cases[name].outcome, code) for code in run.cases[name].code.split("|")]
    }
    assert wrong == {}


def test_no_visit_outlives_its_limit(run: Run) -> None:
    """The hard limit, and the time that closing the browser and the record may take."""
    assert max(visit.duration_ms for visit in run.visits.values()) <= LIMITS["visit_ms"] + 20_000


def test_nothing_is_left_behind(run: Run) -> None:
    assert run.after - run.before == set()
    names = {p.name for p in run.folder.visits_dir.rglob("*") if p.is_file()}
    assert {name for name in names if not name.startswith("shot-")} == FILES
    # A lost attempt's files are no evidence and may hold secrets: they are gone, the visit names why it was lost.
    assert list(run.folder.spool_dir.iterdir()) == []
    assert {site for site, visit in run.visits.items() if visit.attempt == 2} == {"crash"}


def test_the_auditor_itself_stays_small(run: Run) -> None:
    """The orchestrator (with the test web in it) and two proxies, while the pages sent gigabytes."""
    assert run.peak < 1_500 << 20


def test_the_results_say_which_sites_were_not_measured(run: Run) -> None:
    result, reports = derive_and_write(run.folder)
    complete = {name for name, case in run.cases.items() if case.outcome == "complete"}
    assert {f.site for f in result.findings} <= complete
    assert reports.page.is_file()
    visits = pd.read_parquet(run.folder.derived / "tables" / "visits.parquet")
    audits = visits[visits["kind"] == "audit"]
    assert set(audits.loc[audits["outcome"] == "complete", "site"]) == complete
    assert len(audits) == VISITS
