"""What the tests of the import share: a run to import into, and what was stored of a file, read back."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditor.evidence import Exchange, Source, Visit
from auditor.imports import import_file
from auditor.store.run import EVENTS_FILE, WIRE_FILE, RunFolder
from auditor.store.wire import read_wire

type Json = dict[str, Any]


@dataclass
class Stored:
    """What a file became."""

    visits: tuple[Visit, ...]
    exchanges: list[list[Exchange]]
    events: list[list[Json]]

    @property
    def all(self) -> list[Exchange]:
        return [exchange for visit in self.exchanges for exchange in visit]

    @property
    def taken(self) -> int:
        return sum(row.matched for visit in self.visits for row in visit.coverage)

    @property
    def skipped(self) -> int:
        return sum(row.skipped for visit in self.visits for row in visit.coverage)


def _read_back(path: Path, run: RunFolder, *, salvage: bool = False) -> Stored:
    visits = import_file(path, run, salvage=salvage)
    assert list(run.spool_dir.iterdir()) == []
    exchanges, events = [], []
    for visit in visits:
        folder = run.visits_dir / visit.visit
        assert run.record(visit.visit).visit == visit
        found, problem = read_wire(folder / WIRE_FILE, visit.visit, Source.imported)
        assert problem is None
        exchanges.append(found)
        lines = gzip.decompress((folder / EVENTS_FILE).read_bytes()).splitlines()
        events.append([json.loads(line) for line in lines])
    return Stored(visits, exchanges, events)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunFolder]:
    folder = RunFolder.create(tmp_path / "run")
    yield folder
    folder.release()


@pytest.fixture
def bring(run: RunFolder) -> Callable[..., Stored]:
    """Import a file and read back what was stored."""

    def import_and_read(path: Path, *, salvage: bool = False) -> Stored:
        return _read_back(path, run, salvage=salvage)

    return import_and_read


@pytest.fixture
def entry() -> Callable[..., Json]:
    """A HAR entry that has all it needs; what is given replaces or adds members of the entry."""

    def make(url: str = "https://shop.test/", **members: object) -> Json:
        return {
            "startedDateTime": "2026-01-02T03:04:05.678+09:00",
            "time": 250,
            "request": {
                "method": "GET",
                "url": url,
                "httpVersion": "http/2.0",
                "headers": [{"name": "User-Agent", "value": "Test/1.0"}],
            },
            "response": {
                "status": 200,
                "statusText": "OK",
                "httpVersion": "http/2.0",
                "headers": [{"name": "Content-Type", "value": "text/plain"}],
                "content": {"size": 5, "mimeType": "text/plain", "text": "hello"},
            },
            **members,
        }

    return make


@pytest.fixture
def har(tmp_path: Path) -> Callable[..., Path]:
    """Write a HAR of these entries."""

    def write(*entries: object, pages: object = None, name: str = "shop.test.har") -> Path:
        log: Json = {"version": "1.2", "entries": list(entries)}
        if pages is not None:
            log["pages"] = pages
        path = tmp_path / name
        path.write_text(json.dumps({"log": log}), encoding="utf-8")
        return path

    return write
