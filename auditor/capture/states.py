"""The visitor's state towards a platform: reached by its steps or a sealed state, and proven, never assumed."""

import os
from typing import Any

from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError

from auditor.capture.cdp import CdpClient
from auditor.capture.journey import Journey, StepFailed
from auditor.capture.proxy_process import ProxyProcess
from auditor.capture.sealed import as_cdp_cookies, unseal
from auditor.capture.snapshot import jar
from auditor.domains import is_within
from auditor.evidence import Proof, Visitor
from auditor.scenario import CookieProof, Platform

QUIET_MS, MAX_MS = 150, 4_000


class StateNotReached(Exception):
    """The visitor is not in the state the visit is about."""


async def reach_state(
    platform: Platform,
    visitor: Visitor,
    context: BrowserContext,
    client: CdpClient,
    proxy: ProxyProcess,
    journey: Journey,
) -> None:
    """Log in, and out again for `logged_out`, in a tab of its own. Raises StateNotReached, StepFailed."""
    if platform.state is not None:
        state = unseal(platform.state.file, os.environ.get(platform.state.passphrase_env, ""))
        await client.send("Storage.setCookies", {"cookies": as_cdp_cookies(state)})
    page = await context.new_page()
    await journey.run(page, platform.login, "login")
    await proxy.settle(QUIET_MS, MAX_MS)
    if visitor is Visitor.logged_out:
        # To be logged out a person must have been logged in: prove it before logging out.
        if not (proof := await prove(platform, Visitor.logged_in, context, client, "state_before_logout")).holds:
            raise StateNotReached(f"not logged in before logging out: {proof.seen}")
        await journey.run(page, platform.logout, "logout")
        await proxy.settle(QUIET_MS, MAX_MS)
    await page.close()
    await proxy.settle(QUIET_MS, MAX_MS)


async def prove(platform: Platform, visitor: Visitor, context: BrowserContext, client: CdpClient, name: str) -> Proof:
    """Whether the browser is in the state, by the platform's own proof."""
    wanted = visitor is Visitor.logged_in
    if isinstance(platform.proof, CookieProof):
        found = _cookie(platform.proof, (await jar(client))["cookies"])
        seen = f"cookie {platform.proof.cookie} of {platform.proof.domain} {'present' if found else 'absent'}"
        return Proof(name=name, holds=found is wanted, seen=seen)
    page = await context.new_page()
    try:
        await page.goto(platform.proof.goto, timeout=15_000)
        found = await page.locator(platform.proof.element).first.is_visible(timeout=5_000)
    except PlaywrightError as error:
        raise StepFailed(f"{name}: {error.message.splitlines()[0]}") from None
    finally:
        await page.close()
    return Proof(name=name, holds=found is wanted, seen=f"element {'visible' if found else 'not visible'}")


def _cookie(proof: CookieProof, cookies: list[dict[str, Any]]) -> bool:
    return any(
        cookie["name"] == proof.cookie
        and cookie["value"] != ""
        and is_within(cookie["domain"].lstrip("."), proof.domain.lstrip("."))
        for cookie in cookies
    )
