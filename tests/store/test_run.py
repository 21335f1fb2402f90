import hashlib
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.errors import CannotFinish, InputError
from auditor.evidence import Outcome, Visit, VisitKind
from auditor.store.run import RunFolder

VISIT = Visit(
    visit="one.no_account.allowed.ignore.1",
    kind=VisitKind.audit,
    site="one",
    page="https://one.test/",
    outcome=Outcome.complete,
    started_at=datetime(2026, 11, 23, tzinfo=UTC),
    duration_ms=5,
)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run")


def publish(run: RunFolder) -> Path:
    spool = run.spool(VISIT.visit, 1)
    (spool / "wire.warc.gz").write_bytes(b"bytes")
    return run.publish(VISIT, spool)


def test_a_published_visit_comes_back_with_the_hashes_of_its_files(run: RunFolder) -> None:
    publish(run)
    record = run.record(VISIT.visit)
    assert record.visit == VISIT
    assert {n: (f.sha256, f.bytes) for n, f in record.files.items()} == {
        "wire.warc.gz": (hashlib.sha256(b"bytes").hexdigest(), 5)
    }
    assert run.published() == (VISIT.visit,)


def test_a_spooled_visit_is_no_evidence(run: RunFolder) -> None:
    (run.spool(VISIT.visit, 1) / "wire.warc.gz").write_bytes(b"bytes")
    assert run.published() == ()


def test_a_visit_is_published_once(run: RunFolder) -> None:
    publish(run)
    with pytest.raises(CannotFinish, match="the visit cannot be stored"):
        publish(run)
    assert (run.visits_dir / VISIT.visit / "wire.warc.gz").read_bytes() == b"bytes"


def test_one_process_at_a_time(run: RunFolder) -> None:
    with pytest.raises(CannotFinish, match="another process works on this run"):
        RunFolder.open(run.path, hold=True)
    run.release()
    RunFolder.open(run.path, hold=True).release()


def test_a_used_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    with pytest.raises(InputError, match="is not an empty folder"):
        RunFolder.create(tmp_path)
    with pytest.raises(InputError, match="is not a run's folder"):
        RunFolder.open(tmp_path)


def test_a_damaged_visit_file_is_named(run: RunFolder) -> None:
    target = publish(run) / "visit.json"
    target.write_text("{}")
    with pytest.raises(InputError, match=r"visit\.json: cannot be read"):
        run.record(VISIT.visit)


def test_the_custody_log_is_a_chain(run: RunFolder) -> None:
    for action in ("start", "fault", "end"):
        run.custody(action, {"n": action})
    raw = (run.data / "custody.jsonl").read_bytes().splitlines()
    lines = [json.loads(line) for line in raw]
    assert [line["action"] for line in lines] == ["start", "fault", "end"]
    assert [line["previous"] for line in lines] == [None, *(hashlib.sha256(r).hexdigest() for r in raw[:-1])]


def test_a_visit_published_without_time_to_log_it_is_logged_when_the_run_goes_on(run: RunFolder) -> None:
    publish(run)
    log = run.data / "custody.jsonl"
    run.mend_custody()
    assert len(log.read_bytes().splitlines()) == 1
    log.unlink()
    run.mend_custody()
    (line,) = [json.loads(text) for text in log.read_bytes().splitlines()]
    told = hashlib.sha256((run.visits_dir / VISIT.visit / "visit.json").read_bytes()).hexdigest()
    assert (line["action"], line["subject"]) == ("visit_found", {"visit": VISIT.visit, "visit_json": told})
    run.mend_custody()
    assert len(log.read_bytes().splitlines()) == 1


def test_threads_do_not_break_the_custody_chain(run: RunFolder) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: run.custody("done", {"number": str(number)}), range(40)))
    lines = (run.data / "custody.jsonl").read_bytes().splitlines()
    assert {json.loads(line)["subject"]["number"] for line in lines} == {str(number) for number in range(40)}
    assert [json.loads(line)["previous"] for line in lines[1:]] == [hashlib.sha256(li).hexdigest() for li in lines[:-1]]


def test_the_bag_is_valid_for_coreutils(run: RunFolder) -> None:
    publish(run)
    run.write_facts({"run": "x"})
    run.write_bag()
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "-c", manifest], cwd=run.path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.count("FAILED")) == (0, 0)
    assert "journal" not in (run.path / "manifest-sha256.txt").read_text()


def test_facts_are_replaced_whole(run: RunFolder) -> None:
    assert run.facts() == {}
    run.write_facts({"a": 1})
    run.write_facts({"b": "日本"})
    assert run.facts() == {"b": "日本"}
    assert not list(run.data.glob("*.part"))


def test_the_masking_key_stays(run: RunFolder) -> None:
    assert len(run.masking_key) == 32
    assert run.masking_key == RunFolder(run.path).masking_key
