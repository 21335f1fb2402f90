"""An HTML page as a flat sequence of lines and tables in reading order. In memory: nothing is fetched or run.

Tables that hold tables are layout: only the innermost count as data. Walks without recursion, so that
nesting ten thousand deep costs nothing.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from auditor.disclosures.place import NOWHERE, Place, place_of

_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u3000]+")
_BLOCK_NAMES = """address article aside blockquote body br button caption center dd details div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section summary table
tbody td tfoot th thead tr ul"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SKIPPED_NAMES = "script style template noscript svg math head iframe object select textarea title"
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
_PARTS = frozenset(("section", "article", "aside", "footer", "form", "main", "nav", "details"))
_BOLD = frozenset(("b", "strong", "th", "dt"))
_HEADINGS = {f"h{n}": n for n in range(1, 7)} | {"caption": 6, "legend": 5, "summary": 5}
_STRUCTURE = ("h1", "h2", "h3", "h4", "h5", "h6", "dl", "hr")  # what only a table for layout holds
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MAX_GRID = 200_000
MAX_SPAN = 200
MAX_ROWS = 5_000
MAX_LINE = 20_000
MAX_URL = 2_000


class Link(NamedTuple):
    """A link: what it says and where it leads, as written."""

    text: str
    url: str


@dataclass(slots=True)
class Line:
    """One block of text. `bold` is its bold beginning, `number` its number in an ordered list."""

    text: str
    bold: str = ""
    level: int = 0  # 1 to 6 for a heading, 0 otherwise
    tag: str = "p"
    depth: int = 0
    number: str | None = None
    place: Place = NOWHERE
    parts: tuple[int, ...] = ()  # the parts of the page it stands in (<section>, <footer>, ...), outermost first
    links: tuple[Link, ...] = ()
    group: int = 0  # the list it stands in: 0 none, else its number on the page


@dataclass(slots=True)
class Cell:
    """A table cell; the same object stands at every place it spans."""

    text: str
    header: bool = False
    links: tuple[Link, ...] = ()


@dataclass(slots=True)
class Table:
    """A table as a full grid: spans expanded, short rows filled with empty cells."""

    rows: list[list[Cell]] = field(default_factory=list)
    place: Place = NOWHERE
    places: list[Place] = field(default_factory=list)  # of its rows, in a page
    head_rows: int = 0  # rows in <thead>
    unread: int = 0  # rows beyond MAX_ROWS
    turned: bool = False  # rows and columns were exchanged

    def row_place(self, row: int) -> Place:
        """Where a row stands; one of a turned table (a column on the page) has the table's selector and box."""
        where = f"{self.place.where} > {'td' if self.turned else 'tr'}[{row + 1}]"
        drawn = self.place if self.turned or row >= len(self.places) else self.places[row]
        return drawn._replace(where=where)

    def quote(self, row: int) -> str:
        """A row's text, its cells parted by a bar, merged ones once."""
        return " | ".join(c.text for c in distinct(self.rows[row]) if c.text)

    def turn(self) -> "Table":
        """The table with rows and columns exchanged."""
        rows = [list(column) for column in zip(*self.rows, strict=True)]
        return Table(rows, self.place, self.places, unread=self.unread, turned=not self.turned)


def distinct(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a row, merged ones once."""
    return [cell for x, cell in enumerate(row) if x == 0 or cell is not row[x - 1]]


type Block = Line | Table


@dataclass(slots=True)
class Page:
    """Title and blocks of a page."""

    title: str
    blocks: list[Block]


def parse_html(text: str) -> Page:
    """Read HTML, however broken; a page without any text gives no blocks."""
    root = parse_tree(text)
    if root is None:
        return Page("", [])
    title = next(root.iter("title"), None)
    return Page(_clean("".join(map(str, title.itertext()))) if title is not None else "", _Reader(root).blocks)


def parse_tree(text: str) -> etree._Element | None:
    """The tree of HTML, without comments; None where there is none. Never raises."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(_CONTROLS.sub(" ", text).encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return None


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


class _Reader:
    """Collects blocks while walking the tree once."""

    def __init__(self, root: etree._Element) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[tuple[str, bool]] = []
        self._bold = 0
        self._open: list[etree._Element] = []  # open blocks
        self._lists: list[list[int | None]] = []  # [next number or None] of open lists
        self._groups: list[int] = []  # the numbers of open lists
        self._number: str | None = None
        self._counts: Counter[str] = Counter()
        self._parts: list[int] = []
        self._anchors: list[tuple[int, str]] = []  # open links: where in the pieces, and their address
        self._links: list[Link] = []
        layout = _layout_tables(root)
        skip: etree._Element | None = None
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            if skip is not None:
                if event == "end" and element is skip:
                    skip = None
                    self._add(element.tail)
                continue
            if event == "start":
                if tag in _SKIPPED or not tag:
                    skip = element
                elif tag == "table" and element not in layout:
                    self._flush()
                    self._counts["table"] += 1
                    self.blocks.append(read_table(element, f"table[{self._counts['table']}]", len(self._open)))
                    skip = element
                else:
                    self._start(element, tag)
            else:
                self._end(tag)
                self._add(element.tail)
        self._flush()

    def _start(self, element: etree._Element, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
            if tag in _PARTS:
                self._counts["part"] += 1
                self._parts.append(self._counts["part"])
            if tag in ("ol", "ul", "dl"):
                self._lists.append([_whole(element.get("start"), 1) if tag == "ol" else None])
                self._counts["list"] += 1
                self._groups.append(self._counts["list"])
            if tag == "li":
                self._counts["li"] += 1
                self._number = None
                if self._lists and self._lists[-1][0] is not None:
                    value = _whole(element.get("value"), self._lists[-1][0])
                    self._number, self._lists[-1][0] = str(value), value + 1
            elif tag in _HEADINGS or tag in ("dt", "dd", "p"):
                self._counts[tag] += 1
            if tag != "br":
                self._open.append(element)
        if tag in _BOLD:
            self._bold += 1
        if tag == "a":
            self._anchors.append((len(self._pieces), (element.get("href") or "").strip()[:MAX_URL]))
        self._add(element.text)
        if tag == "img" and element.get("alt"):
            self._add(element.get("alt"))

    def _end(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
            if tag in _PARTS and self._parts:
                self._parts.pop()
            if tag in ("ol", "ul", "dl") and self._lists:
                self._lists.pop()
                self._groups.pop()
            if tag != "br" and self._open:
                self._open.pop()
        if tag in _BOLD:
            self._bold -= 1
        if tag == "a" and self._anchors:
            self._link(*self._anchors.pop())

    def _link(self, begin: int, url: str) -> None:
        text = _clean("".join(t for t, _ in self._pieces[begin:]))
        if url and text:
            self._links.append(Link(text[:MAX_URL], url))

    def _add(self, text: str | None) -> None:
        if text:
            self._pieces.append((text, self._bold > 0))

    def _flush(self) -> None:
        for begin, url in self._anchors:  # a link around blocks is a link of each
            self._link(begin, url)
        self._anchors = [(0, url) for _, url in self._anchors]
        pieces, self._pieces = self._pieces, []
        links, self._links = tuple(self._links), []
        text = _clean("".join(t for t, _ in pieces))
        if not text:
            return
        if len(text) > MAX_LINE:
            text = text[:MAX_LINE] + "…"
        bold = []
        for piece, is_bold in pieces:
            if not is_bold and piece.strip():
                break
            bold.append(piece)
        named = (e.tag for e in reversed(self._open) if e.tag in _HEADINGS or e.tag in ("li", "dt", "dd", "p"))
        tag = next(named, "p")
        here = self._open[-1] if self._open else None
        self.blocks.append(
            Line(
                text=text,
                bold=_clean("".join(bold)),
                level=_HEADINGS.get(tag, 0),
                tag=tag,
                depth=len(self._lists),
                number=self._number,
                place=place_of(here, f"{tag}[{self._counts[tag]}]", len(self._open)),
                parts=tuple(self._parts[-8:]),
                links=links,
                group=self._groups[-1] if self._groups else 0,
            )
        )
        self._number = None


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.strip().isascii() and text.strip().isdigit() and len(text) < 6 else otherwise


def _layout_tables(root: etree._Element) -> set[etree._Element]:
    """Tables that have a table inside, or headings and definition lists and no heading cell of their own."""
    stack: list[etree._Element] = []
    layout: set[etree._Element] = set()
    headed: set[etree._Element] = set()
    plain: dict[etree._Element, bool] = {}  # open tables: whether they hold headings or definition lists
    for event, part in etree.iterwalk(root, events=("start", "end"), tag=("table", "th", *_STRUCTURE)):
        if part.tag == "table":
            if event == "end":
                table = stack.pop()
                if plain.pop(table) and table not in headed:
                    layout.add(table)
                continue
            if stack:
                layout.add(stack[-1])
            stack.append(part)
            plain[part] = False
        elif stack and event == "start":
            if part.tag == "th":
                headed.add(stack[-1])
            else:
                plain[stack[-1]] = True
    return layout


def cell_text(element: etree._Element) -> str:
    """The text of a cell, one line a block."""
    pieces: list[str] = []
    skip: etree._Element | None = None
    for event, part in etree.iterwalk(element, events=("start", "end")):
        tag = part.tag if isinstance(part.tag, str) else ""
        if skip is not None:
            if event == "end" and part is skip:
                skip = None
                pieces.append(part.tail or "")
            continue
        if event == "start" and (tag in _SKIPPED or not tag):
            skip = part
            continue
        pieces.append("\0" if tag in _BLOCKS else "")
        if event == "start":
            pieces.append(part.text or "")
            pieces.append((part.get("alt") or "") if tag == "img" else "")
        elif part is not element:
            pieces.append(part.tail or "")
    return "\n".join(line for line in map(_clean, "".join(pieces).split("\0")) if line)


def read_table(table: etree._Element, where: str, depth: int = 0) -> Table:
    """A table's grid with rowspan and colspan expanded (https://html.spec.whatwg.org/#forming-a-table)."""
    rows = list(table.iter("tr"))
    unread = max(0, len(rows) - MAX_ROWS)
    del rows[MAX_ROWS:]
    grid: list[dict[int, Cell]] = [{} for _ in rows]
    head = 0
    filled = 0
    for y, tr in enumerate(rows):
        parent = tr.getparent()
        if parent is not None and parent.tag == "thead":
            head = y + 1
        x = 0
        for td in tr:
            if td.tag not in ("td", "th") or filled > MAX_GRID:
                continue
            while x in grid[y]:
                x += 1
            links = (Link(cell_text(a)[:MAX_URL], (a.get("href") or "").strip()) for a in td.iter("a"))
            cell = Cell(cell_text(td), td.tag == "th", tuple(x for x in links if x.url and len(x.url) <= MAX_URL))
            tall = _whole(td.get("rowspan"), 1) or len(rows)
            wide = min(max(1, _whole(td.get("colspan"), 1)), MAX_SPAN)
            for dy in range(min(tall, len(rows) - y, MAX_SPAN)):
                for dx in range(wide):
                    grid[y + dy].setdefault(x + dx, cell)
                    filled += 1
            x += wide
    width = max((max(row, default=-1) + 1 for row in grid), default=0)
    if width * len(rows) > 4 * MAX_GRID:
        width = 4 * MAX_GRID // max(1, len(rows))
    full = [[row.get(x) or Cell("") for x in range(width)] for row in grid]
    return Table(full, place_of(table, where, depth), [place_of(tr, depth=depth) for tr in rows], head, unread)
