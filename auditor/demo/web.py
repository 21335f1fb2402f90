"""The demo web for whoever needs it: started as a child process, stopped at the end of the `with` block."""

import json
import os
import selectors
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.demo.accounts import PASSWORDS
from auditor.demo.serve import LOG
from auditor.errors import CannotFinish

PACKAGE = Path(__file__).resolve().parent
VENDORS = PACKAGE / "vendors"
SCENARIO = PACKAGE.parent.parent / "scenarios" / "demo.yaml"
CHANGES = SCENARIO.with_name("demo-changes.yaml")
START_S = 30
STOP_S = 5


@dataclass(frozen=True)
class DemoWeb:
    """A running demo web."""

    names: dict[str, str]
    ca: Path
    log: Path
    resolver: str

    def scenario(self, folder: Path, scenario: Path = SCENARIO) -> Path:
        """A copy of a scenario of the demo in `folder` that reaches this web; returns its path.

        That of demo-changes asks the web's own name server for aliases.
        """
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(SCENARIO.with_name("demo_steps.py"), folder)
        lines = scenario.read_text(encoding="utf-8").splitlines()
        lines = [f"vendors: [{json.dumps(str(VENDORS))}]" if line.startswith("vendors:") else line for line in lines]
        lines += ["", "network:", f"  ca: {json.dumps(str(self.ca))}"]
        lines += [f"  resolver: {json.dumps(self.resolver)}"] if scenario == CHANGES else []
        lines += ["  names:"]
        lines += [f"    {host}: {json.dumps(address)}" for host, address in self.names.items()]
        copy = folder / scenario.name
        copy.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return copy


@contextmanager
def demo_web(folder: Path, *, edition: int = 1, variation: int | None = None) -> Iterator[DemoWeb]:
    """Run the demo web with its files in `folder`; the demo accounts' passwords are in the environment meanwhile.

    `edition` and `variation` (a seed): see `conditions`. Raises CannotFinish when its process does not come up.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    more = ["--edition", str(edition), *(["--variation", str(variation)] if variation is not None else [])]
    ours = [name for name in PASSWORDS if name not in os.environ]
    os.environ.update({name: PASSWORDS[name] for name in ours})
    try:
        with (folder / "server.err").open("wb") as errors, _process(folder, errors.fileno(), more):
            told = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
            yield DemoWeb(names=told["names"], ca=folder / "ca.pem", log=folder / LOG, resolver=told["resolver"])
    finally:
        for name in ours:
            os.environ.pop(name, None)


@contextmanager
def _process(folder: Path, errors: int, more: list[str]) -> Iterator[None]:
    command = [sys.executable, "-m", "auditor.demo.serve", "--dir", str(folder), *more]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
    try:
        _wait_ready(process, folder)
        yield
    finally:
        _stop(process)


def _wait_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        said = process.stdout.readline() if selector.select(START_S) else b""
    if said.strip() != b"ready":
        last = (folder / "server.err").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise CannotFinish(f"the demo web did not start: {''.join(last) or 'no answer'}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask by closing stdin, then by signal: never left behind."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
