"""One run under fire: the auditor as a process, its own processes killed by pid at random moments, then resumed."""

import csv
import hashlib
import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from auditor.evidence import Outcome, Source, VisitKind
from auditor.store.read import read_visit
from auditor.store.run import RunFolder
from tests.bench.server import QUICK, BenchWeb

ALWAYS = {"/", "/favicon.ico", "/told", "/one.gif", "/two.gif"}
"""What one whole visit of the quick page is; and `/bye`, where Chromium let the closing page send it."""

SCENARIO = f"""\
scenario: kills
visitors: [no_account]
cookie_modes: [allowed]
repeat: VISITS
limits: {{settle_quiet_ms: 300, settle_max_ms: 5000, drain_ms: 3000, navigation_ms: 30000, step_ms: 20000}}
sites:
  - {{id: quick, operator: x, url: "https://{QUICK}/"}}
network:
  ca: CA
  names: {{{QUICK}: "ADDRESS"}}
"""

GONE_S = 20


def _is_browser(line: list[str]) -> bool:
    return any(part.startswith("--user-data-dir=") for part in line) and not _types(line)


def _is_network(line: list[str]) -> bool:
    return "--utility-sub-type=network.mojom.NetworkService" in line


def _is_proxy(line: list[str]) -> bool:
    return line[1:3] == ["-m", "auditor.capture.network.proxy"]


def _is_driver(line: list[str]) -> bool:
    return line[-1:] == ["run-driver"]


def _types(line: list[str]) -> list[str]:
    return [part for part in line if part.startswith("--type=")]


KINDS: dict[str, Callable[[list[str]], bool]] = {
    "browser": _is_browser,
    "network": _is_network,
    "proxy": _is_proxy,
    "driver": _is_driver,
}


@dataclass
class Ordeal:
    """A run, what was killed in it, and the hashes of every visit as first seen published."""

    web: BenchWeb
    folder: Path
    visits: int
    draw: random.Random
    every_s: tuple[float, float]
    """Shortest and longest time between two kills, the end of a visit between them at least."""
    auditors: int
    """How often the auditor itself is killed."""
    others: int
    """How many other kills there are, less when the run ends before."""
    killed: Counter[str] = field(default_factory=Counter)
    seen: dict[str, dict[str, str]] = field(default_factory=dict)
    beacons: int = 0
    """How many visits' closing pages came to send their beacon."""
    ever: set[psutil.Process] = field(default_factory=set)

    @property
    def out(self) -> Path:
        return self.folder / "run"

    @property
    def temporary(self) -> Path:
        return self.folder / "t"

    def go(self) -> None:
        """Begin, kill and resume until the run ends by itself. Raises AssertionError when it ends otherwise."""
        self.temporary.mkdir()
        path = self.folder / "kills.yaml"
        address = self.web.names[QUICK]
        text = SCENARIO.replace("VISITS", str(self.visits)).replace("ADDRESS", address)
        path.write_text(text.replace("CA", json.dumps(str(self.web.ca)), 1))
        arguments = [str(path), "--out", str(self.out)]
        kinds = itertools.cycle(sorted(KINDS))
        plan = ["auditor"] * self.auditors + [next(kinds) for _ in range(self.others)]
        self.draw.shuffle(plan)
        while (code := self._part(arguments, plan)) is None:
            arguments = ["--resume", str(self.out)]
        assert code in (0, 1), (self.folder / "errors.txt").read_text()[-2000:]
        self._look()

    def _part(self, arguments: list[str], plan: list[str]) -> int | None:
        """One process of the auditor to its end; None when it was killed."""
        command = [sys.executable, "-m", "auditor", "run", *arguments, "--workers", "2"]
        environment = {**os.environ, "TMPDIR": str(self.temporary)}
        with (self.folder / "errors.txt").open("ab") as errors:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=environment)
        due, seen = time.monotonic() + self.draw.uniform(*self.every_s), len(self.seen)
        while process.poll() is None:
            self._look()
            # One kill for each visit that came to its end: a slow machine is not under heavier fire than a fast one.
            ready = not self.killed or len(self.seen) > seen
            if plan and ready and time.monotonic() >= due and (self.out / "data" / "run.json").exists():
                if self._kill(psutil.Process(process.pid), plan[-1]) and plan.pop() == "auditor":
                    process.wait()
                    self._all_gone()
                    return None
                due, seen = time.monotonic() + self.draw.uniform(*self.every_s), len(self.seen)
            time.sleep(0.02)
        self._all_gone()
        return process.returncode

    def _kill(self, auditor: psutil.Process, kind: str) -> bool:
        """Kill one process of this kind below the auditor, if there is one now; told whether."""
        try:
            tree = [auditor, *auditor.children(recursive=True)]
        except psutil.Error:
            return False
        self.ever.update(tree)
        targets = [auditor] if kind == "auditor" else [p for p in tree[1:] if KINDS[kind](_line(p))]
        if not targets:
            return False
        try:
            self.draw.choice(targets).kill()
        except psutil.Error:
            return False
        self.killed[kind] += 1
        return True

    def _all_gone(self) -> None:
        """No process that was ever seen below an auditor lives longer than it."""
        end = time.monotonic() + GONE_S
        while left := [p for p in self.ever if _lives(p)]:
            assert time.monotonic() < end, f"left behind: {[(p.pid, _line(p)[:3]) for p in left]}"
            time.sleep(0.05)
        self.ever.clear()

    def _look(self) -> None:
        """Hash every visit that has been published since the last look."""
        folder = self.out / "data" / "visits"
        for place in folder.iterdir() if folder.is_dir() else ():
            if place.name not in self.seen:
                self.seen[place.name] = hashes(place)

    def proven(self) -> None:
        """Everything that must hold at the end. Raises AssertionError."""
        run = RunFolder.open(self.out)
        now = {place.name: hashes(place) for place in run.visits_dir.iterdir()}
        assert now == self.seen, "a visit was changed or lost after it was published"
        audits = {f"quick.no_account.allowed.ignore.{n}" for n in range(1, self.visits + 1)}
        kinds = {record.visit.visit: record.visit for record in run.records()}
        assert {visit for visit, v in kinds.items() if v.kind is VisitKind.audit} == audits
        not_complete = {visit: v.reason for visit, v in kinds.items() if v.outcome is not Outcome.complete}
        assert not not_complete, not_complete
        received = Counter(url for _, url, _ in self.web.requests()[0])
        for visit in audits:
            self._whole(run, visit, received)
        self._counted_once(run, audits)
        left = [p.name for p in self.temporary.iterdir()]
        assert left == [], left
        assert list(run.spool_dir.iterdir()) == []
        assert list(self.out.rglob("*.part")) == []

    def _whole(self, run: RunFolder, visit: str, received: Counter[str]) -> None:
        """The visit's record is what the server received of its page, which drew an id of its own."""
        evidence = read_visit(run, visit)
        sent = Counter(e.url for e in evidence.exchanges if e.source is not Source.browser_only)
        paths = {url.removeprefix(f"https://{QUICK}").partition("?")[0] for url in sent}
        assert paths - {"/bye"} == ALWAYS and set(sent.values()) == {1}, f"{visit}: {sent}"
        (drawn,) = {url.partition("?")[2] for url in sent if "?" in url}
        assert {url for url in received if url.endswith(f"?{drawn}")} == {url for url in sent if "?" in url}, visit
        self.beacons += "/bye" in paths
        assert [(c.name, c.stored) for c in evidence.cookies] == [("quick", True)], visit

    def _counted_once(self, run: RunFolder, audits: set[str]) -> None:
        custody = [json.loads(line) for line in (run.data / "custody.jsonl").read_bytes().splitlines()]
        logged = Counter(line["subject"]["visit"] for line in custody if line["action"].startswith("visit_"))
        assert logged == Counter(self.seen.keys())
        with (run.derived / "csv" / "visits.csv").open(encoding="utf-8-sig", newline="") as file:
            counted = Counter(row["visit"] for row in csv.DictReader(file))
        assert {visit: counted[visit] for visit in audits} == dict.fromkeys(audits, 1)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a visit."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def _line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
