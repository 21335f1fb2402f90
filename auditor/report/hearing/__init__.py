"""The hearing sheet: the ministry's monitoring items in their numbering, and what a run's traffic shows of each.

    items       items.yaml: the numbers, what is known of each, what fills it or why traffic cannot
    view        the run's result, indexed
    measures    pure functions from the view to lines of figures, each with its evidence
    building    the whole sheet of a run
    workbook    as XLSX            page    as HTML
"""

from auditor.report.hearing.building import hearing_of
from auditor.report.hearing.sheet import Hearing

__all__ = ["Hearing", "hearing_of"]
