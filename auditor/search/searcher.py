"""Values to look for, and the search of exchanges for all of them at once."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

from auditor.content import whole_text
from auditor.evidence import Exchange
from auditor.search.armour import opened
from auditor.search.digests import Digests
from auditor.search.escapes import undone
from auditor.search.found import Found, Place
from auditor.search.packed import PACKERS, unpacked
from auditor.search.patterns import Patterns
from auditor.search.pieces import Piece, pieces
from auditor.search.text import SEPARATOR, Escaped, Text

type Forms = Mapping[str, str]
"""Plain forms of one value: text -> label ("" for the value as it is)."""

type _Hit = tuple[int, int, str, tuple[str, ...]]
"""Offset in the bytes searched, key, variant, layers."""

_STORED = PACKERS | {"url", "json", "html"}
_MAX_DEPTH = 4
_MAX_DECODED = 96 << 20
_BODIES_KEPT = 4096
_WORTH_KEEPING = 512


class Searcher:
    """Looks for many values at once, in every encoding this stage knows, up to two layers deep."""

    def __init__(self, values: Sequence[Forms]) -> None:
        """`values[key]` are the plain forms of the value with that key."""
        self.values = [{str(whole_text(text)): label for text, label in forms.items()} for forms in values]
        self._patterns = Patterns(self.values)
        self._digests = Digests(self.values)
        self._bodies: OrderedDict[tuple[str, int], tuple[_Hit, ...]] = OrderedDict()

    def exchange(self, exchange: Exchange) -> list[Found]:
        """All values in an exchange: each key, place, variant and layers once, in the order of the places."""
        found: dict[Found, None] = {}
        small: list[Piece] = []
        for piece in pieces(exchange):
            if piece.sha256 is not None and len(piece.data) >= _WORTH_KEEPING:
                self._together(small, found)
                small = []
                for at, key, variant, layers in self._body(piece.data, piece.sha256):
                    found[Found(key, piece.place(at), variant, layers)] = None
            elif piece.data:
                small.append(piece)
        self._together(small, found)
        groups: dict[tuple[int, Place, str], list[tuple[str, ...]]] = {}
        for one in found:
            groups.setdefault((one.key, one.place, one.variant), []).append(one.layers)
        return [one for one in found if not _better(one.layers, groups[one.key, one.place, one.variant])]

    def text(self, data: bytes) -> list[tuple[int, str, tuple[str, ...]]]:
        """All values in some bytes: key, variant, layers, each once."""
        found = dict.fromkeys((key, variant, layers) for _, key, variant, layers in self._hits(data))
        groups: dict[tuple[int, str], list[tuple[str, ...]]] = {}
        for key, variant, layers in found:
            groups.setdefault((key, variant), []).append(layers)
        return [one for one in found if not _better(one[2], groups[one[0], one[1]])]

    def _together(self, some: list[Piece], found: dict[Found, None]) -> None:
        """Search many pieces as one text."""
        if not some:
            return
        starts, size = [], 0
        for piece in some:
            starts.append(size)
            size += len(piece.data) + len(SEPARATOR)
        hits = self._hits(SEPARATOR.join(piece.data for piece in some))
        for at, key, variant, layers in hits:
            number = bisect_right(starts, at) - 1
            found[Found(key, some[number].place(at - starts[number]), variant, layers)] = None

    def _body(self, data: bytes, sha256: str) -> tuple[_Hit, ...]:
        """The hits in a body, remembered: the same script comes in every visit."""
        name = (sha256, len(data))
        if (known := self._bodies.get(name)) is not None:
            self._bodies.move_to_end(name)
            return known
        hits = tuple(self._hits(data))
        self._bodies[name] = hits
        if len(self._bodies) > _BODIES_KEPT:
            self._bodies.popitem(last=False)
        return hits

    def _hits(self, data: bytes) -> list[_Hit]:
        budget = [_MAX_DECODED]
        return sorted(dict.fromkeys(self._search(Text(data), budget)))

    def _search(self, text: Text, budget: list[int]) -> Iterator[_Hit]:
        for start, end, pattern in self._patterns.find(text.data):
            if pattern.layers == ("url",) and isinstance(text, Escaped) and text.as_it_is(start, end, b"+"):
                continue  # a form's plus: the text with the plus undone has it
            yield _hit(text, start, end, pattern.key, pattern.variant, pattern.layers)
        if text.parent is not None or not text.data.isascii():
            for start, end, digest in self._digests.find(text.data):
                yield _hit(text, start, end, digest.key, digest.variant, digest.layers)
        if text.depth >= _MAX_DEPTH:
            return
        for inner in self._inner(text):
            budget[0] -= len(inner.data)
            if budget[0] < 0:
                return
            yield from self._search(inner, budget)

    def _inner(self, text: Text) -> Iterator[Text]:
        yield from undone(text)
        yield from opened(text)
        yield from unpacked(text)


def _better(layers: tuple[str, ...], others: list[tuple[str, ...]]) -> bool:
    """Whether another reading of the same place says more.

    What a compressor stored as it was is seen without it too; a part of URL-safe base64 may look like the standard one.
    """
    if len(others) == 1:
        return False
    for other in others:
        if len(other) > len(layers) and PACKERS.intersection(other):
            rest = iter(other)
            skipped = [name for name in layers if not _skip_to(rest, name)]
            if not skipped and _STORED.issuperset(rest):
                return True
        elif (
            len(other) == len(layers)
            and other != layers
            and all(a == b or (a == "base64" and b == "base64url") for a, b in zip(layers, other, strict=True))
        ):
            return True
    return False


def _skip_to(rest: Iterator[str], name: str) -> bool:
    """Go on to the next of that name, over what a compressor's stored bytes show through."""
    for one in rest:
        if one == name:
            return True
        if one not in _STORED:
            return False
    return False


def _hit(text: Text, start: int, end: int, key: int, variant: str, layers: tuple[str, ...]) -> _Hit:
    at: Text | None = text
    if text.layers[-1:] == ("hex",) and layers and layers[0] in ("md5", "sha1", "sha256", "sha512"):
        # Hex digits are how a digest is usually written.
        (start, end), outer = text.origin(start, end)
        layers, at = outer[:-1] + layers, text.parent
    while at is not None and at.parent is not None:
        (start, end), outer = at.origin(start, end)
        layers, at = outer + layers, at.parent
    return start, key, variant, layers
