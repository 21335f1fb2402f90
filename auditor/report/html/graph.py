"""The graph site - identifier - recipient as an SVG picture: three columns, straight from the groups, no script."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from auditor.identify.model import IdentifierKind
from auditor.report.html.groups import Group
from auditor.report.html.parts import recipient_name, same
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.rows.identified import page_flows
from auditor.report.texts import Text, label, texts

MAX_MIDDLE = 14
MAX_SIDE = 14
REST = "…"
LINE = 37
TOP = 34
COLUMNS = (0, 360, 790)
WIDTHS = (200, 270, 250)
HEADINGS = ("site", "identifier", "recipient")
_SHOWN = 32
_ABOUT = 50


@dataclass(frozen=True)
class Node:
    """A box; `about` is its second line."""

    x: int
    y: int
    width: int
    name: Text
    about: Text | None
    style: str


@dataclass(frozen=True)
class Edge:
    """A line between two boxes as the path of an SVG; `style` says what it carries."""

    path: str
    style: str


@dataclass(frozen=True)
class Graph:
    """A picture of width x height. `more`: groups that are not in it."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    headings: tuple[tuple[int, Text], ...]
    more: int


def graph_of(result: RunResult, masker: Masker, found: list[Group]) -> Graph | None:
    """The most important groups that reach someone other than the site; None where there is none."""
    drawn = [g for g in found if g.others and not (g.kind is IdentifierKind.unproven and not g.property_holds("stays"))]
    shown = sorted(drawn, key=lambda g: g.kind is IdentifierKind.unproven)[:MAX_MIDDLE]
    if not shown:
        return None
    sites = _most(site for g in shown for site in g.sites)
    who = _most(w for g in shown for w, sent in g.sent.items() if not sent.first_party)
    names = {w: recipient_name(result, sent.vendor, w) for g in shown for w, sent in g.sent.items()}
    rows = max(len(sites), len(shown), len(who))
    places: dict[tuple[int, str], tuple[int, int]] = {}
    nodes: list[Node] = []

    def put(column: int, keys: list[str], make: Callable[[str], tuple[Text, Text | None, str]]) -> None:
        gap = rows / len(keys)
        for n, key in enumerate(keys):
            y = TOP + int((n + 0.5) * gap * LINE)
            places[column, key] = (COLUMNS[column], y)
            name, about, style = make(key)
            nodes.append(Node(COLUMNS[column], y, WIDTHS[column], _short(name), about, style))

    by_key = {str(n): g for n, g in enumerate(shown)}
    put(0, sites, lambda s: (_rest(s, same(s)), None, "site"))
    put(1, list(by_key), lambda k: _middle(masker, by_key[k]))
    put(2, who, lambda w: (_rest(w, names.get(w, same(w))), None, "recipient"))
    edges: dict[tuple[str, str], Edge] = {}
    for key, group in by_key.items():
        for site in sorted(group.sites):
            at = site if site in sites else REST
            edges[f"s{at}", key] = _edge(places[0, at], WIDTHS[0], places[1, key], "plain")
        for w, sent in sorted(group.sent.items()):
            if not sent.first_party:
                at = w if w in who else REST
                style = "encoded" if () not in sent.layers else "plain"
                edges[key, f"r{at}"] = _edge(places[1, key], WIDTHS[1], places[2, at], style)
    headings = tuple((x, texts()[f"graph.{name}"]) for x, name in zip(COLUMNS, HEADINGS, strict=True))
    width = COLUMNS[2] + WIDTHS[2]
    return Graph(width, TOP + rows * LINE + 8, tuple(nodes), tuple(edges.values()), headings, len(drawn) - len(shown))


def _most(keys: Iterable[str]) -> list[str]:
    """The most frequent, by name; the rest as one."""
    counts: dict[str, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    order = sorted(counts, key=lambda k: (-counts[k], k))
    cut = sorted(order[:MAX_SIDE]) if len(order) > MAX_SIDE else sorted(order)
    return [*cut, REST] if len(order) > MAX_SIDE else cut


def _rest(key: str, name: Text) -> Text:
    return texts()["graph.rest"] if key == REST else name


def _middle(masker: Masker, group: Group) -> tuple[Text, Text | None, str]:
    holder = group.holder
    if holder is not None:
        name = same(f"{masker.guard(holder.name)} {masker.guard(holder.part)}".rstrip())
        where = label("holder", holder.kind.value)
        place = texts()["graph.own"] if holder.party == "first" else same(holder.place.removeprefix("https://"))
        where = Text(ja=f"{where.ja} · {place.ja}", en=f"{where.en} · {place.en}")
    else:
        flow = page_flows(group.example)[0]
        name, where = same(f"{flow.carrier} {masker.guard(flow.name)}".rstrip()), label("holder", "nothing")
    key = "graph.crossing" if group.crossing else "graph.values"
    count = texts()[key].filled(n=group.values, crossing=group.crossing)
    about = Text(ja=f"{count.ja} · {where.ja}", en=f"{count.en} · {where.en}")
    return name, _short(about, _ABOUT), group.kind.value


def _short(name: Text, limit: int = _SHOWN) -> Text:
    """A name that fits its box; East Asian letters are twice as wide."""

    def cut(text: str) -> str:
        width = 0
        for n, char in enumerate(text):
            width += 1 if ord(char) < 0x1100 else 2
            if width > limit:
                return f"{text[: max(1, n - 1)]}…"
        return text

    return Text(ja=cut(name.ja), en=cut(name.en))


def _edge(start: tuple[int, int], width: int, end: tuple[int, int], style: str) -> Edge:
    x1, y1, x2, y2 = start[0] + width, start[1], end[0], end[1]
    bend = (x1 + x2) // 2
    return Edge(f"M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}", style)
