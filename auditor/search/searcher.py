"""Values to look for, and the search of exchanges for all of them at once."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from auditor.content import whole_text
from auditor.evidence import Exchange
from auditor.search.armour import opened
from auditor.search.digests import ALGORITHMS, Digests
from auditor.search.escapes import undone
from auditor.search.found import Found, Place
from auditor.search.packed import unpacked
from auditor.search.patterns import Patterns
from auditor.search.pieces import Piece, pieces
from auditor.search.readings import without_lesser
from auditor.search.text import SEPARATOR, Escaped, Text

type Forms = Mapping[str, str]
"""Plain forms of one value: text -> label ("" for the value as it is)."""

_MAX_DEPTH = 4
_MAX_DECODED = 96 << 20
_TOGETHER = 1 << 18
_BODIES_KEPT = 4096
_WORTH_KEEPING = 512
_NAMED_AT_MOST = 50


class Hit(NamedTuple):
    """A value at an offset of the bytes searched."""

    at: int
    key: int
    variant: str
    layers: tuple[str, ...]


class _Asked(NamedTuple):
    """A piece that waits for its search, and the number of its exchange and of itself there."""

    exchange: int
    number: int
    piece: Piece


class Searcher:
    """Looks for many values at once, in every encoding this stage knows, up to two layers deep.

    Decoding is bounded: MAX_DEPTH layers and MAX_DECODED bytes for what is searched at once. Not for two threads.
    """

    def __init__(self, values: Sequence[Forms]) -> None:
        """`values[key]` are the plain forms of the value with that key."""
        self.values = [{str(whole_text(text)): label for text, label in forms.items()} for forms in values]
        self.cut_off = 0
        """How many texts had more encoded in them than is decoded at most: what is deeper in them was not seen."""
        self._patterns = Patterns(self.values)
        self._digests = Digests(self.values)
        self._bodies: OrderedDict[tuple[str, int], tuple[Hit, ...]] = OrderedDict()

    def exchange(self, exchange: Exchange) -> list[Found]:
        """All values in an exchange: each key, place, variant and layers once, in the order of the places."""
        return next(iter(self.exchanges((exchange,))))

    def exchanges(self, exchanges: Iterable[Exchange]) -> Iterator[list[Found]]:
        """The same for each of many, in their order; searched together, which is several times faster."""
        waiting: list[list[Piece]] = []
        size = 0
        for exchange in exchanges:
            waiting.append([piece for piece in pieces(exchange) if piece.data])
            size += sum(len(piece.data) for piece in waiting[-1])
            if size >= _TOGETHER:
                yield from self._found(waiting)
                waiting, size = [], 0
        yield from self._found(waiting)

    def text(self, data: bytes) -> list[tuple[int, str, tuple[str, ...]]]:
        """All values in some bytes: key, variant, layers, each once."""
        hits, all_read = self._hits(data, [(0, len(data))])
        self.cut_off += not all_read
        found = dict.fromkeys((hit.key, hit.variant, hit.layers) for hit in hits)
        return without_lesser(list(found), lambda one: one[:2], lambda one: one[2])

    def _found(self, waiting: list[list[Piece]]) -> Iterator[list[Found]]:
        hits = self._of_pieces(waiting)
        for number, of_exchange in enumerate(waiting):
            found = dict.fromkeys(
                Found(hit.key, piece.place(hit.at), hit.variant, hit.layers)
                for at, piece in enumerate(of_exchange)
                for hit in _fewer(hits.get((number, at), ()))
            )
            yield without_lesser(list(found), _place_of, lambda one: one.layers)

    def _of_pieces(self, waiting: list[list[Piece]]) -> dict[tuple[int, int], Sequence[Hit]]:
        """The hits of each piece that has any, by number of the exchange and of the piece; offsets in the piece."""
        found: dict[tuple[int, int], Sequence[Hit]] = {}
        asked: list[_Asked] = []
        again: list[tuple[tuple[int, int], tuple[str, int]]] = []
        under_way: set[tuple[str, int]] = set()
        for number, of_exchange in enumerate(waiting):
            for at, piece in enumerate(of_exchange):
                name = _body_name(piece)
                if name is None:
                    asked.append(_Asked(number, at, piece))
                elif (known := self._bodies.get(name)) is not None:
                    self._bodies.move_to_end(name)
                    found[number, at] = known
                elif name in under_way:
                    again.append(((number, at), name))
                else:
                    under_way.add(name)
                    asked.append(_Asked(number, at, piece))
        for one, hits in self._together(asked):
            found[one.exchange, one.number] = hits
            if (name := _body_name(one.piece)) is not None:
                self._bodies[name] = hits
        found |= {place: self._bodies[name] for place, name in again}
        while len(self._bodies) > _BODIES_KEPT:
            self._bodies.popitem(last=False)
        return found

    def _together(self, asked: list[_Asked]) -> Iterator[tuple[_Asked, tuple[Hit, ...]]]:
        """Search pieces as one text; where its decoding grows too large, each for itself."""
        starts, size = [], 0
        for one in asked:
            starts.append(size)
            size += len(one.piece.data) + len(SEPARATOR)
        wholes = [
            (start + first, start + last)
            for start, one in zip(starts, asked, strict=True)
            for first, last in one.piece.wholes()
        ]
        hits, all_read = self._hits(SEPARATOR.join(one.piece.data for one in asked), wholes)
        if not all_read and len(asked) > 1:
            for one in asked:
                hits, all_read = self._hits(one.piece.data, one.piece.wholes())
                self.cut_off += not all_read
                yield one, tuple(hits)
            return
        self.cut_off += not all_read
        by_piece: dict[int, list[Hit]] = {}
        for hit in hits:
            number = bisect_right(starts, hit.at) - 1
            by_piece.setdefault(number, []).append(hit._replace(at=hit.at - starts[number]))
        for number, one in enumerate(asked):
            yield one, tuple(by_piece.get(number, ()))

    def _hits(self, data: bytes, wholes: list[tuple[int, int]]) -> tuple[list[Hit], bool]:
        """The hits in the order of their offsets, and whether all that could be decoded was."""
        budget = [_MAX_DECODED]
        return sorted(set(self._search(Text(data, wholes=wholes), budget))), budget[0] >= 0

    def _search(self, text: Text, budget: list[int]) -> Iterator[Hit]:
        hinted: list[tuple[int, int]] = []
        for start, end, pattern in self._patterns.find(text.data):
            if pattern.hint:
                hinted.append((start, end))
            elif pattern.layers == ("url",) and isinstance(text, Escaped) and text.as_it_is(start, end, b"+"):
                continue  # a form's plus: the text with the plus undone has it
            else:
                yield _hit(text, start, end, pattern.key, pattern.variant, pattern.layers)
        if not text.data.isascii():
            for start, end, digest in self._digests.find(text.data):
                yield _hit(text, start, end, digest.key, digest.variant, digest.layers)
        if text.depth >= _MAX_DEPTH:
            return
        for inner in self._inner(text, hinted):
            budget[0] -= len(inner.data)
            if budget[0] < 0:
                return
            yield from self._search(inner, budget)

    def _inner(self, text: Text, hinted: list[tuple[int, int]]) -> Iterator[Text]:
        yield from undone(text)
        yield from opened(text, hinted)
        yield from unpacked(text)


def _fewer(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Of one value in one encoding only the first hits of a piece: to name the field of each costs a look at it."""
    seen: dict[tuple[int, str, tuple[str, ...]], int] = {}
    for hit in hits:
        key = (hit.key, hit.variant, hit.layers)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= _NAMED_AT_MOST:
            yield hit


def _body_name(piece: Piece) -> tuple[str, int] | None:
    """By what a body's hits are remembered: the same script comes in every visit."""
    return (piece.sha256, len(piece.data)) if piece.sha256 and len(piece.data) >= _WORTH_KEEPING else None


def _place_of(one: Found) -> tuple[int, Place, str]:
    return one.key, one.place, one.variant


def _hit(text: Text, start: int, end: int, key: int, variant: str, layers: tuple[str, ...]) -> Hit:
    """A hit in a decoded text, as it stands in the bytes that travelled."""
    at: Text | None = text
    digest = bool(layers) and layers[0] in ALGORITHMS
    while at is not None and at.parent is not None:
        (start, end), outer = at.origin(start, end)
        if digest and at is text and outer[-1:] == ("hex",):
            outer = outer[:-1]  # hex digits are how a digest is usually written
        layers, at = outer + layers, at.parent
    return Hit(start, key, variant, layers)
