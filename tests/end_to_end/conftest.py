"""One run of the demo's default scenario, made once and read by many tests."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditor.demo.answers import Answers, load_answers
from auditor.demo.web import CHANGES, demo_web
from auditor.evidence import Visit, VisitEvidence, VisitKind
from auditor.pipeline import audit, derive_and_write
from auditor.report import Reports, RunResult
from auditor.store.run import RunFolder


@dataclass(frozen=True)
class DemoRun:
    """The run, what was derived of it, the servers' own log, and what must be found."""

    run: RunFolder
    result: RunResult
    reports: Reports
    log: list[dict[str, Any]]
    answers: Answers

    def audits(self, site: str, visitor: str, mode: str, platform: str | None = None) -> list[VisitEvidence]:
        """The audit visits of these coordinates; `platform` None: every platform's."""
        return [
            v
            for v in self.result.visits
            if v.visit.kind is VisitKind.audit
            and (v.visit.site, v.visit.visitor.value, v.visit.cookie_mode.value) == (site, visitor, mode)
            and platform in (None, v.visit.platform)
        ]


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoRun]:
    folder = tmp_path_factory.mktemp("demo")
    ended: list[Visit] = []
    with demo_web(folder / "web") as web:
        scenario = web.scenario(folder / "scenario")
        run = audit(scenario, folder / "run", 2, lambda _total: ended.append, lambda _scenario: None)
        log = web.log
    result, reports = derive_and_write(run)
    lines = [json.loads(line) for line in Path(log).read_text(encoding="utf-8").splitlines()]
    yield DemoRun(run, result, reports, lines, load_answers())


@pytest.fixture(scope="session")
def changes_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run of scenarios/demo-changes.yaml; nothing is derived of it."""
    folder = tmp_path_factory.mktemp("changes")
    with demo_web(folder / "web") as web:
        scenario = web.scenario(folder / "scenario", CHANGES)
        return audit(scenario, folder / "run", 2, lambda _total: lambda _visit: None, lambda _scenario: None)
