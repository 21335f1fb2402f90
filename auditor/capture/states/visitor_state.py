"""The visitor's state towards a platform: reached by its steps or a sealed state, and proven, never assumed."""

import asyncio
import contextlib
from typing import Any, cast

from playwright.async_api import BrowserContext, StorageState
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from auditor.capture.browser.cdp import CdpClient, CdpError
from auditor.capture.browser.sensor import Sensor
from auditor.capture.browser.snapshot import jar
from auditor.capture.journey import Journey
from auditor.capture.network.proxy_process import ProxyProcess
from auditor.capture.states.sealed import as_cdp_cookies, key_of, origin_of, unseal
from auditor.domains import is_within
from auditor.evidence import Coverage, Proof, Visitor
from auditor.scenario import CookieProof, ElementProof, Platform, Scenario

QUIET_MS, MAX_MS = 150, 4_000
PAGE_MS, ELEMENT_MS, ABSENT_MS = 15_000, 5_000, 700
RESTORE_S = 30.0

LOGGED_OUT_ANSWERS = (401, 403)
"""Statuses of 400 and above that a logged-out visitor's account page may have; any other proves nothing."""


class StateNotReached(Exception):
    """The visitor is not in the state the visit is about."""


async def restore_state(
    platform: Platform, visitor: Visitor, context: BrowserContext, client: CdpClient
) -> tuple[list[Proof], list[Coverage]]:
    """Put the sealed state made for this visitor into the fresh profile; nothing is asked of any server.

    Its storage is written on blank documents answered inside the browser, before the sensor is attached: they
    are no part of the visit. Raises StateNotReached, InputError.
    """
    if (sealed := platform.sealed(visitor) or platform.sealed(Visitor.logged_in)) is None:
        return [], []
    state = await asyncio.to_thread(unseal, sealed.file, key_of(sealed))
    origin = origin_of(state)
    cookies = as_cdp_cookies(state)
    origins = state.get("origins") or []
    if not cookies and not origins:
        raise StateNotReached("the sealed state is empty")
    if origins:
        await _restore_storage(context, origins)
    coverage = [Coverage(sensor="state", skipped=1, reason=text) for text in origin.losses]
    if refused := await _restore_cookies(client, cookies):
        names = ", ".join(sorted(refused))
        reason = f"cookies of the sealed state that the browser refused: {names}"
        coverage.append(Coverage(sensor="state", skipped=len(refused), reason=reason))
    seen = (
        f"{len(cookies) - len(refused)} cookies, storage of {len(origins)} origins, sealed {origin.sealed_at}".strip()
    )
    proofs = [Proof(name="state_restored", holds=True, seen=seen)]
    if visitor is Visitor.logged_out and sealed is platform.sealed(Visitor.logged_out):
        told = origin.before_logout or "not proven when it was sealed"
        proofs.append(Proof(name="state_before_logout", holds=True, seen=f"sealed state: {told}"))
    return proofs, coverage


async def _restore_storage(context: BrowserContext, origins: list[dict[str, Any]]) -> None:
    # Playwright writes in a world of its own, on documents it answers itself; the profile is fresh, so that what it
    # clears before was empty. Its messages may quote what it writes: they are not passed on.
    try:
        async with asyncio.timeout(RESTORE_S):
            await context.set_storage_state(cast(StorageState, {"cookies": [], "origins": origins}))
    except (PlaywrightError, TimeoutError):
        raise StateNotReached("the storage of the sealed state could not be restored") from None


async def _restore_cookies(client: CdpClient, cookies: list[dict[str, Any]]) -> list[str]:
    """Set all cookies; names of those the browser refuses."""
    with contextlib.suppress(CdpError):
        await client.send("Storage.setCookies", {"cookies": cookies})
        return []
    refused = []
    for cookie in cookies:  # one bad cookie has the browser refuse them all
        try:
            await client.send("Storage.setCookies", {"cookies": [cookie]})
        except CdpError:
            refused.append(str(cookie.get("name")))
    if len(refused) == len(cookies):
        raise StateNotReached("the browser refused every cookie of the sealed state")
    return refused


async def reach_state(
    platform: Platform,
    visitor: Visitor,
    context: BrowserContext,
    client: CdpClient,
    proxy: ProxyProcess,
    journey: Journey,
) -> list[Proof]:
    """Log in, and out again for `logged_out`, in a tab of its own. Raises StateNotReached, StepFailed."""
    if visitor is Visitor.logged_out and platform.sealed(visitor) is not None:
        return []
    proofs = []
    page = await context.new_page()
    await journey.run(page, platform.login, "login")
    await proxy.settle(QUIET_MS, MAX_MS)
    if visitor is Visitor.logged_out:
        # To be logged out a person must have been logged in: prove it before logging out.
        proof = await prove(platform, Visitor.logged_in, context, client, proxy, "state_before_logout")
        if not proof.holds:
            raise StateNotReached(f"not logged in before logging out: {proof.seen}")
        proofs.append(proof)
        await journey.run(page, platform.logout, "logout")
        await proxy.settle(QUIET_MS, MAX_MS)
    await page.close()
    await proxy.settle(QUIET_MS, MAX_MS)
    return proofs


async def prove(
    platform: Platform, visitor: Visitor, context: BrowserContext, client: CdpClient, proxy: ProxyProcess, name: str
) -> Proof:
    """Whether the browser is in the state, by the platform's own proof. What cannot be told does not hold."""
    wanted = visitor is Visitor.logged_in
    if isinstance(platform.proof, CookieProof):
        found = has_cookie(platform.proof, (await jar(client))["cookies"])
        return Proof(name=name, holds=found is wanted, seen=_seen_cookie(platform.proof, found))
    answer = await _element(platform.proof, context, proxy, wanted)
    if isinstance(answer, str):
        return Proof(name=name, holds=False, seen=answer)
    return Proof(name=name, holds=answer is wanted, seen=f"element {'visible' if answer else 'not visible'}")


async def _element(proof: ElementProof, context: BrowserContext, proxy: ProxyProcess, wanted: bool) -> bool | str:
    """Whether the element is to be seen on the platform's page, or why that cannot be told."""
    page = await context.new_page()
    try:
        response = await page.goto(proof.goto, timeout=PAGE_MS)
        status = response.status if response else 0
        if response is not None and status >= 400 and status not in LOGGED_OUT_ANSWERS:
            return f"the proof's page answered status {status}"
        # Scripts show such elements late: absent is only what stays absent when the page has come to rest.
        await proxy.settle(QUIET_MS, MAX_MS)
        with contextlib.suppress(PlaywrightTimeout):
            timeout_ms = ELEMENT_MS if wanted else ABSENT_MS
            await page.locator(proof.element).first.wait_for(state="visible", timeout=timeout_ms)
            return True
        return False
    except PlaywrightError as error:
        return f"the proof's page: {error.message.strip().splitlines()[0]}"
    finally:
        await page.close()
        await proxy.settle(QUIET_MS, MAX_MS)


async def prove_no_account(scenario: Scenario, client: CdpClient, name: str) -> list[Proof]:
    """For every platform proven by a cookie: that cookie is not there."""
    cookies = (await jar(client))["cookies"]
    return [
        Proof(name=name, holds=not found, seen=f"{key}: {_seen_cookie(platform.proof, found)}")
        for key, platform in scenario.platforms.items()
        if isinstance(platform.proof, CookieProof)
        for found in (has_cookie(platform.proof, cookies),)
    ]


async def leave_no_trace(context: BrowserContext, client: CdpClient, sensor: Sensor, proxy: ProxyProcess) -> None:
    """Close what reaching and proving the state left open, so that it sends nothing during the journey.

    Popups of the platform are closed and its service workers put to rest, as they are in a browser in which the
    person does something else; what they left in the HTTP cache would hide requests that other visits make.
    """
    for page in context.pages[1:]:  # the first is the blank one the browser began with
        with contextlib.suppress(PlaywrightError):
            await page.close()
    for session, info in list(sensor.sessions.items()):
        if info["type"] == "page":
            await client.send("ServiceWorker.enable", {}, session)
            await client.send("ServiceWorker.stopAllWorkers", {}, session)
            await client.send("ServiceWorker.disable", {}, session)
            await client.send("Network.clearBrowserCache", {}, session)
            break
    await proxy.settle(QUIET_MS, MAX_MS)


def has_cookie(proof: CookieProof, cookies: list[dict[str, Any]]) -> bool:
    """Whether the proof's cookie, with a value, is among the jar's."""
    return any(
        cookie["name"] == proof.cookie
        and cookie["value"] != ""
        and is_within(cookie["domain"].lstrip("."), proof.domain.lstrip("."))
        for cookie in cookies
    )


def _seen_cookie(proof: CookieProof, found: bool) -> str:
    return f"cookie {proof.cookie} of {proof.domain} {'present' if found else 'absent'}"
