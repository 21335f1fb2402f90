"""A visit that fails is a visit with its outcome and reason; the others go on; nothing complete is lost."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from auditor.capture.attempts import ATTEMPTS, ATTEMPTS_KILLED
from auditor.demo.web import DemoWeb, demo_web
from auditor.evidence import Visit
from auditor.pipeline import audit, derive
from auditor.store.run import RunFolder

from .small import scenario

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NEWS = """
- id: news
  operator: 株式会社朝比奈新聞社
  url: https://www.asahina-news.test/
"""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWeb]:
    with demo_web(tmp_path_factory.mktemp("web")) as web:
        yield web


def run(path: Path, out: Path) -> dict[str, Visit]:
    ended: list[Visit] = []
    audit(path, out, 1, lambda _total: ended.append, lambda _scenario: None)
    return {visit.site: visit for visit in ended}


SITES = """
- {id: dead, operator: x, url: "https://dead.test/"}
- {id: unknown, operator: x, url: "https://nowhere.invalid/"}
- {id: certificate, operator: x, url: "https://wrong-name.test/"}
- {id: missing, operator: x, url: "https://www.asahina-news.test/no-such-page"}
"""
STEPS = {
    "click": 'click: "#nothing"',
    "wrong": "python: wrong",
    "browser": "python: kill_browser",
    "proxy": "python: kill_proxy",
    "page": "python: crash",
}


@pytest.fixture(scope="module")
def failing(web: DemoWeb, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Visit]]:
    """One run in which nearly everything fails, and one site is visited last."""
    folder = tmp_path_factory.mktemp("failing")
    steps = [NEWS.replace("id: news", f"id: {name}") + f"  journey: [{step}]\n" for name, step in STEPS.items()]
    path = scenario(web, folder, SITES + "".join(steps) + NEWS)
    return folder / "run", run(path, folder / "run")


@pytest.mark.parametrize(
    ("site", "outcome", "reason"),
    [
        ("dead", "failed", "unreachable: "),
        ("unknown", "failed", "unreachable: "),
        ("certificate", "failed", "certificate: "),
        ("missing", "failed", "http_error: status 404"),
        ("click", "incomplete", "step_failed: journey.0.click: "),
        ("wrong", "incomplete", "step_failed: python wrong: ValueError: wrong on purpose"),
        ("browser", "incomplete", "browser_lost: the browser has gone: killed from outside (SIGKILL)"),
        ("proxy", "incomplete", "proxy_lost: the proxy has gone: killed from outside (SIGKILL)"),
        ("page", "incomplete", "page_crashed: the process of a page ended"),
        ("news", "complete", ""),
    ],
)
def test_outcome_and_reason(failing: tuple[Path, dict[str, Visit]], site: str, outcome: str, reason: str) -> None:
    visit = failing[1][site]
    assert visit.outcome.value == outcome
    assert visit.reason[: len(reason)] == reason
    assert bool(visit.reason) is bool(reason)


def test_what_the_machine_broke_was_tried_again(failing: tuple[Path, dict[str, Visit]]) -> None:
    """Twice where the page may have done it, more often where no page can."""
    again = {site: visit.attempt for site, visit in failing[1].items() if visit.attempt > 1}
    assert again == {"browser": ATTEMPTS_KILLED, "proxy": ATTEMPTS_KILLED, "page": ATTEMPTS}


def test_no_finding_rests_on_a_visit_that_is_not_complete(failing: tuple[Path, dict[str, Visit]]) -> None:
    """A site that was not measured is not a clean site: nothing is said of it, in either direction."""
    result = derive(RunFolder.open(failing[0]))
    assert {f.site for f in result.findings} == {"news"}
    assert len(result.visits) == 12


@pytest.mark.parametrize("signals", [1, 2])
def test_ctrl_c_ends_in_seconds_and_the_run_goes_on_later(web: DemoWeb, tmp_path: Path, signals: int) -> None:
    sites = "".join(NEWS.replace("id: news", f"id: news{n}") for n in range(4))
    path, out = scenario(web, tmp_path, sites), tmp_path / "run"
    command = [sys.executable, "-m", "auditor", "run", str(path), "--out", str(out), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for(lambda: len(audits(out)) >= 1)
    children = psutil.Process(process.pid).children(recursive=True)
    done = {visit: digest(out, visit) for visit in audits(out)}
    for _ in range(signals):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors.decode()
    assert b"Traceback" not in errors
    assert [c for c in children if c.is_running() and c.status() != psutil.STATUS_ZOMBIE] == []
    assert 1 <= len(audits(out)) < 4
    resumed = subprocess.run(
        [*command[:4], "--resume", str(out), "--workers", "1"], capture_output=True, text=True, check=False, timeout=200
    )
    assert resumed.returncode in (0, 1), resumed.stderr
    assert audits(out) == [f"news{n}.no_account.allowed.ignore.1" for n in range(4)]
    assert {visit: digest(out, visit) for visit in done} == done


def audits(out: Path) -> list[str]:
    folder = out / "data" / "visits"
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("news")) if folder.is_dir() else []


def digest(out: Path, visit: str) -> str:
    return hashlib.sha256((out / "data" / "visits" / visit / "visit.json").read_bytes()).hexdigest()


def wait_for(condition: object, seconds: float = 120) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_nothing_is_left_in_the_temporary_folder(web: DemoWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    command = [
        sys.executable,
        "-m",
        "auditor",
        "run",
        str(scenario(web, tmp_path, NEWS)),
        "--out",
        str(tmp_path / "run"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ, timeout=200)
    assert done.returncode in (0, 1), done.stderr
    assert list(temporary.iterdir()) == []
