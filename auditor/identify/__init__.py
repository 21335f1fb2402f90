"""Which values single out a browser or an account, where they went, and what a seeded person's data became.

model       Identifier and what is known of it; Sync, Respawn, Leak; Identified holds all of a run
"""

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
    "find_leaks",
    "identify_run",
]
