"""Every kind of request a page can cause: recorded once, whole, and with its right cause.

The servers' own account is the truth for what was sent; tests/capture/kinds/expected.py for why.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Page

from auditor.evidence import Exchange, Outcome, Phase, Source, VisitEvidence
from auditor.scenario import PythonStep, Wait

from .chain import LIMITS, Chain, Loop
from .kinds.expected import EXPECTED, UPDATE_CHECK, Row
from .kinds.web import KindsWeb, kinds_web

pytestmark = [pytest.mark.browser]


@dataclass(frozen=True)
class Made:
    """The visit's evidence beside the servers' account."""

    evidence: VisitEvidence
    web: KindsWeb

    def one(self, url: str) -> Exchange:
        (found,) = [e for e in self.evidence.exchanges if e.url == url]
        return found


async def popup(page: Page) -> None:
    await page.evaluate("calls.popup()")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "web").mkdir()
    with Loop() as loop:
        web = loop.run(loop.stack.enter_async_context(kinds_web(folder / "web")))
        chain = Chain(loop, folder, web.names, web.ca)
        journey = (
            Wait(wait="html[data-done]"),
            PythonStep(python="popup"),
            # The icon of the popup is asked for when its page has loaded.
            Wait(wait=500),
        )
        limits = LIMITS.model_copy(update={"step_ms": 20_000, "visit_ms": 80_000})
        yield Made(chain.visit("https://one.test/", journey, steps={"popup": popup}, limits=limits), web)


def test_the_visit_is_complete(made: Made) -> None:
    assert (made.evidence.visit.outcome, made.evidence.visit.reason) == (Outcome.complete, "")


def test_the_record_is_the_servers_account(made: Made) -> None:
    """Method, address and body to the byte, each request once; the WebSocket is a request of another kind."""
    recorded = Counter((e.method, e.url, e.request_body.kept) for e in made.evidence.exchanges if e.status != 101)
    assert recorded == Counter((g.method, g.url, g.body) for g in made.web.got)


def test_messages_of_both_directions(made: Made) -> None:
    socket = made.one("wss://two.test/k/socket")
    assert [(m.from_client, m.body.kept) for m in socket.messages] == [(True, b"up"), (False, b"down")]
    assert made.web.messages == ["up"]


def test_each_request_has_its_cause(made: Made) -> None:
    told: dict[str, set[Row]] = {}
    for exchange in made.evidence.exchanges:
        told.setdefault(f"{exchange.method} {short(exchange.url)}", set()).add(row(exchange))
    assert {key: rows for key, rows in told.items() if rows - {UPDATE_CHECK} != EXPECTED.get(key)} == {}
    assert EXPECTED.keys() - told.keys() == set()


def test_a_redirect_leads_to_the_request_before_it(made: Made) -> None:
    first, second, last = (
        made.one(f"https://{u}") for u in ("one.test/k/redirect", "two.test/k/hop", "one.test/k/landed")
    )
    assert second.cause and last.cause
    assert (second.cause.redirected_from, last.cause.redirected_from) == (first.request, second.request)


def test_what_one_sensor_missed_is_listed_with_its_requests(made: Made) -> None:
    missed = [e.request for e in made.evidence.exchanges if e.source is Source.proxy_only]
    (join,) = [c for c in made.evidence.coverage if c.sensor == "join"]
    assert (join.proxy_only, join.browser_only, sorted(join.requests)) == (len(missed), 0, sorted(missed))


def test_nothing_of_the_page_counts_as_preparation(made: Made) -> None:
    phases = {e.phase for e in made.evidence.exchanges if "/k/bye-" in e.url}
    assert phases == {Phase.close}
    assert Phase.prepare not in {e.phase for e in made.evidence.exchanges}


def row(exchange: Exchange) -> Row:
    cause = exchange.cause
    source = "either" if "/k/bye-" in exchange.url else exchange.source.value
    if cause is None:
        return (source, exchange.attributed_to.value, None, None, None, None, None, None)
    return (
        source,
        exchange.attributed_to.value,
        cause.resource_type,
        cause.initiator_type,
        short(cause.initiator),
        cause.stack[0].line if cause.stack else None,
        short(cause.frame_url),
        short(cause.top_url),
    )


def short(url: str | None) -> str | None:
    """An address as expected.py writes it."""
    if url is None or url.startswith("blob:"):
        return url and "blob"
    for host, name in (("https://one.test", ""), ("https://two.test", "two:"), ("wss://two.test", "two:")):
        if url.startswith(host):
            return name + url.removeprefix(host)
    return url.replace("https://third.test", "third:", 1) if url.startswith("https://third.test") else url
