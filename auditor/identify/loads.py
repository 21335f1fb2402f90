"""When in a visit something was: which load of a page it belongs to; and whose doing it was."""

from collections.abc import Mapping

from auditor.domains import site_of
from auditor.evidence import Actor, Exchange, Source, VisitEvidence


def loads_of(evidence: VisitEvidence) -> Mapping[str, int]:
    """Request id to the number of the page load it belongs to, 0 for what came before the first.

    A load begins with a document in the main frame, redirects to it included. A request that names its page belongs
    to the last load of that page begun before it: a beacon of a page that is left comes after the next one's start.
    """
    begun: list[str] = []
    found: dict[str, int] = {}
    pages: dict[str, int] = {}
    for exchange in sorted(evidence.exchanges, key=lambda e: (e.started_at, e.request)):
        cause = exchange.cause
        if cause is not None and cause.main_frame and cause.resource_type == "document":
            if cause.redirected_from is None or not begun:
                begun.append("")
            begun[-1] = _plain(exchange.url)
            found[exchange.request] = len(begun)
            continue
        top = _plain((cause.top_url if cause is not None else None) or exchange.page or "")
        if top and not begun:
            # A recording that tells the page of each request, and nothing of frames.
            found[exchange.request] = pages.setdefault(top, len(pages) + 1)
            continue
        own = next((n for n in range(len(begun), 0, -1) if begun[n - 1] == top), None)
        found[exchange.request] = own if own is not None else len(begun)
    return found


def _plain(url: str) -> str:
    return url.partition("#")[0]


def page_sites(evidence: VisitEvidence) -> frozenset[str]:
    """Registrable domains of the visited page: as asked for, and as it ended."""
    return frozenset(s for s in (site_of(evidence.visit.page), site_of(evidence.visit.final_url)) if s)


def sent_by_page(exchange: Exchange) -> bool:
    """Whether a request left, and not on the browser's own account; the preparation's included."""
    return exchange.attributed_to not in (Actor.browser, Actor.unknown) and exchange.source is not Source.browser_only
