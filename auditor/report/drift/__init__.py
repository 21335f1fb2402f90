"""What has changed between two runs, for people: a table for the terminal, drift.csv, drift.html.

A pure function of a Drifted and the vendors' names. No value is in it that could leave.
"""

from pathlib import Path

from auditor.compare.drift import Drifted
from auditor.decode import Knowledge
from auditor.report.csv_files import csv_text
from auditor.report.drift.console import print_drift
from auditor.report.drift.page import page
from auditor.report.rows import Row
from auditor.report.schema import Schema, Table
from auditor.report.texts import Lang
from auditor.specs import load

__all__ = ["drift_csv", "print_drift", "write_drift"]


def write_drift(drifted: Drifted, knowledge: Knowledge, folder: Path, lang: Lang = "ja") -> tuple[Path, Path]:
    """Write drift.csv (UTF-8 with BOM, formulas defused) and drift.html (both languages); where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    table, html = folder / "drift.csv", folder / "drift.html"
    table.write_bytes(drift_csv(drifted).encode("utf-8-sig"))
    html.write_bytes(page(drifted, knowledge, lang).encode("utf-8"))
    return table, html


def drift_csv(drifted: Drifted) -> str:
    """All lines as CSV text, without the BOM."""
    table = _table()
    rows: list[Row] = []
    for number, line in enumerate(drifted.lines, 1):
        told = line.model_dump(mode="json")
        rows.append({column.name: told.get(column.name, number) for column in table.columns})
    return csv_text(table, rows)


def _table() -> Table:
    return load(Path(__file__).with_name("schema.yaml"), Schema).tables[0]
