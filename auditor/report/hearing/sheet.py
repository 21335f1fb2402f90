"""The types of the sheet: items in their numbering, lines of figures, one cell a platform or carrier.

A figure is never without evidence: a count of nothing leads to the documents of the visits it was looked for in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from auditor.report.texts import Text

MAX_SHOWN = 12


@dataclass(frozen=True)
class Figure:
    """Something counted. `evidence`: visit/request ids, the first of each visit first, at most MAX_SHOWN of `total`."""

    shown: Text
    evidence: tuple[str, ...]
    total: int
    detail: Text | None = None
    seen: bool = True  # False: looked for and not seen


@dataclass(frozen=True)
class Said:
    """Words in place of a figure: `missing`, not measured in this run; `note`, something that is no count."""

    kind: Literal["missing", "note"]
    text: Text


type Cell = Figure | Said


@dataclass(frozen=True)
class Line:
    """One thing measured, for every column of the sheet."""

    label: Text
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Column:
    """Whose column it is; `platform` is the scenario's name for the platform, None where it has none."""

    vendor: str
    name: Text
    platform: str | None = None


@dataclass(frozen=True)
class Row:
    """One item. `status`: seen (`lines`), see (at another item, `see`), unseen (`why`)."""

    number: str
    title: Text
    known: bool  # whether what the number is about is known at all
    inferred: bool  # whether the number itself only follows from others
    mark: str
    source: str
    status: Literal["seen", "see", "unseen"]
    lines: tuple[Line, ...] = ()
    see: str = ""
    why: Text | None = None
    beyond: Text | None = None


@dataclass(frozen=True)
class Part:
    """One of the ministry's two sheets."""

    id: Literal["platforms", "carriers"]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Numbered:
    """A figure with its number on the sheet, by which its evidence is found."""

    number: int
    part: str
    item: str
    label: Text
    column: Column
    figure: Figure


@dataclass(frozen=True)
class Hearing:
    """The whole: both parts, and which edition of the ministry's sheet they follow."""

    edition: Text
    edition_source: str
    day: date | None
    parts: tuple[Part, ...]
    _numbers: dict[int, int] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for number, (_, _, _, _, figure) in enumerate(self._walk(), 1):
            self._numbers[id(figure)] = number

    def number(self, figure: Figure) -> int:
        """The figure's number, from 1, in the order of the sheet."""
        return self._numbers[id(figure)]

    def figures(self) -> Iterator[Numbered]:
        """Every figure in the order of the sheet."""
        for part, row, line, column, figure in self._walk():
            yield Numbered(self._numbers[id(figure)], part.id, row.number, line.label, column, figure)

    def _walk(self) -> Iterator[tuple[Part, Row, Line, Column, Figure]]:
        for part in self.parts:
            for row in part.rows:
                for line in row.lines:
                    for column, cell in zip(part.columns, line.cells, strict=True):
                        if isinstance(cell, Figure):
                            yield part, row, line, column, cell


def figure(shown: Text, references: Iterable[str], detail: Text | None = None, *, seen: bool = True) -> Figure:
    """A figure with its evidence put in order and bounded. ValueError where there is none: it could not be shown."""
    every = sorted(set(references))
    if not every:
        raise ValueError(f"a figure without evidence: {shown.en}")
    firsts: dict[str, str] = {}
    for each in every:
        firsts.setdefault(each.partition("/")[0], each)
    chosen = [*firsts.values()][:MAX_SHOWN]
    chosen += [each for each in every if each not in chosen][: MAX_SHOWN - len(chosen)]
    return Figure(shown, tuple(sorted(chosen)), len(every), detail, seen)
