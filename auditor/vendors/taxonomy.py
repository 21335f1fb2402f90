"""Kinds of data about a person, a tree: who declares a broader word has declared what it covers (DOMAIN.md B.5)."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from auditor.specs import Spec
from auditor.vendors.facts import Id


class DataType(Spec):
    """One kind of data about a person (DOMAIN.md B.5). `parent` is a broader word that covers it."""

    code: Id
    parent: Id | None = None
    level: Annotated[str, StringConstraints(pattern=r"^(identifier|contact|network|behaviour|device|location|other)$")]
    name_ja: str
    name_en: str
    words_ja: tuple[str, ...] = Field(description="words on Japanese pages that declare it")


class Taxonomy(Spec):
    """All data types, a tree by `parent`."""

    data_types: tuple[DataType, ...]

    @model_validator(mode="after")
    def _tree(self) -> Self:
        codes = [t.code for t in self.data_types]
        if len(set(codes)) != len(codes):
            raise ValueError("a data type is there twice")
        for t in self.data_types:
            if t.parent is not None and t.parent not in codes:
                raise ValueError(f"{t.code}: unknown parent {t.parent!r}")
        for t in self.data_types:
            self.ancestors(t.code)
        return self

    def get(self, code: str) -> DataType:
        """The data type of that code; KeyError for an unknown one."""
        found = next((t for t in self.data_types if t.code == code), None)
        if found is None:
            raise KeyError(code)
        return found

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes of the broader words that cover it, nearest first. ValueError for a circle."""
        found: list[str] = []
        parent = self.get(code).parent
        while parent is not None:
            if parent == code or parent in found:
                raise ValueError(f"{code}: its parents go in a circle")
            found.append(parent)
            parent = self.get(parent).parent
        return tuple(found)

    def has(self, code: str) -> bool:
        """Whether there is a data type of that code."""
        return any(t.code == code for t in self.data_types)
