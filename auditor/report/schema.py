"""The tables' columns, their types and meaning, as schema.yaml says: the contract with readers of the data."""

from functools import cache
from pathlib import Path
from typing import Literal

from auditor.specs import Spec, load

type Type = Literal["text", "list", "integer", "number", "boolean", "time"]


class Column(Spec):
    """One column; `list` is a list of texts."""

    name: str
    type: Type = "text"
    ja: str
    en: str
    about_ja: str = ""
    about_en: str = ""


class Reference(Spec):
    """Columns that point at the columns of the same names in another table."""

    columns: tuple[str, ...]
    table: str


class Table(Spec):
    """One table."""

    name: str
    ja: str
    en: str
    primary_key: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    columns: tuple[Column, ...]


class Schema(Spec):
    """All tables, in the order they are written."""

    tables: tuple[Table, ...]


@cache
def tables() -> tuple[Table, ...]:
    """The tables' definitions."""
    return load(Path(__file__).with_name("schema.yaml"), Schema).tables
