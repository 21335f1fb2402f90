"""All visits of a run, side by side: each worker has a proxy and a driver of its own, each visit a browser."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Playwright, async_playwright

from auditor.capture.authority import Authority, forget_key, make_authority
from auditor.capture.canary import canary_plans, canary_web, judge_blank, judge_canary
from auditor.capture.chromium import browser_facts
from auditor.capture.cnames import Cnames
from auditor.capture.ground import Ground
from auditor.capture.journey import PythonSteps, load_steps
from auditor.capture.outcome import DRIFTED, INFRASTRUCTURE
from auditor.capture.proxy_process import ProxyProcess
from auditor.capture.visit import make_visit
from auditor.errors import CannotFinish
from auditor.evidence import Outcome, Proof, Visit, VisitKind
from auditor.scenario import Network, PlannedVisit, Scenario, Site
from auditor.store.read import read_visit
from auditor.store.run import RunFolder

REPEATABLE = (INFRASTRUCTURE, DRIFTED)
"""Kinds of reasons for which a visit is made again; once for each kind."""

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


async def run_canary(run: RunFolder, scenario: Scenario, workers: int, part: int = 1) -> dict[str, list[Proof]]:
    """Make and judge the canary's visits; `part` counts a resumed run's parts. Raises CannotFinish."""
    async with _work_folder() as work, canary_web(work) as web:
        private = scenario.model_copy(
            update={"network": Network(names=web.names, ca=web.ca, dns=False), "platforms": {}}
        )
        tasks: list[Task] = [
            (plan, site, VisitKind.control) for plan, site in canary_plans(scenario.cookie_modes, part)
        ]
        visits = await _make_all(run, private, tasks, workers, work, lambda _: None)
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


async def run_visits(
    run: RunFolder, scenario: Scenario, tasks: list[Task], workers: int, progress: Progress
) -> list[Visit]:
    """Make these visits; each is published as it ends. Raises CannotFinish when the machine gives up."""
    async with _work_folder() as work:
        return await _make_all(run, scenario, tasks, workers, work, progress)


async def _make_all(
    run: RunFolder, scenario: Scenario, tasks: list[Task], workers: int, work: Path, progress: Progress
) -> list[Visit]:
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
    waiting = list(reversed(tasks))
    done: list[Visit] = []
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, min(workers, len(tasks)))):
                group.create_task(_worker(shared, waiting, done, progress))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    finally:
        forget_key(shared.authority)
    return done


async def _worker(shared: Shared, waiting: list[Task], done: list[Visit], progress: Progress) -> None:
    """Take tasks until none wait. A proxy that has gone is started anew."""
    proxy: ProxyProcess | None = None
    async with async_playwright() as playwright:
        try:
            while waiting:
                if shutil.disk_usage(shared.run.path).free < FREE_BYTES:
                    raise CannotFinish(f"{shared.run.path}: less than {FREE_BYTES >> 20} MiB left on the disk")
                plan, site, kind = waiting.pop()
                earlier: list[str] = []
                left = list(REPEATABLE)
                while True:
                    if proxy is None or not proxy.alive:
                        proxy = await _new_proxy(shared, proxy)
                    visit, folder = await _one(shared, proxy, playwright, plan, site, kind, len(earlier) + 1)
                    if visit.reason.startswith("proxy_lost"):
                        proxy = await _new_proxy(shared, proxy)
                    again = next((reasons for reasons in left if visit.reason.startswith(reasons)), None)
                    if again is None:
                        break
                    left.remove(again)
                    earlier.append(visit.reason)
                visit = visit.model_copy(update={"earlier": tuple(earlier)})
                shared.run.publish(visit, folder)
                done.append(visit)
                progress(visit)
        finally:
            if proxy is not None:
                await asyncio.shield(proxy.stop())


async def _one(
    shared: Shared,
    proxy: ProxyProcess,
    playwright: Playwright,
    plan: PlannedVisit,
    site: Site,
    kind: VisitKind,
    attempt: int,
) -> tuple[Visit, Path]:
    folder = shared.run.spool(plan.visit, attempt)
    ground = Ground(
        shared.scenario, shared.authority, proxy, playwright, shared.python_steps, shared.work, shared.cnames
    )
    return await make_visit(plan, site, kind, ground, folder, attempt), folder


async def _new_proxy(shared: Shared, old: ProxyProcess | None) -> ProxyProcess:
    if old is not None:
        await old.stop()
    return await ProxyProcess.start(shared.authority, shared.names, shared.run.journal / "proxy.log")


@contextlib.asynccontextmanager
async def _work_folder() -> AsyncIterator[Path]:
    """A private folder for profiles and keys, erased at the end."""
    work = Path(tempfile.mkdtemp(prefix="auditor-"))
    try:
        yield work
    finally:
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
