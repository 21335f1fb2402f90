"""Tables with a row for each recipient: any order of columns, merged cells, several header rows, ○ columns.

Tables of keys (th 送信先, td Google LLC) are handed back as `pairs` for the reader of blocks.
"""

from collections.abc import Sequence

from auditor.disclosures.columns import ColumnGuesser
from auditor.disclosures.drafts import Draft, Found
from auditor.disclosures.names import NameTable
from auditor.disclosures.page import Cell, Table, distinct
from auditor.disclosures.vocabulary import KEY_SHARE, TH_SHARE, Field, Vocabulary
from auditor.disclosures.wording import ContentWords

GUESSED = 0.6  # how sure rows are whose columns were told by what they hold
_PURPOSES = (Field.purpose, Field.purpose_own, Field.purpose_recipient)


class TableReader:
    """Reads tables that have a header row; `read` is False for another kind of table."""

    def __init__(self, vocabulary: Vocabulary, names: NameTable, words: ContentWords, *, titled: bool) -> None:
        self._vocabulary = vocabulary
        self._guess = ColumnGuesser(vocabulary, names, words)
        self._titled = titled  # the page's title says that it is about sending

    def fields(self, cell: Cell) -> tuple[Field, ...]:
        """The fields a header cell names; none for text that is not mostly heading."""
        return self._vocabulary.key_of(cell.text, TH_SHARE if cell.header else KEY_SHARE)

    def pairs(self, table: Table) -> list[list[tuple[Cell, Cell]]] | None:
        """The table as key and value cells, row by row, when its keys stand at the left; else None."""
        found: list[list[tuple[Cell, Cell]]] = []
        keys = 0
        fields: set[Field] = set()
        for row in table.rows:
            cells = distinct(row)
            here: list[tuple[Cell, Cell]] = []
            position = 0
            while position < len(cells):
                named = self.fields(cells[position])
                if named and position + 1 < len(cells):
                    here.append((cells[position], cells[position + 1]))
                    fields.update(named)
                    position += 2
                else:
                    position += 1
            if not here and len(cells) == 1 and cells[0].text:
                here.append((Cell(""), cells[0]))  # a title over the full width
            elif here:
                keys += 1
            found.append(here)
        rows = [row for row in table.rows if any(c.text for c in row)]
        known = {Field.recipient, Field.service, Field.content, Field.purpose}
        return found if rows and keys * 2 >= len(rows) and len(fields) >= 2 and fields & known else None

    def is_headed(self, table: Table) -> bool:
        """Whether the table begins with header rows, or with header columns of several recipients."""
        return self._header_rows(table) > 0 or self._turned(table) is not None or self._blind(table) is not None

    def _blind(self, table: Table) -> list[tuple[Field, ...]] | None:
        """The columns of a table without heads we know, on a page that is about sending."""
        return self._guess.blind(table) if self._titled and self.pairs(table) is None else None

    def _turned(self, table: Table) -> Table | None:
        """A table with a column for each recipient, turned; None for any other."""
        if len(table.rows) < 2 or len(table.rows[0]) < 3:
            return None
        turned = table.turn()
        named = [f for c in turned.rows[0] if (f := self.fields(c))]
        kinds = {f for fields in named for f in fields}
        if not kinds & {Field.recipient, Field.service} or not kinds & {Field.content, *_PURPOSES}:
            return None
        if any(self.fields(c) for row in turned.rows[1:] for c in row if c.text):
            return None
        return turned if self._header_rows(turned) else None

    def read(self, table: Table, found: Found, *, about_else: bool = False) -> bool:
        """Read a table with header rows into drafts (or into a numbered list); False when it has none.

        `about_else`: its heading speaks of joint use, contractors or the like, so only columns of sending count.
        """
        heads = self._header_rows(table)
        if not heads and (turned := self._turned(table)) is not None:
            table, heads = turned, self._header_rows(turned)
        if heads:
            columns, subheads = self._columns(table, heads)
            cookie = self._cookie_column(table, heads, columns)
            guessed = self._guess.complete(table, heads, columns)
        elif (blind := self._blind(table)) is not None:
            columns, subheads, cookie, guessed = blind, [""] * len(blind), False, True
            heads = self._guess.heads(table, columns)
        else:
            return False
        mapped = {f for fields in columns for f in fields}
        sends = any(self._vocabulary.is_sending(c.text) for row in table.rows[:heads] for c in row)
        if about_else and not sends:
            return False
        if any(self._vocabulary.is_about_else(c.text) for row in table.rows[:heads] for c in row):
            return False
        found.sends |= sends
        if not mapped & {Field.recipient, Field.service}:
            lists = mapped & {Field.content, Field.purpose, Field.purpose_own, Field.purpose_recipient}
            numbered = Field.number in mapped or self._first_is_number(table, heads)
            if len(lists) == 1 and numbered:
                self._numbered(table, heads, columns, lists.pop(), found)
                return True
            return False
        previous: dict[int, str] = {}
        group = ""
        for y in range(heads, len(table.rows)):
            row = table.rows[y]
            cells = distinct(row)
            if not any(c.text for c in cells):
                continue
            if len(cells) == 1 and len(row) > 1:
                group = cells[0].text  # a divider over the full width
                continue
            if all(self.fields(c) for c in cells if c.text) and len([c for c in cells if c.text]) > 1:
                continue  # the header repeated
            draft = self._draft(table, y, columns, subheads, previous, group)
            draft.cookie, draft.sends = cookie, sends
            draft.confidence = GUESSED if guessed else 1.0
            found.drafts.append(draft)
        return True

    def _is_cookie_head(self, cells: Sequence[Cell]) -> bool:
        """Whether a row heads a consent product's list: names of cookies, and how long they live."""
        texts = [c.text for c in cells]
        lives = any(self._vocabulary.is_lifetime(t) for t in texts)
        return lives and len(texts) > 2 and any(self._vocabulary.is_cookie_name(t) for t in texts)

    def _cookie_column(self, table: Table, heads: int, columns: list[tuple[Field, ...]]) -> bool:
        """Whether it is a consent product's list of cookies; the column of their names becomes the content."""
        tops = [[table.rows[y][x].text for y in range(heads)] for x in range(len(columns))]
        if not any(self._vocabulary.is_lifetime(text) for top in tops for text in top):
            return False
        if any(Field.content in fields for fields in columns):
            return False
        named = [x for x, top in enumerate(tops) if any(self._vocabulary.is_cookie_name(text) for text in top)]
        for x, top in enumerate(tops):
            if any(self._vocabulary.is_provider(text) for text in top):
                columns[x] = (Field.recipient,)
            elif named and x == named[0]:
                columns[x] = (Field.content,)
        return bool(named)

    def _draft(
        self,
        table: Table,
        y: int,
        columns: list[tuple[Field, ...]],
        subheads: list[str],
        previous: dict[int, str],
        group: str,
    ) -> Draft:
        draft = Draft(places=[table.row_place(y)], title=group, quote=[table.quote(y)])
        for x, fields in enumerate(columns):
            cell = table.rows[y][x]
            text = cell.text
            if text in self._vocabulary.same_as_above:
                text = previous.get(x, "")
            previous[x] = text
            if subheads[x] and (mark := self._vocabulary.mark(text)) is not None:
                text = subheads[x] if mark else ""
            if not text and len(fields) > 1:
                fields = fields[:1]
            seen_before = x > 0 and cell is table.rows[y][x - 1] and fields == columns[x - 1]
            if not seen_before:
                for which, part in zip(fields, split_cell(fields, text), strict=True):
                    draft.add(which, part, cell.links)
        return draft

    def _header_rows(self, table: Table) -> int:
        """How many rows at the top are headers; 0 when there is no header row."""
        for y, row in enumerate(table.rows[:4]):
            cells = [c for c in distinct(row) if c.text]
            named = [f for c in cells if (f := self.fields(c))]
            kinds = {f for fields in named for f in fields}
            most = len(kinds) >= 2 and len(named) >= 2 and len(named) * 5 >= len(cells) * 3
            if most or self._is_cookie_head(cells):
                last = max(y + 1, table.head_rows)
                # A second header row below a merged heading: all <th>, or the lower half of a tall header cell.
                while last < min(y + 3, len(table.rows)) and self._continues(table, last):
                    last += 1
                return last
        return 0

    @staticmethod
    def _continues(table: Table, y: int) -> bool:
        row, above = table.rows[y], table.rows[y - 1]
        if not any(c.text for c in row):
            return False
        return all(c.header for c in row if c.text) or any(
            a is b and a.header for a, b in zip(row, above, strict=True) if a.text
        )

    def _columns(self, table: Table, heads: int) -> tuple[list[tuple[Field, ...]], list[str]]:
        """The fields of each column, and the sub-heading of columns that only carry marks."""
        columns: list[tuple[Field, ...]] = []
        subheads: list[str] = []
        for x in range(len(table.rows[0]) if table.rows else 0):
            fields: tuple[Field, ...] = ()
            subhead = ""
            for y in range(heads):
                cell = table.rows[y][x]
                if y and cell is table.rows[y - 1][x]:
                    continue
                if fields == (Field.purpose,) and self._vocabulary.is_own(cell.text):
                    fields = (Field.purpose_own,)
                elif named := self.fields(cell):
                    fields, subhead = self._joined(fields, named), cell.text if fields else ""
                elif cell.text:
                    subhead = cell.text
            columns.append(fields)
            subheads.append(subhead if fields else "")
        return columns, subheads

    @staticmethod
    def _joined(above: tuple[Field, ...], below: tuple[Field, ...]) -> tuple[Field, ...]:
        """利用目的 over 送信先: the recipient's purpose, no recipient."""
        if above == (Field.purpose,) and below == (Field.recipient,):
            return (Field.purpose_recipient,)
        return below

    @staticmethod
    def _first_is_number(table: Table, heads: int) -> bool:
        return all(len(row[0].text) <= 4 for row in table.rows[heads:]) and len(table.rows) > heads

    @staticmethod
    def _numbered(table: Table, heads: int, columns: Sequence[tuple[Field, ...]], which: Field, found: Found) -> None:
        texts = [x for x, fields in enumerate(columns) if which in fields]
        for row in table.rows[heads:]:
            text = "\n".join(row[x].text for x in texts if row[x].text)
            number = row[0].text if 0 not in texts else None
            found.lists.setdefault(which, []).append((number, text))


def split_cell(fields: tuple[Field, ...], text: str) -> list[str]:
    """One cell with two fields (送信先事業者名／ツール): parted at the first break, else all of it to the first."""
    if len(fields) < 2 or Field.policy_url in fields or Field.content in fields:
        return [text] * len(fields)
    for sign in ("\n", "／", "/", "（", "("):
        before, found, after = text.partition(sign)
        if found and before.strip() and after.strip():
            rest = after.strip()
            rest = rest.rstrip("）)") if sign in "（(" else rest
            return [before.strip(), rest] + [""] * (len(fields) - 2)
    return [text] + [""] * (len(fields) - 1)
