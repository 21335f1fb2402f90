"""RunResult to rows: plain Python, masked, one function a table. Arrow and CSV are made from the same rows."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from auditor.report.inputs import RunResult
from auditor.report.masking import Masker, clean
from auditor.report.rows.hosts import hosts
from auditor.report.rows.identified import identifier_flows, identifiers, leaks, respawns, syncs
from auditor.report.rows.judged import assessments, comparison, disclosures, findings, standings, techniques
from auditor.report.rows.kept import cookies, storage
from auditor.report.rows.sent import transmissions
from auditor.report.rows.signals import signals
from auditor.report.rows.visited import coverage, requests, visits

type Cell = str | int | float | bool | datetime | list[str] | None
type Row = dict[str, Cell]

_TABLES: Mapping[str, Callable[[RunResult, Masker], Iterator[Mapping[str, object]]]] = {
    "visits": visits,
    "requests": requests,
    "hosts": hosts,
    "cookies": cookies,
    "storage": storage,
    "signals": signals,
    "transmissions": transmissions,
    "identifiers": identifiers,
    "identifier_flows": identifier_flows,
    "syncs": syncs,
    "respawns": respawns,
    "leaks": leaks,
    "disclosures": disclosures,
    "findings": findings,
    "assessments": assessments,
    "standings": standings,
    "comparison": comparison,
    "techniques": techniques,
    "coverage": coverage,
}


def table_rows(result: RunResult) -> dict[str, list[Row]]:
    """The rows of every table, by table name. Values are masked and fit for UTF-8; '' is None."""
    masker = Masker(result.key, result.taxonomy)
    return {
        name: [{column: _cell(value) for column, value in row.items()} for row in make(result, masker)]
        for name, make in _TABLES.items()
    }


def _cell(value: object) -> Cell:
    match value:
        case str():
            return clean(value) or None
        case None | bool() | int() | float():
            return value
        case datetime():
            # a time without a zone is UTC, as everywhere in the evidence
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        case list() | tuple():
            return [clean(str(part)) for part in value]
    raise TypeError(f"no table holds a {type(value).__name__}")
