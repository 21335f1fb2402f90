"""Many byte patterns searched for at once: the one door to the Aho-Corasick library."""

from collections.abc import Iterator, Sequence

from ahocorasick_rs import BytesAhoCorasick


class Automaton:
    """Finds every occurrence of any of its patterns; they may overlap."""

    def __init__(self, patterns: Sequence[bytes]) -> None:
        """No pattern may be empty; equal ones are found under the first's number."""
        self._search = BytesAhoCorasick(list(patterns)) if patterns else None

    def find(self, text: bytes) -> Iterator[tuple[int, int, int]]:
        """(number of the pattern, start, end) of each occurrence, by where it ends."""
        if self._search is not None:
            yield from self._search.find_matches_as_indexes(text, overlapping=True)
