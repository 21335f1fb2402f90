"""Reads a disclosure: a page, a text, a CSV file, or a YAML file corrected by hand."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from auditor.disclosures.blocks import BlockReader
from auditor.disclosures.drafts import Draft, Found
from auditor.disclosures.encoding import MAX_BYTES, decode_page
from auditor.disclosures.model import DeclaredRow, Disclosure
from auditor.disclosures.names import NameTable, domains_in
from auditor.disclosures.numbered import items, resolve
from auditor.disclosures.page import MAX_ROWS, Block, Cell, Line, Page, Table, parse_html
from auditor.disclosures.vocabulary import Field, Vocabulary, load_vocabulary
from auditor.disclosures.wording import ContentWords
from auditor.errors import InputError
from auditor.specs import load
from auditor.vendors import Taxonomy, Vendor

MAX_LEFT = 2_000
MAX_LEFT_TEXT = 300
MAX_COLUMNS = 200
_SUFFIXES = {".html": "text/html", ".htm": "text/html", ".txt": "text/plain", ".csv": "text/csv"}
_SUFFIXES |= {".xhtml": "text/html", ".md": "text/plain", ".tsv": "text/csv"}


def read_disclosure(
    data: bytes | str,
    *,
    address: str,
    vendors: Iterable[Vendor],
    taxonomy: Taxonomy,
    content_type: str | None = None,
) -> Disclosure:
    """Read a disclosure page (電気通信事業法 27条の12; 規則22条の2の29, 31) into rows.

    `data` is HTML, plain text or CSV: told by `content_type`, then by the address' suffix, then by its look.
    Bytes are decoded as browsers do, and the encoding is recorded. Structures: tables of recipients, tables
    of keys, definition lists, sections for a tool, bullets, cells of numbers that refer to lists. What gave
    no row is in `not_understood`; `found` is False when the page says nothing about sending. Raises
    InputError for empty, binary or too large input, never for broken HTML.
    """
    if isinstance(data, bytes):
        text, encoding = decode_page(data, address=address, content_type=content_type)
    else:
        text, encoding = data, "unicode"
        if len(text) > MAX_BYTES:
            raise InputError(f"larger than {MAX_BYTES >> 20} MB", file=address)
    if not text.strip("\0\ufeff \t\r\n"):
        raise InputError("is empty", file=address)
    vocabulary = load_vocabulary()
    names = NameTable(vendors, vocabulary)
    page = _page(text, _kind(text, address, content_type))
    found = BlockReader(vocabulary, names).read(page.blocks)
    rows, unread = _Rows(vocabulary, names, ContentWords(taxonomy, vocabulary), found).make()
    title = page.title or next((b.text for b in page.blocks if isinstance(b, Line) and b.level == 1), "")
    headings = [title, *(b.text for b in page.blocks if isinstance(b, Line) and b.level)]
    left = [*found.left, *unread]
    says = bool(rows) or found.keys > 1 or any(vocabulary.is_title(h) for h in headings) or bool(names.mentions(left))
    return Disclosure(
        address=address,
        title=title,
        found=says,
        rows=tuple(rows),
        not_understood=_shortened(left, names),
        encoding=encoding,
    )


def load_disclosure(path: Path, *, vendors: Iterable[Vendor], taxonomy: Taxonomy, address: str = "") -> Disclosure:
    """Read a disclosure from a file, by its suffix: .html .htm .txt .csv, or .yaml (a Disclosure written by hand).

    What a YAML file states is taken as it is; only what it leaves out (entity, kind of name, contents) is
    understood from its texts. Raises InputError, with the line for YAML.
    """
    suffix = path.suffix.lower()
    vendors = tuple(vendors)
    if suffix in (".yaml", ".yml"):
        return _completed(load(path, Disclosure), path, vendors, taxonomy)
    if suffix not in _SUFFIXES:
        cure = "use .html, .txt, .csv or .yaml"
        raise InputError(f"a disclosure cannot be read from a {suffix or 'nameless'} file", file=path, cure=cure)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    return read_disclosure(
        data, address=address or str(path), vendors=vendors, taxonomy=taxonomy, content_type=_SUFFIXES[suffix]
    )


def _kind(text: str, address: str, content_type: str | None) -> str:
    plain = (content_type or "").split(";")[0].strip().lower()
    if plain in ("text/csv", "text/plain", "text/html", "application/xhtml+xml"):
        return "text/html" if plain.endswith("xhtml+xml") else plain
    suffix = Path(address.split("?")[0].split("#")[0]).suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    return "text/html" if "<" in text and ">" in text else "text/plain"


def _page(text: str, kind: str) -> Page:
    if kind == "text/html":
        return parse_html(text)
    lines = text.lstrip("\ufeff").splitlines()
    if kind == "text/csv":
        sign = max(",\t;", key=lambda s: lines[0].count(s))
        try:
            lines_of_cells = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=sign))
        except csv.Error:
            return Page("", [Line(line) for line in lines if line.strip()])
        rows = [[Cell(c.strip()) for c in row] for row in lines_of_cells]
        width = max((len(row) for row in rows), default=0)
        width = min(width, MAX_COLUMNS)
        full = [row[:width] + [Cell("") for _ in range(width - len(row))] for row in rows if row]
        table = Table(full[:MAX_ROWS], "csv", unread=max(0, len(full) - MAX_ROWS))
        return Page("", [table])
    blocks: list[Block] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            depth = (len(line) - len(line.lstrip())) // 2
            blocks.append(Line(line.strip(), tag="line", depth=depth, where=f"line[{number}]"))
    return Page("", blocks)


def _shortened(texts: Iterable[str], names: NameTable) -> tuple[str, ...]:
    """Each text once, bounded; of a flood of them those that name a vendor are kept."""
    unique = list(dict.fromkeys(t.strip()[:MAX_LEFT_TEXT] for t in texts if t.strip()))
    if len(unique) <= MAX_LEFT:
        return tuple(unique)
    return tuple(t for n, t in enumerate(unique) if n < MAX_LEFT or names.hits(t))[: 2 * MAX_LEFT]


class _Rows:
    """Drafts to rows: numbers resolved, names and contents understood."""

    def __init__(self, vocabulary: Vocabulary, names: NameTable, words: ContentWords, found: Found) -> None:
        self._vocabulary = vocabulary
        self._names = names
        self._words = words
        self._found = found
        self._lists: dict[Field, Mapping[str, str]] = {f: items(lines) for f, lines in found.lists.items()}
        self._referred: set[Field] = set()

    def make(self) -> tuple[list[DeclaredRow], list[str]]:
        """All rows, and the texts of cells whose kind of data was not understood."""
        drafts = self._found.drafts
        texts = [{f: self._resolved(f, t) for f, t in d.texts.items()} for d in drafts]
        rows: list[DeclaredRow] = []
        unread: list[str] = []
        for draft, resolved in zip(drafts, texts, strict=True):
            made = self._rows(draft, resolved)
            rows += made
            unread += [r.content_text for r in made[:1] if r.content_text and not r.content]
        return rows, unread

    def _resolved(self, field: Field, texts: list[str]) -> list[str]:
        """Numbers replaced by what they refer to; each field by its own list, a purpose by the purposes'."""
        general = Field.purpose if field in (Field.purpose_own, Field.purpose_recipient) else field
        listed = self._lists.get(field) or self._lists.get(general, {})
        answers = [resolve(t, listed) for t in texts]
        if any(a is not None for a in answers):
            self._referred |= {field, general}
        return [t if a is None else a for t, a in zip(texts, answers, strict=True)]

    def _rows(self, draft: Draft, texts: dict[Field, list[str]]) -> list[DeclaredRow]:
        recipients = texts.get(Field.recipient, [])
        service = "\n".join(texts.get(Field.service, []))
        title = "" if self._vocabulary.is_no_name(draft.title) else draft.title
        if not recipients and self._names.hits(draft.title) and not self._vocabulary.is_no_recipient(draft.title):
            title = draft.title
        if not recipients and not service:
            recipients = [title] if title else []
        elif title and not service and title not in recipients and draft.where and self._names_tool(title):
            service = title
        if not recipients and not service:
            return []
        confidence = draft.confidence
        content = "\n".join(texts.get(Field.content, []))
        if not content and draft.loose:
            joined = "\n".join(draft.loose)
            content = joined if self._words.codes(joined) else ""
        if draft.guessed and not self._words.codes(content):
            # Told by a name at the beginning of a line or as a heading: without known contents it is prose.
            self._found.left += [draft.title, *recipients, *draft.loose, content]
            return []
        if Field.content not in draft.texts and not content and Field.content not in self._referred:
            content = "\n".join(text for _, text in self._found.lists.get(Field.content, []))
            confidence = min(confidence, 0.5)
        purposes = [
            "\n".join(texts[f]) for f in (Field.purpose_own, Field.purpose, Field.purpose_recipient) if texts.get(f)
        ]
        if not purposes and Field.purpose not in self._referred:
            purposes = [text for _, text in self._found.lists.get(Field.purpose, [])]
        rows: list[DeclaredRow] = []
        named = recipients if draft.several else ["\n".join(recipients)]
        for recipient in named:
            identities = self._names.identify(recipient, service) or (None,)
            rows += [
                DeclaredRow(
                    recipient=recipient,
                    entity=identity.entity if identity else None,
                    name_kind=identity.kind if identity else None,
                    service=service,
                    content=self._words.codes(content),
                    content_text=content,
                    purposes=tuple(purposes),
                    opt_out="\n".join(texts.get(Field.optout, [])),
                    where=draft.where,
                    confidence=confidence,
                )
                for identity in identities
            ]
        return rows

    def _names_tool(self, title: str) -> bool:
        return len(title) <= 60 and not self._vocabulary.is_title(title)


def _completed(disclosure: Disclosure, path: Path, vendors: tuple[Vendor, ...], taxonomy: Taxonomy) -> Disclosure:
    """A hand-written disclosure with what its rows left out; InputError for an unknown vendor or kind of data."""
    vocabulary = load_vocabulary()
    names, words = NameTable(vendors, vocabulary), ContentWords(taxonomy, vocabulary)
    known = {v.vendor for v in vendors}
    rows = []
    for number, row in enumerate(disclosure.rows):
        if row.entity is not None and row.entity not in known:
            raise InputError(f"unknown vendor {row.entity!r}", file=path, field=f"rows.{number}.entity")
        for code in row.content:
            if not taxonomy.has(code):
                raise InputError(f"unknown data type {code!r}", file=path, field=f"rows.{number}.content")
        identity = next((i for i in names.identify(row.recipient, row.service) if row.entity in (None, i.entity)), None)
        rows.append(
            row.model_copy(
                update={
                    "entity": row.entity or (identity.entity if identity else None),
                    "name_kind": row.name_kind or (identity.kind if identity else None),
                    "content": row.content or words.codes(row.content_text),
                }
            )
        )
    return disclosure.model_copy(update={"rows": tuple(rows), "encoding": disclosure.encoding or "utf-8"})


def declared_domains(disclosure: Disclosure) -> frozenset[str]:
    """Domain names that the disclosure's recipients, services or unread texts name."""
    texts = [*disclosure.not_understood]
    for row in disclosure.rows:
        texts += [row.recipient, row.service, row.content_text]
    return frozenset(domain for text in texts for domain in domains_in(text))
