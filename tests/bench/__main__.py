"""`make bench`: the bench set plainly and through the auditor, in turn, in several rounds; a table and a JSON file."""

import argparse
import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from auditor.evidence import Source
from auditor.store.read import read_visit
from auditor.store.run import RunFolder

from . import meter, sites
from .job import Job
from .server import BenchWeb, bench_web

QUIET_MS, MAX_MS = 1_000, 15_000
RESULTS = meter.ROOT / "results"


@dataclass(frozen=True)
class Block:
    """One block of loads: what it cost, what the servers received meanwhile."""

    used: meter.Used
    server_s: float
    received: Counter[tuple[str, str, int]]

    def beyond_s(self, loads: int, workers: int) -> float:
        """Wall time less the quiet that each of a worker's loads, one after the other, must wait for."""
        return float(self.used.told["wall_s"]) - -(-loads // workers) * QUIET_MS / 1000


@dataclass(frozen=True)
class Pair:
    """A plain block and an audited one, made one after the other."""

    plain: Block
    audited: Block
    missing: int
    surplus: int
    bad: list[str]


def measure(folder: Path, count: int, workers: int, web: BenchWeb, *, memory: bool = False) -> Pair:
    """One round: the sites plainly, then through the auditor."""
    job = Job(
        urls=tuple(sites.address(site) for site in range(count)),
        names=web.names,
        ca=web.ca,
        workers=workers,
        quiet_ms=QUIET_MS,
        max_ms=MAX_MS,
        out=folder / "run",
    )
    path = folder / "job.json"
    path.write_text(job.model_dump_json())
    plain = _block("tests.bench.plain", path, web, memory)
    audited = _block("tests.bench.audited", path, web, memory)
    recorded = recorded_in(RunFolder.open(job.out))
    missing = sum((audited.received - recorded).values())
    surplus = sum((recorded - audited.received).values())
    return Pair(plain, audited, missing, surplus, list(audited.used.told["bad"]))


def _block(module: str, job: Path, web: BenchWeb, memory: bool) -> Block:
    _, since = web.requests()
    server = meter.cpu_of(web.pid)
    used = meter.measured(module, job, web.pid, memory=memory)
    meter.wait_quiet(lambda: web.log.stat().st_size)
    received, _ = web.requests(since)
    return Block(used, meter.cpu_of(web.pid) - server, Counter(received))


def recorded_in(run: RunFolder) -> Counter[tuple[str, str, int]]:
    """(method, address, body length) of every request the run's visits recorded."""
    return Counter(
        (e.method, e.url.replace("wss:", "https:", 1), e.request_body.size)
        for visit in run.published()
        for e in read_visit(run, visit).exchanges
        if e.source is not Source.browser_only
    )


def spread(values: Iterable[float]) -> dict[str, float]:
    found = sorted(values)
    return {
        "min": round(found[0], 2),
        "median": round(statistics.median(found), 2),
        "max": round(found[-1], 2),
    }


def summary(pairs: list[Pair], watched: Pair, count: int, workers: int) -> dict[str, object]:
    """The figures of one number of workers; `pairs` were timed, `watched` had its memory watched."""
    every = [*pairs, watched]
    pairs = pairs or [watched]
    return {
        "workers": workers,
        "rounds": len(every) - 1,
        "wall_beyond_settle_ratio": spread(
            p.audited.beyond_s(count, workers) / p.plain.beyond_s(count, workers) for p in pairs
        ),
        "wall_whole_ratio": spread(p.audited.used.told["wall_s"] / p.plain.used.told["wall_s"] for p in pairs),
        "cpu_ratio": spread(p.audited.used.cpu_s / p.plain.used.cpu_s for p in pairs),
        "plain_wall_s": spread(p.plain.used.told["wall_s"] for p in pairs),
        "audited_wall_s": spread(p.audited.used.told["wall_s"] for p in pairs),
        "plain_cpu_s": spread(p.plain.used.cpu_s for p in pairs),
        "audited_cpu_s": spread(p.audited.used.cpu_s for p in pairs),
        "server_cpu_s": {
            "plain": spread(p.plain.server_s for p in pairs),
            "audited": spread(p.audited.server_s for p in pairs),
        },
        "requests_plain": [p.plain.received.total() for p in every],
        "requests_audited": [p.audited.received.total() for p in every],
        "requests_not_recorded": sum(p.missing for p in every),
        "recorded_not_received": sum(p.surplus for p in every),
        "visits_not_complete_at_once": [reason for p in every for reason in p.bad],
        "peak_mb": {
            "plain_tree_pss": round(watched.plain.used.tree_pss_mb),
            "audited_tree_pss": round(watched.audited.used.tree_pss_mb),
            "auditor_own_pss": round(watched.audited.used.own_pss_mb),
            "auditor_own_uss": round(watched.audited.used.own_uss_mb),
        },
    }


def bench(count: int, rounds: int, workers: tuple[int, ...]) -> list[dict[str, object]]:
    """All rounds for each number of workers; the last one, not timed, watches memory."""
    meter.adopt_orphans()
    found = []
    with tempfile.TemporaryDirectory(prefix="auditor-bench-") as top:
        web_folder = Path(top) / "web"
        web_folder.mkdir()
        with bench_web(web_folder, count) as web:
            for number in workers:
                pairs = []
                for turn in range(rounds + 1):
                    folder = Path(top) / f"{number}-{turn}"
                    folder.mkdir()
                    pairs.append(measure(folder, count, number, web, memory=turn == rounds))
                found.append(summary(pairs[:-1], pairs[-1], count, number))
    return found


ROWS = (
    ("wall time beyond the settle time, audited : plain", "wall_beyond_settle_ratio"),
    ("whole wall time, audited : plain", "wall_whole_ratio"),
    ("CPU of the whole process tree, audited : plain", "cpu_ratio"),
    ("plain, s", "plain_wall_s"),
    ("audited, s", "audited_wall_s"),
    ("plain, CPU s", "plain_cpu_s"),
    ("audited, CPU s", "audited_cpu_s"),
)


def table(found: list[dict[str, object]], count: int) -> str:
    """The figures as text: min / median / max of the rounds."""
    lines = [f"{count} sites, each round plainly and audited in turn; settle: {QUIET_MS} ms without a request"]
    for part in found:
        lines.append(f"\nworkers: {part['workers']}, rounds: {part['rounds']}" + f"{'min':>28}{'median':>9}{'max':>9}")
        for title, key in ROWS:
            values = part[key]
            assert isinstance(values, dict)
            lines.append(f"  {title:<52}" + "".join(f"{values[k]:>9.2f}" for k in ("min", "median", "max")))
        for key in (
            "requests_plain",
            "requests_audited",
            "requests_not_recorded",
            "recorded_not_received",
            "visits_not_complete_at_once",
            "peak_mb",
        ):
            lines.append(f"  {key.replace('_', ' ')}: {json.dumps(part[key], ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    options.add_argument("--sites", type=int, default=sites.COUNT)
    options.add_argument("--rounds", type=int, default=5, help="0: only the one that watches memory")
    options.add_argument("--workers", default="1,2", help="comma-separated")
    options.add_argument("--out", type=Path, default=RESULTS)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    found = bench(chosen.sites, chosen.rounds, tuple(int(n) for n in chosen.workers.split(",")))
    text = table(found, chosen.sites)
    (chosen.out / "bench.json").write_text(json.dumps(found, indent=1, ensure_ascii=False))
    (chosen.out / "bench.txt").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
