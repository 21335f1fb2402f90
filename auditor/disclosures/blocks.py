"""Pages without a table of recipients: key and value lines, definition lists, a section for each tool, bullets.

One walk over the lines of a page. A heading that is no key opens a recipient's section; a key that is there
already opens the next recipient; contents listed under a heading, before any recipient, are the page's
numbered lists, which the recipients' cells refer to.
"""

import re
from collections.abc import Iterable, Sequence

from auditor.disclosures.companies import CompanyFinder
from auditor.disclosures.drafts import Draft, Found
from auditor.disclosures.names import NameTable
from auditor.disclosures.numbered import split_number
from auditor.disclosures.page import Block, Line, Link, Table
from auditor.disclosures.place import Place
from auditor.disclosures.tables import TableReader, split_cell
from auditor.disclosures.vocabulary import KEY_SHARE, Field, Vocabulary, strip_numbering
from auditor.disclosures.wording import ContentWords

_COLON = re.compile(r"^(.{1,40}?)\s*(?:[:：=＝]|…+|\s[-–—―]\s)\s*(?!//)(.*)$")
_BRACKET = re.compile(r"^\s*[【\[［〔<＜「『]([^】\]］〕>＞」』]{1,40})[】\]］〕>＞」』]\s*[:：]?\s*(.*)$")
_WIDE_SPACE = re.compile(r"^(\S{2,20})[\u3000\t]+(\S.*)$")
_NEXT_KEY = re.compile(r"[\s／/;；。、,]+([^\s:：／/;；。、,]{2,24})[:：](?!//)")
_PSEUDO_HEADING = re.compile(r"^\s*[■□●◆◇▼▽★【\[［〔#]")
_BULLET_TEXT = re.compile(r"^(.{2,80}?)\s*(?:[:：]|\s[-–—―]\s|[\u3000\t]+)\s*(\S.*)$")
_GLOSS = re.compile(r"[(（][^()（）]*[)）]")
_FOR = re.compile(r"(?:ため|目的)(?:です|に利用します|で利用します)?。?$")
_AS_FOLLOWS = re.compile(
    r"(?:は|を)、?(?:以下|次|下記)の?(?:とおり|通り|もの)(?:です|になります|とします|となります)?[。:：]?$"
)
_INTRO = re.compile(r"(?:以下|次|下記)の(?:外部|提携)?(?:事業者|会社|企業|提供先|送信先|第三者).{0,80}[。:：]$")
MAX_DRAFTS = 5_000
MAX_KEY = 60
_OWNER = (Field.recipient, Field.service)
_LISTED = (Field.content, Field.purpose, Field.purpose_own, Field.purpose_recipient)


class BlockReader:
    """Walks blocks and fills `found`."""

    def __init__(self, vocabulary: Vocabulary, names: NameTable, words: ContentWords, *, titled: bool) -> None:
        self.found = Found()
        self._titled = titled  # the page's title says that it is about sending
        self._vocabulary = vocabulary
        self._names = names
        self._tables = TableReader(vocabulary, names, words, titled=titled)
        self._companies = CompanyFinder(vocabulary)
        self._draft = Draft()
        self._numbers: dict[Field, list[tuple[str | None, str]]] = {}
        self._key: tuple[Field, ...] = ()
        self._open = False  # the key had no value on its own line: what follows is its value
        self._depth = 0
        self._style = ""
        self._parts: tuple[int, ...] = ()  # the part of the page the draft began in
        self._heading = ""
        self._keyed: set[int] = set()

    def read(self, blocks: Iterable[Block]) -> Found:
        """Read all blocks; what gave nothing is in `left`."""
        blocks = tuple(blocks)
        terms = [b for b in blocks if isinstance(b, Line) and b.tag == "dt"]
        # A definition list whose terms are keys: a term it has besides is a key nobody knows, no recipient.
        self._keyed = {b.group for b in terms if self._fields(b.text, KEY_SHARE)}
        for block, following in zip(blocks, (*blocks[1:], None), strict=False):
            if isinstance(block, Table):
                self._table(block)
            elif _INTRO.search(block.text) and isinstance(following, Line) and self._is_name(following.text):
                self._pair((Field.recipient,), "", "heading", block.place, block.text)
            else:
                self._line(block)
        self._finish()
        return self.found

    def _table(self, table: Table) -> None:
        if table.unread:
            self.found.left.append(f"{table.place.where}: {table.unread} more rows were not read")
        group = self._draft
        begun = len(self.found.drafts)
        if headed := self._tables.is_headed(table):
            grouped = self._style == "inline" and group.has(*_LISTED) and not self._owned()
            if not grouped:
                self._finish()  # what stood before the table comes before what it gives
        if self._tables.read(table, self.found, about_else=self._vocabulary.is_about_else(self._heading)):
            if group is self._draft:
                self._inherit(group, self.found.drafts[begun:])
            return
        if headed:
            self._finish()
        pairs = self._tables.pairs(table)
        if pairs is None:
            self.found.left += [" | ".join(dict.fromkeys(c.text for c in row if c.text)) for row in table.rows]
            return
        if self._draft.texts:
            self._finish()
        for y, row in enumerate(pairs):
            for key, value in row:
                if not key.text:
                    self._section(value.text, table.row_place(y))
                else:
                    quote = f"{key.text} | {value.text}"
                    fields = self._fields(key.text, KEY_SHARE)
                    self._pair(fields, value.text, "table", table.row_place(y), quote, value.links)
        self._finish()

    def _inherit(self, group: Draft, drafts: Sequence[Draft]) -> None:
        """What is stated for a group, right before its table, is stated of each row that says nothing of it."""
        said = [f for f in _LISTED if group.has(f)]
        if drafts and not any(f in d.texts for d in drafts for f in said):
            for draft in drafts:
                for field in said:
                    draft.texts[field] = list(group.texts[field])
                draft.quote = [*group.quote, *draft.quote]
                draft.sends |= group.sends
                draft.confidence = min(draft.confidence, 0.8)
            self._draft = Draft()
        self._finish()

    def _line(self, line: Line) -> None:
        if line.parts[: len(self._parts)] != self._parts:
            self._finish()  # the part of the page ended: what follows is another's, or the footer
        if not self._draft.texts and not self._draft.title:
            self._parts = line.parts
        if line.depth < self._depth:
            self._key, self._open = (), False
        heading = line.level > 0 or line.tag == "dt" or bool(_PSEUDO_HEADING.match(line.text))
        named = line.number is None or self._names_recipient(line.text) or self._companies.has_form(line.text)
        heading = heading or (line.bold == line.text and named and len(line.text) <= 40)
        if line.level:
            self._heading = line.text
        style = "heading" if heading else "inline"
        if line.tag == "dt":
            style = "dt"
        pairs = self._pairs(line)
        if pairs:
            for fields, value in pairs:
                self._pair(fields, value, style if not value else "inline", line.place, line.text, line.links)
            self._depth = line.depth
            return
        leads = _AS_FOLLOWS.search(line.text) is not None
        fields = self._fields(line.text, KEY_SHARE if heading or leads else 1.0)
        if fields and (heading or leads or len(line.text) <= 20):
            self._pair(fields, "", style, line.place, line.text, line.links)
            self._depth = line.depth
        elif line.tag == "dt" and line.group in self._keyed and not self._names_recipient(line.text):
            self._pair((Field.other,), "", style, line.place, line.text)
            self._depth = line.depth
        elif self._key and self._continues(line, heading):
            self._value(line)
        elif line.level == 0 and self._bullet(line):
            return
        elif self._is_name(line.text) or heading:
            self._section(line.text, line.place, line.parts)
        elif self._draft.title and not self._draft.texts:
            self._draft.loose.append(line.text)
            self._draft.quoted(line.text, line.place)
        else:
            self.found.left.append(line.text)

    def _continues(self, line: Line, heading: bool) -> bool:
        if heading and (line.level or line.tag == "dt" or _PSEUDO_HEADING.match(line.text)):
            return False
        return self._open or line.depth > self._depth

    def _fields(self, text: str, share: float) -> tuple[Field, ...]:
        """The fields of a key; of a sentence that leads in to a list, those of what it speaks of."""
        return self._vocabulary.key_of(_AS_FOLLOWS.sub("", text), share)

    def _pairs(self, line: Line) -> list[tuple[tuple[Field, ...], str]]:
        """The keys of a line with their values: 送信先：Google LLC, bold keys, 【送信先】Google LLC."""
        text = line.text
        if line.bold and line.bold != text:
            key, rest = line.bold.strip(" :："), text[len(line.bold) :].lstrip(" :：")
            if fields := self._fields(key, KEY_SHARE):
                return [(fields, rest)]
        for pattern, share in ((_BRACKET, KEY_SHARE), (_COLON, KEY_SHARE), (_WIDE_SPACE, 1.0)):
            if (m := pattern.match(text)) is None:
                continue
            fields = self._fields(m.group(1), share)
            if not fields and self._draft.has(Field.service) and self._vocabulary.is_provider(m.group(1)):
                fields = (Field.recipient,)  # 提供者 alone may be the app's own maker
            if fields:
                return self._further(fields, m.group(2))
        return []

    def _further(self, fields: tuple[Field, ...], value: str) -> list[tuple[tuple[Field, ...], str]]:
        """More keys on the same line: 送信先：A／送信される情報：B."""
        result = []
        position = 0
        for m in _NEXT_KEY.finditer(value):
            following = self._fields(m.group(1), 0.8)
            if following:
                result.append((fields, value[position : m.start()]))
                fields, position = following, m.end()
        return [*result, (fields, value[position:])]

    def _pair(
        self,
        fields: tuple[Field, ...],
        value: str,
        style: str,
        place: Place,
        quote: str,
        links: Sequence[Link] = (),
    ) -> None:
        if not fields:
            return
        again = [f for f in fields if f in self._draft.texts]
        closes = any(f in _OWNER for f in again) and (self._draft.has(*_LISTED) or self._draft.has(*again))
        # Keys inside a part whose own headings are keys (3 外部送信先一覧, then 送信先：...) begin something new.
        if self._style == "heading" and style == "inline" and not self._owned():
            closes = bool(self._draft.texts)
        # A content before the next recipient, when the one before has everything.
        if again and Field.content in again and self._draft.has(*_OWNER) and style == "inline":
            closes = closes or self._draft.has(Field.purpose, Field.optout, Field.policy_url)
        if closes:
            self._finish()
        if not self._draft.texts:
            self._style = style
        for which, part in zip(fields, split_cell(fields, value), strict=True):
            self._draft.add(which, part, links)
        self._draft.quoted(quote, place)
        if self._vocabulary.is_sending(quote[:MAX_KEY].removesuffix(value)):
            self._draft.sends = self.found.sends = True
        self._key, self._open = fields, not value.strip()

    def _value(self, line: Line) -> None:
        which = self._key[0]
        number, text = line.number, line.text
        if which in _LISTED:
            if number is None:
                number, text = split_number(line.text)
            self._numbers.setdefault(which, []).append((number, text))
        if which is Field.recipient and self._draft.has(which):
            self._draft.several = True
        for field, part in zip(self._key, split_cell(self._key, line.text), strict=True):
            self._draft.add(field, part, line.links)
        self._draft.quoted(line.text, line.place)

    def _bullet(self, line: Line) -> bool:
        """Google LLC（Google アナリティクス）：Cookie、閲覧履歴 as one line."""
        m = _BULLET_TEXT.match(line.text)
        if m is None or not (self._names_recipient(m.group(1)) or self._companies.find(m.group(1))):
            return False
        draft = Draft(places=[line.place], confidence=0.6, guessed=True, quote=[line.text])
        draft.add(Field.recipient, strip_numbering(m.group(1)))
        for sentence in re.split(r"(?<=。)", m.group(2)):
            purpose = _FOR.search(sentence) and draft.has(Field.content)
            draft.add(Field.purpose if purpose else Field.content, sentence)
        self._keep(draft)
        return True

    def _keep(self, draft: Draft) -> None:
        """Take a draft; a flood of them is noted, not read."""
        if len(self.found.drafts) < MAX_DRAFTS:
            self.found.drafts.append(draft)
        else:
            self.found.left += [text for texts in draft.texts.values() for text in texts]

    def _section(self, title: str, place: Place, parts: tuple[int, ...] = ()) -> None:
        self._finish()
        self._parts = parts
        self._draft = Draft(title=strip_numbering(title), places=[place], quote=[title])

    def _is_name(self, text: str) -> bool:
        """Whether a line is nothing but a company's name, with what stands in brackets behind it."""
        bare = strip_numbering(_GLOSS.sub("", text)).strip()
        return any(c.name == bare for c in self._companies.find(bare))

    def _owned(self) -> bool:
        title = self._draft.title
        return self._draft.has(*_OWNER) or self._names_recipient(title)

    def _names_recipient(self, text: str) -> bool:
        return bool(text and self._names.hits(text)) and not self._vocabulary.is_no_recipient(text)

    def _finish(self) -> None:
        draft, self._draft = self._draft, Draft()
        self._key, self._open, self._depth, self._style, self._parts = (), False, 0, "", ()
        numbers, self._numbers = self._numbers, {}
        if not draft.texts and not draft.loose and not draft.title:
            return
        title_names = self._names_recipient(draft.title)
        if draft.has(*_OWNER) or title_names or (draft.title and self._tool(draft)):
            if draft.several:
                draft.confidence = 0.5
            if not draft.texts:
                draft.confidence, draft.guessed = 0.5, True
            self._keep(draft)
            return
        for which in _LISTED:
            for number, text in numbers.get(which, [(None, t) for t in draft.texts.get(which, ())]):
                self.found.lists.setdefault(which, []).append((number, text))
        self.found.left += [draft.title] if draft.title else []
        self.found.left += draft.loose
        self.found.left += [t for f, texts in draft.texts.items() if f not in _LISTED for t in texts]

    def _tool(self, draft: Draft) -> bool:
        """A section of an unknown tool: its heading is a name, and it has both content and purpose of its own."""
        if self._vocabulary.is_no_name(draft.title) or self._vocabulary.is_title(draft.title):
            return False
        return (
            (draft.sends or self._titled)
            and draft.has(Field.content)
            and draft.has(Field.purpose, Field.purpose_own, Field.purpose_recipient)
        )
