"""3-5: the same identifier received from several sites; 3-6 and 3-7: keys that data about a person is matched by."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import partial

from auditor.decode.transmission import Transmission
from auditor.identify import Flow, IdentifierKind, pages_of
from auditor.report.hearing.measures.counting import in_visits, line, missing, names
from auditor.report.hearing.sheet import Cell, Column, Line, figure
from auditor.report.hearing.view import Ref, View
from auditor.report.hearing.words import listed, words
from auditor.report.html.parts import IDENTIFYING, same
from auditor.vendors import Carrier, ModuleKind


def across_sites(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """Identifiers that the platform received from two sites or more that are not its own, by what is proven of them.

    What other clean profiles have too is no identifier, whatever a vendor file calls it.
    """
    found: dict[IdentifierKind, dict[str, dict[str, list[Flow]]]] = defaultdict(lambda: defaultdict(dict))
    for identifier in view.result.identified.identifiers:
        if identifier.kind is IdentifierKind.unproven and identifier.differs.holds is False:
            continue
        for column in columns:
            flows = view.flows(identifier, column, view.at(column.vendor, own=False))
            if len(pages_of(flows)) > 1:
                found[identifier.kind][column.vendor][identifier.value] = flows
    return tuple(
        line(words(f"across.{kind.value}"), columns, partial(_across, view, found[kind]))
        for kind in (IdentifierKind.account, IdentifierKind.browser, IdentifierKind.unproven)
        if found[kind] or kind is IdentifierKind.browser
    )


def _across(view: View, found: Mapping[str, dict[str, list[Flow]]], column: Column) -> Cell:
    values = found.get(column.vendor, {})
    if not values:
        return in_visits(view, (), view.at(column.vendor, own=False))
    flows = [f for each in values.values() for f in each]
    sites = sorted(pages_of(flows))
    shown = words("count.values", n=len(values), sites=len(sites))
    return figure(shown, {f"{f.visit}/{f.request}" for f in flows}, listed([same(site) for site in sites]))


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
    return (
        *lines,
        line(words("match.typed"), columns, lambda c: _typed(view, c)),
        line(words("match.sync"), columns, lambda c: _keys(view, c, _synced(view, c))),
        line(words("match.reached"), columns, lambda c: _reached(view, c)),
    )


def _typed(view: View, column: Column) -> Cell:
    """What the visits' persons typed and the platform received, in whatever form."""
    others = view.at(column.vendor, own=False)
    typing = {name: v for name, v in others.items() if any(step.field for step in v.steps)}
    found = [x for x in view.result.identified.leaks if x.vendor == column.vendor and x.visit in others]
    if not typing and not found:
        return missing("missing.typed")
    within = typing or others
    detail = names(Counter(f"{x.field} ({'>'.join(x.layers) or 'plain'})" for x in found), 8)
    return in_visits(view, {(x.visit, x.request) for x in found if x.visit in within}, within, detail)


def _reached(view: View, column: Column) -> Cell:
    """Identifiers that another company held and that reached the platform."""
    others = view.at(column.vendor, own=False)
    found = [s for s in view.result.identified.syncs if s.to_vendor == column.vendor and s.visit in others]
    reached = {ref for s in found for ref in s.evidence[-1:] if ref in view.real((ref,))}
    detail = names(Counter(s.from_vendor or s.from_recipient for s in found), 8)
    return in_visits(view, {_ref(ref) for ref in reached}, others, detail)


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


def _ref(evidence: str) -> Ref:
    visit, _, request = evidence.rpartition("/")
    return visit, request
