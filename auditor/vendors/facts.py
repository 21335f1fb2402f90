"""What every statement about a vendor carries: how strong it is, and where it is from."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from auditor.specs import Spec

type Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]

_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")


class Mark(StrEnum):
    """Strength of a fact (DOMAIN.md 0); `own_run` is a run of ours, kept as evidence."""

    primary = "P"
    vendor = "V"
    replayed = "R"
    own_run = "own_run"
    capture = "C"
    secondary = "S"
    memory = "M"

    @property
    def proves(self) -> bool:
        """Whether the fact may drive a verdict of failure."""
        return self in (Mark.primary, Mark.vendor, Mark.replayed, Mark.own_run)


class Fact(Spec):
    """Base of everything that is claimed about a vendor: `mark` and `source` are never left out.

    The source says what was read and when, or of when it is: a year at least.
    """

    mark: Mark
    source: str = Field(min_length=1, description="address or name of what was read, with its date; or `$key`")

    @property
    def dated(self) -> bool:
        """Whether the source (written out) names a date."""
        return _YEAR.search(self.source) is not None


type Place = tuple[str | int, ...]


def facts_in(part: object, place: Place = ()) -> Iterator[tuple[Place, Fact]]:
    """Every fact in a model, its lists and its dictionaries, with its place."""
    if isinstance(part, Fact):
        yield place, part
    if isinstance(part, Spec):
        part = dict(part)
    if isinstance(part, dict):
        for key, item in part.items():
            yield from facts_in(item, (*place, key))
    if isinstance(part, tuple):
        for number, item in enumerate(part):
            yield from facts_in(item, (*place, number))


def write_sources_out(model: Spec, sources: Mapping[str, str]) -> None:
    """Put the text of `sources` where a fact says `$key`; ValueError for a key that is not there.

    For the validators of models that are still being made: nobody has seen the short form yet.
    """
    for _, fact in facts_in(model):
        if fact.source.startswith("$"):
            if (text := sources.get(fact.source[1:])) is None:
                raise ValueError(f"unknown source {fact.source!r}: `sources` has no such key")
            object.__setattr__(fact, "source", text)
