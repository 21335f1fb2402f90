"""Which values of one visit are anywhere in another: one pass over all traffic and all that was kept."""

from collections.abc import Iterable, Iterator, Sequence

from auditor.evidence import Body, Exchange, VisitEvidence
from auditor.search.automaton import Automaton

# Hex this short can stand in a longer text by chance; longer values do not.
_CHANCE = 12
_NO_TEXT = ("image/", "font/", "video/", "audio/")


def crossing(visits: Iterable[VisitEvidence], values: Sequence[str]) -> dict[str, set[str]]:
    """Visits in which each value occurs as it is, in any request, response, cookie or storage item."""
    found: dict[str, set[str]] = {value: set() for value in values}
    patterns = [value.encode("utf-8", "surrogatepass") for value in values]
    automaton = Automaton(patterns)
    # Scripts and pictures are the same in many visits: each body is read once.
    bodies: dict[str, frozenset[int]] = {}
    for evidence in visits:
        here: set[int] = set()
        here |= _in(automaton, patterns, b"\n".join(_kept(evidence)))
        here |= _in(automaton, patterns, b"\n".join(_sent(evidence.exchanges)))
        for exchange in evidence.exchanges:
            body = exchange.response_body
            if not body.kept or (exchange.response_header("content-type") or "").startswith(_NO_TEXT):
                continue
            key = body.sha256 or ""
            if not key or key not in bodies:
                bodies[key] = frozenset(_in(automaton, patterns, exchange.response_content().data))
            here |= bodies[key]
        for number in here:
            found[values[number]].add(evidence.visit.visit)
    return found


def _in(automaton: Automaton, patterns: Sequence[bytes], text: bytes) -> set[int]:
    return {n for n, start, end in automaton.find(text) if len(patterns[n]) >= _CHANCE or _alone(text, start, end)}


def _alone(text: bytes, start: int, end: int) -> bool:
    """Whether it is no piece of a longer word; an escape before it (`%3D`) is no letter."""
    before = start == 0 or not text[start - 1 : start].isalnum() or text[max(0, start - 3) : start - 2] == b"%"
    return before and not text[end : end + 1].isalnum()


def _kept(evidence: VisitEvidence) -> Iterator[bytes]:
    for cookie in evidence.cookies:
        yield cookie.value.encode("utf-8", "replace")
    for item in evidence.storage:
        yield item.value.encode("utf-8", "replace")


def _sent(exchanges: Iterable[Exchange]) -> Iterator[bytes]:
    for exchange in exchanges:
        yield exchange.url.encode("utf-8", "replace")
        for _, value in (*exchange.request_headers, *exchange.response_headers):
            yield value.encode("utf-8", "replace")
        if exchange.request_body.kept:
            yield exchange.request_content().data
        yield from (_bytes(message.body) for message in exchange.messages)


def _bytes(body: Body) -> bytes:
    return body.kept
