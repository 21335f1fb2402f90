"""The words of a comparison of two runs, from words.yaml."""

from functools import cache
from pathlib import Path

from pydantic import Field

from auditor.compare.drift import Drift, DriftKind
from auditor.report.texts import Text
from auditor.specs import Spec, load


class _Words(Spec):
    words: dict[str, Text] = Field(min_length=1)


@cache
def all_words() -> dict[str, Text]:
    """All words by key."""
    return load(Path(__file__).with_name("words.yaml"), _Words).words


def words(key: str, **values: object) -> Text:
    """A text with its values."""
    return all_words()[key].filled(**values)


def field_name(field: str) -> Text:
    """A detail's field in words; a parameter's name is itself."""
    return all_words().get(f"field.{field}") or Text(ja=field, en=field)


def sure_of(line: Drift) -> str:
    """How sure a line is: established, read, once (one visit each at most), open."""
    if line.kind is DriftKind.disclosure:
        return "read"
    if line.established:
        return "established"
    return "once" if max(line.before_of, line.after_of) <= 1 else "open"
