"""What a site or platform says is sent, to whom, for what: Disclosure (電気通信事業法 27条の12, 規則22条の2の29).

`read_disclosure` understands a page, `load_disclosure` a file; what was not understood is listed, never dropped.
`disclosure_yaml` writes it for a person to correct, `compare_disclosures` tells two versions apart.
"""

from auditor.disclosures.links import DisclosureLink, disclosure_links
from auditor.disclosures.model import Correction, DeclaredRow, Disclosure, LinkedPage, PageView, Reach
from auditor.disclosures.reaching import reach
from auditor.disclosures.reader import load_disclosure, page_text, read_disclosure
from auditor.disclosures.versions import Rewording, RowChange, RowChangeKind, compare_disclosures
from auditor.disclosures.viewing import view_of
from auditor.disclosures.wording import covers
from auditor.disclosures.written import disclosure_yaml

__all__ = [
    "Correction",
    "DeclaredRow",
    "Disclosure",
    "DisclosureLink",
    "LinkedPage",
    "PageView",
    "Reach",
    "Rewording",
    "RowChange",
    "RowChangeKind",
    "compare_disclosures",
    "covers",
    "disclosure_links",
    "disclosure_yaml",
    "load_disclosure",
    "page_text",
    "reach",
    "read_disclosure",
    "view_of",
]
