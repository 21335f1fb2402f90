"""From a scenario to a run's folder full of visits: the canary first, then the matrix."""

import asyncio
import hashlib
import platform
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.capture.browser.chromium import FLAGS, browser_facts
from auditor.capture.journey import missing_secrets
from auditor.capture.runner import Task, run_canary, run_visits
from auditor.capture.states.sealed import open_all
from auditor.errors import InputError, Interrupted
from auditor.evidence import Consent, CookieMode, Proof, Visit, VisitKind, Visitor
from auditor.imports import read_recording
from auditor.scenario import PlannedVisit, Scenario, Site, load_scenario, matrix
from auditor.store.run import RunFolder

type Begun = Callable[[int], Callable[[Visit], None]]
"""Told how many visits there will be; returns what to call after each."""


def audit(scenario_file: Path, out: Path, workers: int, begun: Begun, check: Callable[[Scenario], None]) -> RunFolder:
    """Make every visit of a scenario into the new folder `out`.

    `check` may refuse the scenario before anything is made (unknown platforms). A scenario without a seed gets one,
    which the run keeps with it. Raises InputError, CannotFinish.
    """
    scenario = with_seed(load_scenario(scenario_file))
    check(scenario)
    if missing := missing_secrets(scenario):
        raise InputError(f"the environment variable {missing[0]} is not set", file=scenario_file, field="secret_env")
    open_all(scenario.platforms)
    replays = {site.replay: _hash(site.replay) for site in scenario.sites if site.replay is not None}
    run = RunFolder.create(out)
    try:
        digest = hashlib.sha256(scenario_file.read_bytes()).hexdigest()
        run.write_facts(facts_of(out.name, scenario, scenario_file.name, digest))
        keep_files(run, scenario.sites, scenario.vendors)
        run.custody("start", {"run": out.name})
        for recording, digest in replays.items():
            run.custody("replay", {"file": recording.name, "sha256": digest})
        go_on(run, scenario, tasks_of(scenario), workers, begun)
    finally:
        run.release()
    return run


def resume(out: Path, workers: int, begun: Begun) -> RunFolder:
    """Make the visits a stopped run still lacks, with the scenario the run itself keeps."""
    run = RunFolder.open(out, hold=True)
    try:
        if not run.facts():
            cure = "remove the folder and run the scenario again"
            raise InputError("was stopped before its first step", file=out, cure=cure)
        scenario = scenario_of(run)
        if scenario is None:
            raise InputError("was imported: there is nothing to resume", file=out)
        if missing := missing_secrets(scenario):
            raise InputError(f"the environment variable {missing[0]} is not set", file=out, field="secret_env")
        open_all(scenario.platforms)
        shutil.rmtree(run.spool_dir, ignore_errors=True)
        run.spool_dir.mkdir()
        run.custody("resume", {"run": out.name})
        run.mend_custody()
        go_on(run, scenario, tasks_of(scenario), workers, begun)
    finally:
        run.release()
    return run


def scenario_of(run: RunFolder) -> Scenario | None:
    """The scenario as run.json keeps it; None for imports. Raises InputError for a damaged one."""
    text = run.facts().get("scenario")
    if text is None:
        return None
    try:
        return Scenario.model_validate_json(str(text))
    except ValueError as error:
        raise InputError(f"holds no valid scenario: {error}", file=run.data / "run.json") from None


def sites_of(run: RunFolder) -> tuple[Site, ...]:
    """The sites a run is about: its scenario's, or the one whose traffic an import is. Raises InputError."""
    text = run.facts().get("site")
    if text is None:
        scenario = scenario_of(run)
        return scenario.sites if scenario is not None else ()
    try:
        return (Site.model_validate_json(str(text)),)
    except ValueError as error:
        raise InputError(f"holds no valid site: {error}", file=run.data / "run.json") from None


def with_seed(scenario: Scenario) -> Scenario:
    """The scenario with a seed: its own, or one drawn now."""
    if scenario.seed is not None:
        return scenario
    return scenario.model_copy(update={"seed": secrets.randbelow(1 << 32)})


def tasks_of(scenario: Scenario) -> list[Task]:
    """All visits of a scenario, in the order they are made.

    First each site's disclosure (its page, or the search for it). Then repetition by repetition, so that the
    repetitions of a cell are spread over the whole run; within each the cells in an order drawn from the seed, so that
    no treatment comes always before another. A scenario without a seed is in the matrix's own order.
    """
    sites = {site.id: site for site in scenario.sites}
    tasks: list[Task] = [
        (_disclosure_plan(site), _disclosure_site(site, site.disclosure.url or site.url), VisitKind.disclosure)
        for site in scenario.sites
        if site.disclosure is not None and site.disclosure.file is None
    ]
    plans = sorted(matrix(scenario), key=lambda plan: (plan.repeat, _drawn(scenario.seed, plan.visit)))
    return tasks + [(plan, sites[plan.site], VisitKind.audit) for plan in plans]


def _drawn(seed: int | None, visit: str) -> str:
    """A visit's place in its repetition: by SHA-256, the same on every machine and with every version of Python."""
    return "" if seed is None else hashlib.sha256(f"{seed}|order|{visit}".encode()).hexdigest()


def _disclosure_plan(site: Site) -> PlannedVisit:
    return PlannedVisit(
        visit=f"{site.id}.disclosure",
        site=site.id,
        platform=None,
        visitor=Visitor.no_account,
        cookie_mode=CookieMode.allowed,
        consent=Consent.ignore,
        repeat=1,
    )


def _disclosure_site(site: Site, url: str) -> Site:
    return site.model_copy(update={"url": url, "journey": ()})


def go_on(run: RunFolder, scenario: Scenario, wanted: list[Task], workers: int, begun: Begun) -> None:
    """Canary, then every visit of those wanted that is not there yet; the run's times and canary go into run.json."""
    there = set(run.published())
    tasks = [task for task in wanted if task[0].visit not in there]
    progress = begun(len(tasks))
    facts = run.facts()
    part: dict[str, Any] = {"started_at": _now(), "workers": workers, "browser": browser_facts()}
    facts["parts"] = [*facts.get("parts", []), part]
    number = len(facts["parts"])
    run.write_facts(facts)
    if tasks:
        canary = _run(run_canary(run, scenario, workers, number))
        part["canary"] = {visit: [proof.model_dump() for proof in proofs] for visit, proofs in canary.items()}
        run.custody("canary_passed", {"part": str(number), "proofs": str(_count(canary))})
        run.write_facts(facts)
        _run(run_visits(run, scenario, tasks, workers, progress))
    part["ended_at"] = _now()
    run.write_facts(facts)
    run.custody("end", {"part": str(number)})


def _run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or until a signal: then everything is closed, once. Raises Interrupted.

    Further signals are ignored meanwhile: closing is bounded in time, and a second one would leave processes.
    """

    async def guarded() -> T:
        task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
        signals: list[int] = []

        def stop(number: int) -> None:
            signals.append(number)
            if len(signals) == 1:
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)
        try:
            return await task
        except asyncio.CancelledError:
            if not signals:
                raise
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
                signal.signal(number, signal.SIG_IGN)
            raise Interrupted("interrupted") from None

    return asyncio.run(guarded())


def _hash(recording: Path) -> str:
    """SHA-256 of a recording that can be answered from. Raises InputError for one that cannot."""
    read_recording(recording, Path(tempfile.gettempdir()))
    with recording.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _count(canary: dict[str, list[Proof]]) -> int:
    return sum(len(proofs) for proofs in canary.values())


def facts_of(name: str, scenario: Scenario, file: str, digest: str) -> dict[str, Any]:
    """What run.json says of a run at its beginning; `digest` is the SHA-256 of the scenario's file."""
    return {
        "run": name,
        "title": scenario.title or scenario.scenario,
        "scenario": scenario.model_dump_json(),
        "scenario_file": file,
        "scenario_sha256": digest,
        "versions": {
            "auditor": __version__,
            "python": platform.python_version(),
            "mitmproxy": version("mitmproxy"),
            "playwright": version("playwright"),
            "system": platform.system(),
            "chromium": browser_facts()["version"],
        },
        "flags": list(FLAGS),
    }


def keep_files(run: RunFolder, sites: Iterable[Site], vendors: Iterable[Path]) -> None:
    """What the derived results need besides the visits goes into the run: it must stand on its own."""
    for site in sites:
        if site.disclosure is not None and site.disclosure.file is not None:
            folder = run.data / "disclosures"
            folder.mkdir(exist_ok=True)
            shutil.copy(site.disclosure.file, folder / f"{site.id}{site.disclosure.file.suffix.lower()}")
    for source in vendors:
        (run.data / "vendors").mkdir(exist_ok=True)
        for path in sorted((*source.glob("*.yaml"), *source.glob("*.json"))):
            shutil.copy(path, run.data / "vendors" / path.name)


def _now() -> str:
    return datetime.now(UTC).isoformat()
