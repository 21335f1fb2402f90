"""Which values single out a browser or an account, where they went, and what a seeded person's data became.

model       Identifier and what is known of it; Sync, Respawn, Leak; Identified holds all of a run
run         all of it together: `identify_run`
candidates  every value of a visit that may be one, cut into parts (split; randomness, times), with its holders
crossing    which values are in other visits too; profiles: which visits are twins, whose account they have
following   where a value went, by the search of stage `search`; loads: in which load of a page
properties  stays, differs, random, lives; birth: where it was first seen
leaks       what a seeded person typed, found in what the page sent
syncs       passed from one company to another; respawns: back after deletion; ties: beside an account's visits
graph       site - identifier - recipient, for a table
"""

from auditor.identify.graph import Edge, crosses, edges, main_holder, pages_of
from auditor.identify.leaks import find_leaks
from auditor.identify.model import (
    Born,
    Flow,
    Holder,
    HolderKind,
    Identified,
    Identifier,
    IdentifierKind,
    Leak,
    Property,
    Respawn,
    Sync,
    Tie,
)
from auditor.identify.run import identify_run

__all__ = [
    "Born",
    "Edge",
    "Flow",
    "Holder",
    "HolderKind",
    "Identified",
    "Identifier",
    "IdentifierKind",
    "Leak",
    "Property",
    "Respawn",
    "Sync",
    "Tie",
    "crosses",
    "edges",
    "find_leaks",
    "identify_run",
    "main_holder",
    "pages_of",
]
