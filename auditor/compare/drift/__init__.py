"""Run against run: what is new, gone or changed (monitoring item 3-4). A pure function of two RunSides.

names      names in a form that stays from run to run     cells      visits that may be held against each other
seen       a visit reduced to what it shows               presence   new, gone or changed at one site
keeping    ... its cookies and storage                    folding    each difference told once
scripts    ... its scripts, their bytes and versions      exact      the test, by cells, and its correction
declared   disclosures, row by row                        lines      a difference as a line
"""

from auditor.compare.drift.comparing import drift
from auditor.compare.drift.exact import ALPHA
from auditor.compare.drift.model import (
    Detail,
    Drift,
    DriftChange,
    Drifted,
    DriftKind,
    DriftNote,
    RunSide,
    Seen,
)
from auditor.compare.drift.names import Names
from auditor.compare.drift.seen import seen

__all__ = [
    "ALPHA",
    "Detail",
    "Drift",
    "DriftChange",
    "DriftKind",
    "DriftNote",
    "Drifted",
    "Names",
    "RunSide",
    "Seen",
    "drift",
    "seen",
]
