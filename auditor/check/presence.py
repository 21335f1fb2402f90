"""Rule JP-01: a disclosure exists (電気通信事業法 27条の12, 施行規則 22条の2の28第3項)."""

from collections.abc import Mapping, Sequence

from auditor.check.finding import Finding
from auditor.check.observed import Observed
from auditor.check.writer import Writer
from auditor.disclosures.encoding import decode_page
from auditor.disclosures.links import DisclosureLink, disclosure_links
from auditor.disclosures.model import Disclosure
from auditor.errors import InputError
from auditor.evidence import VisitEvidence
from auditor.scenario import Site

MAX_PAGES = 3


def undisclosed(
    site: Site,
    observed: Observed,
    disclosure: Disclosure | None,
    writer: Writer,
    links_by_visit: Mapping[str, Sequence[DisclosureLink]] | None = None,
) -> Finding | None:
    """JP-01, for a site that sends something to others.

    Fails only when no page of the visits links to what may be an unread disclosure, and when the place the
    auditor named, if any, was read.
    """
    if not observed.receivers or (disclosure is not None and disclosure.found):
        return None
    items = observed.items
    proven = any(r.proven for r in observed.receivers.values())
    if disclosure is None and site.disclosure is not None:
        return writer.finding("JP-01", "unread", items=items, proven=proven)
    read = disclosure.address if disclosure is not None else ""
    by_visit = links_by_visit if links_by_visit is not None else {v.visit.visit: links_of(v) for v in observed.visits}
    links = [link for each in by_visit.values() for link in each if link.url != read]
    # Where a page was read already, only a link that says "external transmission" leads to another one.
    links = [link for link in links if link.certain or disclosure is None]
    if links:
        best = min(links, key=lambda link: (not link.certain, link.url))
        text = f"{best.text} {best.url}".strip()
        return writer.finding("JP-01", "linked", items=items, proven=proven, words={"link": (text, text)})
    if not any(visit.document_html for visit in observed.visits):
        # Scripts may write the footer: without a page as rendered, a link cannot be said to be missing.
        return writer.finding("JP-01", "unseen", items=items, proven=proven)
    return writer.finding("JP-01", "missing", items=items, proven=proven)


def links_of(evidence: VisitEvidence) -> list[DisclosureLink]:
    """Links to what may be a disclosure, on the visit's page as rendered and as answered."""
    found: list[DisclosureLink] = []
    if evidence.document_html:
        found += disclosure_links(evidence.document_html, evidence.visit.final_url or evidence.visit.page)
    pages = 0
    for exchange in evidence.exchanges:
        main = exchange.cause is not None and exchange.cause.main_frame and exchange.cause.resource_type == "document"
        if not main and exchange.url not in (evidence.visit.page, evidence.visit.final_url):
            continue
        content_type = exchange.response_header("content-type") or ""
        if "html" not in content_type or pages >= MAX_PAGES:
            continue
        pages += 1
        try:
            html, _ = decode_page(exchange.response_content().data, address=exchange.url, content_type=content_type)
        except InputError:
            continue
        found += disclosure_links(html, exchange.url)
    return found
