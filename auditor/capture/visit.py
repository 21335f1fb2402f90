"""One visit, from a fresh profile to an outcome that is `complete` only on positive proof (RELIABILITY.md 0.1)."""

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from auditor.capture.browser.cdp import CdpClient, CdpError
from auditor.capture.browser.chromium import BrowserLost, user_agent
from auditor.capture.browser.driver import is_driver_gone
from auditor.capture.browser.guards import Guards, VisitEnded
from auditor.capture.browser.look import View, answers, look
from auditor.capture.browser.sensor import Sensor
from auditor.capture.browser.snapshot import jar, snapshot
from auditor.capture.consent import Chooser
from auditor.capture.disclosure import Finder, Links, follow
from auditor.capture.ending import DRIVER_GONE
from auditor.capture.equipment import canary_proof, chromium, connect, lost, plant, recording
from auditor.capture.ground import Attempt, Ground
from auditor.capture.journey import Journey, StepFailed
from auditor.capture.network.proxy_process import ProxyLost
from auditor.capture.outcome import judge
from auditor.capture.preparing import platform_of, prepare, prove_after
from auditor.capture.states.drift import Watched
from auditor.capture.states.visitor_state import StateNotReached, restore_state
from auditor.capture.stepping import cleared, told
from auditor.errors import InputError
from auditor.evidence import Coverage, Outcome, Phase, Proof, Visit, VisitKind
from auditor.hosts import Hosts
from auditor.scenario import PlannedVisit, Site, person_of_visit
from auditor.store.run import EVENTS_FILE, FOLLOWED_FILE, HOSTS_FILE, LINKS_FILE, PAGES_FILE, STATE_FILE

BLANK = "about:blank"
LINKED = (VisitKind.audit, VisitKind.disclosure)
"""Kinds of visits whose pages' links are kept: a disclosure must be reachable from them."""
DRAIN_QUIET_MS = 300


@dataclass(frozen=True)
class Recorded:
    """A visit that has been made and not been judged: what went wrong so far, the proxy's counters, the state's."""

    visit: Visit
    folder: Path
    reasons: list[str]
    counters: dict[str, Any]
    watched: list[Watched]

    def judged(self) -> Visit:
        """The visit with its outcome, read from its files: slow, for a thread."""
        return judge(self.visit, self.folder, self.reasons, self.counters, self.watched)


async def make_visit(
    plan: PlannedVisit, site: Site, kind: VisitKind, ground: Ground, folder: Path, attempt: int
) -> Visit:
    """Make one visit, leave its files in `folder` and judge it. Never raises for what a page or a process did."""
    return await asyncio.to_thread((await record_visit(plan, site, kind, ground, folder, attempt)).judged)


async def record_visit(
    plan: PlannedVisit, site: Site, kind: VisitKind, ground: Ground, folder: Path, attempt: int
) -> Recorded:
    """Make one visit and leave its files in `folder`. Never raises for what a page or a process did."""
    run = Attempt()
    person = person_of_visit(ground.scenario, plan.visit)
    journey = Journey(ground.scenario.limits, folder, ground.python_steps, person)
    guards = Guards(ground.scenario.limits)
    sensor = Sensor(folder / EVENTS_FILE, guards)
    try:
        async with asyncio.timeout(ground.scenario.limits.visit_ms / 1000):
            await guards.keep(_visit(plan, site, kind, ground, folder, run, journey, sensor, guards))
    except TimeoutError:
        run.reasons.append(f"timeout: the visit took longer than {ground.scenario.limits.visit_ms} ms")
    except VisitEnded as error:
        run.reasons.append(str(error))
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
    hosts = Hosts.model_validate(run.counters.pop("hosts", {}))
    if ground.cnames is not None:
        hosts = await ground.cnames.complete(hosts, "a recording answered" if site.replay else "")
    (folder / HOSTS_FILE).write_text(hosts.model_dump_json())
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
        consent_result=run.consent,
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
        coverage=(*run.coverage, *guards.coverage()),
    )
    return Recorded(visit, folder, run.reasons, run.counters, run.watched)


async def _visit(
    plan: PlannedVisit,
    site: Site,
    kind: VisitKind,
    ground: Ground,
    folder: Path,
    run: Attempt,
    journey: Journey,
    sensor: Sensor,
    guards: Guards,
) -> None:
    limits = ground.scenario.limits
    async with (
        recording(ground, folder, site, run, guards) as port,
        chromium(plan.cookie_mode, ground, port) as browser,
    ):
        client = await CdpClient.connect(browser.endpoint, sensor.on_event)
        planted = ""
        try:
            context = await connect(ground.playwright, browser)
            if (platform := platform_of(plan, ground)) is not None:
                proofs, coverage = await restore_state(platform, plan.visitor, context, client)
                run.proofs += proofs
                run.coverage += coverage
            await sensor.attach(client)
            await guards.attach(client, browser.process.pid)
            planted = await plant(client)
            sensor.note("Auditor.phase", {"phase": Phase.prepare.value})
            journey.on_step, journey.on_clear = told(sensor, guards), cleared(client, sensor, planted)
            await prepare(plan, site, ground, run, journey, sensor, context, client)
            await _phase(ground, sensor, Phase.journey)
            others = context.pages
            page = await context.new_page()
            view = await _view(page, context, client, sensor)
            chooser = Chooser(plan.consent, site, client, sensor, journey, limits.consent_ms)
            links = Links()

            async def choose() -> None:
                await chooser.look(page, context)
                run.consent = chooser.result
                if kind in LINKED:
                    await links.gather(view)

            async def viewed(opened: Page) -> View:
                return view if opened is page else await _view(opened, context, client, sensor)

            try:
                if site.url != BLANK:
                    await journey.open(page, site.url)
                await choose()
                await journey.run(page, site.journey, "journey", after=choose)
                if kind is VisitKind.disclosure:
                    finder = Finder(journey, links, folder, context, viewed)
                    await _find(finder, site, page, ground, folder)
                    urls = await finder.links_of_rows(ground.scenario.vendors)
                    # Half of the visit's time is for them: the disclosure itself is kept by now.
                    await follow(urls, context, journey, viewed, folder / FOLLOWED_FILE, limits.visit_ms / 2000)
                await _phase(ground, sensor, Phase.settle)
                if not await ground.proxy.settle(limits.settle_quiet_ms, limits.settle_max_ms):
                    seen = "limit reached before the network was quiet"
                    run.proofs.append(Proof(name="settled", holds=True, seen=seen))
                await chooser.confirm(page)
                run.consent = chooser.result
            except StepFailed:
                if standing := sensor.probes.standing():
                    reason = "documents stood at their start, where the auditor sets its probes, when the step failed"
                    run.coverage.append(Coverage(sensor="browser", skipped=standing, reason=reason))
                if sensor.crashed is None:
                    # What stood in its way is to be seen.
                    await _look(view, page, folder, run, journey, sensor)
                raise
            looked = await _look(view, page, folder, run, journey, sensor)
            if kind is VisitKind.audit:
                await links.gather(view)
            if kind in LINKED:
                links.write(folder / LINKS_FILE)
                run.coverage += [Coverage(sensor="browser", skipped=1, reason=text) for text in links.problems]
            run.state |= await snapshot(client, sensor, browser.endpoint)
            run.state["problems"] += looked
            await _phase(ground, sensor, Phase.close)
            for opened in [opened for opened in context.pages if opened not in others]:
                await opened.close()
            # The network service answers this after it has begun what the pages sent while closing.
            await jar(client)
            await ground.proxy.settle(min(limits.settle_quiet_ms, DRAIN_QUIET_MS), limits.drain_ms)
            run.state |= await jar(client)
            run.proofs.append(canary_proof(run.state["cookies"], planted))
            if platform is not None:
                await _phase(ground, sensor, Phase.prepare)
            await prove_after(plan, ground, run, context, client)
            await sensor.timeline.end(client, browser.process.pid)
        except (StepFailed, PlaywrightError, CdpError):
            run.reasons += await lost(client, ground.playwright, planted)
            raise
        finally:
            await client.close()


async def _find(finder: Finder, site: Site, page: Page, ground: Ground, folder: Path) -> None:
    """Keep the disclosure's page as it is shown, or look for it from the site's page."""
    limits = ground.scenario.limits

    async def settle() -> None:
        await ground.proxy.settle(limits.settle_quiet_ms, limits.settle_max_ms)

    operations = site.disclosure.find if site.disclosure is not None else None
    try:
        await settle()
        if operations is None:
            await finder.keep(page)
        else:
            await finder.find(page, operations, settle)
    finally:
        finder.write(folder / PAGES_FILE)


async def _phase(ground: Ground, sensor: Sensor, phase: Phase) -> None:
    await ground.proxy.phase(phase)
    sensor.note("Auditor.phase", {"phase": phase.value})


async def _view(page: Page, context: BrowserContext, client: CdpClient, sensor: Sensor) -> View:
    """The page as the auditor's own connection addresses it. Raises CdpError."""
    asked = await context.new_cdp_session(page)
    target = (await asked.send("Target.getTargetInfo"))["targetInfo"]["targetId"]
    await asked.detach()
    # Playwright may know the page before our own connection has told of it.
    for _ in range(500):
        for session, info in sensor.sessions.items():
            if info["targetId"] == target:
                return View(client, session, target)
        await asyncio.sleep(0.01)
    raise CdpError("the browser does not tell of its new page")


async def _look(view: View, page: Page, folder: Path, run: Attempt, journey: Journey, sensor: Sensor) -> list[str]:
    """Keep the page's address, picture, title and rendered HTML. Raises VisitEnded where there is no page any more."""
    run.final_url = page.url
    limit_ms = journey.limits.step_ms
    try:
        answered = await answers(view, limit_ms / 1000)
    except CdpError:
        for _ in range(50):
            if page.is_closed() or view.client.closed.is_set():
                break
            await asyncio.sleep(0.02)
        if sensor.crashed is None and page.is_closed():
            await view.client.send("Browser.getVersion")  # the browser itself is there
            raise VisitEnded("page_closed: the page closed itself") from None
        raise
    if not answered:
        raise VisitEnded(f"page_hung: the page did not answer for {limit_ms} ms")
    await journey.shot(page, "end")
    run.title, problems = await look(view, folder)
    return problems
