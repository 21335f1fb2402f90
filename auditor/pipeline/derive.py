"""From a run's folder to results: a pure function of its files and the vendor files."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.check import judge_run
from auditor.compare import compare_run, technique_uses
from auditor.decode import Knowledge, Transmission, decode_visit
from auditor.evidence import Visit, VisitKind
from auditor.pipeline.audit import scenario_of, sites_of
from auditor.pipeline.declared import disclosures_of
from auditor.pipeline.identified import identified_of
from auditor.pipeline.places import cut_places
from auditor.report import CanaryRow, Lang, Reports, RunFacts, RunResult, VisitCoverage, write_reports
from auditor.scenario import SHARED, Fill, Person, Scenario, Site, person_of_visit
from auditor.store.read import read_visit
from auditor.store.run import RunFolder
from auditor.vendors import VENDORS_DIR, load_headers, load_taxonomy, load_vendors


def knowledge_of(*extra: Path) -> Knowledge:
    """The project's vendor files and those of the extra folders. Raises InputError for a bad one."""
    taxonomy = load_taxonomy()
    vendors = load_vendors([VENDORS_DIR, *(e for e in extra if e.is_dir())], taxonomy)
    return Knowledge(vendors, taxonomy, load_headers(taxonomy))


def derive(run: RunFolder) -> RunResult:
    """Everything the reports show, from the evidence. Raises InputError naming a damaged file."""
    facts = run.facts()
    scenario = scenario_of(run)
    knowledge = knowledge_of(run.data / "vendors")
    sites = sites_of(run)
    visits = [read_visit(run, visit) for visit in run.published()]
    if scenario is None and sites:
        # An import's visits are named after their pages: all of them are the traffic of the one site.
        visits = [v.model_copy(update={"visit": v.visit.model_copy(update=_told(sites[0]))}) for v in visits]
    transmissions: list[Transmission] = []
    coverage: list[VisitCoverage] = []
    by_id = {site.id: site for site in sites}
    for evidence in visits:
        if evidence.visit.kind in (VisitKind.audit, VisitKind.imported):
            items, rows = decode_visit(evidence, knowledge, typed_by(scenario, by_id, evidence.visit))
            transmissions += items
            coverage += [VisitCoverage(visit=evidence.visit.visit, coverage=row) for row in rows]
    disclosures, notes = disclosures_of(run, sites, visits, knowledge)
    audited = [v for v in visits if v.visit.kind is VisitKind.audit]
    identified, rest = identified_of(scenario, by_id, visits, transmissions, knowledge)
    coverage += rest
    opt_outs = {after: before for before, after in scenario.with_before()} if scenario is not None else {}
    judged = judge_run(sites, visits, transmissions, disclosures, knowledge)
    return RunResult(
        run=str(facts.get("run", run.path.name)),
        title=str(facts.get("title", "")),
        scenario=scenario,
        facts=_facts(facts),
        visits=tuple(visits),
        transmissions=tuple(transmissions),
        disclosures=tuple(disclosures.values()),
        findings=judged.findings,
        assessments=(*judged.assessments, *judged.platforms),
        sent_standings=judged.standings.sent,
        row_standings=judged.standings.rows,
        changes=compare_run(audited, transmissions, knowledge, opt_outs, identified),
        techniques=technique_uses(visits, transmissions, knowledge, identified),
        identified=identified,
        coverage=tuple(coverage),
        vendors=tuple(knowledge.vendors),
        taxonomy=knowledge.taxonomy,
        notes=tuple(notes),
        key=run.masking_key,
    )


def _told(site: Site) -> dict[str, str]:
    return {"site": site.id, "operator": site.operator}


def typed_by(scenario: Scenario | None, sites: Mapping[str, Site], visit: Visit) -> tuple[str, ...]:
    """What the visitor of a visit types and is recognised wherever it is sent."""
    person = person_of_visit(scenario, visit.visit) if scenario is not None else None
    return typed_in(sites[visit.site], person) if visit.site in sites else ()


def typed_in(site: Site, person: Person | None) -> tuple[str, ...]:
    """What the visitor types on a site and is recognised wherever it is sent.

    Secrets are left out, and of the person what many share: 東京都 or 1987 is sent for other reasons, too.
    """
    steps = (step for step in (*site.before, *site.journey) if isinstance(step, Fill))
    fills = [step for step in steps if step.person not in SHARED]
    texts = [person.value(step.person) if step.person and person else step.value for step in fills]
    return tuple(text for text in texts if text)


def derive_and_write(run: RunFolder, lang: Lang = "ja") -> tuple[RunResult, Reports]:
    """Derive, write data/derived/ and the bag's manifests."""
    result = cut_places(run, derive(run))
    reports = write_reports(result, run.derived, lang)
    run.write_bag()
    return result, reports


def _facts(facts: dict[str, Any]) -> RunFacts:
    parts = facts.get("parts", [])
    canary = [
        CanaryRow(name=f"{visit}: {proof['name']}", holds=bool(proof["holds"]), seen=str(proof["seen"]))
        for part in parts
        for visit, proofs in sorted(part.get("canary", {}).items())
        for proof in proofs
    ]
    browser = parts[-1].get("browser", {}) if parts else {}
    extra = {f"chromium {k}": str(v) for k, v in browser.items() if k != "version"}
    return RunFacts(
        started_at=_time(parts[0]["started_at"]) if parts else None,
        ended_at=_time(parts[-1].get("ended_at")) if parts else None,
        versions={**{k: str(v) for k, v in facts.get("versions", {}).items()}, **extra},
        flags=tuple(facts.get("flags", ())),
        canary=tuple(canary),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
