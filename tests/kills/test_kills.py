"""The short form of `make kills`: every kind of process killed once while a run of eight visits goes on."""

import random
import tempfile
from pathlib import Path

import pytest

from tests.bench.server import bench_web

from .ordeal import KINDS, Ordeal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_nothing_is_lost_changed_counted_twice_or_left_behind() -> None:
    # Not below pytest's own folder: its paths are too long for the browser's socket.
    with tempfile.TemporaryDirectory(prefix="kills-") as top:
        folder = Path(top)
        (folder / "web").mkdir()
        with bench_web(folder / "web", 0) as web:
            ordeal = Ordeal(
                web=web,
                folder=folder,
                visits=8,
                draw=random.Random(7),
                every_s=(0.5, 2.0),
                auditors=1,
                others=len(KINDS),
            )
            ordeal.go()
            ordeal.proven()
    assert set(ordeal.killed) <= {"auditor", *KINDS}
    assert ordeal.killed["auditor"] == 1
    assert ordeal.killed.total() >= 3, "the run ended before it was under fire"
