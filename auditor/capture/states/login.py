"""A person's login in a browser of their own: the visits' binary, flags and proxy, with a window.

The proxy lets it pass and writes nothing. The browser's state is taken while it runs and given back in memory; its
profile is private and erased.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from auditor.capture.browser.cdp import CdpClient, CdpError
from auditor.capture.browser.chromium import BrowserLost, Chromium, display
from auditor.capture.browser.driver import Driver
from auditor.capture.network.authority import forget_key, make_authority
from auditor.capture.network.proxy_process import ProxyLost, ProxyProcess
from auditor.capture.states.sealed import Origin
from auditor.capture.states.visitor_state import prove
from auditor.errors import CannotFinish, InputError
from auditor.evidence import CookieMode, Visitor
from auditor.scenario import Network, Platform

TAKE_S = 60.0
LOOK_S = 0.1

NO_DISPLAY = "run it where a desktop is, give --remote, or --import a state made elsewhere"


@dataclass(frozen=True)
class LoginPlan:
    """What to open, and how to tell that the person has done it. `platform` is None when no scenario says."""

    name: str
    url: str
    platform: Platform | None
    logout: bool
    window: bool
    network: Network
    language: str
    time_zone: str
    size: str


@dataclass(frozen=True)
class Person:
    """The terminal's end: `say` prints a line, `enter` returns when the person presses Enter."""

    say: Callable[[str], None]
    enter: Callable[[], Awaitable[None]]


async def person_logs_in(plan: LoginPlan, person: Person) -> tuple[dict[str, Any], Origin]:
    """Open the browser, wait for the person, and take the state. Raises InputError, CannotFinish.

    The state is that after the logout when the plan says so. A state whose proof does not hold is not given back.
    """
    if plan.window and not display(os.environ):
        raise InputError("there is no display to open a window on", field="login", cure=NO_DISPLAY)
    try:
        async with _running(plan, person.say) as (context, client, proxy, page):
            return await _guided(plan, person, context, client, proxy, page)
    except (BrowserLost, CdpError, PlaywrightError):
        # Playwright's messages may quote what was typed.
        if plan.window:
            cure = "is the display reachable? end by closing the tab or with Enter, not by quitting the browser"
            raise InputError("the browser has gone before its state was taken", field="login", cure=cure) from None
        raise CannotFinish("the browser has gone before its state was taken") from None
    except ProxyLost as error:
        raise CannotFinish(str(error)) from None


@contextlib.asynccontextmanager
async def _running(
    plan: LoginPlan, say: Callable[[str], None]
) -> AsyncIterator[tuple[BrowserContext, CdpClient, ProxyProcess, Page]]:
    """Proxy, browser and the page for the person; all gone afterwards, with their files."""
    work = Path(tempfile.mkdtemp(prefix="auditor-login-"))
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(_erase, work)
        cas = (plan.network.ca,) if plan.network.ca else ()
        authority = await asyncio.to_thread(make_authority, work / "ca", cas)
        stack.callback(forget_key, authority)
        proxy = await ProxyProcess.start(authority, plan.network.names, work / "proxy.log")
        stack.push_async_callback(proxy.stop)
        # Before the browser: Playwright removes its own files when the browser goes first.
        playwright = (await stack.enter_async_context(Driver())).playwright
        browser = await Chromium.start(
            mode=CookieMode.allowed,
            proxy_port=await proxy.open_unrecorded(),
            spki=authority.spki,
            language=plan.language,
            time_zone=plan.time_zone,
            window=plan.size,
            work=work,
            headed=plan.window,
        )
        stack.push_async_callback(browser.close)
        client = await CdpClient.connect(browser.endpoint, lambda *_: None)
        stack.push_async_callback(client.close)
        context = (await playwright.chromium.connect_over_cdp(browser.endpoint, timeout=20_000)).contexts[0]
        if not plan.window:
            say(f"{plan.name}: no window; DevTools at {_devtools(browser.endpoint)} (chrome://inspect, ssh -L)")
        yield context, client, proxy, await _page(context, client)


async def _erase(folder: Path) -> None:
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _devtools(endpoint: str) -> str:
    return endpoint.removeprefix("ws://").partition("/")[0]


async def _page(context: BrowserContext, client: CdpClient) -> Page:
    """A window for the person. The one the browser began with is put away: with the last window go session cookies."""
    targets = (await client.send("Target.getTargets"))["targetInfos"]
    for target in [info["targetId"] for info in targets if info["type"] == "page"]:
        # A window manager may refuse, and a browser without windows has none to put away.
        with contextlib.suppress(CdpError):
            number = (await client.send("Browser.getWindowForTarget", {"targetId": target}))["windowId"]
            bounds = {"windowState": "minimized"}
            await client.send("Browser.setWindowBounds", {"windowId": number, "bounds": bounds})
    async with context.expect_page() as opened:
        await client.send("Target.createTarget", {"url": "about:blank", "newWindow": True})
    return await opened.value


async def _guided(
    plan: LoginPlan, person: Person, context: BrowserContext, client: CdpClient, proxy: ProxyProcess, page: Page
) -> tuple[dict[str, Any], Origin]:
    kept = set(context.pages) - {page}
    with contextlib.suppress(PlaywrightError):  # the person sees the browser's own error page, and may go elsewhere
        await page.goto(plan.url, wait_until="commit")

    async def reached(visitor: Visitor, what: str) -> str:
        """What proves the state once the person says it is reached; empty when there is no proof to ask for."""
        person.say(f"{plan.name}: {what}, then press Enter here or close the window")
        while True:
            by_enter = await _ended(context, kept, person)
            if plan.platform is None:
                return ""
            proof = await prove(plan.platform, visitor, context, client, proxy, "login")
            if proof.holds:
                return proof.seen
            if not by_enter:
                raise InputError(f"not {visitor.value}: {proof.seen}", field=plan.name, cure="nothing was sealed")
            person.say(f"{plan.name}: not {visitor.value} yet: {proof.seen}; go on, then press Enter again")

    if plan.logout:
        before = await reached(Visitor.logged_in, "log in")
        if not set(context.pages) - kept:
            raise InputError("the window was closed before the logout", field=plan.name, cure="nothing was sealed")
        after = await reached(Visitor.logged_out, "now log out")
    else:
        before, after = "", await reached(Visitor.logged_in, "log in")
    state, losses = await _take(context)
    return state, Origin(
        platform=plan.name,
        visitor=Visitor.logged_out if plan.logout else Visitor.logged_in,
        sealed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        made_by="login",
        proof=after,
        before_logout=before,
        losses=losses,
    )


async def _ended(context: BrowserContext, kept: set[Page], person: Person) -> bool:
    """Wait for Enter (True) or for the last of the person's pages to be closed (False)."""
    enter = asyncio.ensure_future(person.enter())
    try:
        while not enter.done() and set(context.pages) - kept:
            await asyncio.wait([enter], timeout=LOOK_S)
        return enter.done()
    finally:
        enter.cancel()


async def _take(context: BrowserContext) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Cookies, localStorage and IndexedDB of every origin visited; and what of them could not be read."""
    try:
        async with asyncio.timeout(TAKE_S):
            return dict(await context.storage_state(indexed_db=True)), ()
    except (PlaywrightError, TimeoutError):
        pass  # a database may hold what cannot be written down; a browser that has gone fails again below
    try:
        async with asyncio.timeout(TAKE_S):
            return dict(await context.storage_state()), ("IndexedDB could not be read: the state is without it",)
    except TimeoutError:
        raise CannotFinish("the browser did not give its state in time") from None
