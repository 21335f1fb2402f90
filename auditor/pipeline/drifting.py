"""From two runs' folders to what has changed between them: both are read with the later run's vendor files."""

from datetime import datetime
from pathlib import Path

from auditor.compare.drift import Drifted, DriftNote, Names, RunSide, Seen, drift, seen
from auditor.decode import Knowledge, decode_visit
from auditor.errors import InputError
from auditor.evidence import Visit, VisitEvidence, VisitKind
from auditor.pipeline.audit import scenario_of, sites_of
from auditor.pipeline.declared import disclosures_of
from auditor.pipeline.derive import knowledge_of, typed_by
from auditor.scenario import Site
from auditor.store.read import read_visit
from auditor.store.run import RunFolder

_NOT_THE_WAY = {"operator", "entity", "own_domains", "service_type", "disclosure"}
"""What a scenario says of a site besides how it is visited."""


def drift_between(before: Path, after: Path) -> tuple[Drifted, Knowledge]:
    """What has changed from one run's folder to another's, and the knowledge both were read with.

    Raises InputError for a folder that is no run, the same run twice, runs without a common site, damaged files.
    """
    old, new = RunFolder.open(before), RunFolder.open(after)
    if before.resolve() == after.resolve():
        raise InputError("is named twice", file=after, cure="name two runs, or one alone")
    names = Names(knowledge_of(new.data / "vendors"))
    first, second = _names(old, new)
    known = {site for _, site in _visited(old)} & {site for _, site in _visited(new)}
    if not known:
        raise InputError(f"has no site in common with {before}", file=after)
    drifted = drift(side_of(old, first, names), side_of(new, second, names))
    if _vendor_files(old) != _vendor_files(new):
        drifted = drifted.model_copy(update={"notes": (*drifted.notes, DriftNote(code="vendor_files"))})
    return drifted, names.knowledge


def _names(old: RunFolder, new: RunFolder) -> tuple[str, str]:
    """The folders' names, or their paths where these are alike."""
    one, other = old.path.resolve().name, new.path.resolve().name
    return (one, other) if one != other else (str(old.path), str(new.path))


def _visited(run: RunFolder) -> list[tuple[Visit, str]]:
    """The visits of a run's sites, and the site of each."""
    told = _only_site(run)
    visits = [run.record(name).visit for name in run.published()]
    kinds = (VisitKind.audit, VisitKind.imported)
    return [(v, told.id if told else v.site) for v in visits if v.kind in kinds]


def _only_site(run: RunFolder) -> Site | None:
    """The site whose traffic an import is: its visits are named after their pages."""
    sites = sites_of(run)
    return sites[0] if sites and scenario_of(run) is None else None


def side_of(run: RunFolder, name: str, names: Names) -> RunSide:
    """A run as drift compares it, one visit in memory at a time. Raises InputError naming a damaged file."""
    sites = {site.id: site for site in sites_of(run)}
    scenario, only = scenario_of(run), _only_site(run)
    visits: list[Seen] = []
    opened: list[VisitEvidence] = []
    for visit in run.published():
        evidence = read_visit(run, visit)
        if only is not None:
            told = evidence.visit.model_copy(update={"site": only.id, "operator": only.operator})
            evidence = evidence.model_copy(update={"visit": told})
        match evidence.visit.kind:
            case VisitKind.audit | VisitKind.imported:
                items, _ = decode_visit(evidence, names.knowledge, typed_by(scenario, sites, evidence.visit))
                visits.append(seen(evidence, items, names))
            case VisitKind.disclosure:
                opened.append(evidence)
            case VisitKind.control:
                pass
    disclosures, problems = disclosures_of(run, sites.values(), opened, names.knowledge)
    return RunSide(
        run=name,
        started_at=_started(run, visits),
        visits=tuple(visits),
        disclosures=tuple(disclosures.values()),
        notes=tuple(DriftNote(code="unread", values={"run": name, "why": why}) for why in problems),
        journeys={site.id: site.model_dump_json(exclude=_NOT_THE_WAY) for site in sites.values()},
    )


def _started(run: RunFolder, visits: list[Seen]) -> datetime | None:
    parts = run.facts().get("parts", [])
    if parts:
        return datetime.fromisoformat(str(parts[0]["started_at"]))
    return min((v.visit.started_at for v in visits), default=None)


def _vendor_files(run: RunFolder) -> dict[str, bytes]:
    folder = run.data / "vendors"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}
