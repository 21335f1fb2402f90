"""The browser's account and the proxy's put together, on accounts made by hand."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from auditor.evidence import Actor, Exchange, Phase, Source
from auditor.store.browser_events import read_hops
from auditor.store.join import coverage_of, join
from auditor.store.wire import body_of

from .account import PAGE, Account, at, use, wire


@pytest.fixture
def account() -> Account:
    made = Account()
    made.page()
    return made


def joined(account: Account, folder: Path, *exchanges: Exchange) -> dict[str, Exchange]:
    """By request id; the page's own document is there already."""
    found = join([wire("r1", PAGE), *exchanges], account.hops(folder), "v", [(at(0).timestamp(), Phase.journey)])
    return {e.request: e for e in found}


def brief(exchange: Exchange) -> tuple[Source, Actor]:
    return exchange.source, exchange.attributed_to


def test_a_pages_document_and_its_fetch(account: Account, tmp_path: Path) -> None:
    account.request("1", "https://shop.test/a#part", seconds=1)
    account.response("1", 204)
    found = joined(account, tmp_path, wire("r2", "https://shop.test/a", seconds=1, status=204))
    assert [brief(e) for e in found.values()] == [(Source.both, Actor.page)] * 2
    document, fetch = (found[r].cause for r in ("r1", "r2"))
    assert document is not None
    assert fetch is not None
    assert (document.main_frame, document.resource_type, document.top_url) == (True, "document", PAGE)
    assert (fetch.main_frame, fetch.resource_type, fetch.top_url, fetch.frame_url) == (True, "fetch", PAGE, PAGE)


def test_two_requests_to_one_address_are_told_apart_by_their_bodies(account: Account, tmp_path: Path) -> None:
    """Sent at once by two scripts, and received in the other order; a body the browser does not tell takes the rest."""
    bodies = [b"first", b"second", b"third"]
    for number, body in enumerate(bodies):
        told: dict[str, Any] = {"bodySha256": hashlib.sha256(body).hexdigest()} if body != b"third" else {}
        initiator = {"type": "script", "url": f"https://shop.test/{body.decode()}.js"}
        account.request(str(number), "https://t.test/c", method="POST", seconds=1, initiator=initiator, **told)
    wires = [
        wire(f"r{n}", "https://t.test/c", seconds=1 + n / 100).model_copy(
            update={"method": "POST", "request_body": body_of(body)}
        )
        for n, body in enumerate(reversed(bodies), 2)
    ]
    found = joined(account, tmp_path, *wires)
    asked = [found[f"r{n}"].cause for n in (2, 3, 4)]
    assert [c.initiator for c in asked if c] == [f"https://shop.test/{b.decode()}.js" for b in reversed(bodies)]


def chain_of_redirects(account: Account, *sessions: str) -> None:
    """a -> b -> c, each hop told by every session, one after the other."""
    told = [("https://shop.test/a", None), ("https://t.test/b", 301), ("https://shop.test/c", 302)]
    for number, (url, status) in enumerate(told):
        redirect = None if status is None else {"status": status}
        for session in sessions:
            account.request("1", url, session=session, seconds=1 + number, redirect=redirect)
            account.sent("1", use(f"cookie{number}"), session=session)
            account.received("1", (f"line{number}=1", "UserPreferences"), session=session)
    for session in sessions:
        account.response("1", 200, session=session)


HOPS = (
    wire("r2", "https://shop.test/a", seconds=1, status=301),
    wire("r3", "https://t.test/b", seconds=2, status=302),
    wire("r4", "https://shop.test/c", seconds=3),
)


@pytest.mark.parametrize("sessions", [("page",), ("page", "second"), ("second", "page")])
def test_each_hop_of_a_redirect_has_its_own_row(account: Account, tmp_path: Path, sessions: tuple[str, ...]) -> None:
    """Told by one session or by two: three requests, each with its own cookies."""
    account.attached("second", "page", target="main", url=PAGE)
    chain_of_redirects(account, *sessions)
    found = joined(account, tmp_path, *HOPS)
    assert list(found) == ["r1", "r2", "r3", "r4"]
    causes = [found[r].cause for r in ("r2", "r3", "r4")]
    assert [c.redirected_from for c in causes if c] == [None, "r2", "r3"]
    assert [c.initiator_type for c in causes if c] == ["script", "redirect", "redirect"]
    assert [[u.name for u in c.cookies] for c in causes if c] == [["cookie0"], ["cookie1"], ["cookie2"]]
    assert [[r.line for r in c.cookies_refused] for c in causes if c] == [["line0=1"], ["line1=1"], ["line2=1"]]


def test_a_redirect_to_the_same_address_is_a_hop_more(account: Account, tmp_path: Path) -> None:
    for number in range(3):
        account.request("1", "https://shop.test/a", seconds=1, redirect={"status": 302} if number else None)
    account.response("1")
    same = [wire(f"r{n}", "https://shop.test/a", seconds=n) for n in (2, 3, 4)]
    found = joined(account, tmp_path, *same)
    causes = [found[r].cause for r in ("r2", "r3", "r4")]
    assert [c.redirected_from for c in causes if c] == [None, "r2", "r3"]


def test_a_second_session_that_comes_late_adds_only_what_is_new(account: Account, tmp_path: Path) -> None:
    """A frame that moves to another process: its new session tells the hop under way and goes on alone."""
    account.request("1", "https://shop.test/a", seconds=1)
    account.request("1", "https://t.test/b", seconds=2, redirect={"status": 302})
    account.request("1", "https://t.test/b", session="moved", seconds=2)
    account.request("1", "https://shop.test/c", session="moved", seconds=3, redirect={"status": 302})
    account.response("1", session="moved")
    found = joined(account, tmp_path, *HOPS)
    assert list(found) == ["r1", "r2", "r3", "r4"]
    assert {e.source for e in found.values()} == {Source.both}


def test_a_redirect_from_the_cache_was_not_sent(account: Account, tmp_path: Path) -> None:
    """It has no row, and the next hop keeps the cookies that are its own."""
    account.request("1", "https://shop.test/a", seconds=1)
    cached = {"status": 301, "fromDiskCache": True}
    account.request("1", "https://t.test/b", seconds=1, redirect=cached, redirectHasExtraInfo=False)
    account.sent("1", use("sent", domain="t.test"))
    account.response("1")
    found = joined(account, tmp_path, wire("r2", "https://t.test/b", seconds=1))
    assert list(found) == ["r1", "r2"]
    cause = found["r2"].cause
    assert cause is not None
    assert [u.name for u in cause.cookies] == ["sent"]
    assert cause.redirected_from is None


@pytest.mark.parametrize("how", ["memory", "disk", "prefetch", "service_worker"])
def test_what_was_answered_without_the_network_is_no_row(account: Account, tmp_path: Path, how: str) -> None:
    account.request("1", "https://shop.test/cached.js", seconds=1, kind="Script")
    if how == "memory":
        account.line("Network.requestServedFromCache", requestId="1")
    member = {"disk": "fromDiskCache", "prefetch": "fromPrefetchCache", "service_worker": "fromServiceWorker"}
    more: dict[str, Any] = {member[how]: True} if how in member else {}
    account.response("1", **more)
    assert list(joined(account, tmp_path)) == ["r1"]


def test_the_same_address_twice_is_told_apart_by_order(account: Account, tmp_path: Path) -> None:
    for number in (1, 2):
        account.request(str(number), "https://t.test/p", seconds=number, kind="Image" if number == 1 else "Ping")
        account.response(str(number))
    # The first one's body was never read: given up, but sent and answered.
    account.line("Network.loadingFailed", requestId="1", errorText="net::ERR_ABORTED")
    twice = [wire(f"r{n + 1}", "https://t.test/p", seconds=n) for n in (1, 2)]
    found = joined(account, tmp_path, *twice)
    assert [e.cause.resource_type for e in found.values() if e.cause] == ["document", "image", "ping"]


def test_a_request_given_up_before_it_was_sent_yields_to_one_that_was(account: Account, tmp_path: Path) -> None:
    for number in (1, 2):
        account.request(str(number), "https://t.test/p", seconds=number, kind="Image" if number == 1 else "Ping")
    account.line("Network.loadingFailed", requestId="1", errorText="net::ERR_ABORTED")
    account.response("2")
    found = joined(account, tmp_path, wire("r2", "https://t.test/p", seconds=2))
    assert [(e.cause.resource_type, e.source) for e in found.values() if e.cause] == [
        ("document", Source.both),
        ("image", Source.browser_only),
        ("ping", Source.both),
    ]


def test_a_blocked_request_is_the_browsers_alone(account: Account, tmp_path: Path) -> None:
    account.request("1", "https://ads.test/x?q#f", seconds=1, kind="Script")
    account.line("Network.loadingFailed", requestId="1", errorText="net::ERR_BLOCKED_BY_CLIENT", blockedReason="csp")
    account.request("2", "data:text/plain,x", seconds=1)
    account.request("3", "blob:https://shop.test/1", seconds=1)
    found = joined(account, tmp_path)
    assert list(found) == ["r1", "b00001"]
    lost = found["b00001"]
    assert (lost.url, lost.error) == ("https://ads.test/x?q", "net::ERR_BLOCKED_BY_CLIENT (csp)")
    assert brief(lost) == (Source.browser_only, Actor.page)
    assert (lost.status, lost.phase, lost.request_record) == (None, Phase.journey, None)


def test_a_websockets_handshake_is_https_on_the_wire(account: Account, tmp_path: Path) -> None:
    account.line("Network.webSocketCreated", requestId="1", url="wss://chat.test/s", initiator={"type": "script"})
    account.line("Network.webSocketWillSendHandshakeRequest", requestId="1", wallTime=at(2).timestamp())
    handshake = wire("r2", "https://chat.test/s", seconds=2, status=101, headers={"Upgrade": "WebSocket"})
    plain = wire("r3", "https://chat.test/s", seconds=3)
    found = joined(account, tmp_path, handshake, plain)
    socket = found["r2"]
    assert (socket.url, *brief(socket)) == ("wss://chat.test/s", Source.both, Actor.page)
    assert socket.cause is not None
    assert (socket.cause.resource_type, socket.cause.top_url, socket.cause.frame_url) == ("websocket", PAGE, PAGE)
    assert (found["r3"].url, found["r3"].source) == ("https://chat.test/s", Source.proxy_only)


def test_frames_and_workers_are_told_by_their_sessions(account: Account, tmp_path: Path) -> None:
    account.line("Page.frameAttached", frameId="near", parentFrameId="main")
    account.request("1", "https://shop.test/near", frame="near", kind="Document", seconds=1)
    account.attached("oop", "iframe", target="far", url="https://t.test/far", parent="page", above="main")
    # An out-of-process frame's own session does not say what is above it.
    account.line("Page.frameNavigated", "oop", frame={"id": "far", "url": "https://t.test/far"})
    account.request("2", "https://t.test/in-far", session="oop", frame="far", document="https://t.test/far", seconds=2)
    account.attached("work", "worker", target="w", url="https://t.test/w.js", parent="oop")
    account.request("3", "https://t.test/of-worker", session="work", frame=None, document="", seconds=3)
    account.attached("serve", "service_worker", target="s", url="https://shop.test/s.js")
    account.request("4", "https://shop.test/of-service", session="serve", frame=None, document="", seconds=4)
    urls = [
        "https://shop.test/near",
        "https://t.test/in-far",
        "https://t.test/of-worker",
        "https://shop.test/of-service",
    ]
    found = joined(account, tmp_path, *(wire(f"r{n}", url, seconds=n) for n, url in enumerate(urls, 2)))
    assert [brief(found[f"r{n}"])[1] for n in (2, 3, 4, 5)] == [
        Actor.frame,
        Actor.frame,
        Actor.worker,
        Actor.service_worker,
    ]
    causes = [found[f"r{n}"].cause for n in (2, 3, 4, 5)]
    assert [c.top_url for c in causes if c] == [PAGE, PAGE, PAGE, None]
    assert [c.frame_url for c in causes if c][1:] == [
        "https://t.test/far",
        "https://t.test/w.js",
        "https://shop.test/s.js",
    ]
    assert [c.main_frame for c in causes if c] == [False] * 4


SHOP, OTHER = {"referer": "https://shop.test/x"}, {"origin": "https://frame.test"}


@pytest.mark.parametrize(
    ("headers", "actor"),
    [
        ({}, Actor.unknown),
        ({"sec-fetch-site": "none"}, Actor.unknown),
        ({"sec-fetch-site": "cross-site"}, Actor.page),
        (SHOP, Actor.page),
        ({"origin": "https://cdn.shop.test"}, Actor.page),
        (OTHER, Actor.frame),
        ({"sec-fetch-site": "same-origin", **OTHER}, Actor.frame),
        # The page before: its last beacon leaves when the next one has begun.
        ({"origin": "https://before.test"}, Actor.page),
        ({"origin": "https://long-ago.test"}, Actor.frame),
    ],
)
def test_what_the_proxy_alone_saw_is_given_to_whom_its_headers_name(
    tmp_path: Path, headers: dict[str, str], actor: Actor
) -> None:
    account = Account()
    pages = ["https://long-ago.test/", "https://before.test/", PAGE, "https://after.test/"]
    for number, url in enumerate(pages):
        account.page(url, seconds=number * 10, browser_id=f"document{number}")
    wires = [wire(f"r{n}", url, seconds=n * 10) for n, url in enumerate(pages)]
    beacon = wire("r9", "https://t.test/beacon", seconds=25, headers=headers)
    found = {e.request: e for e in join([*wires, beacon], account.hops(tmp_path), "v", [])}
    assert brief(found["r9"]) == (Source.proxy_only, actor)
    assert found["r9"].cause is None
    assert [found[f"r{n}"].source for n in range(4)] == [Source.both] * 4


@pytest.mark.parametrize(
    ("url", "headers", "actor"),
    [
        ("http://update.googleapis.com/service/update2/json", {}, Actor.browser),
        ("https://clients2.google.com/time/1/current?cup2key=1", {"sec-fetch-site": "none"}, Actor.browser),
        ("https://accounts.google.com/ListAccounts?source=ChromiumBrowser", {}, Actor.browser),
        # The same host for another purpose, and the same address asked for by a page, are not the browser's.
        ("https://accounts.google.com/o/oauth2/auth", {}, Actor.unknown),
        ("https://accounts.google.com/ListAccounts", {"sec-fetch-site": "cross-site"}, Actor.page),
        ("http://tracker.test/generate_204", {}, Actor.unknown),
    ],
)
def test_only_what_the_browser_is_known_to_ask_for_is_its_own(
    tmp_path: Path, account: Account, url: str, headers: dict[str, str], actor: Actor
) -> None:
    (found,) = [e for e in join([wire("r1", url, headers=headers)], account.hops(tmp_path), "v", []) if e.url == url]
    assert brief(found) == (Source.proxy_only, actor)
    assert found.of_page is (actor is Actor.page)


def test_the_phase_of_what_never_left_is_the_one_under_way(account: Account, tmp_path: Path) -> None:
    for number in (1, 11, 21):
        account.request(str(number), f"https://t.test/{number}", seconds=number)
    phases = [(at(s).timestamp(), p) for s, p in ((0, Phase.prepare), (10, Phase.journey), (20, Phase.settle))]
    found = join([], account.hops(tmp_path), "v", phases)
    lost = [(e.url, e.phase) for e in found if e.url != PAGE]
    assert lost == [(f"https://t.test/{n}", p) for n, p in zip((1, 11, 21), Phase, strict=False)]


def test_coverage_counts_and_names_the_kinds(account: Account, tmp_path: Path) -> None:
    account.request("1", "https://t.test/lost", seconds=1)
    icon = wire("r2", "https://shop.test/favicon.ico", headers={**SHOP, "Sec-Fetch-Dest": "image"})
    found = coverage_of(joined(account, tmp_path, icon, wire("r3", "https://update.test/")).values())
    assert (found.matched, found.proxy_only, found.browser_only) == (1, 2, 1)
    assert found.reason == (
        "never reached the proxy: never reached the proxy (1); "
        "not in the browser's events: page, image (1); not in the browser's events: unknown, no destination (1)"
    )
    assert found.requests == ("r2", "r3", "b00001")


def test_a_cut_account_is_read_as_far_as_it_goes(account: Account, tmp_path: Path) -> None:
    account.request("1", "https://t.test/a", seconds=1)
    account.hops(tmp_path)
    path = tmp_path / "events.jsonl.gz"
    whole = path.read_bytes()
    path.write_bytes(whole[:-12])
    assert [h.url for h in read_hops(path)][:1] == [PAGE]
    path.unlink()
    assert read_hops(path) == []
