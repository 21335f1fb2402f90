"""Inputs with defects (RELIABILITY.md 3.3): quarantined one by one, or one InputError that names the place."""

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from auditor.errors import InputError
from auditor.evidence import Outcome
from auditor.imports import opening, planning, splitting
from auditor.store.run import RunFolder

type Json = dict[str, Any]
Entry = Callable[..., Json]
Har = Callable[..., Path]
Bring = Callable[..., Any]


def _with(one: Json, where: str, value: object) -> Json:
    """The entry with one member replaced, or removed when the value is ...; `where` is like request.url."""
    *path, last = where.split(".")
    target = one
    for name in path:
        target = target[name]
    target[last] = value
    if value is ...:
        del target[last]
    return one


@pytest.mark.parametrize(
    ("where", "value", "reason"),
    [
        ("request", ..., "request is missing"),
        ("request", None, "request is missing"),
        ("request", [], "request is a list, not an object"),
        ("request.url", ..., "request.url is missing"),
        ("request.url", 5, "request.url is a number, not a text"),
        ("request.url", "", "request.url is not an absolute address"),
        ("request.url", "/relative", "request.url is not an absolute address"),
        ("request.url", "https://shop.test/" + "x" * (2 << 20), "request.url is longer than 2097152 characters"),
        ("request.method", ..., "request.method is missing"),
        ("request.method", "GET /", "request.method is not a method's name"),
        ("startedDateTime", ..., "startedDateTime is missing"),
        ("startedDateTime", 1767290645, "startedDateTime is a number, not a text"),
        ("startedDateTime", "yesterday", "startedDateTime is not an ISO 8601 time"),
        ("startedDateTime", "0001-01-01T00:00:00+09:00", "startedDateTime is not an ISO 8601 time"),
        ("startedDateTime", "1969-12-31T23:59:59Z", "startedDateTime is not in a year from 1970 on"),
    ],
)
def test_an_entry_without_a_request_is_quarantined(
    where: str, value: object, reason: str, har: Har, entry: Entry, bring: Bring
) -> None:
    stored = bring(har(entry(), _with(entry(), where, value), entry("https://shop.test/2")))
    (visit,) = stored.visits
    assert [x.url for x in stored.all] == ["https://shop.test/", "https://shop.test/2"]
    assert (visit.outcome, visit.reason) == (
        Outcome.incomplete,
        "partial_import: 1 entries of the file, whose page is unknown, quarantined",
    )
    row = visit.coverage[0]
    assert (row.sensor, row.matched, row.skipped, row.reason) == ("importer", 2, 1, f"entry 1: {reason}")


@pytest.mark.parametrize("value", [None, 5, "text", [], True])
def test_an_entry_that_is_no_object_is_quarantined(value: object, har: Har, entry: Entry, bring: Bring) -> None:
    stored = bring(har(value, entry()))
    assert (stored.taken, stored.skipped, len(stored.all)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("where", "value", "reason"),
    [
        ("request.headers", ..., "request.headers is missing"),
        ("request.headers", "none", "request.headers is a text, not a list"),
        ("request.headers", [5], "request.headers[] is a number, not an object"),
        ("request.headers", [{"name": "a", "value": {}}], "request.headers[] has no name or no value"),
        ("request.postData", "a=1", "request.postData is a text, not an object"),
        ("request.postData", {"text": "!", "encoding": "base64"}, "request.postData.text is not base64, as it says"),
        ("_webSocketMessages", [{"type": "?"}], "_webSocketMessages[0].type is neither send nor receive"),
    ],
)
def test_a_request_read_in_part_is_taken_and_said_to_be(
    where: str, value: object, reason: str, har: Har, entry: Entry, bring: Bring
) -> None:
    stored = bring(har(_with(entry(), where, value)))
    (visit,) = stored.visits
    assert [x.url for x in stored.all] == ["https://shop.test/"]
    assert (visit.outcome, visit.reason) == (
        Outcome.incomplete,
        "partial_import: 1 of 1 requests taken without a part that could not be read",
    )
    row = visit.coverage[0]
    assert (row.matched, row.undecoded, row.skipped, row.reason) == (1, 1, 0, reason)


def test_quarantined_entries_of_a_page_count_there(har: Har, entry: Entry, bring: Bring) -> None:
    broken = _with(entry(pageref="p2"), "request.url", 5)
    pages = [{"id": "p1", "title": "https://a.test/"}, {"id": "p2", "title": "https://b.test/"}]
    stored = bring(har(entry(pageref="p1"), entry(pageref="p2"), broken, pages=pages))
    assert [(v.outcome.value, v.reason, v.coverage[0].skipped) for v in stored.visits] == [
        ("complete", "", 0),
        ("incomplete", "partial_import: 1 of 2 entries quarantined", 1),
    ]


def test_a_time_without_a_zone_is_utc_and_said_to_be(har: Har, entry: Entry, bring: Bring) -> None:
    stored = bring(har(entry(startedDateTime="2026-01-02T03:04:05")))
    assert stored.all[0].started_at.isoformat() == "2026-01-02T03:04:05+00:00"
    assert stored.visits[0].outcome is Outcome.complete
    assert stored.visits[0].coverage[0].reason == "startedDateTime names no zone, taken as UTC"


@pytest.mark.parametrize("spent", [-1, None, "x", 1e300, True])
def test_a_strange_duration_is_none(spent: object, har: Har, entry: Entry, bring: Bring) -> None:
    (exchange,) = bring(har(entry(time=spent))).all
    assert exchange.ended_at == exchange.started_at


def _raw(tmp_path: Path, raw: bytes, name: str = "raw.har") -> Path:
    path = tmp_path / name
    path.write_bytes(raw)
    return path


def _bytes(*entries: Json) -> bytes:
    return json.dumps({"log": {"entries": list(entries)}}).encode()


@pytest.mark.parametrize(
    ("old", "new", "taken"),
    [
        (b'"time": 250', b'"time": NaN', 2),
        (b'"time": 250', b'"time": -Infinity', 2),
        (b'"time": 250', b'"time": 1e999', 2),
        (b'"time": 250', b'"time": ' + b"9" * 5000, 1),
        (b'"time": 250', b'"time": 250,', 1),
        (b'"time": 250', b'"time": nul', 1),
        (b'"time": 250', b'"time": 1, "request": {}', 1),
        (b'"time": 250', b'"time": 1, "time": 2, "_x": {"a": 1, "a": 2}', 2),
        (b'"hello"', b'"h\xff\x00\ni"', 2),
        (b'"time": 250', b'"time": ' + b"[" * 199 + b"]" * 199, 2),
        (b'"time": 250', b'"time": ' + b"[" * 200_000 + b"]" * 200_000, 1),
    ],
)
def test_json_broken_inside_one_entry(
    old: bytes, new: bytes, taken: int, tmp_path: Path, entry: Entry, bring: Bring
) -> None:
    broken = _bytes(entry("https://shop.test/1"), entry("https://shop.test/2")).replace(old, new, 1)
    stored = bring(_raw(tmp_path, broken))
    assert (stored.taken, stored.skipped, len(stored.all)) == (taken, 2 - taken, taken)


def test_bytes_that_are_not_utf8_are_kept(tmp_path: Path, entry: Entry, bring: Bring) -> None:
    stored = bring(_raw(tmp_path, _bytes(entry()).replace(b'"hello"', b'"h\xffi"')))
    assert stored.all[0].response_body.kept == b"h\xffi"


def test_an_entry_too_large_is_quarantined(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, entry: Entry, bring: Bring
) -> None:
    monkeypatch.setattr(splitting, "MAX_PART", 2000)
    big = entry("https://shop.test/big", comment='"' * 3000)
    stored = bring(_raw(tmp_path, _bytes(entry(), big, entry())))
    assert [x.url for x in stored.all] == ["https://shop.test/"] * 2
    assert stored.visits[0].coverage[0].reason == "entry 1: is larger than 2000 bytes"


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.har.gz", gzip.compress),
        ("a.har", gzip.compress),
        ("a.har", lambda raw: gzip.compress(raw[:100], mtime=0) + gzip.compress(raw[100:], mtime=0)),
        ("a.zhar", zlib.compress),
        ("a.har.br", brotli.compress),
        ("a.har.zst", lambda raw: zstandard.ZstdCompressor().compress(raw)),
        ("a.txt", lambda raw: b"\xef\xbb\xbf" + raw.replace(b" ", b"\r\n")),
        ("a.mitm", lambda raw: b" \n" + raw + b"\n\n"),
    ],
)
def test_packed_and_dressed_up(
    name: str, pack: Callable[[bytes], bytes], tmp_path: Path, entry: Entry, bring: Bring
) -> None:
    raw = _bytes(entry(), entry("https://shop.test/2"))
    assert [x.url for x in bring(_raw(tmp_path, pack(raw), name)).all] == ["https://shop.test/", "https://shop.test/2"]


AGAIN = " (record or export it again)"
GIVE = " (give it a HAR or a mitmproxy dump)"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "is empty" + GIVE),
        (b" \n", "is empty" + GIVE),
        (b"<!DOCTYPE html><title>x</title>", "is an HTML or XML page, not a recording" + GIVE),
        ('{"log": {}}'.encode("utf-16"), "is UTF-16 text, not UTF-8" + GIVE),
        (b"PK\x03\x04", "is a ZIP archive: unpack it first" + GIVE),
        (b"[1]", "is a JSON list, not a HAR, which is an object" + GIVE),
        (b"\x00\x01\x02", "is neither a HAR nor a mitmproxy dump" + GIVE),
        (b"{}", "is JSON but no HAR: it has no log.entries (give it a HAR)"),
        (b'{"log": [{"entries": []}]}', "is JSON but no HAR: it has no log.entries (give it a HAR)"),
        (b'{"log": {"entries": []}}', "holds no requests" + AGAIN),
        (b'{"log": {"entries": [5]}}', "none of its 1 entries can be taken; entry 0: is a number, not an object"),
        (b'{"log": {"entries": [{"a": 1}', "is not valid JSON from byte 29 on: the file ends here, in the middle"),
        (b'{"log": {"entries": [{"a": "\\', "is not valid JSON from byte 28 on: the file ends here, in the middle"),
        (b'{"log": {"entries": [{}, ]}}', "is not valid JSON from byte 25 on: expected a value here"),
        (b'{"log": {"entries": [{]}}', "is not valid JSON from byte 22 on: ']' does not close what was opened"),
        (b'{"log": {"entries": []}} x', "is not valid JSON from byte 25 on: something follows the end of the JSON"),
        (b"{'log': 1}", "is not valid JSON from byte 1 on: expected a key here"),
        (b'{"log" 1}', "is not valid JSON from byte 7 on: expected ':' here"),
        (b'{"a":' + b"[" * 1_000_001, "is not valid JSON from byte 1000005 on: nested deeper than 1000000"),
        (gzip.compress(b'{"log": {"entries": []}}', mtime=0)[:-9], "is broken compressed data: ends early" + AGAIN),
        (gzip.compress(b"hello", mtime=0), "is neither a HAR nor a mitmproxy dump" + GIVE),
        (b"12:", "the dump cannot be read beyond flow 0: Invalid data format" + AGAIN),
        (b"999999999999:x", "the dump cannot be read beyond flow 0: Invalid data format" + AGAIN),
        (b"9:" + b"[" * 40, "the dump cannot be read beyond flow 0: Invalid data format" + AGAIN),
        (b"4:true!", "the dump cannot be read beyond flow 0: Invalid flow" + AGAIN),
        (b"8:1:a,1:b,}", "the dump cannot be read beyond flow 0: Invalid data format" + AGAIN),
    ],
)
def test_no_recording(raw: bytes, message: str, tmp_path: Path, run: RunFolder, bring: Bring) -> None:
    path = _raw(tmp_path, raw)
    with pytest.raises(InputError) as caught:
        bring(path)
    text = " ".join(message.split())
    assert str(caught.value).startswith(f"{path}: {text}")
    assert (run.published(), list(run.spool_dir.iterdir())) == ((), [])


def test_what_is_no_file(tmp_path: Path, run: RunFolder, bring: Bring) -> None:
    with pytest.raises(InputError, match=r"none\.har: no such file$"):
        bring(tmp_path / "none.har")
    with pytest.raises(InputError, match=r"is not a file$"):
        bring(tmp_path)


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: RunFolder, bring: Bring) -> None:
    monkeypatch.setattr(opening, "MIN_BOMB", 1 << 20)
    path = _raw(tmp_path, gzip.compress(b'{"log":' + b" " * (8 << 20)))
    with pytest.raises(InputError, match=r"unpacks to more than \d+ bytes \(unpack it yourself\)$"):
        bring(path)
    assert list(run.spool_dir.iterdir()) == []


def test_salvage_takes_what_comes_before_the_defect(tmp_path: Path, entry: Entry, bring: Bring) -> None:
    raw = _bytes(entry(), entry("https://shop.test/2"))
    stored = bring(_raw(tmp_path, raw[:-40]), salvage=True)
    (visit,) = stored.visits
    assert [x.url for x in stored.all] == ["https://shop.test/"]
    assert (visit.outcome, visit.reason) == (
        Outcome.incomplete,
        f"partial_import: the file is not valid JSON from byte {len(raw) - 40} on: the file ends here, in the middle",
    )


def test_pages_beyond_the_limit_share_the_files_visit(
    monkeypatch: pytest.MonkeyPatch, har: Har, entry: Entry, bring: Bring
) -> None:
    monkeypatch.setattr(planning, "MAX_PAGES", 2)
    stored = bring(har(*(entry(pageref=f"p{n}") for n in range(5))))
    assert [len(visit) for visit in stored.exchanges] == [1, 1, 3]
