"""The measured facts on which the capture rests, each held by a test: a browser upgrade that changes one is noticed.

One visit for each cookie mode goes through everything; the tests read its evidence beside the servers' own account.
"""

import json
from dataclasses import dataclass

import pytest

from auditor.capture.browser.chromium import browser_version, user_agent
from auditor.evidence import Actor, CookieMode, Exchange, Outcome, Source, VisitEvidence
from auditor.scenario import Goto, Wait

from .chain import WebChain
from .web import FLOOD, Seen

pytestmark = [pytest.mark.browser]

UNPARTITIONED = "framed=1; Path=/; Secure; SameSite=None"
BOTH_MODES = pytest.mark.parametrize("mode", list(CookieMode))


@dataclass(frozen=True)
class Made:
    """A visit's evidence, and what the servers received during it."""

    evidence: VisitEvidence
    seen: list[Seen]

    def all(self, url: str) -> list[Exchange]:
        return [e for e in self.evidence.exchanges if e.url == url]

    def one(self, url: str) -> Exchange:
        (found,) = self.all(url)
        return found

    def received(self, url: str) -> Seen:
        (found,) = [s for s in self.seen if s.url == url]
        return found


@pytest.fixture(scope="module")
def visits(chain: WebChain) -> dict[CookieMode, Made]:
    """A first visit to third.test, then one.test, two.test and one.test, which all hold a frame of third.test."""
    journey = (
        Goto(goto="https://one.test/everything"),
        Wait(wait="html[data-done]"),
        Goto(goto="https://two.test/"),
        Goto(goto="https://one.test/"),
    )
    made = {}
    for mode in CookieMode:
        before = len(chain.web.seen)
        evidence = chain.visit("https://third.test/first", journey, mode=mode)
        made[mode] = Made(evidence, chain.web.seen[before:])
    return made


@BOTH_MODES
def test_the_visit_is_complete_and_equals_the_servers_account(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    made = visits[mode]
    assert (made.evidence.visit.outcome, made.evidence.visit.reason) == (Outcome.complete, "")
    recorded = sorted((e.method, e.url, e.request_body.kept) for e in made.evidence.exchanges if e.status != 101)
    assert recorded == sorted((s.method, s.url, s.body) for s in made.seen)


@BOTH_MODES
def test_fact_1_third_party_cookies_obey_the_mode(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    """On a profile of the browser's own; the wire and the server agree."""
    images = visits[mode].all("https://third.test/echo.gif")
    cookies = [names(image.request_header("cookie")) for image in images]
    if mode is CookieMode.allowed:
        assert [("third" in one) for one in cookies] == [True, True, True]
    else:
        # Not even in blocked mode is the jar empty: it is the sending that stops.
        assert cookies == [set(), set(), {"chips"}]
    told = [names(s.header("cookie")) for s in visits[mode].seen if s.url == "https://third.test/echo.gif"]
    assert sorted(map(sorted, told)) == sorted(map(sorted, cookies))


@BOTH_MODES
def test_fact_1_partitioned_cookies_work_in_both_modes(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    cookies = visits[mode].evidence.cookies
    chips = {c.partition_key: c for c in cookies if c.name == "chips"}
    assert set(chips) == {"https://one.test", "https://two.test"}
    assert all(c.stored and c.blocked_reason is None and c.domain == "third.test" for c in chips.values())
    for number, top in enumerate(["https://one.test", "https://two.test", "https://one.test"]):
        fetched = [e for e in visits[mode].evidence.exchanges if "/partition?" in e.url][number]
        assert "chips" in names(fetched.request_header("cookie"))
        assert [key for key, row in chips.items() if fetched.request in row.sent_in] == [top]


@BOTH_MODES
def test_fact_2_a_third_party_frames_storage_is_partitioned(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    """Blocked mode, too: with partitioning the frame has an area of its own there, and access does not throw."""
    prefix = "https://third.test/partition?n="
    told = [e.url.removeprefix(prefix) for e in visits[mode].evidence.exchanges if e.url.startswith(prefix)]
    assert told == ["a", "a", "aa"]
    kept = [i for i in visits[mode].evidence.storage if i.area != "service_worker"]
    items = [(i.top_site, i.origin, i.area, i.key, i.value) for i in kept]
    # What a page wrote in its first moments and took along may be missed: that is the page before, third.test.
    assert [item for item in items if item[0] != "third.test"] == [
        ("one.test", "https://third.test", "local", "n", "aa"),
        ("two.test", "https://third.test", "local", "n", "a"),
    ]


@BOTH_MODES
def test_fact_3_workers_and_foreign_frames_trust_the_proxy(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    actors = {
        "https://one.test/from-worker": Actor.worker,
        "https://one.test/service.js": Actor.service_worker,
        "https://one.test/from-service-worker": Actor.service_worker,
    }
    for url, actor in actors.items():
        assert (visits[mode].one(url).attributed_to, visits[mode].one(url).source) == (actor, Source.both)
    frames = visits[mode].all("https://third.test/frame")
    assert [(f.attributed_to, f.source, f.status) for f in frames] == [(Actor.frame, Source.both, 200)] * 3
    assert [f.cause.top_url for f in frames if f.cause] == ["https://one.test/everything", *TOPS]


TOPS = ("https://two.test/", "https://one.test/")


@BOTH_MODES
def test_fact_5_a_simple_fetch_to_another_origin_causes_no_preflight(
    visits: dict[CookieMode, Made], mode: CookieMode
) -> None:
    assert visits[mode].received("https://third.test/simple").header("origin") == "https://one.test"
    assert {s.method for s in visits[mode].seen} == {"GET", "POST"}


@BOTH_MODES
def test_fact_6_beacons_and_icons_are_in_the_record(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    made = visits[mode]
    assert made.one("https://one.test/beacon").request_body.kept == "ビーコン".encode()
    assert made.one("https://one.test/favicon.ico").status == 404
    bye = made.one("https://one.test/bye")
    assert bye.request_body.kept == "さようなら".encode()
    # The page is gone when its last beacon leaves: of its script the timeline tells, not the browser's events.
    assert (bye.source, bye.status) == (Source.proxy_only, 204)
    assert bye.cause is not None
    assert (bye.cause.initiator, bye.cause.stack[0].line) == ("https://one.test/everything", 8)
    assert bye.attributed_to is Actor.page


@BOTH_MODES
def test_fact_6_websocket_messages_are_in_the_record(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    socket = visits[mode].one("wss://one.test/socket")
    text, binary = (True, "こんにちは".encode()), (False, b"\x00\xff")
    assert [(m.text, m.body.kept) for m in socket.messages if m.from_client] == [text, binary]
    assert [(m.text, m.body.kept) for m in socket.messages if not m.from_client] == [text, binary]
    assert (socket.status, socket.source, socket.attributed_to) == (101, Source.both, Actor.page)


def test_fact_7_the_browser_says_why_a_cookie_was_not_sent(visits: dict[CookieMode, Made]) -> None:
    blocked = visits[CookieMode.blocked]
    for image in blocked.all("https://third.test/echo.gif"):
        assert image.cause is not None
        reasons = {c.name: c.blocked_reasons for c in image.cause.cookies}
        assert reasons.pop("third") == ("UserPreferences",)
        assert set(reasons) <= {"chips"}
    allowed = [e.cause for e in visits[CookieMode.allowed].all("https://third.test/echo.gif")]
    assert all(c.blocked_reasons == () for cause in allowed if cause for c in cause.cookies)


def test_fact_7_the_browser_says_why_a_cookie_was_not_stored(visits: dict[CookieMode, Made]) -> None:
    for frame in visits[CookieMode.blocked].all("https://third.test/frame"):
        assert frame.cause is not None
        assert [(r.line, r.reasons) for r in frame.cause.cookies_refused] == [(UNPARTITIONED, ("UserPreferences",))]
    for frame in visits[CookieMode.allowed].all("https://third.test/frame"):
        assert frame.cause is not None
        assert frame.cause.cookies_refused == ()
    rows = {mode: cookie(made, "framed") for mode, made in visits.items()}
    assert rows == {CookieMode.allowed: (True, None), CookieMode.blocked: (False, "UserPreferences")}


@BOTH_MODES
def test_fact_7_the_browser_names_the_partition(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    frames = visits[mode].all("https://third.test/frame")
    assert [f.cause.cookie_partition for f in frames if f.cause] == [
        "https://one.test",
        "https://two.test",
        "https://one.test",
    ]


@BOTH_MODES
def test_fact_7_a_redirect_from_the_cache_does_not_take_the_next_hops_cookies(
    visits: dict[CookieMode, Made], mode: CookieMode
) -> None:
    made = visits[mode]
    moved = made.one("https://one.test/moved")
    first, second = made.all("https://one.test/here")
    assert first.cause is not None
    assert second.cause is not None
    assert (first.cause.redirected_from, second.cause.redirected_from) == (moved.request, None)
    for here, cause in ((first, first.cause), (second, second.cause)):
        assert {c.name for c in cause.cookies if not c.blocked_reasons} == names(here.request_header("cookie"))
    assert names(second.request_header("cookie")) == {"own", "here"}


@BOTH_MODES
def test_a_request_told_by_two_sessions_is_one(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    """A service worker's is told by its registration's session, too; here it is redirected as well."""
    hops = {e.url.rpartition("/")[2]: e for e in visits[mode].evidence.exchanges if "/hop" in e.url}
    landed = visits[mode].all("https://one.test/landed")
    actors = {e.cause.redirected_from: e.attributed_to for e in landed if e.cause}
    assert actors == {hops["hop"].request: Actor.page, hops["hop?worker"].request: Actor.service_worker}
    # No phantom request of the browser's that the proxy never saw.
    (coverage,) = [c for c in visits[mode].evidence.coverage if c.sensor == "join"]
    assert coverage.browser_only == 0


def test_fact_8_an_offer_of_http3_is_not_taken(chain: WebChain, visits: dict[CookieMode, Made]) -> None:
    for made in visits.values():
        later = made.all("https://one.test/")
        assert [(e.source, e.http_version) for e in later] == [(Source.both, "HTTP/2.0")]
        offers = {e.response_header("alt-svc") for e in made.all("https://one.test/everything")}
        assert offers == {f'h3="127.0.0.1:{chain.web.quic.getsockname()[1]}"; ma=3600'}
        ports = {e.local_port for e in made.evidence.exchanges}
        assert {s.peer_port for s in made.seen} <= ports
    assert chain.web.datagrams() == 0


@BOTH_MODES
def test_fact_15_many_requests_to_one_mapped_name_do_not_stall(
    visits: dict[CookieMode, Made], mode: CookieMode
) -> None:
    made = visits[mode]
    assert [made.one(f"https://many.test/n?{n}").status for n in range(20)] == [200] * 20
    assert len([s for s in made.seen if s.host == "many.test"]) == 20
    # More requests than connections: those were used again.
    assert 1 <= len({s.peer_port for s in made.seen if s.host == "many.test"}) < 20


def test_fact_16_a_cookie_on_the_wire_is_not_a_cookie_in_the_jar(visits: dict[CookieMode, Made]) -> None:
    for mode, made in visits.items():
        answer = made.one("https://flood.test/flood")
        assert len([v for k, v in answer.response_headers if k.lower() == "set-cookie"]) == FLOOD
        rows = [c for c in made.evidence.cookies if c.domain == "flood.test"]
        assert len(rows) == FLOOD
        assert {c.set_by for c in rows} == {answer.request}
        kept = sum(c.stored for c in rows)
        if mode is CookieMode.allowed:
            assert 100 <= kept <= 180
            assert {c.blocked_reason for c in rows} == {None}
        else:
            assert kept == 0
            assert {c.blocked_reason for c in rows} == {"UserPreferences"}


@BOTH_MODES
@pytest.mark.parametrize("place", ["facts", "from-worker", "from-service-worker"])
def test_fact_18_the_browser_is_a_japanese_chrome_with_a_window(
    visits: dict[CookieMode, Made], mode: CookieMode, place: str
) -> None:
    exchange = visits[mode].one(f"https://one.test/{place}")
    assert json.loads(exchange.request_body.kept) == {
        "userAgent": user_agent(),
        "languages": ["ja-JP", "ja"],
        "timeZone": "Asia/Tokyo",
        "locale": "ja",
    }
    assert exchange.request_header("user-agent") == user_agent()


@BOTH_MODES
def test_fact_18_no_request_says_headless(visits: dict[CookieMode, Made], mode: CookieMode) -> None:
    made = visits[mode]
    assert {e.request_header("user-agent") for e in made.evidence.exchanges} == {user_agent()}
    assert "Headless" not in user_agent()
    assert f"Chrome/{browser_version().split('.')[0]}." in user_agent()
    hints = {e.request_header("sec-ch-ua") for e in made.evidence.exchanges if e.request_header("sec-ch-ua")}
    assert len(hints) == 1
    assert "headless" not in str(hints).lower()
    assert {s.header("accept-language") for s in made.seen} == {"ja-JP,ja;q=0.9"}


def names(header: str | None) -> set[str]:
    return {pair.partition("=")[0].strip() for pair in header.split(";")} if header else set()


def cookie(made: Made, name: str) -> tuple[bool, str | None]:
    (row,) = [c for c in made.evidence.cookies if c.name == name]
    return row.stored, row.blocked_reason
