"""`make bench-soak`: does the auditor's memory grow? Three hundred small visits, USS after each, its slope.

USS (memory no other process shares) of this process, and the mean of its proxies and of its drivers, which each worker
starts anew from time to time. The first visits fill caches and are left out of the slope.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil

from auditor.capture.runner import run_visits
from auditor.evidence import CookieMode, Visit, VisitKind, Visitor
from auditor.scenario import Limits, Network, Scenario, Site, matrix
from auditor.store.run import RunFolder

from . import meter
from .server import QUICK, bench_web

WARM = 50


def watched(samples: dict[str, list[float]], ended: list[str]) -> Callable[[Visit], None]:
    """Called after each visit: notes its reason, and this process' USS, its drivers' and its proxies', in MB."""

    def note(visit: Visit) -> None:
        ended.append(visit.reason and f"{visit.visit}: {visit.reason}")
        found = {"auditor": [psutil.Process().memory_full_info().uss]}
        for child in psutil.Process().children(recursive=True):
            try:
                line = child.cmdline()
                kind = (
                    "proxies"
                    if line[1:3] == ["-m", "auditor.capture.network.proxy"]
                    else "drivers"
                    if "run-driver" in line
                    else ""
                )
                if kind:
                    found.setdefault(kind, []).append(child.memory_full_info().uss)
            except psutil.Error:
                continue
        for kind, sizes in found.items():
            samples.setdefault(kind, []).append(statistics.mean(sizes) / (1 << 20))

    return note


def soak(visits: int, workers: int, folder: Path) -> dict[str, list[float]]:
    """Make the visits; MB by process kind, one number a visit."""
    samples: dict[str, list[float]] = {}
    web_folder = folder / "web"
    web_folder.mkdir()
    with bench_web(web_folder, 0) as web:
        site = Site(id="quick", operator="x", url=f"https://{QUICK}/")
        copies = tuple(site.model_copy(update={"id": f"s{number:04d}"}) for number in range(visits))
        scenario = Scenario(
            scenario="soak",
            sites=copies,
            visitors=(Visitor.no_account,),
            cookie_modes=(CookieMode.allowed,),
            limits=Limits(settle_quiet_ms=100, settle_max_ms=5_000),
            network=Network(names=web.names, ca=web.ca),
        )
        run = RunFolder.create(folder / "run")
        sites = {one.id: one for one in copies}
        tasks = [(plan, sites[plan.site], VisitKind.audit) for plan in matrix(scenario)]
        ended: list[str] = []
        asyncio.run(run_visits(run, scenario, tasks, workers, watched(samples, ended)))
        run.release()
    bad = [reason for reason in ended if reason]
    if bad or len(ended) != visits:
        raise RuntimeError(f"{len(ended)} visits made, not complete: {bad}")
    return samples


def slopes(samples: dict[str, list[float]], warm: int) -> dict[str, dict[str, float]]:
    """By process kind: MB after the warm-up, at the end, the most there was, and KB grown a visit (least squares)."""
    found = {}
    for kind, sizes in samples.items():
        steady = sizes[warm:]
        slope = statistics.linear_regression(range(len(steady)), steady).slope
        found[kind] = {
            "warm_mb": round(steady[0], 1),
            "end_mb": round(steady[-1], 1),
            "max_mb": round(max(sizes), 1),
            "kb_per_visit": round(slope * 1024, 1),
        }
    return found


def main() -> None:
    options = argparse.ArgumentParser(prog="tests.bench.soak", description=__doc__)
    options.add_argument("--visits", type=int, default=300)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--out", type=Path, default=meter.ROOT / "results")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="auditor-soak-") as folder:
        found = slopes(soak(chosen.visits, chosen.workers, Path(folder)), min(WARM, chosen.visits // 3))
    (chosen.out / "soak.json").write_text(json.dumps(found, indent=1))
    lines = [
        f"{chosen.visits} visits, {chosen.workers} workers; USS",
        f"{'':<10}{'warm':>9}{'end':>9}{'max':>9}{'growth':>16}",
    ]
    for kind, row in found.items():
        sizes = "".join(f"{row[key]:>6} MB" for key in ("warm_mb", "end_mb", "max_mb"))
        lines.append(f"{kind:<10}{sizes}{row['kb_per_visit']:>10} KB/visit")
    text = "\n".join(lines) + "\n"
    (chosen.out / "soak.txt").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
