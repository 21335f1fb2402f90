"""Of several readings of the same bytes, those that say most."""

from collections.abc import Callable, Hashable, Iterator

from auditor.search.packed import PACKERS

_STORED = PACKERS | {"url", "json", "html"}


def without_lesser[T](
    found: list[T], same: Callable[[T], Hashable], layers_of: Callable[[T], tuple[str, ...]]
) -> list[T]:
    """`found` without what another of the `same` value and place tells better.

    What a compressor stored as it was is seen without it too; a part of URL-safe base64 may look like the standard one.
    """
    if len(found) < 2:
        return found
    groups: dict[Hashable, list[tuple[str, ...]]] = {}
    for one in found:
        groups.setdefault(same(one), []).append(layers_of(one))
    return [one for one in found if not any(_better(other, layers_of(one)) for other in groups[same(one)])]


def _better(other: tuple[str, ...], layers: tuple[str, ...]) -> bool:
    if other == layers or len(other) < len(layers):
        return False
    if len(other) == len(layers):
        return all(a == b or (a, b) == ("base64url", "base64") for a, b in zip(other, layers, strict=True))
    if not PACKERS.intersection(other):
        return False
    rest = iter(other)
    return all(_skip_to(rest, name) for name in layers) and _STORED.issuperset(rest)


def _skip_to(rest: Iterator[str], name: str) -> bool:
    """Go on to the next of that name, over what a compressor's stored bytes show through."""
    for one in rest:
        if one == name:
            return True
        if one not in _STORED:
            return False
    return False
