"""One technique seen once: by whom, in which request; and who is who of a visit's hosts."""

from typing import NamedTuple

from auditor.decode.knowledge import Knowledge
from auditor.domains import registrable_domain

SHOWN = "shown"
HINT = "hint"


class Sighting(NamedTuple):
    """item: 'query NAME', 'cookie NAME', 'header NAME' (lower case), 'call NAME', 'host NAME'; request: '' for none."""

    vendor: str | None
    recipient: str
    technique: str
    strength: str
    item: str
    request: str


def company(host: str, knowledge: Knowledge) -> tuple[str | None, str]:
    """Vendor id and registrable domain of a host."""
    vendor = knowledge.vendor_of(host)
    return (vendor.vendor if vendor is not None else None), registrable_domain(host)
