"""Working folders of dead auditors are swept, those of living ones are not; children die with their parent."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from auditor.capture.workplace import EMPTY_S, OWNER, sweep, work_folder

HOLDER = """
import asyncio, os, sys
from auditor.capture.workplace import work_folder

async def hold():
    async with work_folder() as work:
        (work / "profile").mkdir()
        (work / "profile" / "Cookies").write_text("secret")
        print(work, flush=True)
        await asyncio.sleep(600)

asyncio.run(hold())
"""

PARENT = """
import asyncio, sys
from auditor.capture.browser.chromium import Chromium
from auditor.capture.workplace import work_folder
from auditor.evidence import CookieMode

async def hold():
    async with work_folder() as work:
        browser = await Chromium.start(
            mode=CookieMode.allowed, proxy_port=9, spki="", language="ja-JP", time_zone="Asia/Tokyo",
            window="1366x768", work=work,
        )
        print(browser.process.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(hold())
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "t"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def begin(text: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_only_the_folders_of_the_dead_are_swept(temporary: Path) -> None:
    process, said = begin(HOLDER)
    work = Path(said)
    try:
        assert work.parent == temporary
        assert sweep() == []
        assert (work / "profile" / "Cookies").read_text() == "secret"
    finally:
        end(process)
    assert work.exists()
    assert sweep() == [work]
    assert list(temporary.iterdir()) == []


def test_the_next_run_sweeps_before_it_begins(temporary: Path) -> None:
    process, said = begin(HOLDER)
    end(process)

    async def begin_and_end() -> tuple[list[str], list[str]]:
        async with work_folder() as work:
            return names(temporary), names(work)

    assert Path(said).exists()
    (only,), inside = asyncio.run(begin_and_end())
    assert only != Path(said).name
    assert inside == [OWNER]
    assert list(temporary.iterdir()) == []


def test_what_is_not_ours_stays(temporary: Path) -> None:
    """A folder without an owner file, a link to one with it, an empty folder that is new, another name."""
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / OWNER).touch()
    (temporary / "auditor-link").symlink_to(elsewhere)
    (temporary / "auditor-demo").mkdir()
    (temporary / "auditor-demo" / "file").touch()
    (temporary / "auditor-new").mkdir()
    old = temporary / "auditor-old"
    old.mkdir()
    then = time.time() - EMPTY_S - 1
    os.utime(old, (then, then))
    os.utime(temporary / "auditor-demo", (then, then))
    assert sweep() == [old]
    assert sorted(p.name for p in temporary.iterdir()) == ["auditor-demo", "auditor-link", "auditor-new", "elsewhere"]


@pytest.mark.browser
def test_the_browser_dies_with_the_auditor(temporary: Path) -> None:
    process, said = begin(PARENT)
    try:
        browser = psutil.Process(int(said))
        until(lambda: len(browser.children(recursive=True)) >= 4)
        tree = [browser, *browser.children(recursive=True)]
    finally:
        end(process)
    until(lambda: not any(lives(p) for p in tree))


@pytest.mark.browser
def test_the_sweep_ends_a_browser_that_lives_on(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system cannot be told to kill it with its parent."""
    text = PARENT.replace(
        "async def hold",
        "from auditor.capture.browser import chromium\nchromium.dies_with_us = lambda: ()\n\nasync def hold",
    )
    process, said = begin(text)
    browser = psutil.Process(int(said))
    try:
        end(process)
        assert lives(browser)
        assert len(sweep()) == 1
        until(lambda: not lives(browser))
    finally:
        if browser.is_running():
            browser.kill()
    assert list(temporary.iterdir()) == []
