"""What a disclosure declares, as the rules ask for it: rows of a vendor, names anywhere, contents that cover."""

from collections.abc import Iterable
from functools import cached_property

from auditor.decode.knowledge import Knowledge
from auditor.disclosures.model import DeclaredRow, Disclosure
from auditor.disclosures.names import Hit, NameTable, domains_in
from auditor.disclosures.vocabulary import load_vocabulary
from auditor.disclosures.wording import ContentWords, covers, names_any
from auditor.domains import is_within, registrable_domain
from auditor.vendors import NameKind


class Declared:
    """A disclosure beside the vendors' names and the words for kinds of data."""

    def __init__(self, disclosure: Disclosure, knowledge: Knowledge) -> None:
        self.disclosure = disclosure
        self._knowledge = knowledge
        self._vocabulary = load_vocabulary()
        self._names = NameTable(knowledge.vendors, self._vocabulary)
        self._words = ContentWords(knowledge.taxonomy, self._vocabulary)

    def rows_of(self, vendor: str) -> list[DeclaredRow]:
        """The rows that name a vendor."""
        return [row for row in self.disclosure.rows if row.entity == vendor]

    def rows_naming(self, domain: str) -> list[DeclaredRow]:
        """The rows without a known vendor whose recipient or service names a domain."""
        return [
            row
            for row in self.disclosure.rows
            if row.entity is None
            and any(registrable_domain(d) == domain for d in domains_in(f"{row.recipient}\n{row.service}"))
        ]

    def names_domain(self, domain: str) -> bool:
        """Whether the disclosure's text names a registrable domain, or a host below it."""
        return domain in self._domains

    def speaks_of(self, vendor: str) -> bool:
        """Whether the text outside the vendor's own rows has one of its names or domains."""
        if any(hit.entity == vendor for hit in self._hits):
            return True
        facts = self._knowledge.vendor(vendor)
        return facts is not None and any(is_within(d, f.domain) for f in facts.domains for d in self._domains)

    def hits_any(self, text: str) -> bool:
        """Whether a text has a known name of any vendor."""
        return bool(self._names.hits(text))

    def text(self) -> str:
        """All that was read of the disclosure: the page's text where it was kept, else its rows and what gave none."""
        return self.disclosure.text or "\n".join(self._texts)

    def denied(self, rows: Iterable[DeclaredRow], code: str) -> bool:
        """Whether a row says that a kind of data is not sent."""
        return covers((c for row in rows for c in row.not_sent), code, self._knowledge.taxonomy)

    def denied_by_page(self, code: str) -> str:
        """A sentence outside the rows that says of sending that a kind of data is not sent; "" for none."""
        for sentence, codes in self._denials:
            if covers(codes, code, self._knowledge.taxonomy):
                return sentence
        return ""

    def gives_legal_name(self, vendor: str) -> bool:
        """Whether a legal name of the vendor stands anywhere in the disclosure."""
        return any(hit.entity == vendor and hit.kind == NameKind.legal for hit in self._hits)

    def hits(self, row: DeclaredRow, vendor: str) -> list[Hit]:
        """The vendor's names in a row's recipient, else in its service."""
        found = [h for h in self._names.hits(row.recipient) if h.entity == vendor]
        return found or [h for h in self._names.hits(row.service) if h.entity == vendor]

    def covered(self, rows: Iterable[DeclaredRow], code: str) -> bool:
        """Whether the rows' contents cover a kind of data."""
        return covers((c for row in rows for c in row.content), code, self._knowledge.taxonomy)

    def may_cover(self, rows: Iterable[DeclaredRow], code: str) -> bool:
        """Whether text of the rows that was not understood may name the kind of data, or points elsewhere."""
        level = self._knowledge.taxonomy.get(code).level
        hints = [w for h in self._vocabulary.hints if h.level == level for w in h.words]
        for row in rows:
            if row.content_text and not row.content:
                return True
            if names_any(row.content_text, self._vocabulary.elsewhere):
                return True
            if any(names_any(part, hints) for part in self._words.rest(row.content_text)):
                return True
        return False

    def unread_contents(self) -> bool:
        """Whether no row has contents although the text around the rows names kinds of data."""
        if any(row.content_text for row in self.disclosure.rows):
            return False
        return any(self._words.codes(text) for text in self.disclosure.not_understood)

    @cached_property
    def _denials(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        rows = "".join("".join(row.quote.split()) for row in self.disclosure.rows)
        sentences = [s.strip() for line in self.disclosure.text.split("\n") for s in line.split("。")]
        return tuple(
            (sentence, codes)
            for sentence in dict.fromkeys(sentences)
            if self._vocabulary.is_sending(sentence)
            and "".join(sentence.split()) not in rows
            and (codes := self._words.denied(sentence))
        )

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        texts = [self.disclosure.title, *self.disclosure.not_understood]
        for row in self.disclosure.rows:
            texts += [row.recipient, row.service, row.content_text, *row.purposes, row.opt_out]
        return tuple(dict.fromkeys(texts))

    @cached_property
    def _hits(self) -> tuple[Hit, ...]:
        return tuple(hit for text in self._texts for hit in self._names.hits(text))

    @cached_property
    def _domains(self) -> frozenset[str]:
        found = {d for text in self._texts for d in domains_in(text)}
        return frozenset(found | {registrable_domain(d) for d in found})
