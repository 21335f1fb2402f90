"""The hearing sheet: the ministry's monitoring items in their numbering, and what a run's traffic shows of each.

items       items.yaml: the numbers, what is known of each, what fills it or why traffic cannot
view        the run's result, indexed
measures    pure functions from the view to lines of figures, each with its evidence
building    the whole sheet of a run
workbook    as XLSX            page    as HTML
"""

from pathlib import Path

from auditor.report.hearing.building import hearing_of
from auditor.report.hearing.page import page
from auditor.report.hearing.sheet import Hearing
from auditor.report.hearing.workbook import workbook
from auditor.report.inputs import RunResult
from auditor.report.texts import Lang

__all__ = ["Hearing", "hearing_of", "write_hearing"]


def write_hearing(result: RunResult, folder: Path, lang: Lang = "ja") -> tuple[Path, Path]:
    """Write hearing.html and hearing.xlsx; `lang` is the language each shows first, both are in them."""
    hearing = hearing_of(result)
    html, xlsx = folder / "hearing.html", folder / "hearing.xlsx"
    html.write_bytes(page(hearing, result, lang).encode("utf-8"))
    xlsx.write_bytes(workbook(hearing, result, lang))
    return html, xlsx
