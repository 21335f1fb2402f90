"""The sheet as XLSX: the one door to openpyxl. Text and numbers only: no formulas, links or macros.

The bytes are a function of the result: openpyxl's archive is written anew with fixed times and a fixed order.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from math import ceil
from unicodedata import east_asian_width
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as ExcelCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from auditor.report.csv_files import escape
from auditor.report.hearing.sheet import Cell, Figure, Hearing, Part, Row
from auditor.report.hearing.shown import explanations, facts, hosts, title_of, why_of
from auditor.report.hearing.words import words
from auditor.report.html.parts import same
from auditor.report.inputs import RunResult
from auditor.report.masking import clean
from auditor.report.texts import MAX_SHOWN, Lang, Text, visible

FONT = "Yu Gothic"
LINE_HEIGHT = 15.5  # points, of the font at 10 points
MAX_HEIGHT = 409  # points, Excel's limit
MAX_CELL = 32_000  # Excel's limit is 32,767
_WHEN = (1980, 1, 1, 0, 0, 0)
_CREATED = datetime(2000, 1, 1)
_NO_TEXT = {0xFFFE: "\N{REPLACEMENT CHARACTER}", 0xFFFF: "\N{REPLACEMENT CHARACTER}"}  # no XML may hold them
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # what spreadsheets would read as an escaped character
_LINE = Side(style="thin", color="D5DAE1")
_PLAIN = Font(name=FONT, size=10)
_BOLD = Font(name=FONT, size=10, bold=True)
_SOFT = Font(name=FONT, size=9, color="5A6472")
_TITLE = Font(name=FONT, size=14, bold=True)
_WRAP = Alignment(wrap_text=True, vertical="top")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="E3E9F1")
_UNSEEN = PatternFill("solid", fgColor="F1F2F4")
_MISSING = PatternFill("solid", fgColor="FDF3E0")


class _Sheet:
    """One worksheet in one language, written row by row."""

    def __init__(self, book: Workbook, name: str, widths: Sequence[int], lang: Lang) -> None:
        self.sheet: Worksheet = book.create_sheet(name)
        self.lang = lang
        self._looks: dict[tuple[int, int, bool, bool], StyleArray] = {}
        self._widths = widths
        self._rows = 0
        for number, width in enumerate(widths):
            self.sheet.column_dimensions["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number]].width = width
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.paperSize = 8  # A3
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True

    def head(self, titles: Sequence[Text], frozen: str = "A2") -> None:
        """The heading row, which stays in sight (all above and left of `frozen`) and on every printed page."""
        self.sheet.freeze_panes = frozen
        self.sheet.print_title_rows = "1:1"
        self.row([(title, _BOLD, _HEAD) for title in titles])

    def row(self, cells: Iterable[tuple[Text | int, Font, PatternFill | None]], *, border: bool = True) -> None:
        """One row, as high as its text needs: no program works that out for a file it did not write."""
        made = [self._cell(value, font, fill, border=border) for value, font, fill in cells]
        self._rows += 1
        lines = max(map(_lines, (cell.value for cell in made), self._widths), default=1)
        self.sheet.row_dimensions[self._rows].height = min(MAX_HEIGHT, 4 + LINE_HEIGHT * lines)
        self.sheet.append(made)

    def _cell(self, value: Text | int, font: Font, fill: PatternFill | None, *, border: bool) -> ExcelCell:
        shown = value if isinstance(value, int) else safe(value.ja if self.lang == "ja" else value.en)
        quoted = isinstance(shown, str) and escape(shown) != shown
        look = (id(font), id(fill), border, quoted)
        if look not in self._looks:
            self._looks[look] = self._look(font, fill, border=border, quoted=quoted)
        cell = ExcelCell(self.sheet, 1, 1, shown, self._looks[look])
        if isinstance(shown, str):
            cell.data_type = "s"  # openpyxl takes a text that begins with = for a formula
        return cell

    def _look(self, font: Font, fill: PatternFill | None, *, border: bool, quoted: bool) -> StyleArray:
        """A style as the workbook numbers it, made once: to look it up for each cell takes most of the time."""
        cell = ExcelCell(self.sheet, 1, 1)
        cell.font, cell.alignment = font, _WRAP
        if border:
            cell.border = _BORDER
        if fill is not None:
            cell.fill = fill
        cell.quotePrefix = quoted  # Excel's own mark for a text that must not become a formula when it is edited
        style: StyleArray = cell._style  # type: ignore[attr-defined]  # the only place openpyxl keeps it
        return style


def _lines(value: object, width: int) -> int:
    """How many lines a value takes in a column of so many half-width characters."""
    return sum(
        max(1, ceil(sum(2 if east_asian_width(c) in "FWA" else 0.95 for c in line) / max(1, width)))
        for line in str(value or "").split("\n")
    )


def safe(text: str) -> str:
    """Text as a cell may hold it: what is invisible made visible line by line, bounded."""
    lines = (
        "".join(visible(line[start : start + MAX_SHOWN]) for start in range(0, len(line), MAX_SHOWN))
        for line in clean(text).split("\n")
    )
    return _ESCAPE.sub("_x005F_", "\n".join(lines).translate(_NO_TEXT))[:MAX_CELL]


def workbook(hearing: Hearing, result: RunResult, lang: Lang = "ja") -> bytes:
    """The XLSX file; the sheets of `lang` come first, the other language's are there too."""
    book = Workbook(write_only=True)
    book.properties.creator = "auditor"
    book.properties.created = book.properties.modified = _CREATED
    book.properties.title = safe(f"{words('title').ja if lang == 'ja' else words('title').en} {result.run}")
    order: tuple[Lang, Lang] = ("ja", "en") if lang == "ja" else ("en", "ja")
    for each in order:
        _about(book, hearing, result, each)
        for part in hearing.parts:
            _part(book, hearing, part, each)
    _evidence(book, hearing, result, lang)
    return _fixed(book)


def _name(key: str, lang: Lang) -> str:
    text = words(key)
    return text.ja if lang == "ja" else text.en


def _about(book: Workbook, hearing: Hearing, result: RunResult, lang: Lang) -> None:
    sheet = _Sheet(book, _name("part.about", lang), (24, 110), lang)
    sheet.row([(same(""), _PLAIN, None), (words("title"), _TITLE, None)], border=False)
    for name, value in facts(hearing, result):
        sheet.row([(name, _BOLD, _HEAD), (value, _PLAIN, None)])
    sheet.row([(same(""), _PLAIN, None)], border=False)
    for text in explanations():
        sheet.row([(same(""), _PLAIN, None), (text, _PLAIN, None)], border=False)


def _part(book: Workbook, hearing: Hearing, part: Part, lang: Lang) -> None:
    width = 38 if len(part.columns) <= 4 else 24
    sheet = _Sheet(book, _name(f"part.{part.id}", lang), (8, 28, 26, 34, *[width] * len(part.columns)), lang)
    names = [words(f"h.{key}") for key in ("number", "item", "source", "measured")]
    sheet.head([*names, *(column.name for column in part.columns)], "B2")
    for row in part.rows:
        _rows(sheet, hearing, row)


def _rows(sheet: _Sheet, hearing: Hearing, row: Row) -> None:
    """The item's lines; its number on each, so that a filter keeps them together."""
    number = same(row.number)
    mark = same(f"{row.mark}\n{row.source}" if row.source else row.mark)
    first: list[tuple[Text | int, Font, PatternFill | None]] = [
        (number, _BOLD, None),
        (title_of(row), _PLAIN if row.known else _SOFT, None),
        (mark, _SOFT, None),
    ]
    width = len(sheet_columns := _columns_of(hearing, row))
    if (why := why_of(row)) is not None:
        fill = _UNSEEN if row.status == "unseen" else None
        short = words("unseen.short") if row.status == "unseen" else why
        sheet.row([*first, (why, _SOFT, fill), *[(short, _SOFT, fill)] * width])
        return
    blank: list[tuple[Text | int, Font, PatternFill | None]] = [(number, _SOFT, None), *[(same(""), _SOFT, None)] * 2]
    for count, line in enumerate(row.lines):
        cells = [_figure(hearing, cell) for cell in line.cells]
        sheet.row([*(blank if count else first), (line.label, _PLAIN, None), *cells])
    if row.beyond is not None:
        beyond = words("beyond", text=row.beyond)
        sheet.row([*blank, (beyond, _SOFT, _UNSEEN), *[(words("unseen.short"), _SOFT, _UNSEEN)] * len(sheet_columns)])


def _columns_of(hearing: Hearing, row: Row) -> tuple[object, ...]:
    return next(part.columns for part in hearing.parts if any(r is row for r in part.rows))


def _figure(hearing: Hearing, cell: Cell) -> tuple[Text | int, Font, PatternFill | None]:
    if not isinstance(cell, Figure):
        text = cell.text
        if cell.kind == "note":
            return text, _SOFT, None
        missing = words("not_measured")
        return Text(ja=f"{missing.ja}: {text.ja}", en=f"{missing.en}: {text.en}"), _SOFT, _MISSING
    number = f" [{hearing.number(cell)}]"
    detail = cell.detail or same("")
    shown = Text(
        ja=f"{cell.shown.ja}{number}\n{detail.ja}".rstrip("\n"),
        en=f"{cell.shown.en}{number}\n{detail.en}".rstrip("\n"),
    )
    return shown, _PLAIN if cell.seen else _SOFT, None


def _evidence(book: Workbook, hearing: Hearing, result: RunResult, lang: Lang) -> None:
    """One row a request of a figure: number, where the figure stands, and the request's place in requests.csv."""
    name = f"{words('part.evidence').ja} {words('part.evidence').en}"
    sheet = _Sheet(book, name, (10, 22, 9, 44, 28, 36, 11, 46, 12, 34), lang)
    keys = ("figure", "part", "number", "measured", "column", "shown", "total", "visit", "request", "host")
    sheet.head([words(f"h.{key}") for key in keys])
    of_request = hosts(result)
    for each in hearing.figures():
        for reference in each.figure.evidence:
            visit, _, request = reference.partition("/")
            sheet.row(
                [
                    (each.number, _PLAIN, None),
                    (words(f"part.{each.part}"), _SOFT, None),
                    (same(each.item), _PLAIN, None),
                    (each.label, _SOFT, None),
                    (each.column.name, _SOFT, None),
                    (each.figure.shown, _SOFT, None),
                    (each.figure.total, _SOFT, None),
                    (same(visit), _PLAIN, None),
                    (same(request), _PLAIN, None),
                    (same(of_request.get(reference, "")), _SOFT, None),
                ]
            )


def _fixed(book: Workbook) -> bytes:
    """The workbook's bytes, with no time in them: openpyxl puts the clock into each entry of its archive."""
    made = BytesIO()
    ExcelWriter(book, ZipFile(made, "w", ZIP_DEFLATED)).save()  # not Workbook.save, which stamps the clock
    out = BytesIO()
    with ZipFile(made) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = ZipInfo(name, _WHEN)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            target.writestr(info, source.read(name))
    return out.getvalue()
