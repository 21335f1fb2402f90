"""Every file recorded by others: the visits it becomes, and each request compared with the file's own JSON."""

import base64
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import InputError
from auditor.evidence import Outcome, Source, VisitKind
from auditor.store.run import RunFolder

REAL = Path(__file__).parents[2] / "../shared/real/har"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the recorded real traffic (../shared/real/har) is not here")

# Requests of each visit, in the order of the visits.
HARS = {
    "edtech/click-button-www.kidsa-z.com.har": (4, 48),
    "edtech/click-email-students.arbitersports.com.har": (1,),
    "edtech/loginpage-www.abcmouse.com.har": (32,),
    "edtech/pageview_xtramath.org.har": (1, 7, 46),
    "edtech/search-hello.students.arbitersports.com.har": (47, 1),
    "edtech/teacher-login-www.classdojo.com.har": (32,),
    "mitmproxy/charles.har": (1,),
    "mitmproxy/chrome.har": (2, 1),
    "mitmproxy/compressed.zhar": (2,),
    "mitmproxy/firefox.har": (14,),
    "mitmproxy/insomnia.har": (1,),
    "mitmproxy/postdata.har": (1,),
    "mitmproxy/safari.har": (19,),
    "mitmproxy/with-bom.har": (1,),
    "pagexray/304.har": (30, 31, 28, 29, 31, 31, 30, 31, 29),
    "pagexray/assa.har": (42, 42, 43),
    "pagexray/ferguson.har": (174,),
    "pagexray/http2-firefox.har": (10,),
    "pagexray/linkedin.har": (23,),
    "pagexray/mytoys.de.har": (50,),
    "pagexray/www.nytimes.com.har": (227, 101),
    "perfcascade/capture-har_redirect-loop.har": (11,),
    "perfcascade/chrome_enorm-magazin.de.har": (65,),
    "perfcascade/firefox_h2_filamentgroup.com.har": (15,),
    "perfcascade/wpt_h2_www.filamentgroup.com.har": (41,),
    "perfcascade/www.google.co.kr.har": (10,),
}
# Requests, those without a response, WebSocket messages.
DUMPS = {
    "mitmproxy/corrupted_gzip_body.mitm": (1, 0, 0),
    "mitmproxy/dumpfile-011.mitm": (1, 0, 0),
    "mitmproxy/dumpfile-19.mitm": (1, 0, 0),
    "mitmproxy/dumpfile-7.mitm": (2, 0, 0),
    "mitmproxy/error_log.mitm": (2, 1, 0),
    "mitmproxy/event_stream.mitm": (2, 0, 0),
    "mitmproxy/incomplete_log.mitm": (4, 4, 0),
    "mitmproxy/websocket.mitm": (3, 0, 5),
}
REFUSED = {
    "mitmproxy/broken_headers.json": "is JSON but no HAR: it has no log.entries (give it a HAR)",
    "mitmproxy/brokenfile.har": (
        "is not valid JSON from byte 22 on: expected ',' or '}' here (record or export it again)"
    ),
}
# Entries with a remark: bodies this recording replaced by a placeholder.
REMARKED = {"perfcascade/chrome_enorm-magazin.de.har": 61}


@needs_real
def test_every_file_is_named_here() -> None:
    found = {p.relative_to(REAL).as_posix() for p in REAL.glob("*/*") if p.name not in ("LICENSE", "SOURCE-README.md")}
    assert found == {*HARS, *DUMPS, *REFUSED}


@needs_real
@pytest.mark.parametrize(("name", "counts"), HARS.items())
def test_har(name: str, counts: tuple[int, ...], bring: Callable[..., Any]) -> None:
    stored = bring(REAL / name)
    assert tuple(len(visit) for visit in stored.exchanges) == counts
    assert tuple(visit.coverage[0].matched for visit in stored.visits) == counts
    assert stored.skipped == 0
    assert sum(visit.coverage[0].undecoded for visit in stored.visits) == REMARKED.get(name, 0)
    for visit in stored.visits:
        assert (visit.kind, visit.outcome, visit.reason) == (VisitKind.imported, Outcome.complete, "")
        assert visit.source_file == Path(name).name
        assert visit.page.startswith("http")
    assert {exchange.source for exchange in stored.all} == {Source.imported}


@needs_real
@pytest.mark.parametrize("name", HARS)
def test_har_against_its_own_json(name: str, bring: Callable[..., Any]) -> None:
    raw = (REAL / name).read_bytes()
    log = json.loads(zlib.decompress(raw) if name.endswith(".zhar") else raw.decode("utf-8-sig"))["log"]
    pages = [page["id"] for page in log.get("pages", [])]
    refs = [entry.get("pageref") for entry in log["entries"]]
    order = [*pages, *dict.fromkeys(ref for ref in refs if ref is not None and ref not in pages), None]
    entries = sorted(log["entries"], key=lambda entry: order.index(entry.get("pageref")))
    stored = bring(REAL / name)

    assert [(x.method, x.url) for x in stored.all] == [
        (e["request"]["method"], e["request"]["url"].split("#")[0]) for e in entries
    ]
    assert [x.status for x in stored.all] == [_status(e["response"]) for e in entries]
    # No assertion message: the values are other people's.
    differing = [n for n, (x, e) in enumerate(zip(stored.all, entries, strict=True)) if not _same_bodies(x, e)]
    assert differing == []
    kinds = [event["params"]["resource_type"] for visit in stored.events for event in visit]
    assert kinds == [e.get("_resourceType") for e in entries]
    cached = [event["params"]["from_cache"] for visit in stored.events for event in visit]
    assert cached == ["_fromCache" in e or e.get("_fetchType") == "Memory Cache" for e in entries]


def _status(response: dict[str, Any]) -> int | None:
    """Firefox keeps headers and body of answers from its cache, with status 0; the others nothing."""
    status: int = response["status"]
    return status if status >= 100 or (status == 0 and response["headers"]) else None


def _same_bodies(exchange: Any, entry: dict[str, Any]) -> bool:
    content = entry["response"].get("content") or {}
    text = content.get("text") or ""
    if content.get("encoding") == "base64":
        try:
            expected = base64.b64decode(text, validate=True)
        except ValueError:
            expected = b""
    else:
        expected = text.encode()
    post = (entry["request"].get("postData") or {}).get("text")
    sent_is_right = not post or exchange.request_body.kept == post.encode()
    return sent_is_right and bool(
        exchange.response_body.kept == expected and exchange.response_content() == (expected, None)
    )


@needs_real
@pytest.mark.parametrize(("name", "counts"), DUMPS.items())
def test_dump(name: str, counts: tuple[int, int, int], bring: Callable[..., Any]) -> None:
    stored = bring(REAL / name)
    (visit,) = stored.visits
    requests, unanswered, messages = counts
    assert len(stored.all) == visit.coverage[0].matched == requests
    assert sum(exchange.status is None for exchange in stored.all) == unanswered
    assert sum(len(exchange.messages) for exchange in stored.all) == messages
    assert (visit.outcome, visit.reason, stored.skipped) == (Outcome.complete, "", 0)
    assert all(exchange.error for exchange in stored.all if exchange.status is None)


@needs_real
def test_a_corrupt_gzip_body_is_kept_as_it_was(bring: Callable[..., Any]) -> None:
    (exchange,) = bring(REAL / "mitmproxy/corrupted_gzip_body.mitm").all
    assert exchange.response_header("content-encoding") == "gzip"
    assert exchange.response_body.size == len(exchange.response_body.kept) > 0
    assert exchange.response_content().problem is not None


@needs_real
@pytest.mark.parametrize(("name", "message"), REFUSED.items())
def test_broken_file(name: str, message: str, run: RunFolder, bring: Callable[..., Any]) -> None:
    with pytest.raises(InputError) as caught:
        bring(REAL / name)
    assert str(caught.value) == f"{REAL / name}: {message}"
    assert (run.published(), list(run.spool_dir.iterdir())) == ((), [])


@needs_real
@pytest.mark.parametrize("name", DUMPS)
def test_a_dump_cut_short_keeps_what_came_before(name: str, tmp_path: Path, bring: Callable[..., Any]) -> None:
    whole = (REAL / name).read_bytes()
    cut = tmp_path / "cut.mitm"
    cut.write_bytes(whole + whole[: len(whole) - 7])
    stored = bring(cut)
    (visit,) = stored.visits
    flows = DUMPS[name][0]
    assert len(stored.all) == 2 * flows - 1
    assert visit.outcome is Outcome.incomplete
    assert visit.reason.startswith(f"partial_import: the dump cannot be read beyond flow {2 * flows - 1}: ")
