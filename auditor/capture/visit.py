"""One visit, from a fresh profile to an outcome that is `complete` only on positive proof (RELIABILITY.md 0.1)."""

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, Playwright
from playwright.async_api import Error as PlaywrightError

from auditor.capture.authority import Authority
from auditor.capture.cdp import CdpClient, CdpError
from auditor.capture.chromium import BrowserLost, Chromium, user_agent
from auditor.capture.driver import driver_lives, is_driver_gone
from auditor.capture.ending import DRIVER_GONE
from auditor.capture.journey import Journey, PythonSteps, StepFailed
from auditor.capture.outcome import judge
from auditor.capture.proxy_process import ProxyLost, ProxyProcess
from auditor.capture.sensor import Sensor, jar, snapshot
from auditor.capture.states import StateNotReached, prove, reach_state
from auditor.errors import InputError
from auditor.evidence import CookieMode, Outcome, Phase, Proof, Visit, VisitKind
from auditor.scenario import PlannedVisit, Scenario, Site
from auditor.store.jar import CANARY_DOMAIN
from auditor.store.run import DOCUMENT_FILE, EVENTS_FILE, STATE_FILE

LOOK_S = 5.0
BLANK = "about:blank"
JAR_ASKED = 2


@dataclass(frozen=True)
class Ground:
    """What all visits of one worker share."""

    scenario: Scenario
    authority: Authority
    proxy: ProxyProcess
    playwright: Playwright
    python_steps: PythonSteps
    work: Path


@dataclass
class _Attempt:
    """What is known of a visit while it goes on."""

    begun: float = field(default_factory=time.monotonic)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    proofs: list[Proof] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    counters: dict[str, Any] = field(default_factory=dict)
    final_url: str = ""
    title: str = ""
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded:
    """A visit that has been made and not been judged: what went wrong so far, and the proxy's counters."""

    visit: Visit
    folder: Path
    reasons: list[str]
    counters: dict[str, Any]

    def judged(self) -> Visit:
        """The visit with its outcome, read from its files: slow, for a thread."""
        return judge(self.visit, self.folder, self.reasons, self.counters)


async def make_visit(
    plan: PlannedVisit, site: Site, kind: VisitKind, ground: Ground, folder: Path, attempt: int
) -> Visit:
    """Make one visit, leave its files in `folder` and judge it. Never raises for what a page or a process did."""
    return await asyncio.to_thread((await record_visit(plan, site, kind, ground, folder, attempt)).judged)


async def record_visit(
    plan: PlannedVisit, site: Site, kind: VisitKind, ground: Ground, folder: Path, attempt: int
) -> Recorded:
    """Make one visit and leave its files in `folder`. Never raises for what a page or a process did."""
    run = _Attempt()
    journey = Journey(ground.scenario.limits, folder, ground.python_steps)
    sensor = Sensor(folder / EVENTS_FILE)
    try:
        async with asyncio.timeout(ground.scenario.limits.visit_ms / 1000):
            await _visit(plan, site, ground, folder, run, journey, sensor)
    except TimeoutError:
        run.reasons.append(f"timeout: the visit took longer than {ground.scenario.limits.visit_ms} ms")
    except StepFailed as error:
        run.reasons.append(f"step_failed: {error}")
    except (StateNotReached, InputError) as error:
        run.reasons.append(f"state_not_reached: {error}")
    except (BrowserLost, CdpError) as error:
        run.reasons.append(f"browser_lost: {error}")
    except PlaywrightError as error:
        run.reasons.append(f"browser_lost: {error.message.strip().splitlines()[0]}")
    except ProxyLost as error:
        run.reasons.append(f"proxy_lost: {error}")
    except Exception as error:  # the driver's end is told by nothing narrower
        if not is_driver_gone(error):
            raise
        run.reasons.append(f"browser_lost: {DRIVER_GONE}")
    finally:
        sensor.close()
    if sensor.crashed is not None:
        run.reasons.insert(0, f"page_crashed: {sensor.crashed}")
    (folder / STATE_FILE).write_text(json.dumps(run.state))
    visit = Visit(
        visit=plan.visit,
        kind=kind,
        site=plan.site,
        operator=site.operator,
        page=site.url,
        final_url=run.final_url,
        title=run.title,
        platform=plan.platform,
        visitor=plan.visitor,
        cookie_mode=plan.cookie_mode,
        consent=plan.consent,
        repeat=plan.repeat,
        outcome=Outcome.incomplete,
        attempt=attempt,
        started_at=run.started_at,
        duration_ms=round((time.monotonic() - run.begun) * 1000),
        user_agent=user_agent(),
        screen=ground.scenario.window,
        language=ground.scenario.language,
        time_zone=ground.scenario.time_zone,
        replayed_from=site.replay.name if site.replay else None,
        proofs=tuple(run.proofs),
        screenshots=tuple(journey.screenshots),
    )
    return Recorded(visit, folder, run.reasons, run.counters)


async def _visit(
    plan: PlannedVisit,
    site: Site,
    ground: Ground,
    folder: Path,
    run: _Attempt,
    journey: Journey,
    sensor: Sensor,
) -> None:
    limits = ground.scenario.limits
    async with _recording(ground, folder, site, run) as port, _browser(plan.cookie_mode, ground, port) as browser:
        client = await CdpClient.connect(browser.endpoint, sensor.on_event)
        canary = ""
        try:
            await sensor.attach(client)
            context = await _connect(ground.playwright, browser)
            canary = await _plant(client)
            platform = ground.scenario.platforms[plan.platform] if plan.platform else None
            sensor.note("Auditor.phase", {"phase": Phase.prepare.value})
            if platform is not None:
                await reach_state(platform, plan.visitor, context, client, ground.proxy, journey)
                run.proofs.append(proof := await prove(platform, plan.visitor, context, client, "state_before"))
                if not proof.holds:
                    raise StateNotReached(proof.seen)
                await _clear_http_cache(client, sensor)
            await _phase(ground, sensor, Phase.journey)
            page = await context.new_page()
            if site.url != BLANK:
                await journey.open(page, site.url)
            await journey.run(page, site.journey, "journey")
            await _phase(ground, sensor, Phase.settle)
            if not await ground.proxy.settle(limits.settle_quiet_ms, limits.settle_max_ms):
                run.proofs.append(Proof(name="settled", holds=True, seen="limit reached before the network was quiet"))
            await journey.shot(page, "end")
            looked = await _look(page, folder, run)
            run.state = await snapshot(client, sensor)
            run.state["problems"] += looked
            await _phase(ground, sensor, Phase.close)
            await page.close()
            # The network service answers this after it has begun what the page sent while closing.
            await jar(client)
            await ground.proxy.settle(min(limits.settle_quiet_ms, 300), limits.drain_ms)
            run.state |= await jar(client)
            run.proofs.append(_canary_proof(run.state["cookies"], canary))
            if platform is not None:
                # Looking for the state may load a page of the platform: that is not the audited page's doing.
                await _phase(ground, sensor, Phase.prepare)
                run.proofs.append(await prove(platform, plan.visitor, context, client, "state_after"))
        except (StepFailed, PlaywrightError, CdpError):
            run.reasons += await _lost(client, ground.playwright, canary)
            raise
        finally:
            await client.close()


@contextlib.asynccontextmanager
async def _recording(ground: Ground, folder: Path, site: Site, run: _Attempt) -> AsyncIterator[int]:
    """The proxy's listener and record, closed last, when the browser can send no more."""
    port = await ground.proxy.open(folder, Phase.prepare, site.replay)
    try:
        yield port
    finally:
        run.counters = await asyncio.shield(ground.proxy.close())


@contextlib.asynccontextmanager
async def _browser(mode: CookieMode, ground: Ground, port: int) -> AsyncIterator[Chromium]:
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


async def _connect(playwright: Playwright, browser: Chromium) -> BrowserContext:
    """Playwright on the running browser, in its own profile: no context of Playwright's, no emulation."""
    # Its own files go into the profile: they are erased with it, whoever is killed.
    artifacts = browser.profile / "playwright"
    connected = await playwright.chromium.connect_over_cdp(browser.endpoint, artifacts_dir=artifacts, timeout=20_000)
    return connected.contexts[0]


async def _plant(client: CdpClient) -> str:
    """Put the cookie into the jar that proves, when it is still there, that the jar was not lost (Z1)."""
    value = secrets.token_hex(8)
    cookie = {"name": "auditor", "value": value, "url": f"https://{CANARY_DOMAIN}/", "secure": True}
    await client.send("Storage.setCookies", {"cookies": [cookie]})
    return value


def _canary_proof(cookies: list[dict[str, Any]], value: str) -> Proof:
    found = any(c["domain"].lstrip(".") == CANARY_DOMAIN and c["value"] == value for c in cookies)
    return Proof(name="canary_cookie", holds=found, seen="in the jar at the end" if found else "the jar was lost")


async def _lost(client: CdpClient, playwright: Playwright, canary: str) -> list[str]:
    """What a failed step has to do with our own processes: the reason, none when nothing. Raises BrowserLost.

    Where the network service died, pages do not load: the site is not to blame for it.
    """
    if not await driver_lives(playwright):
        raise BrowserLost(DRIVER_GONE)
    for _ in range(JAR_ASKED):
        # A question that was under way when the service died is never answered.
        with contextlib.suppress(CdpError):
            proof = _canary_proof((await jar(client))["cookies"], canary)
            return [] if proof.holds or not canary else [f"cookie_store_lost: {proof.name}: {proof.seen}"]
    return []


async def _clear_http_cache(client: CdpClient, sensor: Sensor) -> None:
    """What the login left in the HTTP cache would hide requests that other visitors' visits make."""
    for session, info in list(sensor.sessions.items()):
        if info["type"] == "page":
            await client.send("Network.clearBrowserCache", {}, session)
            return


async def _phase(ground: Ground, sensor: Sensor, phase: Phase) -> None:
    await ground.proxy.phase(phase)
    sensor.note("Auditor.phase", {"phase": phase.value})


async def _look(page: Page, folder: Path, run: _Attempt) -> list[str]:
    """Keep the page's address, title and rendered HTML; what a hostile page does not give in time is named."""
    run.final_url = page.url
    try:
        async with asyncio.timeout(LOOK_S):
            run.title = await page.title()
            html = await page.content()
    except (TimeoutError, PlaywrightError) as error:
        return [f"the rendered page could not be read: {type(error).__name__}"]
    (folder / DOCUMENT_FILE).write_text(html, "utf-8", "surrogatepass")
    return []
