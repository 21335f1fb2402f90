"""The sheet's own words in Japanese and English, from words.yaml."""

from functools import cache
from pathlib import Path

from pydantic import Field

from auditor.report.texts import Text
from auditor.specs import Spec, load


class _Words(Spec):
    words: dict[str, Text] = Field(min_length=1)


@cache
def all_words() -> dict[str, Text]:
    """All words by key."""
    return load(Path(__file__).with_name("words.yaml"), _Words).words


def words(key: str, **values: object) -> Text:
    """A text with its values; a value that is a Text is put in by language."""
    text = all_words()[key]
    ja = {k: v.ja if isinstance(v, Text) else v for k, v in values.items()}
    en = {k: v.en if isinstance(v, Text) else v for k, v in values.items()}
    return Text(ja=text.ja.format(**ja), en=text.en.format(**en))


def listed(parts: list[Text], limit: int = 12) -> Text:
    """Texts in one line, the first `limit` of them and how many more."""
    more = len(parts) - limit
    ja, en = "、".join(p.ja for p in parts[:limit]), ", ".join(p.en for p in parts[:limit])
    return words("listed.more", shown=Text(ja=ja, en=en), n=more) if more > 0 else Text(ja=ja, en=en)
