"""All visits of a run, side by side: each worker has a proxy and a driver of its own, each visit a browser."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Playwright

from auditor.capture.attempts import Attempts, Patience
from auditor.capture.browser.chromium import browser_facts
from auditor.capture.browser.driver import Driver
from auditor.capture.canary import canary_plans, canary_web, judge_blank, judge_canary
from auditor.capture.ground import Ground
from auditor.capture.journey import PythonSteps, load_steps
from auditor.capture.network.authority import Authority, forget_key, make_authority
from auditor.capture.network.cnames import Cnames
from auditor.capture.network.proxy_process import ProxyProcess
from auditor.capture.visit import Recorded, record_visit
from auditor.capture.workplace import work_folder
from auditor.errors import CannotFinish
from auditor.evidence import Outcome, Proof, Visit, VisitKind
from auditor.scenario import Network, PlannedVisit, Scenario, Site
from auditor.store.read import read_visit
from auditor.store.run import RunFolder

PROXY_STARTS = 3
RENEWED_AFTER = 50
"""Visits a worker makes with one driver and one proxy: what they keep of each visit (the driver some 130 KB) goes."""
FREE_BYTES = 256 << 20

type Task = tuple[PlannedVisit, Site, VisitKind]
type Progress = Callable[[Visit], None]


@dataclass(frozen=True)
class Shared:
    """What all workers of one run share."""

    run: RunFolder
    scenario: Scenario
    authority: Authority
    names: dict[str, str]
    python_steps: PythonSteps
    work: Path
    cnames: Cnames
    patience: Patience = field(default_factory=Patience)


@dataclass
class _Waiting:
    """A visit to be made, and how often it has been tried."""

    task: Task
    attempts: Attempts = field(default_factory=Attempts)


async def run_canary(run: RunFolder, scenario: Scenario, workers: int, part: int = 1) -> dict[str, list[Proof]]:
    """Make and judge the canary's visits; `part` counts a resumed run's parts. Raises CannotFinish."""
    async with work_folder() as work, canary_web(work) as web:
        private = scenario.model_copy(
            update={"network": Network(names=web.names, ca=web.ca, dns=False), "platforms": {}}
        )
        tasks: list[Task] = [
            (plan, site, VisitKind.control) for plan, site in canary_plans(scenario.cookie_modes, part)
        ]
        visits: list[Visit] = []
        await _make_all(run, private, tasks, workers, work, visits.append)
    proofs: dict[str, list[Proof]] = {}
    for visit in visits:
        if visit.outcome is not Outcome.complete:
            raise CannotFinish(f"the self-test {visit.visit} is {visit.outcome.value}: {visit.reason}")
        evidence = read_visit(run, visit.visit)
        judged = (
            judge_blank(evidence)
            if visit.site == "blank"
            else judge_canary(evidence, scenario.time_zone, scenario.language)
        )
        proofs[visit.visit] = judged
        if failed := [p for p in judged if not p.holds]:
            raise CannotFinish(f"the self-test {visit.visit} failed: {failed[0].name}: {failed[0].seen}")
    return proofs


async def run_visits(run: RunFolder, scenario: Scenario, tasks: list[Task], workers: int, progress: Progress) -> None:
    """Make these visits; each is published as it ends, told to `progress`, and not kept in memory.

    Raises CannotFinish when the machine gives up.
    """
    async with work_folder() as work:
        await _make_all(run, scenario, tasks, workers, work, progress)


async def _make_all(
    run: RunFolder, scenario: Scenario, tasks: list[Task], workers: int, work: Path, progress: Progress
) -> None:
    browser_facts()
    cas = (scenario.network.ca,) if scenario.network.ca else ()
    shared = Shared(
        run=run,
        scenario=scenario,
        authority=await asyncio.to_thread(make_authority, work / f"ca-{os.urandom(4).hex()}", cas),
        names=scenario.network.names,
        python_steps=load_steps(scenario),
        work=work,
        cnames=Cnames(scenario.network),
    )
    waiting = [_Waiting(task) for task in reversed(tasks)]
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, min(workers, len(tasks)))):
                group.create_task(_worker(shared, waiting, progress, group))
    except ExceptionGroup as errors:  # a task group raises nothing else; its first error ended the others
        raise errors.exceptions[0] from None
    finally:
        forget_key(shared.authority)


async def _worker(shared: Shared, waiting: list[_Waiting], progress: Progress, group: asyncio.TaskGroup) -> None:
    """Take tasks until none wait. While one visit is made, the one before it is judged and published."""
    finishing: asyncio.Task[None] | None = None
    async with Driver() as driver:
        proxy: ProxyProcess | None = None
        made = 0
        try:
            while waiting or finishing is not None:
                if not waiting:
                    await _ended(finishing)
                    finishing = None
                    continue
                if shutil.disk_usage(shared.run.path).free < FREE_BYTES:
                    raise CannotFinish(f"{shared.run.path}: less than {FREE_BYTES >> 20} MiB left on the disk")
                one = waiting.pop()
                if made and made % RENEWED_AFTER == 0:
                    await driver.renew()
                    proxy = await _new_proxy(shared, proxy)
                if proxy is None or not proxy.alive:
                    proxy = await _new_proxy(shared, proxy)
                made += 1
                recorded = await _record(shared, proxy, driver.playwright, one)
                if any(reason.startswith("proxy_lost") for reason in recorded.reasons):
                    proxy = await _new_proxy(shared, proxy)
                if any(reason.startswith("browser_lost") for reason in recorded.reasons):
                    await driver.renew()
                await _ended(finishing)
                finishing = group.create_task(_finish(shared, one, recorded, waiting, progress))
                if recorded.reasons:
                    # It may have to be made again: at once, by this worker.
                    await _ended(finishing)
                    finishing = None
        finally:
            if proxy is not None:
                await asyncio.shield(proxy.stop())


async def _ended(finishing: asyncio.Task[None] | None) -> None:
    if finishing is not None:
        await finishing


async def _record(shared: Shared, proxy: ProxyProcess, playwright: Playwright, one: _Waiting) -> Recorded:
    plan, site, kind = one.task
    folder = shared.run.spool(plan.visit, one.attempts.number)
    ground = Ground(
        shared.scenario, shared.authority, proxy, playwright, shared.python_steps, shared.work, shared.cnames
    )
    return await record_visit(plan, site, kind, ground, folder, one.attempts.number)


async def _finish(
    shared: Shared,
    one: _Waiting,
    recorded: Recorded,
    waiting: list[_Waiting],
    progress: Progress,
) -> None:
    """Judge a visit; publish it, or have it made again. Raises CannotFinish."""
    visit = await asyncio.to_thread(recorded.judged)
    if one.attempts.again(visit.reason):
        # The folder of a lost attempt is no evidence, and may hold secrets.
        await asyncio.to_thread(shutil.rmtree, recorded.folder, ignore_errors=True)
        waiting.append(one)
        return
    visit = visit.model_copy(update={"earlier": tuple(one.attempts.earlier)})
    shared.patience.ended(visit.visit, visit.reason)
    await asyncio.to_thread(shared.run.publish, visit, recorded.folder)
    progress(visit)


async def _new_proxy(shared: Shared, old: ProxyProcess | None) -> ProxyProcess:
    if old is not None:
        await old.stop()
    for _ in range(PROXY_STARTS - 1):
        with contextlib.suppress(CannotFinish):
            return await ProxyProcess.start(shared.authority, shared.names, shared.run.journal / "proxy.log")
    return await ProxyProcess.start(shared.authority, shared.names, shared.run.journal / "proxy.log")
