"""Lines of the probes back into calls, writers, signals and cookies; on accounts made by hand."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from auditor.evidence import Cause, Cookie, Phase, SignalKind, Source, StackFrame
from auditor.store.calls import Calls, ScriptCookie, read_calls, script_cookies
from auditor.store.jar import cookies_of
from auditor.store.signals import signal_headers, signals_of

from .account import PAGE, Account, at, in_jar, wire

TAG = "https://t.test/tag.js"


def stack(*urls: str) -> dict[str, Any]:
    calls = [{"functionName": "f", "url": url, "lineNumber": n, "columnNumber": 0} for n, url in enumerate(urls)]
    return {"callFrames": calls}


def call(account: Account, probe: str = "canvas.toDataURL", *urls: str, session: str = "page", **more: Any) -> None:
    params = {"probe": probe, "kind": "surface", "group": "canvas", "at": at(1).isoformat(), "frame": "main"}
    account.line("Auditor.call", session, **{**params, "origin": "https://shop.test", "stack": stack(*urls), **more})


def item(account: Account, key: str, value: str, *, area: str = "local", storage_key: str = PAGE) -> None:
    place = {"storageKey": storage_key, "isLocalStorage": area == "local"}
    account.line("DOMStorage.domStorageItemAdded", storageId=place, key=key, newValue=value)


def stored(account: Account, key: str, value: str, url: str) -> None:
    digest = hashlib.sha256(value.encode()).hexdigest()
    call(account, "Storage.setItem", url, kind="write", group="storage", argument=key, value_sha256=digest)


@pytest.fixture
def account() -> Account:
    made = Account()
    made.line("Auditor.phase", None, phase="journey")
    made.page()
    return made


def read(account: Account, folder: Path) -> Calls:
    path = folder / "events.jsonl.gz"
    with gzip.open(path, "wb") as file:
        file.writelines(json.dumps(line).encode() + b"\n" for line in account.lines)
    return read_calls(path)


def test_the_script_is_the_innermost_call_with_an_address(account: Account, tmp_path: Path) -> None:
    call(account, "canvas.toDataURL", "", TAG, PAGE)
    call(account, "canvas.toDataURL", "")
    first, second = read(account, tmp_path).calls
    assert first.script == StackFrame(url=TAG, line=2, column=1, function="f")
    assert second.script is None
    assert (first.frame_url, first.top_url, first.phase) == (PAGE, PAGE, Phase.journey)


def test_a_call_in_a_frame_and_in_its_worker(account: Account, tmp_path: Path) -> None:
    account.attached("inner", "iframe", target="child", url="https://t.test/f", parent="page", above="main")
    account.attached("worker", "worker", target="w", url="https://t.test/w.js", parent="inner")
    call(account, "a", TAG, session="inner", frame="child")
    call(account, "a", TAG, session="worker", frame="")
    places = [(c.frame_url, c.top_url) for c in read(account, tmp_path).calls]
    assert places == [("https://t.test/f", PAGE), ("https://t.test/w.js", PAGE)]


def test_what_was_not_watched_is_said(account: Account, tmp_path: Path) -> None:
    account.line("Auditor.limit", probe="canvas.toDataURL", kind="surface")
    account.line("Auditor.limit", probe="canvas.toDataURL", kind="surface")
    account.line("Auditor.unwatched", frame="x", reason="set after the document had begun")
    account.line("Auditor.unwatched", frame="y", reason="set after the document had begun")
    assert [(row.sensor, row.reason) for row in read(account, tmp_path).coverage] == [
        ("scripts", "canvas.toDataURL: no more calls were told after a limit, their counts are lower bounds"),
        (
            "scripts",
            "2 documents or workers whose scripts were not watched from the start: set after the document had begun",
        ),
    ]


def test_who_wrote_an_item(account: Account, tmp_path: Path) -> None:
    stored(account, "one", "1", TAG)
    stored(account, "two", "1", TAG)
    stored(account, "two", "1", PAGE)
    stored(account, "three", "1", TAG)
    for key, value in (("one", "1"), ("two", "1"), ("three", "changed as a property"), ("four", "1")):
        item(account, key, value)
    # The same key and value in another place is another item.
    item(account, "one", "1", storage_key="https://shop.test/^0https://other.test")
    assert read(account, tmp_path).writers == {(PAGE, "local", "one"): TAG}


def test_signals_are_put_together_by_place(account: Account, tmp_path: Path) -> None:
    call(account, "canvas.toDataURL", TAG)
    call(account, "canvas.toDataURL", TAG)
    call(account, "canvas.toDataURL", PAGE)
    account.line("Auditor.limit", probe="canvas.toDataURL", kind="surface")
    stored(account, "k", "1", TAG)
    account.line("Auditor.phase", None, phase="prepare")
    call(account, "canvas.toDataURL", TAG)
    found = signals_of("v", (), read(account, tmp_path))
    assert [(s.kind, s.name, s.host, s.count, s.at_least) for s in found] == [
        (SignalKind.surface, "canvas.toDataURL", "shop.test", 1, True),
        (SignalKind.surface, "canvas.toDataURL", "t.test", 2, True),
    ]


@pytest.mark.parametrize("header", signal_headers(), ids=lambda h: f"{h.side} {h.name}")
def test_each_header_is_a_signal(header: Any) -> None:
    name = header.name.removesuffix("*") + ("Source" if header.name.endswith("-*") else "")
    text = header.only[0] if header.only else "x"
    field: dict[str, Any] = {f"{header.side}_headers": ((name.lower(), text), ("other", "1"))}
    cause = Cause(frame_url=PAGE, top_url=PAGE, stack=(StackFrame(url=TAG, line=1, column=2),))
    exchanges = [wire("r1", "https://t.test/a", cause=cause, **field), wire("r2", "https://t.test/b", **field)]
    found = signals_of("v", exchanges, Calls())
    assert [(s.name, s.host, s.requests) for s in found] == [
        (name, "t.test", ("r1",)),
        (name, "t.test", ("r2",)),
    ]
    assert {(s.kind, s.group, s.value) for s in found} == {
        (SignalKind.header, header.group, text if header.value else None)
    }
    assert [s.frame_url for s in found] == [PAGE, None]
    # Nor the other side, nor what never left, nor what a login does.
    other: dict[str, Any] = {f"{'response' if header.side == 'request' else 'request'}_headers": ((name, text),)}
    unsent = [
        wire("r1", PAGE, **other),
        wire("r2", PAGE, source=Source.browser_only, **field),
        wire("r3", PAGE, phase=Phase.prepare, **field),
    ]
    assert signals_of("v", unsent, Calls()) == ()


def test_a_header_counts_only_with_its_values() -> None:
    sent: dict[str, Any] = {"request_headers": (("Sec-Fetch-Dest", "script"), ("Sec-Fetch-Storage-Access", "none"))}
    assert signals_of("v", [wire("r1", PAGE, **sent)], Calls()) == ()


def written(line: str, *, seconds: float = 0, url: str = PAGE, top: str = PAGE, script: str = TAG) -> ScriptCookie:
    return ScriptCookie(at(seconds), Phase.journey, line, url, top, StackFrame(url=script, line=1, column=1))


def one(*exchanges: Any, jar: list[dict[str, Any]] | None = None, writes: tuple[ScriptCookie, ...] = ()) -> Cookie:
    (found,) = cookies_of(exchanges, jar, written=writes)
    return found


def script_of(cookie: Cookie) -> str | None:
    return cookie.set_by_script.url if cookie.set_by_script else None


def test_a_script_writes_what_a_response_had_set() -> None:
    response = wire("r1", PAGE, sets=["id=1; Path=/"])
    kept = in_jar("id", "2", session=False, expires=at(86_402).timestamp())
    found = one(response, jar=[kept], writes=(written("id=2; Path=/; Max-Age=864000", seconds=2),))
    assert (found.set_by, script_of(found), found.set_at) == ("script", TAG, at(2))
    assert (found.max_age_s, found.kept_s, found.expires_at) == (864_000, 86_400, at(86_402))


def test_a_response_sets_what_a_script_had_written() -> None:
    found = one(wire("r1", PAGE, seconds=3, sets=["id=1; Path=/"]), writes=(written("id=2; Path=/"),))
    assert (found.set_by, script_of(found), found.value) == ("r1", None, "1")


def test_the_write_that_is_kept_is_the_one_with_its_value() -> None:
    writes = (written("id=1; Path=/", script="https://a.test/"), written("id=2; Path=/", seconds=1))
    assert script_of(one(jar=[in_jar("id", "1")], writes=writes)) == "https://a.test/"
    assert script_of(one(jar=[in_jar("id", "2")], writes=writes)) == TAG
    unseen = one(jar=[in_jar("id", "3")], writes=writes)
    assert (unseen.set_by, script_of(unseen), unseen.set_at, unseen.max_age_s) == ("script", None, None, None)


def test_a_cookie_deleted_by_script_keeps_its_row() -> None:
    found = one(jar=[], writes=(written("id=1; Path=/"), written("id=; Path=/; Max-Age=0", seconds=1)))
    assert (found.stored, found.value, script_of(found)) == (False, "1", TAG)
    assert cookies_of((), [], written=(written("never=; Path=/; Max-Age=0"),)) == ()


def test_what_a_script_may_not_set_says_why() -> None:
    suffix = one(jar=[], writes=(written("id=1; Domain=test"),))
    assert (suffix.domain, suffix.blocked_reason, suffix.stored) == ("test", "InvalidDomain", False)
    other = one(jar=[], writes=(written("id=1; Domain=other.test; Path=/"),))
    assert (other.blocked_reason, other.stored) == ("InvalidDomain", False)
    protected = wire("r1", PAGE, sets=["id=1; Path=/; HttpOnly"])
    found = one(protected, jar=[in_jar("id", httpOnly=True)], writes=(written("id=2; Path=/", seconds=1),))
    assert (found.set_by, found.value, found.stored, found.blocked_reason) == ("r1", "1", True, "OverwriteHttpOnly")
    assert cookies_of((), [], written=(written("id=1; HttpOnly"),)) == ()


def test_a_partitioned_write_belongs_to_the_pages_site() -> None:
    write = written("id=1; Path=/; Secure; SameSite=None; Partitioned", url="https://t.test/frame")
    kept = in_jar("id", domain="t.test", partitionKey={"topLevelSite": "https://shop.test"})
    assert script_of(one(jar=[kept], writes=(write,))) == TAG
    assert one(jar=[], writes=(write,)).partition_key == "https://shop.test"


def test_a_call_of_the_cookie_store_is_a_line(account: Account, tmp_path: Path) -> None:
    cookie = {"name": "a", "value": "b", "expires": 86_400_000, "domain": "shop.test", "partitioned": True}
    for told in (cookie, {"name": "a", "value": "b", "path": "/x", "sameSite": "lax"}, {"name": "a"}, {}):
        call(account, "cookieStore.set", TAG, kind="write", group="cookie", cookie=told)
    call(account, "document.cookie", TAG, kind="write", group="cookie")
    assert [w.line for w in script_cookies(read(account, tmp_path).calls)] == [
        "a=b; Path=/; Secure; SameSite=strict; Domain=shop.test; Expires=Fri, 02 Jan 1970 00:00:00 GMT; Partitioned",
        "a=b; Path=/x/; Secure; SameSite=lax",
    ]
