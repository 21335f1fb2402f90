"""Columns told by what their cells hold, where the heads do not say it: companies, kinds of data, purposes."""

from collections.abc import Callable, Sequence

from auditor.disclosures.companies import CompanyFinder
from auditor.disclosures.names import NameTable, domains_in
from auditor.disclosures.page import Cell, Table
from auditor.disclosures.vocabulary import Field, Vocabulary
from auditor.disclosures.wording import ContentWords

MOST = 0.6  # of a column's filled cells
MAX_LOOKED = 50


class ColumnGuesser:
    """Looks at cells. What it tells is a guess: rows that rest on it have less confidence."""

    def __init__(self, vocabulary: Vocabulary, names: NameTable, words: ContentWords) -> None:
        self._vocabulary = vocabulary
        self._names = names
        self._words = words
        self._companies = CompanyFinder(vocabulary)

    def complete(self, table: Table, heads: int, columns: list[tuple[Field, ...]]) -> bool:
        """Give columns without a known head the fields that are missing; True when one was given."""
        known = {f for fields in columns for f in fields}
        given = False
        for which, holds in ((Field.recipient, self._who), (Field.content, self._codes)):
            if which in known:
                continue
            for x, fields in enumerate(columns):
                if not fields and self._most(table, heads, x, holds):
                    columns[x] = (which,)
                    given = True
                    break
        return given

    def blind(self, table: Table) -> list[tuple[Field, ...]] | None:
        """All columns of a table whose first row is no head we know; None unless it has recipients and contents."""
        if len(table.rows) < 2 or not table.rows[0]:
            return None
        columns: list[tuple[Field, ...]] = [() for _ in table.rows[0]]
        self.complete(table, 1, columns)
        if {(Field.recipient,), (Field.content,)} - set(columns):
            return None
        for x, fields in enumerate(columns):
            if not fields and self._most(table, 1, x, self._vocabulary.says_purpose):
                columns[x] = (Field.purpose,)
                break
        return columns

    def heads(self, table: Table, columns: Sequence[tuple[Field, ...]]) -> int:
        """Whether the first row of such a table is a head: 1 when it names no recipient, else 0."""
        return int(not self._who(table.rows[0][columns.index((Field.recipient,))].text))

    def _most(self, table: Table, heads: int, x: int, holds: Callable[[str], bool]) -> bool:
        cells: list[Cell] = [row[x] for row in table.rows[heads : heads + MAX_LOOKED]]
        texts = [c.text for c in cells if not self._vocabulary.is_nothing(c.text)]
        return bool(texts) and sum(holds(t) for t in texts) >= MOST * len(texts)

    def _who(self, text: str) -> bool:
        if len(text) > 120 or "。" in text:
            return False
        return bool(self._names.hits(text)) or self._companies.has_form(text) or text.lower() in domains_in(text)

    def _codes(self, text: str) -> bool:
        return bool(self._words.codes(text)) and not self._vocabulary.says_purpose(text)
