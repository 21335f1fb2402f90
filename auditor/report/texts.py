"""The words of the reports in Japanese and English, from texts.yaml; and how observed text is made visible."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from auditor.specs import Spec, load

type Lang = Literal["ja", "en"]
MAX_SHOWN = 600


class Text(Spec):
    """One text in both languages; `{name}` marks a value."""

    ja: str
    en: str

    def filled(self, **values: object) -> "Text":
        """The text with its values put in; their own braces stay what they are."""
        return Text(ja=self.ja.format(**values), en=self.en.format(**values))


class _Texts(Spec):
    texts: dict[str, Text] = Field(min_length=1)


@cache
def texts() -> dict[str, Text]:
    """All texts by key."""
    return load(Path(__file__).with_name("texts.yaml"), _Texts).texts


def label(group: str, code: str) -> Text:
    """The text for a code such as `verdict.fail`; a code without one is shown as it is."""
    return texts().get(f"{group}.{code}") or Text(ja=code, en=code)


def visible(text: str) -> str:
    """Observed text with control, bidi and invisible characters written as ⟨U+202E⟩, and its length bounded."""
    shown = "".join(f"⟨U+{ord(c):04X}⟩" if _hidden(c) else c for c in text[:MAX_SHOWN])
    return shown if len(text) <= MAX_SHOWN else f"{shown}… (+{len(text) - MAX_SHOWN})"


def _hidden(char: str) -> bool:
    # Hangul fillers and the braille blank are letters by category and still show nothing
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") or char in "\u115f\u1160\u3164\uffa0\u2800"
