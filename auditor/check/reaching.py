"""Rules about getting to the disclosure: within reach (JP-02), beforehand (JP-15), a notice (JP-16), in an app (JP-24).

電気通信事業法施行規則 22条の2の28第2項・第3項.
"""

from collections.abc import Iterator

from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.writer import place, same
from auditor.decode.transmission import Transmission
from auditor.disclosures.links import disclosure_links
from auditor.disclosures.page import Line, parse_html
from auditor.disclosures.wording import names_any
from auditor.evidence import ConsentStatus, VisitEvidence, VisitKind

MAX_NOTICE = 2_000


def within_reach(m: Matter) -> Said:
    """JP-02: the operations from each audited page that sends to the disclosure."""
    rule = "JP-02"
    limit, far = m.writer.number(rule, "operations"), m.writer.number(rule, "far")
    ways = m.page.disclosure.reach
    if not ways:
        return Said(outcome="linked" if _linked(m) else "not_looked")
    found: list[Finding | None] = []
    for way in ways:
        words = {
            "page": same(place(way.page)),
            "number": same(str(len(way.path))),
            "limit": same(f"{limit:.0f}"),
            "count": same(str(way.looked_at)),
        }
        if not _sends(m, way.page) or (way.reached and len(way.path) <= limit):
            continue
        case = "unreached" if not way.reached else "far" if len(way.path) <= far else "farther"
        found.append(m.writer.finding(rule, case, detail=place(way.page), words=words, items=_sent_from(m, way.page)))
    return Said.of(found, "reached", {"count": same(str(len(ways))), "limit": same(f"{limit:.0f}")})


def _linked(m: Matter) -> bool:
    """Whether every visited page, as rendered, links to the page that was read."""
    address = _bare(m.page.disclosure.address)
    kept = [v for v in m.observed.visits if v.document_html]
    return bool(kept) and all(any(_bare(link.url) == address for link in m.links[v.visit.visit]) for v in kept)


def _bare(address: str) -> str:
    return address.partition("#")[0].rstrip("/")


def _sends(m: Matter, page: str) -> bool:
    """Whether a page sends anything; a page that no visit began or ended on is taken to."""
    visited = any(page in (v.visit.page, v.visit.final_url) for v in m.observed.visits)
    return not visited or bool(_sent_from(m, page))


def _sent_from(m: Matter, page: str) -> list[Transmission]:
    pages = {v.visit.visit for v in m.observed.visits if page in (v.visit.page, v.visit.final_url)}
    return [t for t in m.observed.items if t.visit in pages]


def beforehand(m: Matter) -> Said:
    """JP-15: notice or disclosure before the first sending; for a site without a disclosure, before the choice."""
    rule = "JP-15"
    if m.declared is not None:
        reached = any(way.reached for way in m.page.disclosure.reach) or _linked(m)
        return Said(outcome="published" if reached else "not_told")
    early = early_items(m)
    if not early or not _asked(m):
        return Said(outcome="not_told")
    # What JP-01 cannot say (a link nobody followed, a page not kept), this rule cannot say either.
    names = "、".join(dict.fromkeys(m.name(t.vendor, t.recipient) for t in early))
    finding = m.writer.finding(
        rule, "before_asking" if m.nowhere else "maybe_linked", items=early, words={"names": same(names)}
    )
    return Said.of([finding], "not_told")


def early_items(m: Matter) -> list[Transmission]:
    """What was sent in the complete visits before the visitor chose on the banner."""
    return [
        t
        for t in m.observed.items
        if (exchange := m.observed.exchanges.get((t.visit, t.request))) is not None
        and exchange.consent_choice == "before"
    ]


def _asked(m: Matter) -> bool:
    return any(_banner(v) for v in m.observed.visits)


def _banner(evidence: VisitEvidence) -> bool:
    result = evidence.visit.consent_result
    return result is not None and result.status is not ConsentStatus.no_banner


def notice(m: Matter) -> Said:
    """JP-16: what a notice shows, for a site without a disclosure: with one, a notice is not needed."""
    rule = "JP-16"
    if m.declared is not None:
        return Said(outcome="published")
    if not _asked(m):
        return Said(outcome="no_notice")
    clicked = {c.text for v in m.observed.visits if (r := v.visit.consent_result) for c in r.clicks if c.text}
    for evidence in m.observed.visits:
        for text, html in _notices(evidence, clicked):
            says = names_any(text, m.writer.words(rule, "sending")) and names_any(text, m.writer.words(rule, "what"))
            if says or disclosure_links(html, evidence.visit.page):
                return Said(outcome="shown")
            finding = m.writer.finding(rule, "bare", items=m.observed.items, words={"stated": same(text)})
            return Said.of([finding], "shown")
    return Said(outcome="not_seen")


def _notices(evidence: VisitEvidence, buttons: set[str]) -> Iterator[tuple[str, str]]:
    """The text around a banner's buttons on a page where the banner still stands, and the page around it."""
    if evidence.document_html is None or not buttons:
        return
    lines = [b for b in parse_html(evidence.document_html).blocks if isinstance(b, Line)]
    at = next((n for n, line in enumerate(lines) if line.text in buttons), None)
    if at is None:
        return
    parts = lines[at].parts
    near = [line for line in lines if line.parts == parts] if parts else lines[max(0, at - 3) : at + 2]
    text = " ".join(line.text for line in near)[:MAX_NOTICE]
    yield text, evidence.document_html


def app_screen(m: Matter) -> Said:
    """JP-24: for a person, where there is recorded traffic alone."""
    imported = any(v.visit.kind is VisitKind.imported for v in m.visits)
    return Said(outcome="app" if imported else "web")
