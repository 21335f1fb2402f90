"""A PDF as lines and tables, by pdfplumber: text as it stands, tables where lines are drawn around their cells.

Lines of a paragraph are lines of their own: a PDF does not say what belongs together. Inside a cell they are joined.
"""

import io
import logging
import re
import unicodedata

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.page import Page as Sheet
from pdfplumber.table import Table as Drawn
from pdfplumber.utils.exceptions import PdfminerException

from auditor.disclosures.page import MAX_ROWS, Block, Cell, Line, Link, Page, Table
from auditor.disclosures.place import Box, Place
from auditor.errors import InputError

type Placed = tuple[float, float, float, float, str]

MAX_SHEETS = 200
ENCODING = "pdf"
DPI = 96
MAX_PX = 40_000_000  # of one sheet's picture
_CURE = "save the page as HTML or text, or write it as YAML"
_LATIN_BREAK = re.compile(r"(?<=[A-Za-z0-9,.])\n(?=[A-Za-z0-9])")

# Of fonts without a bounding box it writes a line each: nothing a person could do about.
logging.getLogger("pdfminer").setLevel(logging.ERROR)


def is_pdf(data: bytes) -> bool:
    """Whether bytes are a PDF by their beginning (a few bytes may stand before it: ISO 32000-1, annex H)."""
    before, sign, _ = data[:1024].partition(b"%PDF-")
    return bool(sign) and b"<" not in before


def parse_pdf(data: bytes, *, address: str) -> Page:
    """Title, lines and tables of a PDF. Raises InputError for a broken, encrypted or picture-only one."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            title = str((pdf.metadata or {}).get("Title") or "").strip()
            blocks: list[Block] = []
            for number, sheet in enumerate(pdf.pages[:MAX_SHEETS], 1):
                blocks += _sheet(sheet, number)
            more = len(pdf.pages) - MAX_SHEETS
    except PdfminerException as error:
        if any(isinstance(a, PDFPasswordIncorrect) for a in (error, error.__cause__, *error.args)):
            raise InputError("is an encrypted PDF", file=address, cure=f"remove its password, or {_CURE}") from None
        raise InputError("is a broken PDF", file=address, cure=_CURE) from None
    except Exception:  # pdfminer raises what its parsing meets: KeyError, struct.error, RecursionError, ...
        raise InputError("is a broken PDF", file=address, cure=_CURE) from None
    if not blocks:
        raise InputError("is a PDF without text, pictures only", file=address, cure=_CURE)
    if more > 0:
        blocks.append(Line(f"pdf: {more} more pages were not read", tag="line"))
    return Page(_plain(title), blocks)


def _sheet(sheet: Sheet, number: int) -> list[Block]:
    """The lines and tables of one sheet, from its top to its bottom."""
    placed: list[tuple[float, Block]] = []
    links: list[Placed] = [
        (link["x0"], link["top"], link["x1"], link["bottom"], str(link.get("uri") or "")) for link in sheet.hyperlinks
    ]
    rest = sheet
    for count, table in enumerate(sheet.find_tables(), 1):
        rows = _rows(table, links)
        if len(rows) < 2 or len(rows[0]) < 2:
            continue
        rest = rest.outside_bbox(table.bbox)
        where = f"page[{number}] > table[{count}]"
        places = [Place(box=_box(row.bbox), sheet=number) for row in table.rows]
        drawn = Table(rows[:MAX_ROWS], Place(where, "", _box(table.bbox), number), places)
        drawn.unread = max(0, len(rows) - MAX_ROWS)
        placed.append((table.bbox[1], drawn))
    for count, line in enumerate(rest.extract_text_lines(), 1):
        text = _plain(line["text"])
        if text:
            box = _box((line["x0"], line["top"], line["x1"], line["bottom"]))
            place = Place(f"page[{number}] > line[{count}]", "", box, number)
            near = tuple(Link(text, u) for *b, u in links if u and line["top"] - 2 <= b[1] <= line["bottom"])
            placed.append((line["top"], Line(text, tag="line", place=place, links=near)))
    return [block for _, block in sorted(placed, key=lambda p: p[0])]


def sheet_picture(data: bytes, sheet: int) -> bytes:
    """A sheet (from 1) as a PNG, 96 px an inch, as the boxes of its rows are. Raises InputError where it has none."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            drawn = pdf.pages[sheet - 1]
            if drawn.width * drawn.height * (DPI / 72) ** 2 > MAX_PX:
                raise InputError("a sheet of the PDF is too large to be drawn")
            out = io.BytesIO()
            drawn.to_image(resolution=DPI).original.save(out, "PNG")
    except InputError:
        raise
    except Exception:  # a PDF that could be read may still not be drawn: pdfium has errors of its own
        raise InputError("a sheet of the PDF cannot be drawn") from None
    return out.getvalue()


def _box(bbox: tuple[float, float, float, float]) -> Box:
    """From points (72 an inch) to px."""
    left, top, right, bottom = (max(0.0, edge) * DPI / 72 for edge in bbox)
    return round(left), round(top), max(1, round(right - left)), max(1, round(bottom - top))


def _rows(table: Drawn, links: list[Placed]) -> list[list[Cell]]:
    """The full grid of a table; where a merged cell lies, the same object stands at every place."""
    cells: dict[tuple[float, float, float, float], Cell] = {}
    for row, texts in zip(table.rows, table.extract(), strict=True):
        for box, text in zip(row.cells, texts, strict=True):
            if box is not None:
                inside = tuple(Link(_cell(text), url) for *b, url in links if url and _within(b, box))
                cells[box] = Cell(_cell(text), links=inside)
    middles = [(c.bbox[0] + c.bbox[2]) / 2 for c in table.columns]
    grid = []
    for row in table.rows:
        y = (row.bbox[1] + row.bbox[3]) / 2
        grid.append([next((c for b, c in cells.items() if _within([x, y, x, y], b)), Cell("")) for x in middles])
    return grid


def _within(link: list[float], box: tuple[float, float, float, float]) -> bool:
    x, y = (link[0] + link[2]) / 2, (link[1] + link[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _cell(text: str | None) -> str:
    """A cell's text; its lines are joined, with a space between Latin words."""
    return _plain(_LATIN_BREAK.sub(" ", text or "").replace("\n", ""))


def _plain(text: str) -> str:
    """Text with the characters people type: a PDF may hold the radicals ⽬ and ⽤ in place of 目 and 用."""
    return " ".join("".join(unicodedata.normalize("NFKC", c) if "\u2e80" <= c <= "\u2fdf" else c for c in text).split())
