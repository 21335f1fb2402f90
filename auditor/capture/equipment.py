"""The processes a visit stands on: the proxy's record, a browser, Playwright on it; and whether they still stand."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Playwright
from playwright.async_api import Error as PlaywrightError

from auditor.capture.browser.cdp import CdpClient, CdpError
from auditor.capture.browser.chromium import BrowserLost, Chromium
from auditor.capture.browser.driver import driver_lives
from auditor.capture.browser.guards import Guards
from auditor.capture.browser.snapshot import jar
from auditor.capture.ending import DRIVER_GONE
from auditor.capture.ground import Attempt, Ground
from auditor.capture.journey import StepFailed
from auditor.capture.states.visitor_state import StateNotReached
from auditor.evidence import CookieMode, Phase, Proof
from auditor.scenario import Site
from auditor.store.jar import CANARY_DOMAIN

JAR_ASKED = 2


@contextlib.asynccontextmanager
async def recording(ground: Ground, folder: Path, site: Site, run: Attempt, guards: Guards) -> AsyncIterator[int]:
    """The proxy's listener and record, closed last, when the browser can send no more."""
    ground.proxy.on_limit = guards.end
    port = await ground.proxy.open(folder, Phase.prepare, site.replay, ground.scenario.limits)
    try:
        yield port
    finally:
        run.counters = await asyncio.shield(ground.proxy.close())


@contextlib.asynccontextmanager
async def chromium(mode: CookieMode, ground: Ground, port: int) -> AsyncIterator[Chromium]:
    """A browser on a profile of its own. Raises BrowserLost, also in place of what its end brought about."""
    scenario = ground.scenario
    browser = await Chromium.start(
        mode=mode,
        proxy_port=port,
        spki=ground.authority.spki,
        language=scenario.language,
        time_zone=scenario.time_zone,
        window=scenario.window,
        work=ground.work,
    )
    try:
        yield browser
    except (StepFailed, StateNotReached, CdpError, PlaywrightError, BrowserLost) as error:
        if (how := await browser.ended()) is not None:
            raise BrowserLost(f"the browser has gone: {how}") from error
        raise
    finally:
        await asyncio.shield(browser.close())


async def connect(playwright: Playwright, browser: Chromium) -> BrowserContext:
    """Playwright on the running browser, in its own profile: no context of Playwright's, no emulation."""
    # Its own files go into the profile: they are erased with it, whoever is killed.
    artifacts = browser.profile / "playwright"
    connected = await playwright.chromium.connect_over_cdp(browser.endpoint, artifacts_dir=artifacts, timeout=20_000)
    context = connected.contexts[0]
    # With a listener Playwright leaves dialogs alone: the guards answer them.
    context.on("dialog", lambda _: None)
    return context


async def plant(client: CdpClient, value: str = "") -> str:
    """Put the cookie into the jar that proves, when it is still there, that the jar was not lost (Z1); its value."""
    value = value or secrets.token_hex(8)
    cookie = {"name": "auditor", "value": value, "url": f"https://{CANARY_DOMAIN}/", "secure": True}
    await client.send("Storage.setCookies", {"cookies": [cookie]})
    return value


def canary_proof(cookies: list[dict[str, Any]], value: str) -> Proof:
    """Whether the cookie planted with this value is still in the jar (CDP)."""
    found = any(c["domain"].lstrip(".") == CANARY_DOMAIN and c["value"] == value for c in cookies)
    return Proof(name="canary_cookie", holds=found, seen="in the jar at the end" if found else "the jar was lost")


async def lost(client: CdpClient, playwright: Playwright, planted: str) -> list[str]:
    """What a failed step has to do with our own processes: the reason, none when nothing. Raises BrowserLost.

    Where the network service died, pages do not load: the site is not to blame for it.
    """
    if not await driver_lives(playwright):
        raise BrowserLost(DRIVER_GONE)
    for _ in range(JAR_ASKED):
        # A question that was under way when the service died is never answered.
        with contextlib.suppress(CdpError):
            proof = canary_proof((await jar(client))["cookies"], planted)
            return [] if proof.holds or not planted else [f"cookie_store_lost: {proof.name}: {proof.seen}"]
    return []
