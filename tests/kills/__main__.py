"""`make kills`: forty visits under fire for each seed; the short form is test_kills.py."""

import argparse
import random
import tempfile
import time
from pathlib import Path

from tests.bench.server import bench_web

from .ordeal import Ordeal


def main() -> None:
    options = argparse.ArgumentParser(prog="tests.kills", description=__doc__)
    options.add_argument("--visits", type=int, default=40)
    options.add_argument("--seeds", default="1,2,3", help="comma-separated")
    options.add_argument("--auditors", type=int, default=4, help="how often the auditor itself is killed")
    options.add_argument("--others", type=int, default=16, help="kills of its processes")
    options.add_argument("--every", type=float, nargs=2, default=(0.3, 3.0), help="seconds between two kills")
    chosen = options.parse_args()
    for seed in chosen.seeds.split(","):
        with tempfile.TemporaryDirectory(prefix="kills-") as folder:
            (Path(folder) / "web").mkdir()
            with bench_web(Path(folder) / "web", 0) as web:
                begun = time.monotonic()
                ordeal = Ordeal(
                    web=web,
                    folder=Path(folder),
                    visits=chosen.visits,
                    draw=random.Random(int(seed)),
                    every_s=tuple(chosen.every),
                    auditors=chosen.auditors,
                    others=chosen.others,
                )
                ordeal.go()
                ordeal.proven()
                killed = ", ".join(f"{n} x {kind}" for kind, n in sorted(ordeal.killed.items()))
                print(f"seed {seed}: {chosen.visits} of {chosen.visits} visits complete, none lost, changed or twice")
                print(f"  beacons of closing pages: {ordeal.beacons}, on both sides")
                print(f"  nothing left behind; killed: {killed}; {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
