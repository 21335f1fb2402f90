"""Cells of visits against each other: Change, TechniqueUse. A pure function of evidence and transmissions.

cells       which visits are repetitions of one cell, which cells differ in one coordinate only
units       what a visit sent, in comparable units
statistics  exact tests, their correction, and the level
hypotheses  what is tested, on which level, over which visits
run         the changes
technique   what carries a value when third-party cookies are blocked
"""

from auditor.compare.change import Change, TechniqueUse
from auditor.compare.run import compare_groups, compare_run

__all__ = ["Change", "TechniqueUse", "compare_groups", "compare_run"]
