"""Cells of visits against each other: Change; who keeps hold of a browser, and how: TechniqueUse.

A pure function of evidence, transmissions and identifiers.

cells        which visits are repetitions of one cell, which cells differ in one coordinate only
units        what a visit sent, in comparable units
statistics   exact tests, their correction, and the level
hypotheses   what is tested, on which level, over which visits
run          the changes
technique    what carries one item when third-party cookies are blocked
techniques   the matrix of recipients and techniques, from what by_value, by_interface and by_route see (sighting)
described    techniques.yaml: what each technique is, what shows it, from which source
"""

from auditor.compare.change import Change, TechniqueUse
from auditor.compare.described import Technique, all_techniques
from auditor.compare.run import compare_groups, compare_run
from auditor.compare.techniques import technique_uses

__all__ = ["Change", "Technique", "TechniqueUse", "all_techniques", "compare_groups", "compare_run", "technique_uses"]
