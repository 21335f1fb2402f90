"""Companies told by their legal form alone (株式会社…, …合同会社, … Inc.): names that no vendor file has.

Where a name begins or ends inside a sentence is told by scripts and particles, so it is a guess there; in a cell or
a heading the marks around it say it.
"""

import re
import unicodedata
from typing import NamedTuple

from auditor.disclosures.vocabulary import Vocabulary

_DELIMITED = r"[^\s、。，,・/／;；:：（）()「」『』【】\[\]|｜…]"
_SOLID = r"[一-龯々ヶァ-ヴーA-Za-z0-9&.＆\-]"
_PARTICLE = r"[がはをにへのと](?:提供|運営|行う|利用|「|『|対|よ|は)|[がはをへ]"
_STOP = rf"(?=$|[\s、。，,/／;；:：（）()「」『』【】\[\]|｜…]|{_PARTICLE})"
_PARTS = re.compile(r"[、\n;；]|\s/\s|／|及び|および|並びに|ならびに")
MAX_NAME = 60
MAX_TEXT = 5_000


class Company(NamedTuple):
    """A company's name in a text, with its place."""

    name: str
    start: int
    end: int


class CompanyFinder:
    """Finds names by the vocabulary's legal forms."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        japanese = "|".join(re.escape(f) for f in vocabulary.legal_forms if not f.isascii())
        latin = "|".join(re.escape(f) for f in vocabulary.legal_forms if f.isascii())
        self._pattern = re.compile(
            rf"(?:{japanese})\s?(?:{_SOLID}{{1,40}}(?:[ ・]{_SOLID}{{1,20}})*{_STOP}|{_DELIMITED}{{1,40}}?{_STOP})"
            rf"|(?:(?<=^)|(?<=[\s、。，,（(「『|｜:：]))[ぁ-ん]{_DELIMITED}{{0,30}}?(?:{japanese})"
            rf"|{_SOLID}{{1,40}}(?:[ ・]{_SOLID}{{1,20}}){{0,4}}\s?(?:{japanese})"
            rf"|(?<![A-Za-z0-9])[A-Z][\w&.'-]{{0,30}}(?: [A-Z][\w&.'-]{{0,30}}){{0,4}},? (?:{latin})(?![A-Za-z])\.?",
            re.MULTILINE,
        )
        self._form = re.compile(rf"{japanese}|(?<![A-Za-z])(?:{latin})(?![A-Za-z])")

    def find(self, text: str) -> list[Company]:
        """The companies a text names, in order, as it writes them."""
        return [
            Company(m.group().strip(), m.start(), m.end())
            for m in self._pattern.finditer(text[:MAX_TEXT])
            if len(m.group()) <= MAX_NAME
        ]

    def has_form(self, text: str) -> bool:
        """Whether a text has a legal form anywhere."""
        return bool(self._form.search(unicodedata.normalize("NFKC", text[:MAX_TEXT])))

    def parts(self, text: str) -> list[str]:
        """A cell that lists several companies, in its parts; one part for any other text."""
        found: list[str] = []
        depth, start = 0, 0
        for m in re.finditer(r"[（(「]|[）)」]|" + _PARTS.pattern, text[:MAX_TEXT]):
            sign = m.group()
            if sign in "（(「":
                depth += 1
            elif sign in "）)」":
                depth = max(0, depth - 1)
            elif depth == 0:
                found.append(text[start : m.start()].strip())
                start = m.end()
        found.append(text[start:].strip())
        found = [part for part in found if part]
        return found if len(found) > 1 and all(self.has_form(part) for part in found) else [text]
