"""In every place a script can run, the browser says the same of itself as the same Chromium with a window does."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page

from auditor.capture.browser import chromium
from auditor.capture.browser.chromium import browser_version, user_agent
from auditor.capture.browser.identity import client_hints
from auditor.scenario import PythonStep

from .alone import alone
from .chain import Chain, Loop
from .identity.web import ASKED, PLACES, identity_web
from .web import spki_of

pytestmark = [pytest.mark.browser]

ALONE = tuple(place for place in PLACES if place != "popup")
HIGH = tuple(f"sec-ch-ua-{name.lower()}" for name in ASKED)


@dataclass(frozen=True)
class Told:
    """By place: what scripts told, and what headers their request had."""

    told: dict[str, dict[str, Any]]
    sent: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Told, Told]]:
    """Through the chain, and the browser alone with no user agent of ours."""
    folder = tmp_path_factory.mktemp("identity")
    (folder / "web").mkdir()
    with Loop() as loop, pytest.MonkeyPatch.context() as patch:
        web = loop.run(loop.stack.enter_async_context(identity_web(folder / "web")))
        chain = Chain(loop, folder, web.names, web.ca)

        async def popup(page: Page) -> None:
            await page.evaluate("popup()")
            async with asyncio.timeout(20):
                await web.all_told()

        chain.visit("https://one.test/", (PythonStep(python="popup"),), steps={"popup": popup})
        through = Told(dict(web.told), dict(web.sent))
        web.told.clear()
        web.sent.clear()

        async def by_itself() -> None:
            async with alone(folder, web.names, spki_of(web.pem), "https://one.test/"), asyncio.timeout(30):
                await web.all_told(ALONE)

        ours = chromium.arguments
        patch.setattr(
            "tests.capture.alone.arguments",
            lambda *a, **k: [x for x in ours(*a, **k) if not x.startswith("--user-agent=")],
        )
        loop.run(by_itself())
        yield through, Told(dict(web.told), dict(web.sent))


@pytest.mark.parametrize("place", ALONE)
def test_scripts_are_told_what_a_browser_with_a_window_tells(both: tuple[Told, Told], place: str) -> None:
    through, stock = both
    windowed = {
        k: v.replace("HeadlessChrome", "Chrome") if isinstance(v, str) else v for k, v in stock.told[place].items()
    }
    assert through.told[place] == windowed


@pytest.mark.parametrize("place", ALONE)
def test_requests_say_what_a_browser_with_a_window_says(both: tuple[Told, Told], place: str) -> None:
    through, stock = both
    assert through.sent[place] == {k: v.replace("HeadlessChrome", "Chrome") for k, v in stock.sent[place].items()}


def test_a_popup_is_the_same_browser(both: tuple[Told, Told]) -> None:
    assert both[0].told["popup"] == both[0].told["page"]
    assert both[0].sent["popup"] == both[0].sent["page"]


def test_the_hints_are_the_binarys_own(both: tuple[Told, Told]) -> None:
    page = both[0].told["page"]
    assert page["hints"] == client_hints()
    assert {b["brand"]: b["version"] for b in client_hints()["fullVersionList"]}["Chromium"] == browser_version()
    assert page["agent"] == user_agent()
    assert set(HIGH) <= both[0].sent["page"].keys()
    assert f'"Chromium";v="{browser_version()}"' in both[0].sent["page"]["sec-ch-ua-full-version-list"]
