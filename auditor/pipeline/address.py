"""One disclosure by its address: opened in the browser as in a run, and read; no site is audited."""

import hashlib
from pathlib import Path

from pydantic import ValidationError

from auditor.disclosures import Disclosure
from auditor.domains import host_of
from auditor.errors import InputError
from auditor.evidence import VisitKind
from auditor.pipeline.audit import facts_of, go_on, tasks_of
from auditor.pipeline.declared import disclosures_of
from auditor.pipeline.derive import knowledge_of
from auditor.scenario import DisclosureAt, Limits, Network, Scenario, Site
from auditor.store.read import read_visit
from auditor.store.run import RunFolder

SITE = "page"


def disclosure_at(
    url: str, out: Path, find: int | None = None, network: Network | None = None, limits: Limits | None = None
) -> Disclosure:
    """Open an address, or look for the disclosure from it (`find` clicks deep), into the new run `out`; what it says.

    Raises InputError for an address that does not open, CannotFinish without a browser.
    """
    try:
        place = DisclosureAt(url=url) if find is None else DisclosureAt(find=find)
        site = Site(id=SITE, operator=host_of(url) or url, url=url, disclosure=place)
    except ValidationError as error:
        raise InputError(str(error.errors()[0]["msg"]).removeprefix("Value error, "), file=url) from None
    scenario = Scenario(
        scenario="disclosure", title=url, sites=(site,), network=network or Network(), limits=limits or Limits()
    )
    run = RunFolder.create(out)
    try:
        digest = hashlib.sha256(scenario.model_dump_json().encode()).hexdigest()
        run.write_facts(facts_of(out.name, scenario, "", digest))
        run.custody("start", {"run": out.name})
        wanted = [task for task in tasks_of(scenario) if task[2] is VisitKind.disclosure]
        go_on(run, scenario, wanted, 1, lambda _total: lambda _visit: None)
        visits = [read_visit(run, visit) for visit in run.published()]
        found, notes = disclosures_of(run, scenario.sites, visits, knowledge_of())
        run.write_bag()
    finally:
        run.release()
    if SITE not in found:
        raise InputError("; ".join(notes) or "was not visited", file=url)
    return found[SITE]
