"""A run's folder: one BagIt bag (RFC 8493) with a working journal beside the evidence.

    results/<run>/
      bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt     written when the run ends
      data/run.json        scenario, versions, flags, canary, times
      data/custody.jsonl   what was done to the run, each line chained to the one before by its hash
      data/visits/<id>/    published by one rename and never changed: visit.json, wire.warc.gz, events.jsonl.gz,
                           hosts.json, state.json, screenshots
      data/corrections/    disclosures as a person corrected them, one YAML file a site
      data/derived/        rebuilt from the visits at will: tables, csv, report
      journal/             working state, no evidence: the lock, the spool of visits under way, the masking key

A visit is written in `journal/spool/`, synced to disk, then renamed into `data/visits/`: there are only
whole visits there, whatever was killed and when.
"""

import hashlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ConfigDict, ValidationError

from auditor import __version__
from auditor.errors import CannotFinish, InputError
from auditor.evidence import Evidence, Visit

VISIT_FILE = "visit.json"
WIRE_FILE = "wire.warc.gz"
EVENTS_FILE = "events.jsonl.gz"
STATE_FILE = "state.json"
HOSTS_FILE = "hosts.json"
DOCUMENT_FILE = "document.html"
LINKS_FILE = "links.json.gz"
PAGES_FILE = "pages.json"
FOLLOWED_FILE = "followed.json"


class FileFact(Evidence):
    """Size and hash of one file of a visit, taken when it was published."""

    sha256: str
    bytes: int


class VisitRecord(Evidence):
    """What visit.json holds: the visit, and the files that were published with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    visit: Visit
    files: dict[str, FileFact]


class RunFolder:
    """One run on disk, held by a lock while a process works on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path / "data"
        self.visits_dir = self.data / "visits"
        self.derived = self.data / "derived"
        self.corrections = self.data / "corrections"
        self.journal = path / "journal"
        self.spool_dir = self.journal / "spool"
        self._lock = FileLock(self.journal / "lock", timeout=0)
        self._pen = threading.Lock()

    @classmethod
    def create(cls, path: Path) -> "RunFolder":
        """Make a new run's folder and hold it. Raises InputError when the place is taken or not writable."""
        if path.exists() and any(path.iterdir()):
            raise InputError("is not an empty folder", file=path, cure="name another --out, or --resume this run")
        run = cls(path)
        try:
            for folder in (run.visits_dir, run.spool_dir):
                folder.mkdir(parents=True, exist_ok=True)
            _write_new(run.journal / "masking.key", secrets.token_bytes(32))
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", file=path) from None
        run._hold()
        return run

    @classmethod
    def open(cls, path: Path, *, hold: bool = False) -> "RunFolder":
        """An existing run; `hold` takes its lock. Raises InputError when it is no run's folder."""
        run = cls(path)
        if not run.visits_dir.is_dir():
            raise InputError("is not a run's folder", file=path, cure="name a folder that `auditor run` made")
        if hold:
            run.spool_dir.mkdir(parents=True, exist_ok=True)
            run._hold()
        return run

    def _hold(self) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise CannotFinish(f"{self.path}: another process works on this run") from None

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()

    @property
    def masking_key(self) -> bytes:
        """The run's key for masked values; made anew where the journal was left behind."""
        path = self.journal / "masking.key"
        if not path.exists():
            self.journal.mkdir(exist_ok=True)
            _write_new(path, secrets.token_bytes(32))
        return path.read_bytes()

    def spool(self, visit: str, attempt: int) -> Path:
        """An empty folder for a visit under way."""
        folder = self.spool_dir / f"{visit}.{attempt}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def publish(self, visit: Visit, spool: Path) -> Path:
        """Make a visit's spool folder part of the evidence, by one rename. Raises CannotFinish (no space)."""
        target = self.visits_dir / visit.visit
        try:
            files = {}
            for path in sorted(p for p in spool.rglob("*") if p.is_file()):
                _sync(path)
                files[path.relative_to(spool).as_posix()] = fact_of(path)
            record = VisitRecord(visit=visit, files=files)
            _write_new(spool / VISIT_FILE, record.model_dump_json(indent=1).encode())
            _sync(spool)
            spool.rename(target)
            _sync(self.visits_dir)
        except OSError as error:
            raise CannotFinish(f"{target}: the visit cannot be stored: {error.strerror}") from None
        self.custody("visit_published", {"visit": visit.visit, "visit_json": fact_of(target / VISIT_FILE).sha256})
        return target

    def published(self) -> tuple[str, ...]:
        """Ids of the visits that are part of the evidence, sorted."""
        return tuple(sorted(p.name for p in self.visits_dir.iterdir() if (p / VISIT_FILE).is_file()))

    def record(self, visit: str) -> VisitRecord:
        """The visit.json of one visit. Raises InputError when it is not what was written."""
        path = self.visits_dir / visit / VISIT_FILE
        try:
            return VisitRecord.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise InputError(f"cannot be read: {str(error).splitlines()[0]}", file=path) from None

    def records(self) -> Iterator[VisitRecord]:
        """All published visits in the order of their ids."""
        for visit in self.published():
            yield self.record(visit)

    def write_facts(self, facts: dict[str, Any]) -> None:
        """Write data/run.json whole, by one rename."""
        replace(self.data / "run.json", json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True).encode())

    def facts(self) -> dict[str, Any]:
        """data/run.json, {} before it is written. Raises InputError for a damaged one."""
        path = self.data / "run.json"
        if not path.exists():
            return {}
        try:
            facts = json.loads(path.read_bytes())
        except ValueError as error:
            raise InputError(f"is not JSON: {error}", file=path) from None
        if not isinstance(facts, dict):
            raise InputError("is not a JSON object", file=path)
        return facts

    def custody(self, action: str, subject: dict[str, str]) -> None:
        """Append one line to the custody log, chained to the line before it by that line's SHA-256."""
        path = self.data / "custody.jsonl"
        with self._pen:
            last = path.read_bytes().splitlines()[-1:] if path.exists() else []
            line = {
                "at": datetime.now(UTC).isoformat(),
                "action": action,
                "subject": subject,
                "tool": f"auditor {__version__}",
                "previous": hashlib.sha256(last[0]).hexdigest() if last else None,
            }
            with path.open("ab") as file:
                file.write(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def mend_custody(self) -> None:
        """After a kill: log the visits that were published when there was no time left to log them."""
        path = self.data / "custody.jsonl"
        lines = path.read_bytes().splitlines() if path.exists() else []
        subjects = [json.loads(line) for line in lines if b'"action": "visit_' in line]
        told = {line["subject"]["visit"] for line in subjects}
        for visit in self.published():
            if visit not in told:
                sha256 = fact_of(self.visits_dir / visit / VISIT_FILE).sha256
                self.custody("visit_found", {"visit": visit, "visit_json": sha256})

    def write_bag(self) -> None:
        """Write the BagIt files over everything under data/ (RFC 8493 2.1, 2.2)."""
        files = sorted(p for p in self.data.rglob("*") if p.is_file())
        lines = [f"{fact_of(p).sha256}  {p.relative_to(self.path).as_posix()}\n" for p in files]
        octets = sum(p.stat().st_size for p in files)
        tags = {
            "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": f"Bag-Software-Agent: auditor {__version__}\nPayload-Oxum: {octets}.{len(files)}\n",
            "manifest-sha256.txt": "".join(lines),
        }
        for name, text in tags.items():
            replace(self.path / name, text.encode())
        sums = [f"{fact_of(self.path / name).sha256}  {name}\n" for name in sorted(tags)]
        replace(self.path / "tagmanifest-sha256.txt", "".join(sums).encode())


def fact_of(path: Path) -> FileFact:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return FileFact(sha256=hashlib.file_digest(file, "sha256").hexdigest(), bytes=path.stat().st_size)


def replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside it, synced, then renamed over it."""
    part = path.with_name(path.name + ".part")
    _write_new(part, data, exclusive=False)
    part.replace(path)
    _sync(path.parent)


def _write_new(path: Path, data: bytes, *, exclusive: bool = True) -> None:
    with path.open("xb" if exclusive else "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's entries, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
