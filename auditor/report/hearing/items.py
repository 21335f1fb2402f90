"""items.yaml: the numbers of the ministry's sheets, what is known of each, and what of a run fills it."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from auditor.report.texts import Text
from auditor.specs import Spec, load
from auditor.vendors.facts import Id

type Mark = Literal["P", "V", "C", "S", "M", "?"]
type PartId = Literal["platforms", "carriers"]


class Edition(Spec):
    """One edition of the ministry's sheet."""

    id: str
    name: Text
    valid_from: date
    valid_to: date | None = None
    mark: Mark
    source: str = Field(min_length=1)


class Item(Spec):
    """One number. Without a title only the number is known: the wording has to be taken from the ministry's sheet."""

    number: str = Field(min_length=1)
    title: Text | None = Field(None, description="what it is about, in our words; never the ministry's text")
    mark: Mark = "?"
    source: str = Field("", description="where what is known of it stands")
    inferred: bool = Field(False, description="the number follows from those around it; no source names it")
    valid_from: date | None = None
    valid_to: date | None = None
    measure: str = Field("", description="name of the measure that fills it")
    see: str = Field("", description="number of the item whose figures serve here too")
    unseen: str = Field("", description="key of the reason why traffic cannot show it")
    beyond: Text | None = Field(None, description="what traffic does not show even where there are figures")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(map(bool, (self.measure, self.see, self.unseen))) != 1:
            raise ValueError(f"{self.number}: needs exactly one of measure, see and unseen")
        if self.title is not None and (self.mark == "?" or not self.source):
            raise ValueError(f"{self.number}: a title needs a mark and a source")
        if self.title is None and self.mark != "?":
            raise ValueError(f"{self.number}: without a title the mark is ?")
        return self

    def on(self, day: date) -> bool:
        """Whether the item is there in an edition that is valid from that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Sheets(Spec):
    """The whole file."""

    editions: tuple[Edition, ...] = Field(min_length=1)
    columns: dict[PartId, tuple[Id, ...]]
    reasons: dict[str, Text]
    platforms: tuple[Item, ...] = Field(min_length=1)
    carriers: tuple[Item, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        for items in (self.platforms, self.carriers):
            numbers = {i.number for i in items if i.measure}
            for item in items:
                if item.see and item.see not in numbers:
                    raise ValueError(f"{item.number}: item {item.see} has no measure")
                if item.unseen and item.unseen not in self.reasons:
                    raise ValueError(f"{item.number}: unknown reason {item.unseen!r}")
        if [e.valid_from for e in self.editions] != sorted(e.valid_from for e in self.editions):
            raise ValueError("editions: the oldest comes first")
        return self

    def edition(self, day: date | None) -> Edition:
        """The edition in force on a day: the first for an earlier day, the last for None."""
        if day is None:
            return self.editions[-1]
        return next((e for e in reversed(self.editions) if e.valid_from <= day), self.editions[0])

    def items(self, part: PartId, edition: Edition) -> tuple[Item, ...]:
        """The items of one of the two sheets in an edition, in the file's order."""
        return tuple(i for i in getattr(self, part) if i.on(edition.valid_from))


@cache
def load_sheets() -> Sheets:
    """The shipped items."""
    return load(Path(__file__).with_name("items.yaml"), Sheets)
