"""Wall time, CPU and memory of a whole process tree, dead and adopted children included.

Chromium's processes die before their parent waits for them: their CPU is lost to whoever asks the parent. This
process makes itself the subreaper (prctl(2), PR_SET_CHILD_SUBREAPER), so every orphan of a block comes to it,
is waited for, and is counted in its RUSAGE_CHILDREN.
"""

import contextlib
import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

PR_SET_CHILD_SUBREAPER = 36
ROOT = Path(__file__).resolve().parents[2]
SAMPLE_S = 0.5


@dataclass(frozen=True)
class Used:
    """What a block cost. Memory is 0 where it was not watched (watching costs time)."""

    told: dict[str, Any]
    cpu_s: float
    own_pss_mb: float = 0.0
    own_uss_mb: float = 0.0
    tree_pss_mb: float = 0.0


def adopt_orphans() -> None:
    """Let orphaned descendants become children of this process. Linux only."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def measured(module: str, job: Path, keep: int, *, memory: bool) -> Used:
    """Run `python -m MODULE JOB` to its end; `keep` is a child of ours that is no part of it."""
    before = _children_s()
    process = subprocess.Popen([sys.executable, "-m", module, str(job)], stdout=subprocess.PIPE, cwd=ROOT)
    peaks = _watched(process, keep) if memory else (0.0, 0.0, 0.0)
    assert process.stdout is not None
    told = process.stdout.read()
    if process.wait():
        raise RuntimeError(f"{module} ended with {process.returncode}")
    process.stdout.close()
    _reap_orphans(keep)
    own_pss, own_uss, tree = (peak / (1 << 20) for peak in peaks)
    return Used(json.loads(told), _children_s() - before, own_pss, own_uss, tree)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap_orphans(keep: int) -> None:
    """Wait for every adopted child; one that does not end in time is a leak, and an error."""
    end = time.monotonic() + 20
    while True:
        left = [child for child in psutil.Process().children() if child.pid != keep]
        if not left:
            return
        for child in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child.pid, os.WNOHANG)
        if time.monotonic() > end:
            raise RuntimeError(f"left behind: {[child.name() for child in left]}")
        time.sleep(0.01)


def _watched(process: subprocess.Popen[bytes], keep: int) -> tuple[float, float, float]:
    own_pss = own_uss = tree = 0.0
    while process.poll() is None:
        sizes = [size for child in tree_of(keep) if (size := memory_of(child)) is not None]
        own = [size for size in sizes if size[0]]
        own_pss = max(own_pss, sum(size[1] for size in own))
        own_uss = max(own_uss, sum(size[2] for size in own))
        tree = max(tree, sum(size[1] for size in sizes))
        time.sleep(SAMPLE_S)
    return own_pss, own_uss, tree


def tree_of(keep: int) -> list[psutil.Process]:
    """Every process below this one, the child `keep` and its own left out."""
    found = []
    for child in psutil.Process().children():
        if child.pid != keep:
            with contextlib.suppress(psutil.Error):
                found += [child, *child.children(recursive=True)]
    return found


def memory_of(process: psutil.Process) -> tuple[bool, float, float] | None:
    """(one of our own Python processes or Playwright's driver, PSS, USS) in bytes; None when it has gone."""
    with contextlib.suppress(psutil.Error, OSError):
        info = process.memory_full_info()
        return "chrom" not in process.name(), float(info.pss), float(info.uss)
    return None


def cpu_of(pid: int) -> float:
    """CPU seconds of one running process."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def wait_quiet(size: Callable[[], int], seconds: float = 0.5) -> None:
    """Wait until `size()` has not changed for so long."""
    last, since = size(), time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(0.05)
        if (now := size()) != last:
            last, since = now, time.monotonic()
