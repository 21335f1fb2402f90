"""The measured facts of what goes wrong: each such visit is not complete, and says why."""

import os
import signal
from collections import Counter
from pathlib import Path

import psutil
import pytest
from playwright.async_api import Page

from auditor.capture.browser.chromium import arguments, browser_facts, find_chromium
from auditor.evidence import Outcome, Source
from auditor.scenario import Goto, PythonStep, Wait

from .alone import browse_alone
from .chain import LIMITS, WebChain
from .web import Seen

pytestmark = [pytest.mark.browser]

PLAIN = "https://one.test/plain"


def test_facts_4_and_17_the_browser_sends_nothing_of_its_own(chain: WebChain) -> None:
    limits = LIMITS.model_copy(update={"settle_quiet_ms": 4_000, "settle_max_ms": 5_000})
    evidence = chain.visit("about:blank", limits=limits)
    assert evidence.visit.duration_ms >= 4_000
    assert (evidence.visit.outcome, evidence.visit.reason) == (Outcome.complete, "")
    assert evidence.exchanges == ()
    assert evidence.cookies == ()
    # Not even a tunnel was asked for.
    (proxy,) = [c for c in evidence.coverage if c.sensor == "proxy"]
    assert (proxy.matched, proxy.reason) == (0, "")


def test_fact_3_a_certificate_of_another_authority_is_not_accepted(chain: WebChain) -> None:
    before = len(chain.web.seen)
    stranger = chain.authority._replace(spki=chain.web.spki)
    evidence = chain.visit(PLAIN, authority=stranger)
    assert evidence.visit.outcome is Outcome.failed
    reason = "certificate: net::ERR_CERT_AUTHORITY_INVALID; one.test:443: TLS with the browser: "
    assert evidence.visit.reason.startswith(reason)
    # A failing page would have the browser ask Google whether there is a captive portal.
    assert {e.url for e in evidence.exchanges} == {PLAIN}
    assert chain.web.seen[before:] == []


def test_fact_5_the_chain_adds_no_header(chain: WebChain) -> None:
    """What the server receives through the proxy is what it receives from the browser alone, values included."""
    through = received(chain, lambda: chain.visit("https://one.test/fetches"))

    url = "https://one.test/fetches"

    without = received(chain, lambda: browse_alone(chain, url, "https://one.test/done"))
    assert set(through) == set(without) == {"/fetches", "/fetched", "/done"}
    for path in through:
        assert Counter(through[path].headers) == Counter(without[path].headers), path


def received(chain: WebChain, act: object) -> dict[str, Seen]:
    """What the servers received while `act` ran, by path, icons left out."""
    assert callable(act)
    before = len(chain.web.seen)
    act()
    return {s.path: s for s in chain.web.seen[before:] if s.path != "/favicon.ico"}


async def kill_network_service(_: Page) -> None:
    for child in psutil.Process().children(recursive=True):
        if "--utility-sub-type=network.mojom.NetworkService" in child.cmdline():
            os.kill(child.pid, signal.SIGKILL)


def test_fact_12_a_lost_cookie_jar_is_noticed(chain: WebChain) -> None:
    """The page after it loads as if nothing had been: only the planted cookie tells."""
    journey = (PythonStep(python="kill"), Wait(wait=200), Goto(goto="https://one.test/"))
    evidence = chain.visit(PLAIN, journey, steps={"kill": kill_network_service})
    assert evidence.visit.outcome is Outcome.incomplete
    assert evidence.visit.reason.startswith("cookie_store_lost: canary_cookie: the jar was lost")
    assert [(e.status, e.source) for e in evidence.exchanges if e.url == "https://one.test/"] == [(200, Source.both)]


def test_fact_12_a_site_that_resets_is_no_page(chain: WebChain) -> None:
    evidence = chain.visit("https://reset.test/")
    assert evidence.visit.outcome is Outcome.failed
    assert evidence.visit.reason == "unreachable: net::ERR_EMPTY_RESPONSE; server closed connection"
    assert {e.status for e in evidence.exchanges} == {None}


def test_fact_12_what_cannot_be_recorded_is_not_sent(chain: WebChain) -> None:
    """The record cannot grow any more: the recorder's hook raises for each request that follows."""
    child = psutil.Process(chain.proxy.pid)
    normal = child.rlimit(psutil.RLIMIT_FSIZE)
    before = len(chain.web.seen)

    async def full(_: Page) -> None:
        # With nothing under way (the page's icon), the next thing to be written is a request.
        assert await chain.proxy.settle(200, 3_000)
        child.rlimit(psutil.RLIMIT_FSIZE, (0, normal[1]))

    try:
        evidence = chain.visit(PLAIN, (PythonStep(python="full"), Goto(goto="https://two.test/")), steps={"full": full})
    finally:
        child.rlimit(psutil.RLIMIT_FSIZE, normal)
    assert evidence.visit.outcome is Outcome.incomplete
    assert evidence.visit.reason == "recorder_error: request: OSError: [Errno 27] File too large"
    assert [s.url for s in chain.web.seen[before:] if s.host == "two.test"] == []
    assert [e.status for e in evidence.exchanges if e.url == PLAIN] == [200]
    # The proxy itself has taken no harm.
    assert chain.visit(PLAIN).visit.outcome is Outcome.complete


def test_fact_13_an_endless_page_ends_with_the_visits_time(chain: WebChain) -> None:
    limits = LIMITS.model_copy(update={"visit_ms": 4_000})
    evidence = chain.visit("https://one.test/endless", limits=limits)
    assert evidence.visit.outcome is Outcome.incomplete
    assert evidence.visit.reason == "timeout: the visit took longer than 4000 ms"
    assert [e.status for e in evidence.exchanges if e.url.endswith("/endless")] == [200]


def test_fact_14_the_browser_is_the_binary_itself() -> None:
    with find_chromium().open("rb") as file:
        assert file.read(4) == b"\x7fELF"


def test_fact_11_only_root_goes_without_the_sandbox() -> None:
    line = arguments(Path("/profile"), proxy_port=1, spki="x", language="ja-JP", window="800x600")
    root = os.geteuid() == 0
    assert ("--no-sandbox" in line) is root
    assert browser_facts()["sandbox"] == ("none: run as root" if root else "on")
