"""What a site or platform says is sent, to whom, for what: Disclosure (電気通信事業法 27条の12, 規則22条の2の29).

`read_disclosure` understands a page, `load_disclosure` a file; what was not understood is listed, never dropped.
"""

from auditor.disclosures.links import DisclosureLink, disclosure_links
from auditor.disclosures.model import Correction, DeclaredRow, Disclosure, PageView, Reach
from auditor.disclosures.reaching import reach
from auditor.disclosures.reader import load_disclosure, read_disclosure
from auditor.disclosures.viewing import view_of
from auditor.disclosures.wording import covers

__all__ = [
    "Correction",
    "DeclaredRow",
    "Disclosure",
    "DisclosureLink",
    "PageView",
    "Reach",
    "covers",
    "disclosure_links",
    "load_disclosure",
    "reach",
    "read_disclosure",
    "view_of",
]
