"""The files a user supplies: found, read, and each with the date its facts are of."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from auditor.errors import InputError
from auditor.vendors.loading import first_problem, parse_json, read_json_bytes

_SUFFIXES = (".json", ".csv")
MAX_FIELD = 131_072
"""Characters of one field."""


class Loose(BaseModel):
    """Base of what we read of another list's format: its further keys are not ours."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Table(NamedTuple):
    """A CSV file: its header, and each row with the line it ends on."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]


class Supplied(NamedTuple):
    """One file: its content (JSON or Table), the day its facts are of, and whether it was named itself."""

    path: Path
    content: object
    dated: date
    named: bool

    def read_as[M: BaseModel](self, model: type[M], part: object = None) -> M:
        """The content in the format's model. Raises InputError naming file and place."""
        try:
            return model.model_validate(self.content if part is None else part)
        except ValidationError as error:
            raise first_problem(error, self.path) from None


def supplied(paths: Sequence[Path], dated: date | None, left_out: Counter[str]) -> Iterator[Supplied]:
    """The JSON and CSV files named, and those below the folders named, one after the other, each once.

    Raises InputError for a file that is not there or cannot be read as what its name says.
    """
    seen: set[Path] = set()
    for path in paths:
        for file in _below(path):
            if (real := file.resolve()) in seen:
                continue
            seen.add(real)
            raw = read_json_bytes(file)
            if file.suffix.lower() == ".csv":
                content: object = _table(raw, file)
            else:
                content = parse_json(raw, file, lambda _: left_out.update(("keys a file has twice",)))
            day = dated or datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
            yield Supplied(file, content, day, named=file == path)


def _below(path: Path) -> Iterable[Path]:
    if not path.exists():
        raise InputError("no such file or folder", file=path)
    if not path.is_dir():
        return (path,)
    files = (f for f in path.rglob("*") if f.suffix.lower() in _SUFFIXES and not f.name.startswith("."))
    return sorted(f for f in files if f.is_file())


def _table(raw: bytes, path: Path) -> Table:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError("is not UTF-8", file=path, line=line, cure="save it as UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    rows: list[tuple[int, list[str]]] = []
    # The limit is the whole process', and other libraries raise it.
    before = csv.field_size_limit(MAX_FIELD)
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        rows += ((reader.line_num, row) for row in reader if row)
    except csv.Error as error:
        raise InputError(f"not valid CSV: {error}", file=path, line=reader.line_num) from None
    finally:
        csv.field_size_limit(before)
    return Table(header, tuple(rows))
