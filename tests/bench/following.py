"""`make bench`, fourth part: known values followed through recorded traffic, on one core.

5,000 values through 20,000 requests (100 MB): wall time, peak memory, and whether every planted value was found; then
four times the values and four times the traffic, each alone and both. Each measurement is a process of its own;
making the traffic is timed apart.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

from auditor.evidence import Exchange
from auditor.search import Searcher, Side

from . import meter, traffic

VALUES, REQUESTS, SIZE = 5_000, 20_000, 100_000_000
LIMIT_S, LIMIT_MB = 30, 1_000
AT_A_TIME = 200
CASES = (("as required", 1, 1), ("values x4", 4, 1), ("traffic x4", 1, 4), ("both x4", 4, 4))


def follow(seed: int, values: int, requests: int, size: int) -> dict[str, Any]:
    """Search the traffic as it is made; only the search's own time counts."""
    known = traffic.values(seed, values)
    wall, cpu = time.perf_counter(), time.process_time()
    searcher = Searcher([{value: ""} for value in known])
    built_s = wall_s = time.perf_counter() - wall
    cpu_s = time.process_time() - cpu
    missed = planted = hits = searched = 0
    making = traffic.requests(seed, known, requests, size)
    while some := list(islice(making, AT_A_TIME)):
        wall, cpu = time.perf_counter(), time.process_time()
        together = list(searcher.exchanges(made.exchange for made in some))
        wall_s += time.perf_counter() - wall
        cpu_s += time.process_time() - cpu
        for made, found in zip(some, together, strict=True):
            seen = {(f.key, f.place.carrier, f.place.name, f.layers) for f in found if f.place.side is Side.request}
            missed += sum((p.key, p.carrier, p.name, p.layers) not in seen for p in made.planted)
            planted += len(made.planted)
            hits += len(found)
            searched += length(made.exchange)
    return {
        "values": values,
        "requests": requests,
        "searched_mb": round(searched / 1e6, 1),
        "search_s": round(wall_s, 2),
        "cpu_s": round(cpu_s, 2),
        "of_it_building_s": round(built_s, 2),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "planted": planted,
        "missed": missed,
        "hits": hits,
    }


def length(exchange: Exchange) -> int:
    """Bytes of an exchange that are searched."""
    headers = sum(len(name) + len(value) for name, value in exchange.request_headers + exchange.response_headers)
    return len(exchange.response_body.kept) + len(exchange.request_body.kept) + len(exchange.url) + headers


def measured(seed: int, values: int, requests: int, size: int) -> dict[str, Any]:
    """`follow` in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.following", "--one", json.dumps([seed, values, requests, size])]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=meter.ROOT)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def measure(seed: int, scale: float = 1) -> dict[str, dict[str, Any]]:
    """All cases, the growth of time and memory against the first."""
    found: dict[str, dict[str, Any]] = {}
    for name, more_values, more_traffic in CASES:
        requests, size = int(REQUESTS * scale) * more_traffic, int(SIZE * scale) * more_traffic
        found[name] = measured(seed, int(VALUES * scale) * more_values, requests, size)
        first = found[CASES[0][0]]
        found[name]["time_growth"] = round(found[name]["cpu_s"] / first["cpu_s"], 2)
        found[name]["memory_growth"] = round(found[name]["peak_rss_mb"] / first["peak_rss_mb"], 2)
    return found


def table(found: dict[str, dict[str, Any]]) -> str:
    """The figures as text."""
    names = (
        "values",
        "requests",
        "searched_mb",
        "search_s",
        "cpu_s",
        "peak_rss_mb",
        "planted",
        "missed",
        "time_growth",
    )
    lines = ["following values through traffic, one core" + "".join(f"{name:>13}" for name in names)]
    lines += [f"{case:<42}" + "".join(f"{part[name]:>13}" for name in names) for case, part in found.items()]
    lines.append(f"required of the first: at most {LIMIT_S} s, below {LIMIT_MB} MB, none missed")
    return "\n".join(lines) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(prog="tests.bench.following", description=__doc__)
    options.add_argument("--one", help="one measurement: [seed, values, requests, bytes]")
    options.add_argument("--seed", type=int, default=6)
    options.add_argument("--scale", type=float, default=1, help="a part of it all")
    options.add_argument("--out", type=Path, default=meter.ROOT / "results")
    chosen = options.parse_args()
    if chosen.one:
        print(json.dumps(follow(*json.loads(chosen.one))))
        return
    chosen.out.mkdir(parents=True, exist_ok=True)
    found = measure(chosen.seed, chosen.scale)
    (chosen.out / "bench-following.json").write_text(json.dumps(found, indent=1) + "\n")
    print(table(found), end="")


if __name__ == "__main__":
    main()
