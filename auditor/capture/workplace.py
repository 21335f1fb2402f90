"""The private folder of a run's working files: browser profiles, keys. Erased at the end, whoever ended it.

The folder's `owner` file is locked (flock) while its process lives; the system drops the lock when the process
dies, however it dies. The next run sweeps the folders whose lock nobody holds, and ends what browsers were
still running there. Folders of the living, of other people, and without an `owner` file are left alone.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

PREFIX = "auditor-"
OWNER = "owner"
EMPTY_S = 60
"""An empty folder older than this lost its maker between two system calls."""


@contextlib.asynccontextmanager
async def work_folder() -> AsyncIterator[Path]:
    """A private folder for this process; those of dead ones are swept first."""
    await asyncio.to_thread(sweep)
    work = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = _owned(work)
    try:
        yield work
    finally:
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
        os.close(lock)


def _owned(work: Path) -> int:
    """Lock the folder's owner file; it gets its name when it is locked: no sweep sees it free."""
    unnamed = work / "owner.new"
    lock = os.open(unnamed, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    unnamed.rename(work / OWNER)
    return lock


def sweep() -> list[Path]:
    """End and erase what dead processes of this user left in the temporary folder; what was erased."""
    swept = []
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        with contextlib.suppress(OSError):
            facts = folder.lstat()
            if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
                continue
            if _abandoned(folder):
                _end_processes(folder)
                shutil.rmtree(folder, ignore_errors=True)
                swept.append(folder)
            elif time.time() - facts.st_mtime > EMPTY_S:
                folder.rmdir()  # fails, as it should, where anything is in it
                swept.append(folder)
    return swept


def _abandoned(folder: Path) -> bool:
    """Whether the folder has an owner file that nobody holds."""
    try:
        lock = os.open(folder / OWNER, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _end_processes(folder: Path) -> None:
    """Kill browsers whose profile is in the folder: their auditor is dead."""
    mark = f"--user-data-dir={folder}{os.sep}"
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.uids().real == os.geteuid() and any(part.startswith(mark) for part in process.cmdline()):
                process.kill()
                process.wait(5)
