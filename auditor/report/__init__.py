"""Reports of a run: tables (Parquet), CSV, one HTML file, the hearing sheet, and a console summary.

A pure function of a RunResult: no clock, no network, same input, same bytes. Nothing leaves unmasked.
"""

from pathlib import Path
from typing import NamedTuple

from auditor.report.console import print_summary
from auditor.report.csv_files import write_csv
from auditor.report.hearing import write_hearing
from auditor.report.html import render
from auditor.report.inputs import PLACES, CanaryRow, RunFacts, RunResult, VisitCoverage
from auditor.report.rows import table_rows
from auditor.report.tables import write_parquet
from auditor.report.texts import Lang

__all__ = [
    "PLACES",
    "CanaryRow",
    "Lang",
    "Reports",
    "RunFacts",
    "RunResult",
    "VisitCoverage",
    "print_summary",
    "write_reports",
]


class Reports(NamedTuple):
    """Where the reports are."""

    page: Path
    csv: tuple[Path, ...]
    parquet: tuple[Path, ...]
    hearing: tuple[Path, Path]


def write_reports(result: RunResult, out: Path, lang: Lang = "ja") -> Reports:
    """Write out/tables/*.parquet, out/csv/*.csv with datapackage.json, out/report/index.html and the hearing sheet.

    `lang` is the language the HTML shows first; both are in the file; so with the sheet.
    """
    rows = table_rows(result)
    parquet = write_parquet(rows, out / "tables")
    csv = write_csv(rows, out / "csv", run=result.run, title=result.title)
    index = out / "report" / "index.html"
    index.parent.mkdir(parents=True, exist_ok=True)
    index.write_bytes(render(result, lang).encode("utf-8"))
    return Reports(index, tuple(csv), tuple(parquet), write_hearing(result, index.parent, lang))
