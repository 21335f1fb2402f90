"""What the visits' values prove: identifiers of all visits together, leaks visit by visit."""

from collections.abc import Mapping, Sequence

from auditor.decode import Knowledge, Transmission
from auditor.evidence import Coverage, VisitEvidence, VisitKind
from auditor.identify import Identified, Leak, find_leaks, identify_run
from auditor.report import VisitCoverage
from auditor.scenario import Scenario, Site, person_of_visit

_CUT = "more was encoded in it than is decoded at most: deeper was not searched for identifiers"


def identified_of(
    scenario: Scenario | None,
    sites: Mapping[str, Site],
    visits: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    knowledge: Knowledge,
) -> tuple[Identified, list[VisitCoverage]]:
    """Identifiers, synchronisations, respawns and leaks of a run, and what of a person could not be looked for."""
    audited = [v for v in visits if v.visit.kind in (VisitKind.audit, VisitKind.imported)]
    found = identify_run(audited, transmissions, knowledge, scenario)
    leaks: list[Leak] = []
    coverage = [
        VisitCoverage(visit=visit, coverage=Coverage(sensor="identifiers", skipped=number, reason=_CUT))
        for visit, number in found.cut_off.items()
    ]
    told: dict[str, list[Transmission]] = {}
    for t in transmissions:
        told.setdefault(t.visit, []).append(t)
    for evidence in audited:
        visit = evidence.visit
        if scenario is None or visit.kind is not VisitKind.audit:
            continue
        own = sites[visit.site].own_domains if visit.site in sites else ()
        searched = find_leaks(evidence, person_of_visit(scenario, visit.visit), told.get(visit.visit, ()), own)
        leaks += searched.leaks
        coverage += [VisitCoverage(visit=visit.visit, coverage=row) for row in searched.coverage]
    return found.model_copy(update={"leaks": tuple(leaks)}), coverage
