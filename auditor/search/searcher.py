"""Values to look for, and the search of exchanges for all of them at once."""

from collections.abc import Mapping, Sequence

from auditor.evidence import Exchange
from auditor.search.found import Found

type Forms = Mapping[str, str]
"""Plain forms of one value: text -> label ("" for the value as it is)."""


class Searcher:
    """Looks for many values at once, in every encoding this stage knows, up to two layers deep."""

    def __init__(self, values: Sequence[Forms]) -> None:
        """`values[key]` are the plain forms of the value with that key."""
        self.values = values

    def exchange(self, exchange: Exchange) -> list[Found]:
        """All values in an exchange: each key, place, variant and layers once, in the order of the places."""
        raise NotImplementedError

    def text(self, data: bytes) -> list[tuple[int, str, tuple[str, ...]]]:
        """All values in some bytes: key, variant, layers, each once."""
        raise NotImplementedError
