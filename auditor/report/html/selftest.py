"""The self-test's results as a table: tests down, the visits that made them across."""

from dataclasses import dataclass

from auditor.report.inputs import CanaryRow, RunResult


@dataclass(frozen=True)
class SelfTest:
    """`rows`: a test's name and its result in each visit, None where it was not made."""

    visits: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CanaryRow | None, ...]], ...]


def self_test(result: RunResult) -> SelfTest:
    """By the rows' names, `visit: test`; a row without a visit has the visit ''."""
    cells: dict[str, dict[str, CanaryRow]] = {}
    for row in result.facts.canary:
        visit, colon, test = row.name.partition(": ")
        cells.setdefault(test if colon else row.name, {})[visit if colon else ""] = row
    visits = tuple(dict.fromkeys(visit for found in cells.values() for visit in found))
    return SelfTest(visits, tuple((test, tuple(found.get(v) for v in visits)) for test, found in cells.items()))
