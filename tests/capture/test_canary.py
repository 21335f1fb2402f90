"""The canary's judgement: proofs of a real visit hold, and each fails when what it proves is not so."""

import json
from collections.abc import Callable, Iterator

import pytest

from auditor.capture.canary import CANARY_SITE, ONE, TWO, canary_web, judge_canary
from auditor.evidence import Body, CookieMode, Exchange, VisitEvidence

from .chain import Chain, Loop

pytestmark = [pytest.mark.browser]

PROOFS = [
    "third_party_cookie",
    "partitioned_cookie",
    "storage_partitioned",
    "service_worker",
    "pagehide_beacon",
    "not_headless",
    "webdriver",
    "client_hints",
    "language",
    "time_zone",
    "own_traffic_apart",
]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitEvidence]:
    folder = tmp_path_factory.mktemp("canary")
    with Loop() as loop:
        web = loop.run(loop.stack.enter_async_context(canary_web(folder)))
        yield Chain(loop, folder, web.names, web.ca).visit(CANARY_SITE.url, CANARY_SITE.journey)


def failing(evidence: VisitEvidence, time_zone: str = "Asia/Tokyo", language: str = "ja-JP") -> list[str]:
    return [p.name for p in judge_canary(evidence, time_zone, language) if not p.holds]


def test_all_proofs_hold(visit: VisitEvidence) -> None:
    assert [p.name for p in judge_canary(visit, "Asia/Tokyo", "ja-JP")] == PROOFS
    assert failing(visit) == []


def changed(visit: VisitEvidence, path: str, change: Callable[[Exchange], Exchange | None]) -> VisitEvidence:
    """The evidence with the exchanges of one path changed, or taken out."""
    kept = []
    for exchange in visit.exchanges:
        new = change(exchange) if exchange.url.partition(".test")[2].startswith(path) else exchange
        kept += [new] if new else []
    return visit.model_copy(update={"exchanges": tuple(kept)})


def without_header(name: str) -> Callable[[Exchange], Exchange]:
    return lambda e: e.model_copy(update={"request_headers": tuple(h for h in e.request_headers if h[0] != name)})


def with_facts(**facts: object) -> Callable[[Exchange], Exchange]:
    def change(exchange: Exchange) -> Exchange:
        told = {**json.loads(exchange.request_body.kept), **facts}
        return exchange.model_copy(update={"request_body": Body(kept=json.dumps(told).encode())})

    return change


@pytest.mark.parametrize(
    ("path", "change", "fails"),
    [
        ("/echo.gif", without_header("cookie"), ["third_party_cookie"]),
        ("/partitioned", without_header("cookie"), ["partitioned_cookie"]),
        (
            "/partitioned",
            lambda e: e.model_copy(update={"url": f"https://{TWO}/partitioned?storage=first-party"}),
            ["storage_partitioned"],
        ),
        ("/from-worker", lambda _: None, ["service_worker"]),
        ("/bye", lambda e: e.model_copy(update={"request_body": Body()}), ["pagehide_beacon"]),
        ("/facts", with_facts(webdriver=True), ["webdriver"]),
        ("/facts", with_facts(timeZone="UTC"), ["time_zone"]),
        ("/facts", with_facts(languages=["en-US"]), ["language"]),
        ("/facts", without_header("accept-language"), ["language"]),
        ("/facts", with_facts(platform="Win32"), ["client_hints"]),
        ("/facts", with_facts(hints=None), ["client_hints"]),
        ("/facts", without_header("sec-ch-ua"), ["client_hints"]),
        ("/facts", with_facts(userAgent="HeadlessChrome/156.0.0.0"), ["not_headless", "client_hints"]),
        (
            "/bye",
            lambda e: e.model_copy(update={"url": "https://else.test/"}),
            ["pagehide_beacon", "own_traffic_apart"],
        ),
    ],
)
def test_each_proof_can_fail(
    visit: VisitEvidence, path: str, change: Callable[[Exchange], Exchange | None], fails: list[str]
) -> None:
    assert failing(changed(visit, path, change)) == fails


def test_what_the_other_mode_would_show_is_no_proof_of_this_one(visit: VisitEvidence) -> None:
    blocked = visit.visit.model_copy(update={"cookie_mode": CookieMode.blocked})
    assert failing(visit.model_copy(update={"visit": blocked})) == ["third_party_cookie"]


def test_the_scenarios_own_language_and_time_zone_are_asked_for(visit: VisitEvidence) -> None:
    assert failing(visit, "Europe/Paris", "fr-FR") == ["language", "time_zone"]
    assert {e.url.partition(".test")[0] for e in visit.exchanges} == {
        f"https://{h.removesuffix('.test')}" for h in (ONE, TWO)
    }
