"""What the browser keeps, at the end of a visit, of every store: the page's, a third party's, a popup's, workers'."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from auditor.capture.browser import stores as stores_module
from auditor.capture.browser.cdp import CdpClient
from auditor.evidence import CookieMode, Outcome, StorageItem, VisitEvidence
from auditor.scenario import Click, Goto, PythonStep, Wait
from auditor.store.kept import GONE, gone_frames, kept_items

from .chain import WebChain

ORIGINS = {
    ("https://one.test", "one.test"): "page",
    ("https://third.test", "one.test"): "frame",
    ("https://two.test", "two.test"): "popup",
}


@pytest.fixture(scope="module", params=list(CookieMode))
def kept(chain: WebChain, request: pytest.FixtureRequest) -> VisitEvidence:
    async def popup(page: Any) -> None:
        while not (popups := [p for p in page.context.pages if "popup" in p.url]):
            await page.wait_for_timeout(20)
        (opened,) = popups
        await opened.wait_for_function("document.title == 'kept'")

    journey = (Wait(wait="#kept"), Click(click="#popup"), PythonStep(python="popup"))
    before = len(chain.web.seen)
    evidence = chain.visit("https://one.test/keeping", journey, mode=request.param, steps={"popup": popup})
    assert evidence.visit.outcome is Outcome.complete
    # Reading it all has asked nobody for anything.
    assert len([e for e in evidence.exchanges if e.request.startswith("r")]) == len(chain.web.seen) - before
    return evidence


def of(evidence: VisitEvidence, area: str) -> dict[tuple[str, str], list[StorageItem]]:
    found: dict[tuple[str, str], list[StorageItem]] = {}
    for item in evidence.storage:
        if item.area == area:
            found.setdefault((item.origin, item.top_site), []).append(item)
    return found


@pytest.mark.browser
def test_web_storage(kept: VisitEvidence) -> None:
    for area, key in (("local", "where"), ("session", "tab")):
        told = {place: [(i.key, i.value) for i in items] for place, items in of(kept, area).items()}
        assert told == {place: [(key, who)] for place, who in ORIGINS.items()}


@pytest.mark.browser
def test_indexeddb(kept: VisitEvidence) -> None:
    stores = of(kept, "indexeddb")
    assert stores.keys() == ORIGINS.keys()
    for place, who in ORIGINS.items():
        items = {item.key: item for item in stores[place]}
        assert sorted(items) == [
            "tags%2Fdb/empty",
            "tags%2Fdb/ids",
            'tags%2Fdb/ids/"uid"',
            "tags%2Fdb/plain",
            'tags%2Fdb/plain/"1"',
            "tags%2Fdb/plain/1",
            "tags%2Fdb/plain/2",
        ]
        assert items["tags%2Fdb/ids"].detail == "version 3; 1 entries; key path id; index by_name (name)"
        assert items["tags%2Fdb/plain"].detail == "version 3; 3 entries; key path none; auto increment"
        assert items["tags%2Fdb/empty"].detail == "version 3; 0 entries; key path a, b"
        entry = json.loads(items['tags%2Fdb/ids/"uid"'].value)
        assert (entry["id"], entry["name"], entry["nested"]) == ("uid", who, {"deep": "見えない"})
        assert (entry["seen"], "1970" in entry["day"]) == (3, True)
        assert items["tags%2Fdb/plain/1"].value == f"first {who}"
        assert items['tags%2Fdb/plain/"1"'].value == "text key"
        large = items["tags%2Fdb/plain/2"]
        assert (large.value, large.size, large.detail) == ("x" * (64 << 10), 100_000, "value cut")


@pytest.mark.browser
def test_cache_storage(kept: VisitEvidence) -> None:
    caches = of(kept, "cache")
    assert caches.keys() == ORIGINS.keys()
    for (origin, top_site), who in ORIGINS.items():
        body = f"cached {who}".encode()
        (item,) = caches[origin, top_site]
        assert (item.key, item.detail) == (f"v1/{origin}/kept?of={who}", "GET, status 200")
        assert (item.size, item.sha256) == (len(body), hashlib.sha256(body).hexdigest())


@pytest.mark.browser
def test_service_workers(kept: VisitEvidence) -> None:
    (workers,) = of(kept, "service_worker").values()
    told = [(w.origin, w.key, w.detail) for w in workers]
    assert told == [("https://one.test", "https://one.test/keeping", "https://one.test/service.js")]
    # What was read is all there was: nothing is said to be missing.
    assert [c.reason for c in kept.coverage if c.sensor == "browser"] == []


@pytest.mark.browser
def test_stores_of_a_page_that_was_left_are_said_to_be_unread(chain: WebChain) -> None:
    evidence = chain.visit("https://one.test/keeping", (Wait(wait="#kept"), Goto(goto="https://two.test/")))
    gone = [c for c in evidence.coverage if c.reason.startswith("frame gone")]
    assert [(c.sensor, c.skipped, c.reason.partition(": ")[2]) for c in gone] == [
        ("browser", 1, "https://third.test under one.test")
    ]
    # The page's service worker outlives it: it can tell of their databases, but not of their caches.
    assert "Cache Storage of https://one.test/: only a service_worker is there, its frame has gone" in [
        c.reason for c in evidence.coverage
    ]
    databases = of(evidence, "indexeddb")
    assert (len(databases["https://one.test", "one.test"]), list(databases)) == (7, [("https://one.test", "one.test")])
    assert of(evidence, "local").get(("https://third.test", "one.test")) is not None


@pytest.mark.browser
def test_every_limit_that_cut_something_is_told(chain: WebChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores_module, "MAX_ENTRIES", 1)
    monkeypatch.setattr(stores_module, "PAGE", 1)
    monkeypatch.setattr(stores_module, "MAX_BODIES", 0)
    evidence = chain.visit("https://one.test/keeping", (Wait(wait="#kept"),))
    assert evidence.visit.outcome is Outcome.complete
    told = [c.reason for c in evidence.coverage if c.sensor == "browser" and "one.test/" in c.reason]
    assert "IndexedDB of https://one.test/: tags/db/plain: 1 of 3 entries read" in told
    assert "Cache Storage: a body of https://one.test/kept?of=page was too large to be read" in told
    (cached,) = of(evidence, "cache")["https://one.test", "one.test"]
    assert (cached.size, cached.sha256) == (None, None)


@pytest.mark.browser
def test_answers_that_are_too_large_do_not_end_the_visit(chain: WebChain, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second connection ends by its own limit; the visit's goes on."""
    connect = CdpClient.connect

    async def small(address: str, listener: Any) -> Any:
        client = await connect(address, listener)
        client._socket.protocol.max_message_size = 50_000
        return client

    monkeypatch.setattr(CdpClient, "connect", small)
    evidence = chain.visit("https://one.test/keeping", (Wait(wait="#kept"),))
    assert evidence.visit.outcome is Outcome.complete
    told = [c.reason for c in evidence.coverage if c.sensor == "browser"]
    assert told[-1] == "IndexedDB, Cache Storage: the browser's answer was too large, or it went"
    assert of(evidence, "local").keys() >= {("https://one.test", "one.test")}


def test_a_state_file_of_before_says_nothing_of_these_stores(tmp_path: Path) -> None:
    old: dict[str, Any] = {"at": "2026-01-01T00:00:00+00:00", "cookies": [], "storage": [], "problems": []}
    frame = {"id": "f", "url": "https://one.test/", "securityOrigin": "https://one.test"}
    line = {"t": "2026-01-01T00:00:00+00:00", "method": "Page.frameNavigated", "params": {"frame": frame}}
    events = tmp_path / "events.jsonl.gz"
    events.write_bytes(gzip.compress(json.dumps(line).encode() + b"\n"))
    assert kept_items(old) == []
    assert gone_frames(old, events) == []
    assert [c.reason for c in gone_frames({**old, "places": []}, events)] == [
        f"{GONE}: https://one.test under one.test"
    ]
    login = {**line, "method": "Auditor.phase", "params": {"phase": "prepare"}}
    journey = {**line, "method": "Auditor.phase", "params": {"phase": "journey"}}
    lines = [json.dumps(part).encode() + b"\n" for part in (login, line, journey)]
    events.write_bytes(gzip.compress(b"".join(lines)))
    assert gone_frames({**old, "places": []}, events) == []
    many = [dict(frame, id=f"f{n}", url=f"https://n{n}.test/", securityOrigin=f"https://n{n}.test") for n in range(25)]
    lines = [json.dumps({**line, "params": {"frame": frame}}).encode() + b"\n" for frame in many]
    events.write_bytes(gzip.compress(b"".join(lines)))
    rows = gone_frames({**old, "places": [{"storage_key": "https://n3.test/"}]}, events)
    assert [c.skipped for c in rows] == [1] * 20 + [4]
    assert rows[-1].reason == f"{GONE}: further origins"


def test_items_of_the_same_key_are_told_apart() -> None:
    entry = {"method": "GET", "url": "https://a.test/x", "status": 200}
    cache = {"storage_key": "https://a.test/", "cache": "v/1", "count": 2, "entries": [entry, entry]}
    worker = {"scope": "https://a.test/", "script": "https://a.test/sw.js", "status": "", "storage_key": None}
    items = kept_items({"caches": [cache], "service_workers": [worker]})
    assert [(i.area, i.top_site, i.key) for i in items] == [
        ("cache", "a.test", "v%2F1/https://a.test/x"),
        ("cache", "a.test", "v%2F1/https://a.test/x #2"),
        ("service_worker", "", "https://a.test/"),
    ]
