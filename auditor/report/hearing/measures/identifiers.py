"""3-5: the same identifier received from several sites; 3-6 and 3-7: keys that data about a person is matched by."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import partial

from auditor.decode.transmission import Transmission
from auditor.report.hearing.measures.counting import in_visits, line
from auditor.report.hearing.sheet import Cell, Column, Line, figure
from auditor.report.hearing.view import View, refs
from auditor.report.hearing.words import listed, words
from auditor.report.html.parts import IDENTIFYING, same
from auditor.vendors import Carrier, ModuleKind

MIN_LENGTH = 8
# Session ids are often the second they began in: equal by chance where two visits begin at once.
_TIME = re.compile(r"1\d{9}(\d{3})?")


def across_sites(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """Values of identifying kinds that the platform received from two sites or more that are not its own."""
    found: dict[str, dict[str, dict[str, list[Transmission]]]] = defaultdict(lambda: defaultdict(dict))
    for column in columns:
        others = view.at(column.vendor, own=False)
        by_value: dict[tuple[str, str], list[Transmission]] = defaultdict(list)
        for t in view.of(column.vendor).items:
            identifies = view.level(t.data_type) in IDENTIFYING
            if t.data_type and identifies and t.visit in others and not _may_be_chance(t.value):
                by_value[t.data_type, t.value].append(t)
        for (code, value), items in by_value.items():
            if len({view.visits[t.visit].visit.site for t in items}) > 1:
                found[code][column.vendor][value] = items
    lines = [
        line(
            words("across.kind", kind=view.kind(code)),
            columns,
            partial(_across, view, found[code]),
        )
        for code in view.kinds(found)
    ]
    return tuple(lines) or (line(words("across.any"), columns, partial(_across, view, {})),)


def _may_be_chance(value: str) -> bool:
    return len(value) < MIN_LENGTH or _TIME.fullmatch(value) is not None


def _across(view: View, found: Mapping[str, dict[str, list[Transmission]]], column: Column) -> Cell:
    values = found.get(column.vendor, {})
    others = view.at(column.vendor, own=False)
    if not values:
        return in_visits(view, (), others)
    items = [t for each in values.values() for t in each]
    sites = sorted({view.visits[t.visit].visit.site for t in items})
    shown = words("count.values", n=len(values), sites=len(sites))
    return figure(shown, refs(items), listed([same(site) for site in sites]))


def match_keys(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """Contact data (also hashed), member ids of the site, advertising ids; and cookies that are exchanged."""
    keys: dict[str, dict[str, list[Transmission]]] = defaultdict(lambda: defaultdict(list))
    for column in columns:
        others = view.at(column.vendor, own=False)
        for t in view.of(column.vendor).items:
            if t.data_type and t.value and t.visit in others and _is_key(view, t):
                keys[t.data_type][column.vendor].append(t)
    lines = [
        line(
            words("match.kind", kind=view.kind(code)),
            columns,
            partial(_matched, view, keys[code]),
        )
        for code in view.kinds(keys)
    ] or [line(words("match.any"), columns, partial(_matched, view, {}))]
    return (*lines, line(words("match.sync"), columns, lambda c: _keys(view, c, _synced(view, c))))


def _is_key(view: View, t: Transmission) -> bool:
    if view.level(t.data_type) == "contact" or t.data_type == "ad_id":
        return True
    return t.data_type == "account_id" and t.carrier is not Carrier.cookie


def _matched(view: View, found: Mapping[str, list[Transmission]], column: Column) -> Cell:
    return _keys(view, column, found.get(column.vendor, []))


def _keys(view: View, column: Column, items: list[Transmission]) -> Cell:
    sites = Counter(view.visits[t.visit].visit.site for t in items)
    named = Counter(view.item_name(t) for t in items)
    parts = [same(name) for name in (*sorted(named), *sorted(sites))]
    return in_visits(
        view,
        {(t.visit, t.request) for t in items},
        view.at(column.vendor, own=False),
        listed(parts) if parts else None,
    )


def _synced(view: View, column: Column) -> list[Transmission]:
    """Identifying items of modules that exchange cookies with partners."""
    vendor = view.knowledge.vendor(column.vendor)
    modules = {m.id for m in vendor.modules if m.kind is ModuleKind.cookie_sync} if vendor else set()
    others = view.at(column.vendor, own=False)
    return [
        t
        for t in view.of(column.vendor).items
        if t.module in modules and t.visit in others and view.level(t.data_type) in IDENTIFYING
    ]
