"""`make bench`, second part: how many requests `auditor decode` answers, and with how much memory.

The requests are the recorded real ones where they are on this machine, else the vendor files' own examples, repeated
with every number of four digits and more changed; they go in through a pipe and the answers to nowhere. CPU is that of
the whole process tree of the command, reading and printing included: requests a core and second are requests by CPU
seconds.
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from auditor.vendors import VENDORS_DIR, load_taxonomy, load_vendors

from . import meter

REAL = meter.ROOT.parent / "shared" / "real" / "har"
_NUMBER = re.compile(r"\d{4,18}")
_SAMPLE_S = 0.25


def real_lines() -> list[str]:
    """The recorded requests as JSON lines; empty where they are not on this machine."""
    found = []
    for path in sorted(REAL.rglob("*.har")):
        try:
            entries = json.loads(path.read_text("utf-8-sig"))["log"]["entries"]
        except (ValueError, KeyError, UnicodeDecodeError):
            continue
        for entry in entries:
            request = entry["request"]
            if request["url"].startswith("http"):
                line = {
                    "url": request["url"],
                    "method": request["method"],
                    "headers": {h["name"]: h["value"] for h in request["headers"]},
                    "body": (request.get("postData") or {}).get("text") or "",
                }
                found.append(json.dumps(line, ensure_ascii=False))
    return found


def example_lines() -> list[str]:
    """The vendor files' examples as JSON lines."""
    return [
        json.dumps({"url": x.url, "method": x.method, "headers": x.headers, "body": x.body}, ensure_ascii=False)
        for vendor in load_vendors([VENDORS_DIR], load_taxonomy())
        for x in vendor.examples
    ]


def repeated(lines: list[str], number: int) -> Iterator[bytes]:
    """So many lines, from the first on again and again, with other numbers each time; the seed is fixed."""
    chance = random.Random(1)
    pieces = []
    for line in lines:
        texts = _NUMBER.split(line)
        sizes = [len(found) for found in _NUMBER.findall(line)]
        pieces.append((texts, sizes))
    for count in range(number):
        texts, sizes = pieces[count % len(pieces)]
        out = [texts[0]]
        for size, text in zip(sizes, texts[1:], strict=True):
            out += (str(chance.randrange(10 ** (size - 1), 10**size)), text)
        yield "".join(out).encode() + b"\n"


def measure(number: int, workers: int) -> dict[str, float | int | str]:
    """Decode so many requests; what it took."""
    real = real_lines()
    command = [sys.executable, "-m", "auditor", "decode", "-", "--workers", str(workers)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=meter.ROOT
    )
    stop, peak = threading.Event(), [0]
    watcher = threading.Thread(target=_watch, args=(process.pid, stop, peak))
    watcher.start()
    assert process.stdin is not None and process.stderr is not None
    for line in repeated(real or example_lines(), number):
        process.stdin.write(line)
    process.stdin.close()
    with process.stderr:
        told = process.stderr.read().decode()
    code = process.wait()
    wall_s = time.monotonic() - begun
    stop.set()
    watcher.join()
    if code:
        raise RuntimeError(f"auditor decode ended with {code}: {told}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "requests": number,
        "made_of": "recorded real requests" if real else "the vendor files' examples",
        "different": len(real or example_lines()),
        "workers": workers,
        "wall_s": round(wall_s, 1),
        "cpu_s": round(cpu_s, 1),
        "requests_per_second": round(number / wall_s),
        "requests_per_core_second": round(number / cpu_s),
        "peak_mb": round(peak[0] / (1 << 20)),
    }


def _watch(pid: int, stop: threading.Event, peak: list[int]) -> None:
    """The most memory the process tree held (PSS: shared pages once)."""
    while not stop.wait(_SAMPLE_S):
        total = 0
        try:
            tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        except psutil.Error:
            continue
        for one in tree:
            try:
                total += one.memory_full_info().pss
            except psutil.Error:
                continue
        peak[0] = max(peak[0], total)


def main() -> None:
    options = argparse.ArgumentParser(prog="tests.bench.decode", description=__doc__)
    options.add_argument("--requests", type=int, default=1_000_000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--out", type=Path, default=meter.ROOT / "results")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    found = measure(chosen.requests, chosen.workers)
    (chosen.out / "bench-decode.json").write_text(json.dumps(found, indent=1))
    for key, value in found.items():
        print(f"{key:<26}{value}")


if __name__ == "__main__":
    main()
