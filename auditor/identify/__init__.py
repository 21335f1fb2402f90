"""Which values single out a browser or an account, where they went, and what a seeded person's data became.

model       Identifier and what is known of it; Sync, Respawn, Leak; Identified holds all of a run
leaks       what a visit's seeded person typed, found in what the page sent
"""

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
]
