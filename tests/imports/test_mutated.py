"""Mutated HARs: never a traceback, and what is taken and what is quarantined add up to the entries."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import InputError
from auditor.imports import import_file
from auditor.imports.splitting import Splitter
from auditor.store.run import WIRE_FILE, RunFolder
from auditor.store.wire import read_wire

ENTRY: dict[str, Any] = {
    "startedDateTime": "2026-01-02T03:04:05.678+09:00",
    "time": 250,
    "pageref": "p1",
    "_initiator": {"type": "script", "stack": {"callFrames": [{"url": "https://t.test/", "lineNumber": 1}]}},
    "_initiator_detail": '{"type":"other"}',
    "_resourceType": "fetch",
    "_fromCache": "disk",
    "serverIPAddress": "192.0.2.1",
    "_webSocketMessages": [{"type": "send", "time": 1767290645.5, "opcode": 1, "data": "x"}],
    "request": {
        "method": "POST",
        "url": "https://shop.test/?a=1",
        "httpVersion": "h2",
        "headers": [{"name": "content-type", "value": "multipart/form-data; boundary=x"}],
        "cookies": [{"name": "a", "value": "1"}],
        "postData": {"mimeType": "text/plain", "text": "", "params": [{"name": "a", "value": "1"}]},
        "bodySize": 3,
    },
    "response": {
        "status": 302,
        "statusText": "Found",
        "httpVersion": "h2",
        "_error": "net::ERR_ABORTED",
        "headers": [{"name": "Location", "value": "/next"}, {"name": "content-encoding", "value": "gzip"}],
        "content": {"size": 5, "mimeType": "text/html; charset=shift_jis", "text": "aGVsbG8=", "encoding": "base64"},
    },
}
PAGES = [{"id": "p1", "title": "https://shop.test/", "startedDateTime": "2026-01-02T03:04:05Z", "_url": "x"}]

odd_text = st.one_of(
    st.sampled_from(["", "\0", "\ud800", "\udcff", "\n\r\n", ": ", "http://[", "https://a.test:99999/", "9" * 400]),
    st.text(st.characters(), max_size=12),
)
odd_value = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), odd_text, st.just(-1), st.just(1e308), st.just("REMOVE")
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(odd_text, inner, max_size=3)),
    max_leaves=5,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [p for key, inner in value.items() for p in [(*path, key), *_places(inner, (*path, key))]]
    if isinstance(value, list):
        return [p for key, inner in enumerate(value) for p in [(*path, key), *_places(inner, (*path, key))]]
    return []


def _mutate(value: Any, path: tuple[Any, ...], new: object) -> None:
    for key in path[:-1]:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return
    if isinstance(value, dict):
        value[path[-1]] = new
        if new == "REMOVE":
            del value[path[-1]]
    elif isinstance(value, list) and isinstance(path[-1], int) and path[-1] < len(value):
        value[path[-1]] = new


# Each import waits until its files are on disk, which a file system in memory does at once.
SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None


def _import(raw: bytes) -> tuple[int, int, int] | None:
    """Requests read back, entries said to be taken, and said to be quarantined; None for a refused file."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        path = Path(folder) / "m.har"
        path.write_bytes(raw)
        run = RunFolder.create(Path(folder) / "run")
        try:
            visits = import_file(path, run)
        except InputError as error:
            assert str(error).startswith(str(path))
            assert (run.published(), list(run.spool_dir.iterdir())) == ((), [])
            return None
        finally:
            run.release()
        read = 0
        for visit in visits:
            exchanges, problem = read_wire(run.visits_dir / visit.visit / WIRE_FILE, visit.visit)
            assert problem is None
            assert run.record(visit.visit).visit == visit
            assert len(exchanges) == visit.coverage[0].matched
            read += len(exchanges)
        return read, sum(v.coverage[0].matched for v in visits), sum(v.coverage[0].skipped for v in visits)


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutations=st.lists(st.tuples(st.sampled_from([*_places([ENTRY] * 2)]), odd_value), min_size=1, max_size=6))
def test_mutated_values(mutations: list[tuple[tuple[Any, ...], object]]) -> None:
    entries = json.loads(json.dumps([ENTRY, ENTRY]))
    for path, new in mutations:
        _mutate(entries, path, new)
    whole = [*entries, ENTRY]
    result = _import(json.dumps({"log": {"pages": PAGES, "entries": whole}}).encode())
    assert result is not None
    read, taken, quarantined = result
    assert read == taken
    assert taken + quarantined == 3


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 6), st.binary(max_size=4) | st.sampled_from([b'"', b"{", b"]"])),
        min_size=1,
        max_size=3,
    )
)
def test_mutated_bytes(cuts: list[tuple[int, int, bytes]]) -> None:
    raw = json.dumps({"log": {"pages": PAGES, "entries": [ENTRY, ENTRY]}}).encode()
    for at, length, new in cuts:
        raw = raw[:at] + new + raw[at + length :]
    result = _import(raw)
    if result is not None:
        assert result[0] == result[1]


odd_page = st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "title", "_url", "startedDateTime"), odd_value))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(pages=st.one_of(odd_value, st.lists(st.one_of(odd_page, odd_value), max_size=4)))
def test_mutated_pages(pages: object) -> None:
    result = _import(json.dumps({"log": {"entries": [ENTRY], "pages": pages}}).encode())
    assert result == (1, 1, 0)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(entries=st.lists(odd_value, max_size=6), indent=st.sampled_from([None, 0, 3]), step=st.integers(1, 50))
def test_splitting_gives_what_a_parser_gives(entries: list[object], indent: int | None, step: int) -> None:
    raw = json.dumps({"x": entries, "log": {"entries": entries, "y": [entries]}}, indent=indent).encode()
    with tempfile.TemporaryFile() as file:
        file.write(raw)
        parts = list(Splitter(file, step=step).parts())
    found = [json.loads(part.raw or b"") for part in parts]
    assert json.dumps(found) == json.dumps(entries)  # as text: NaN is not equal to itself
