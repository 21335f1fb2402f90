"""The same load through the auditor: its runner, proxy, sensor, store, outcome and publication.

`python -m tests.bench.audited JOB` makes one visit a site into a new run, prints its wall time as JSON. The
self-test is not in the time: it is made once a run however many visits follow.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from auditor.capture.runner import Task, run_visits
from auditor.evidence import CookieMode, Visit, VisitKind, Visitor
from auditor.scenario import Limits, Network, Scenario, Site, matrix
from auditor.store.run import RunFolder

from .job import Job, read_job


def scenario_of(job: Job) -> Scenario:
    """One visit for each address."""
    sites = tuple(Site(id=f"s{number:03d}", operator="x", url=url) for number, url in enumerate(job.urls))
    return Scenario(
        scenario="bench",
        sites=sites,
        visitors=(Visitor.no_account,),
        cookie_modes=(CookieMode.allowed,),
        limits=Limits(settle_quiet_ms=job.quiet_ms, settle_max_ms=job.max_ms),
        network=Network(names=job.names, ca=job.ca),
    )


def tasks_of(scenario: Scenario) -> list[Task]:
    sites = {site.id: site for site in scenario.sites}
    return [(plan, sites[plan.site], VisitKind.audit) for plan in matrix(scenario)]


def main() -> None:
    job = read_job(Path(sys.argv[1]))
    scenario = scenario_of(job)
    run = RunFolder.create(job.out)
    begun = time.monotonic()
    visits: list[Visit] = []
    asyncio.run(run_visits(run, scenario, tasks_of(scenario), job.workers, visits.append))
    wall_s = time.monotonic() - begun
    run.release()
    bad = [f"{visit.visit}: {visit.reason}" for visit in visits if visit.reason or visit.attempt > 1]
    print(json.dumps({"wall_s": wall_s, "bad": bad}))


if __name__ == "__main__":
    main()
