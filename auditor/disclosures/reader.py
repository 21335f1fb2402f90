"""Reads a disclosure: a page, a text, a CSV file, or a YAML file corrected by hand."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from auditor.disclosures.blocks import BlockReader
from auditor.disclosures.encoding import MAX_BYTES, decode_page
from auditor.disclosures.model import Disclosure
from auditor.disclosures.names import NameTable, domains_in
from auditor.disclosures.page import MAX_ROWS, Block, Cell, Line, Page, Table, parse_html
from auditor.disclosures.pdf import ENCODING as PDF
from auditor.disclosures.pdf import is_pdf, parse_pdf
from auditor.disclosures.place import Place
from auditor.disclosures.prose import ProseReader
from auditor.disclosures.rows import RowMaker
from auditor.disclosures.vocabulary import load_vocabulary
from auditor.disclosures.wording import ContentWords
from auditor.errors import InputError
from auditor.specs import load
from auditor.vendors import Taxonomy, Vendor

MAX_LEFT = 2_000
MAX_LEFT_TEXT = 300
MAX_COLUMNS = 200
MAX_TEXT = 50_000
_SUFFIXES = {".html": "text/html", ".htm": "text/html", ".txt": "text/plain", ".csv": "text/csv"}
_SUFFIXES |= {".xhtml": "text/html", ".md": "text/plain", ".tsv": "text/csv", ".pdf": "application/pdf"}


def read_disclosure(
    data: bytes | str,
    *,
    address: str,
    vendors: Iterable[Vendor],
    taxonomy: Taxonomy,
    content_type: str | None = None,
) -> Disclosure:
    """Read a disclosure page (電気通信事業法 27条の12; 規則22条の2の29, 31) into rows.

    `data` is a PDF, told by its beginning, or HTML, plain text or CSV, told by `content_type`, then by the
    address' suffix, then by its look.
    Bytes are decoded as browsers do, and the encoding is recorded. Structures: tables of recipients, tables
    of keys, definition lists, sections for a tool, bullets, cells of numbers that refer to lists, sentences.
    What gave no row is in `not_understood`; `found` is False when the page says nothing about sending. Raises
    InputError for empty, binary or too large input and for a PDF without text, never for broken HTML.
    """
    if isinstance(data, bytes) and is_pdf(data):
        if len(data) > MAX_BYTES:
            raise InputError(f"larger than {MAX_BYTES >> 20} MB", file=address)
        return _understood(parse_pdf(data, address=address), address, PDF, vendors, taxonomy)
    if isinstance(data, bytes):
        text, encoding = decode_page(data, address=address, content_type=content_type)
    else:
        text, encoding = data, "unicode"
        if len(text) > MAX_BYTES:
            raise InputError(f"larger than {MAX_BYTES >> 20} MB", file=address)
    if not text.strip("\0\ufeff \t\r\n"):
        raise InputError("is empty", file=address)
    return _understood(_page(text, _kind(text, address, content_type)), address, encoding, vendors, taxonomy)


def _understood(page: Page, address: str, encoding: str, vendors: Iterable[Vendor], taxonomy: Taxonomy) -> Disclosure:
    vocabulary = load_vocabulary()
    names = NameTable(vendors, vocabulary)
    words = ContentWords(taxonomy, vocabulary)
    prose = ProseReader(vocabulary, names, words)
    lines = [b for b in page.blocks if isinstance(b, Line)]
    title = page.title or next((b.text for b in lines if b.level == 1), "")
    titled = any(vocabulary.is_declaring(h) for h in (title, *(b.text for b in lines if b.level)))
    found = BlockReader(vocabulary, names, words, titled=titled).read(page.blocks)
    maker = RowMaker(vocabulary, names, words, found, address, titled=titled)
    rows, unread = maker.make()
    told = {row.entity or row.recipient for row in rows}
    found.drafts = prose.read(page.blocks, frozenset(found.left))
    rows += [row for row in maker.make()[0] if (row.entity or row.recipient) not in told]
    left = [*found.left, *unread]
    return Disclosure(
        address=address,
        title=title,
        found=bool(rows) or titled or found.sends or any(prose.declares(text) for text in left),
        rows=tuple(rows),
        not_understood=_shortened(left, names),
        encoding=encoding,
        text=_text(page.blocks),
    )


def page_text(html: str) -> str:
    """The text of an HTML page, a line a block or a table's row, bounded. Never raises."""
    return _text(parse_html(html).blocks)


def _text(blocks: Iterable[Block]) -> str:
    """The page's text, a line a block or a row, bounded."""
    lines = []
    for block in blocks:
        lines += [block.text] if isinstance(block, Line) else [block.quote(y) for y in range(len(block.rows))]
    text = "\n".join(line for line in lines if line)
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"


def load_disclosure(path: Path, *, vendors: Iterable[Vendor], taxonomy: Taxonomy, address: str = "") -> Disclosure:
    """Read a disclosure from a file, by its suffix: .html .htm .txt .csv .pdf, or .yaml (a Disclosure written by hand).

    What a YAML file states is taken as it is; only what it leaves out (entity, kind of name, contents) is
    understood from its texts. Raises InputError, with the line for YAML.
    """
    suffix = path.suffix.lower()
    vendors = tuple(vendors)
    if suffix in (".yaml", ".yml"):
        return _completed(load(path, Disclosure), path, vendors, taxonomy)
    if suffix not in _SUFFIXES:
        cure = "use .html, .txt, .csv, .pdf or .yaml"
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
        table = Table(full[:MAX_ROWS], Place("csv"), unread=max(0, len(full) - MAX_ROWS))
        return Page("", [table])
    blocks: list[Block] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            depth = (len(line) - len(line.lstrip())) // 2
            blocks.append(Line(line.strip(), tag="line", depth=depth, place=Place(f"line[{number}]")))
    return Page("", blocks)


def _shortened(texts: Iterable[str], names: NameTable) -> tuple[str, ...]:
    """Each text once, bounded; of a flood of them those that name a vendor are kept."""
    unique = list(dict.fromkeys(t.strip()[:MAX_LEFT_TEXT] for t in texts if t.strip()))
    if len(unique) <= MAX_LEFT:
        return tuple(unique)
    return tuple(t for n, t in enumerate(unique) if n < MAX_LEFT or names.hits(t))[: 2 * MAX_LEFT]


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
        for code in row.not_sent:
            if not taxonomy.has(code):
                raise InputError(f"unknown data type {code!r}", file=path, field=f"rows.{number}.not_sent")
        identity = next((i for i in names.identify(row.recipient, row.service) if row.entity in (None, i.entity)), None)
        understood = {
            "entity": identity.entity if identity else None,
            "name_kind": identity.kind if identity and "entity" not in row.model_fields_set else None,
            "content": words.codes(row.content_text),
            "not_sent": words.denied(row.content_text),
            "vague": words.vague(row.content_text),
        }
        if identity is not None and row.entity == identity.entity:
            understood["name_kind"] = identity.kind
        rows.append(row.model_copy(update={f: v for f, v in understood.items() if f not in row.model_fields_set}))
    return disclosure.model_copy(update={"rows": tuple(rows), "encoding": disclosure.encoding or "utf-8"})


def declared_domains(disclosure: Disclosure) -> frozenset[str]:
    """Domain names that the disclosure's recipients, services or unread texts name."""
    texts = [*disclosure.not_understood]
    for row in disclosure.rows:
        texts += [row.recipient, row.service, row.content_text]
    return frozenset(domain for text in texts for domain in domains_in(text))
