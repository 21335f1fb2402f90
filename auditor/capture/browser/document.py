"""The page's own document: whether it came, whole, and whether it is the page at all."""

from collections.abc import Sequence
from pathlib import Path

from auditor.capture.browser.walls import Met, recognise
from auditor.capture.journey import BESIDE
from auditor.content import unpacked_size
from auditor.domains import host_of
from auditor.evidence import Exchange, Phase, Proof, Source, VisitEvidence
from auditor.store.browser_events import read_events

BOMB_RATIO = 100
BOMB_BYTES = 256 << 20

ABORTED = "net::ERR_ABORTED"
"""The browser's word for a document it was told to load no further."""

BROKEN_OFF = ("Client disconnected.", "unfinished when the visit ended")
"""The recorder's words for an answer that we ourselves waited for no longer."""


def main_document(evidence: VisitEvidence, notes: Sequence[str]) -> tuple[Proof, str]:
    """The page's own document: seen by both sensors, answered whole, not an error page. The reason why not, or ""."""
    first: list[Exchange] = []
    for exchange in _documents(evidence):
        # The first document and the redirects that lead to it; later ones are the journey's.
        if not first or (exchange.cause and exchange.cause.redirected_from == first[-1].request):
            first.append(exchange)
        elif first[-1].status is not None and first[-1].error in BROKEN_OFF:
            # The page went elsewhere before it had come whole.
            first = [exchange]
    if not first:
        return Proof(name="main_document", holds=False, seen="the browser asked for no document"), ""
    last = first[-1]
    seen = f"{last.request} {last.status} {last.error or ''}".strip()
    reason = _reason(evidence, last, notes)
    return Proof(name="main_document", holds=not reason, seen=seen), reason


def _reason(evidence: VisitEvidence, last: Exchange, notes: Sequence[str]) -> str:
    told = last.cause.error if last.cause else None
    if told and "ERR_TOO_MANY_REDIRECTS" in told:
        return f"redirect_loop: {told}"
    if last.status is not None and last.error is None and told not in (None, ABORTED):
        return f"browser_refused: {told}, after status {last.status}"
    if last.status is not None and last.source is Source.both and last.error in BROKEN_OFF and told in (None, ABORTED):
        return f"body_endless: the document had not ended after {last.response_body.size} bytes"
    if last.status is None and told in (None, ABORTED) and last.error in (*BROKEN_OFF, ABORTED):
        return f"unreachable: the server did not answer while the visit waited ({last.error})"
    if last.error is not None or last.source is not Source.both:
        error = "; ".join(dict.fromkeys(text for text in (told, last.error, *_notes(last.url, notes)) if text))
        code = "certificate" if any(word in error for word in ("ertificate", "TLS", "ERR_CERT")) else "unreachable"
        return f"{code}: {error}"
    if last.answer == "empty" or (last.answer == "recording" and not last.response_body.size):
        # An empty page sends nothing, and would pass for one that does not.
        return "no_document: the recording does not hold the page"
    if last.status is None or last.status >= 400:
        return _refusal(evidence, last)
    if last.status in (204, 205):
        return f"empty_page: status {last.status}"
    return ""


def _refusal(evidence: VisitEvidence, last: Exchange) -> str:
    """Why a document of status 400 or more is not the page, as exactly as its marks say."""
    html = _html(last)
    if evidence.document_html is not None and _bare(evidence.visit.final_url) == last.url:
        html = evidence.document_html
    if (wall := recognise(Met(last.status, last.response_headers, html, last.url, None))) is not None:
        return f"{wall[0]}: {wall[1]}, status {last.status}"
    if last.status == 401 and (asked := last.response_header("www-authenticate")):
        return f"http_auth: the site asks for a name and password ({asked.partition(' ')[0]})"
    return f"http_error: status {last.status}"


def wall_at_end(evidence: VisitEvidence, asked: str | None) -> str:
    """The reason why the page at the end of the visit is not the page, "" where it is."""
    visit = evidence.visit
    if evidence.document_html is None:
        return ""
    there = [e for e in _documents(evidence) if e.url == _bare(visit.final_url)]
    status, headers = (there[-1].status, there[-1].response_headers) if there else (None, ())
    wall = recognise(Met(status, headers, evidence.document_html, visit.final_url, asked))
    if wall and wall[0] == "empty_page" and there and (html := _html(there[-1])):
        # A page on its way elsewhere is empty for a moment: what the server sent must be, too.
        wall = recognise(Met(status, headers, html, visit.final_url, asked))
    return f"{wall[0]}: {wall[1]}, at {_bare(visit.final_url)}" if wall else ""


def asked_last(events: Path, page: str) -> str | None:
    """The address the journey opened last; None when it clicked, typed or called code since: it may be anywhere."""
    asked: str | None = page
    for line in read_events(events):
        if line["method"] == "Auditor.step":
            step = line["params"]["step"]
            if step.startswith(f"{BESIDE}."):
                continue
            kind = step.rpartition(".")[2]
            if kind == "goto":
                asked = line["params"]["asked"]
            elif kind in ("click", "submit", "fill", "press", "select", "python"):
                asked = None
    return asked


def bomb(evidence: VisitEvidence) -> str:
    """The reason where a document unpacks to a size beyond all measure, else ""."""
    for exchange in _documents(evidence):
        body, coding = exchange.response_body, exchange.response_header("content-encoding")
        if coding and unpacked_size(body.kept, coding, BOMB_BYTES) > max(BOMB_BYTES, BOMB_RATIO * body.size):
            return f"decompression_bomb: {body.size} bytes unpack to more than {BOMB_BYTES >> 20} MiB"
    return ""


def _documents(evidence: VisitEvidence) -> list[Exchange]:
    return [
        e
        for e in evidence.exchanges
        if e.cause and e.cause.main_frame and e.cause.resource_type == "document" and e.phase is not Phase.prepare
    ]


def _html(exchange: Exchange) -> str:
    return exchange.response_content().data.decode("utf-8", "replace")


def _bare(url: str) -> str:
    return url.partition("#")[0]


def _notes(url: str, notes: Sequence[str]) -> list[str]:
    """What the proxy noted of this address' server: notes begin with host:port."""
    host = f"{host_of(url)}:"
    return [note for note in notes if note.startswith(host)]
