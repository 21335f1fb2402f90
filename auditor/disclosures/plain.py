"""Texts made comparable: what pages write in many ways is one way here."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_LOOSE_SPACE = re.compile(r"(?<![a-z0-9]) | (?![a-z0-9])")


def squash(text: str) -> str:
    """NFKC, lower case, spaces only where they part two Latin words."""
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()
    return _LOOSE_SPACE.sub("", text)
