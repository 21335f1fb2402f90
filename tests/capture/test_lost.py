"""A process of ours that dies in the middle of a step: the reason is its death, not the site's doing."""

import asyncio
import os
import signal

import psutil
import pytest
from playwright.async_api import Page

from auditor.capture.browser.cdp import CdpClient, CdpError
from auditor.capture.browser.chromium import find_chromium
from auditor.capture.browser.driver import Driver, driver_lives
from auditor.capture.journey import PythonSteps
from auditor.evidence import Outcome
from auditor.scenario import Goto, PythonStep

from .chain import WebChain
from .test_facts_of_failure import PLAIN, kill_network_service


def test_an_endpoint_that_is_not_there_is_the_browsers_fault() -> None:
    async def connect() -> None:
        await CdpClient.connect("ws://127.0.0.1:1/devtools/browser/x", lambda *_: None)

    with pytest.raises(CdpError, match="no connection: ConnectionRefusedError"):
        asyncio.run(connect())


def _kill(word: str) -> None:
    for child in psutil.Process().children(recursive=True):
        line = child.cmdline()
        if any(word in part for part in line) and not any(part.startswith("--type=") for part in line):
            os.kill(child.pid, signal.SIGKILL)


@pytest.mark.browser
def test_a_browser_killed_during_a_step_is_a_lost_browser(chain: WebChain) -> None:
    async def kill(page: Page) -> None:
        _kill("--user-data-dir=")
        await page.goto("https://two.test/")

    evidence = chain.visit(PLAIN, (PythonStep(python="kill"),), steps={"kill": kill})
    assert evidence.visit.outcome is Outcome.incomplete
    assert evidence.visit.reason == "browser_lost: the browser has gone: killed from outside (SIGKILL)"


@pytest.mark.browser
def test_a_network_service_killed_during_a_step_is_a_lost_jar(chain: WebChain) -> None:
    """The step fails because its page does not load: that is not what the visit is told for."""

    async def kill(page: Page) -> None:
        await kill_network_service(page)
        raise TimeoutError

    steps: PythonSteps = {"kill": kill}
    evidence = chain.visit(PLAIN, (PythonStep(python="kill"), Goto(goto="https://two.test/")), steps=steps)
    assert evidence.visit.outcome is Outcome.incomplete
    assert evidence.visit.reason == "cookie_store_lost: canary_cookie: the jar was lost"


@pytest.mark.browser
def test_a_driver_killed_during_a_step_is_told_apart_and_replaced(chain: WebChain) -> None:
    """Its own driver, killed: the chain's goes on."""

    async def lose_one() -> tuple[bool, bool]:
        async with Driver() as driver:
            before = await driver_lives(driver.playwright)
            ours = [c for c in psutil.Process().children() if c.cmdline()[-1:] == ["run-driver"]]
            max(ours, key=lambda c: c.create_time()).kill()
            after = await driver_lives(driver.playwright)
            await driver.renew()
            again = await driver.playwright.chromium.launch(executable_path=find_chromium())
            await again.close()
            return before, after

    assert chain.loop.run(lose_one()) == (True, False)
    assert chain.visit(PLAIN).visit.outcome is Outcome.complete
