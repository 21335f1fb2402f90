"""Sentences that say who receives what: 当社は、…社の「…」を利用しており、クッキーが同社に送信されます。

A guess, so with little confidence: a row needs a recipient's name, kinds of data and a word of sending. Sentences
that deny, browsers' names, and what stands under headings of other matters give nothing.
"""

import re
import unicodedata
from collections.abc import Iterable

from auditor.disclosures.companies import CompanyFinder
from auditor.disclosures.drafts import Draft
from auditor.disclosures.names import NameTable
from auditor.disclosures.page import Block, Line
from auditor.disclosures.vocabulary import Field, Vocabulary
from auditor.disclosures.wording import ContentWords
from auditor.vendors import NameKind

CONFIDENCE = 0.4
MAX_PARAGRAPHS = 2_000
_SENTENCE = re.compile(r"[^。\n]+。?")
_PURPOSE = re.compile(r"ため|目的|用い|使われ")
_SO_THAT = re.compile(r"[^、。]{0,80}ため(?:に)?、")  # what for, in front of what is sent
_LISTED = re.compile(r"[、,，・\s]*(?:及び|および|並びに|や|と)?[、,，・\s]*")
_STRONG = (NameKind.legal, NameKind.former)


class ProseReader:
    """Reads paragraphs; `declares` says whether a text speaks of a service in use."""

    def __init__(self, vocabulary: Vocabulary, names: NameTable, words: ContentWords) -> None:
        self._vocabulary = vocabulary
        self._names = names
        self._words = words
        self._companies = CompanyFinder(vocabulary)

    def read(self, blocks: Iterable[Block], unread: frozenset[str]) -> list[Draft]:
        """A draft for each recipient that a paragraph, not read otherwise, says something is sent to."""
        drafts: list[Draft] = []
        heading, pending = "", ""
        paragraphs = 0
        for block in blocks:
            if not isinstance(block, Line):
                continue
            if block.level:
                heading, pending = block.text, ""
            elif block.text in unread and "。" in block.text and paragraphs < MAX_PARAGRAPHS:
                paragraphs += 1
                if not self._vocabulary.is_about_else(heading):
                    pending = self._paragraph(block, pending, drafts)
        return drafts

    def declares(self, text: str) -> bool:
        """Whether a text names a known vendor by its legal name, says of its service that it is in use, or says
        that kinds of data are sent: then "nothing declared" would say too much."""
        for sentence in _SENTENCE.findall(text[:20_000]):
            if self._vocabulary.is_no_recipient(sentence):
                continue
            hits = self._names.hits(sentence)
            if any(h.kind in _STRONG for h in hits) or (hits and self._vocabulary.says_use(sentence)):
                return True
            own = self._vocabulary.is_own_form(sentence)
            if not own and self._vocabulary.is_sending(sentence) and self._words.codes(sentence):
                return True
        return False

    def _paragraph(self, line: Line, pending: str, drafts: list[Draft]) -> str:
        """Read one paragraph; the recipient named last, which 同社 in the next means."""
        current: Draft | None = None
        name = pending
        names = [name]
        before: list[str] = []  # what is said of the recipient before what is sent
        for sentence in _SENTENCE.findall(line.text):
            if self._vocabulary.is_no_recipient(sentence) or self._vocabulary.is_own_form(sentence):
                continue
            if here := self._recipients(sentence):
                before = [] if here[0] != name else before
                names, name = here, here[0]
            sent = self._vocabulary.is_sending(sentence) and self._words.codes(sentence)
            if name and sent and (current is None or current.texts[Field.recipient] != names):
                current = Draft(places=[line.place], confidence=CONFIDENCE, prose=True, quote=[line.text], sends=True)
                for one in names:
                    current.add(Field.recipient, one)
                current.several = len(names) > 1
                drafts.append(current)
                for said in before:
                    current.add(Field.purpose, said)
            if current is None:
                before += [sentence] if name and _PURPOSE.search(sentence) else []
                continue
            if sent:
                current.add(Field.content, _SO_THAT.sub("", sentence), line.links)
            if _PURPOSE.search(sentence):
                own = any(w in sentence for w in self._vocabulary.own) and not sent
                current.add(Field.purpose_own if own else Field.purpose, sentence)
            for link in line.links:
                if link.text in sentence and self._vocabulary.is_opt_out(f"{sentence} {link.url}"):
                    current.add(Field.optout, sentence)
        return name

    def _recipients(self, sentence: str) -> list[str]:
        """Whom a sentence names: its first company, and the companies listed right behind it."""
        first = self._recipient(sentence)
        names = [first] if first else []
        end = sentence.find(first) + len(first)
        for company in self._companies.find(sentence):
            if names and company.start >= end and _LISTED.fullmatch(sentence[end : company.start]):
                names.append(company.name)
                end = company.end
        return names

    def _recipient(self, sentence: str) -> str:
        """The company a sentence names, by its legal name first, else the service's name."""
        hits = self._names.hits(sentence)
        legal = next((h for h in hits if h.kind in _STRONG), None)
        if legal is not None:
            return written(legal.name, sentence)
        company = next(iter(self._companies.find(sentence)), None)
        if company is not None and not re.search(r"[（(]?以下", sentence[company.end : company.end + 4]):
            return company.name
        return written(hits[0].name, sentence) if hits else ""


def written(name: str, sentence: str) -> str:
    """A name as a sentence spells it: other widths, cases and spaces than the vendor file's."""
    letters = [re.escape(c) for c in unicodedata.normalize("NFKC", name) if not c.isspace()]
    m = re.search(r"\s?".join(letters), unicodedata.normalize("NFKC", sentence), re.IGNORECASE)
    return m.group() if m else name
