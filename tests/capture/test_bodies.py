"""Bodies and messages on the real chain: what is kept of each, what is said of the rest, and that nothing changes."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from auditor.capture.browser.chromium import find_chromium
from auditor.evidence import Exchange, Outcome, Source, VisitEvidence
from auditor.scenario import Wait

from .chain import LIMITS, Chain, Loop
from .odd_web import CODED, EVENTS, FRAGMENTS, TEXT, OddWeb, running_odd_web

pytestmark = [pytest.mark.browser]

DONE = (Wait(wait="html[data-done]"),)
MIB = 1 << 20


class OddChain(Chain):
    def __init__(self, loop: Loop, folder: Path) -> None:
        web = folder / "web"
        web.mkdir()
        self.web: OddWeb = loop.run(loop.stack.enter_async_context(running_odd_web(web)))
        super().__init__(loop, folder, self.web.names, self.web.ca)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OddChain]:
    with Loop() as loop:
        yield OddChain(loop, tmp_path_factory.mktemp("odd"))


def all_of(evidence: VisitEvidence, path: str) -> list[Exchange]:
    return [e for e in evidence.exchanges if e.url.partition("://")[2] == path]


def one_of(evidence: VisitEvidence, path: str) -> Exchange:
    (found,) = all_of(evidence, path)
    return found


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_large_request_is_kept_in_part_and_sent_whole(odd: OddChain) -> None:
    limits = LIMITS.model_copy(update={"body_kept_bytes": MIB})
    evidence = odd.visit("https://h2.test/uploads", DONE, limits=limits)
    assert evidence.visit.outcome is Outcome.complete
    small, large = (one_of(evidence, f"h2.test/{name}").request_body for name in ("small", "large"))
    assert (small.size, small.kept, small.cut) == (1000, bytes([7]) * 1000, False)
    assert (large.size, large.kept, large.cut) == (3 * MIB, bytes([7]) * MIB, True)
    asked = {a.path: (a.size, a.sha256) for a in odd.web.asked}
    assert asked["h2.test/small"] == (1000, small.sha256)
    assert asked["h2.test/large"] == (3 * MIB, large.sha256)
    assert one_of(evidence, "h2.test/large").source is Source.both


def test_huge_bodies_do_not_fill_the_proxys_memory(odd: OddChain) -> None:
    """40 MiB up and 40 MiB down, each faster than the other side takes it."""
    limits = LIMITS.model_copy(update={"body_kept_bytes": MIB, "step_ms": 60_000, "visit_ms": 90_000})
    odd.visit("https://h2.test/uploads", DONE, limits=limits)
    before = psutil.Process(odd.proxy.pid).memory_info().rss
    Path(f"/proc/{odd.proxy.pid}/clear_refs").write_text("5")
    evidence = odd.visit("https://h2.test/huge-page", DONE, limits=limits)
    status = Path(f"/proc/{odd.proxy.pid}/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) << 10
    body = one_of(evidence, "h2.test/huge").request_body
    assert (body.size, len(body.kept), body.sha256) == (40 * MIB, MIB, sha256(bytes(40 * MIB)))
    flood = one_of(evidence, "h2.test/flood").response_body
    assert (flood.size, len(flood.kept), flood.cut) == (40 * MIB + len(TEXT), MIB, True)
    assert peak - before < 24 * MIB


def test_answers_of_every_form_are_recorded_as_they_were(odd: OddChain) -> None:
    evidence = odd.visit("https://h2.test/answers", DONE)
    assert evidence.visit.outcome is Outcome.complete
    # The page itself had all it was sent: interim answers and trailers have cost it nothing.
    assert evidence.visit.title == "firstsecond after ok"
    coded = one_of(evidence, "h2.test/coded")
    assert (coded.response_body.kept, coded.response_content().data) == (CODED, TEXT)
    assert one_of(evidence, "h2.test/bomb").response_content().problem == "gzip body larger than 16777216 bytes"
    assert one_of(evidence, "h2.test/unknown").response_content().problem == "unknown content-encoding 'secret'"
    sizes = {name: one_of(evidence, f"h2.test/{name}") for name in ("none", "head", "range")}
    told = {name: (e.method, e.status, e.response_body.size) for name, e in sizes.items()}
    assert told == {"none": ("GET", 204, 0), "head": ("HEAD", 200, 0), "range": ("GET", 206, 4)}
    assert sizes["range"].response_body.kept == TEXT[2:6]
    assert sizes["head"].response_header("content-length") == "2500"
    asked = [(e.status, e.response_body.size, e.source) for e in all_of(evidence, "h2.test/etag")]
    assert asked == [(200, len(TEXT), Source.both), (304, 0, Source.both)]
    trailers = {host: one_of(evidence, f"{host}/trailers") for host in ("h2.test", "h1.test")}
    assert trailers["h2.test"].response_trailers == (("x-checksum", "abc"),)
    assert [(k.lower(), v) for k, v in trailers["h1.test"].response_trailers] == [("x-checksum", "def")]
    assert (trailers["h2.test"].response_body.kept, trailers["h1.test"].response_body.kept) == (TEXT, b"firstsecond")
    hinted = one_of(evidence, "h1.test/hinted")
    assert (hinted.status, hinted.response_body.kept) == (200, b"after")
    assert [(i.status, i.headers) for i in hinted.interim] == [
        (102, ()),
        (103, (("Link", "</a.css>; rel=preload"),)),
    ]


def test_early_hints_reach_the_browser(odd: OddChain) -> None:
    evidence = odd.visit("https://h2.test/hinted")
    assert evidence.visit.outcome is Outcome.complete
    (hint,) = one_of(evidence, "h2.test/hinted").interim
    assert (hint.status, dict(hint.headers)["link"]) == (103, "</only-hinted.js>; rel=preload; as=script")
    # Nothing on the page names it.
    assert one_of(evidence, "h2.test/only-hinted.js").status == 200


def test_endless_answers_are_kept_as_far_as_they_came(odd: OddChain) -> None:
    evidence = odd.visit("https://h2.test/endless-page", DONE)
    assert evidence.visit.outcome is Outcome.complete
    events, endless = one_of(evidence, "h2.test/events"), one_of(evidence, "h2.test/endless")
    assert (events.status, events.response_body.kept) == (200, EVENTS)
    assert (endless.status, endless.response_body.kept) == (200, TEXT)
    for exchange in (events, endless):
        assert exchange.error is not None
        assert exchange.error.startswith("unfinished")


def test_websocket_messages_of_every_kind(odd: OddChain) -> None:
    limits = LIMITS.model_copy(update={"body_kept_bytes": MIB, "step_ms": 30_000})
    evidence = odd.visit("https://h2.test/sockets", DONE, limits=limits)
    assert evidence.visit.outcome is Outcome.complete
    assert evidence.visit.title == "4001 さようなら 1006"
    cut = one_of(evidence, "ws.test/fragmented")
    assert "permessage-deflate" in (cut.response_header("sec-websocket-extensions") or "")
    assert [(m.from_client, m.text, m.body.kept.decode()) for m in cut.messages] == [
        (False, True, "".join(FRAGMENTS)),
        (True, True, "".join(FRAGMENTS)),
        (False, True, "got it"),
    ]
    assert (cut.close_code, cut.closed_by) == (4000, "client")
    large = one_of(evidence, "ws.test/large")
    binary, _, text, _, close = large.messages
    whole = bytes([7]) * (17 * MIB)
    assert (binary.text, binary.body.size, binary.body.sha256) == (False, 17 * MIB, sha256(whole))
    assert (len(binary.body.kept), binary.body.cut) == (MIB, True)
    assert (text.body.kept, close.body.kept) == (b"x" * 200_000, b"close")
    assert (large.close_code, large.closed_by) == (4001, "server")
    assert [told for path, told in odd.web.sockets if path == "/large"] == [17 * MIB, "x" * 200_000, "close"]
    dropped, left = one_of(evidence, "ws.test/dropped"), one_of(evidence, "ws.test/left")
    assert (dropped.close_code, dropped.closed_by) == (1006, "server")
    # The browser says goodbye (1001) when its page is closed, if its process still has the time to.
    assert (left.close_code in (1001, 1006), left.closed_by) == (True, "client")


def test_the_protocol_is_the_one_spoken_without_the_proxy(odd: OddChain) -> None:
    """Each server is spoken to as by a browser of its own; both ends of the proxy agree to the same."""
    begun = len(odd.web.asked)
    evidence = odd.visit("https://h2.test/answers", DONE)
    through = {(a.path, a.version) for a in odd.web.asked[begun:]}
    begun = len(odd.web.asked)
    odd.loop.run(_directly(odd))
    assert {(a.path, a.version) for a in odd.web.asked[begun:]} - {("h2.test/favicon.ico", "2")} == through - {
        ("h2.test/favicon.ico", "2")
    }
    hosts = {host.host: host for host in evidence.hosts}
    assert (hosts["h2.test"].alpn, hosts["h2.test"].browser_alpn) == (("h2",), ("h2",))
    assert (hosts["h1.test"].alpn, hosts["h1.test"].browser_alpn) == (("http/1.1",), ("http/1.1",))
    assert {e.http_version for e in evidence.exchanges if "://h2.test" in e.url} == {"HTTP/2.0"}
    certificate = hosts["h2.test"].certificates[0]
    assert (certificate.names, hosts["h2.test"].tls) == (3, ("TLSv1.3",))
    assert "CN=odd.test" in certificate.subject
    assert hosts["h2.test"].addresses == (odd.web.names["h2.test"],)
    assert hosts["h1.test"].certificates == (certificate,)


async def _directly(odd: OddChain) -> None:
    mapped = ", ".join(f"MAP {name} {address}" for name, address in odd.web.names.items())
    browser = await odd.playwright.chromium.launch(
        executable_path=find_chromium(),
        args=[
            f"--host-resolver-rules={mapped}",
            f"--ignore-certificate-errors-spki-list={odd.web.spki}",
            "--no-sandbox",
            "--disable-quic",
        ],
    )
    try:
        page = await browser.new_page()
        await page.goto("https://h2.test/answers")
        await page.wait_for_selector("html[data-done]")
        await asyncio.sleep(0)
    finally:
        await browser.close()
