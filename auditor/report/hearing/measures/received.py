"""What a platform receives: on others' sites by the visitor's state (3-1), on its own and others' (1-1, 1-3, 1-4)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import partial

from auditor.decode.transmission import Transmission
from auditor.domains import host_of
from auditor.evidence import CookieMode, VisitKind, Visitor
from auditor.identify.model import IdentifierKind
from auditor.report.hearing.measures.counting import in_visits, line, missing, names
from auditor.report.hearing.sheet import Cell, Column, Line, figure
from auditor.report.hearing.view import STATES, Ref, View, document_of, refs
from auditor.report.hearing.words import listed, words
from auditor.report.html.parts import IDENTIFYING, module_name, same
from auditor.report.texts import Text, label
from auditor.vendors import Carrier


def state_name(visitor: str, mode: str) -> Text:
    """A state in words: logged in, third-party cookies blocked."""
    return words("state", visitor=label("visitor", visitor), mode=label("cookie_mode", mode))


def received(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """3-1: requests, cookies, hosts, modules and kinds of data, from sites that are not the platform's own."""
    lines: list[Line] = []
    planned = {(v.visit.visitor, v.visit.cookie_mode) for v in view.planned if v.visit.kind is VisitKind.audit}
    states = [s for s in STATES if s in planned]
    for visitor, mode in states:
        name = words("received.state", state=state_name(visitor, mode))
        lines.append(line(name, columns, partial(_in_state, view, visitor, mode)))
    for visitor, mode in states:
        name = words("received.cookies", state=state_name(visitor, mode))
        lines.append(line(name, columns, partial(_cookies, view, visitor, mode)))
    for visitor, mode in states:
        name = words("received.identifiers", state=state_name(visitor, mode))
        lines.append(line(name, columns, partial(_proven, view, visitor, mode)))
    for visitor, mode in states:
        name = words("received.kinds", state=state_name(visitor, mode))
        lines.append(line(name, columns, partial(_kinds, view, visitor, mode)))
    lines.append(line(words("received.hosts"), columns, lambda c: _hosts(view, c)))
    lines.append(line(words("received.modules"), columns, lambda c: _modules(view, c)))
    lines.append(line(words("received.at_site"), columns, lambda c: _at_site(view, c)))
    by_kind: dict[str, dict[str, set[Ref]]] = defaultdict(lambda: defaultdict(set))
    for column in columns:
        others = view.at(column.vendor, own=False)
        for t in view.of(column.vendor).items:
            if t.data_type and t.visit in others:
                by_kind[t.data_type][column.vendor].add((t.visit, t.request))
    for code in view.kinds(by_kind):
        name = words("received.kind", kind=view.kind(code))
        lines.append(line(name, columns, partial(_of_kind, view, by_kind[code])))
    return tuple(lines)


def _in_state(view: View, visitor: Visitor, mode: CookieMode, column: Column) -> Cell:
    return in_visits(view, view.of(column.vendor).requests, view.in_state(column, visitor, mode))


def _of_kind(view: View, found: Mapping[str, set[Ref]], column: Column) -> Cell:
    return in_visits(view, found.get(column.vendor, ()), view.at(column.vendor, own=False))


def _cookies(view: View, visitor: Visitor, mode: CookieMode, column: Column) -> Cell:
    """Names of the cookies that were sent, never their values."""
    visits = view.in_state(column, visitor, mode)
    sent = [t for t in view.of(column.vendor).items if t.carrier is Carrier.cookie and t.visit in visits]
    seen: dict[str, set[Ref]] = defaultdict(set)
    for t in sent:
        seen[view.masker.guard(t.parameter)].add((t.visit, t.request))
    detail = names({name: len(found) for name, found in seen.items()})
    return in_visits(view, {(t.visit, t.request) for t in sent}, visits, detail)


def _proven(view: View, visitor: Visitor, mode: CookieMode, column: Column) -> Cell:
    """Identifiers that the visits prove to be a browser's or an account's."""
    visits = view.in_state(column, visitor, mode)
    found: dict[IdentifierKind, int] = {}
    hits: set[Ref] = set()
    for identifier in view.result.identified.identifiers:
        flows = view.flows(identifier, column, visits)
        if flows and identifier.kind is not IdentifierKind.unproven:
            found[identifier.kind] = found.get(identifier.kind, 0) + 1
            hits |= {(f.visit, f.request) for f in flows}
    parts = [words(f"count.{kind.value}", n=found[kind]) for kind in IdentifierKind if kind in found]
    return in_visits(view, hits, visits, listed(parts) if parts else None, "in_visits.first" if hits else "in_visits")


def _kinds(view: View, visitor: Visitor, mode: CookieMode, column: Column) -> Cell:
    """Kinds of data, by how many of the state's visits sent them."""
    visits = view.in_state(column, visitor, mode)
    sent = [t for t in view.of(column.vendor).items if t.data_type and t.visit in visits]
    seen: dict[str, set[str]] = defaultdict(set)
    for t in sent:
        seen[t.data_type or ""].add(t.visit)
    parts = [words("named.times", name=view.kind(code), n=len(seen[code])) for code in view.kinds(seen)]
    return in_visits(view, {(t.visit, t.request) for t in sent}, visits, listed(parts, 30) if parts else None)


def _hosts(view: View, column: Column) -> Cell:
    within = view.at(column.vendor, own=False)
    found = [ref for ref in view.of(column.vendor).requests if ref[0] in within]
    hosts = Counter(host_of(view.exchanges[ref].url) for ref in found)
    if not hosts:
        return in_visits(view, (), within)
    return figure(words("count.hosts", n=len(hosts)), refs(found), names(hosts))


def _modules(view: View, column: Column) -> Cell:
    within = view.at(column.vendor, own=False)
    found = {(t.visit, t.request): t.module for t in view.of(column.vendor).items if t.module and t.visit in within}
    if not found:
        return in_visits(view, (), within)
    counts = Counter(found.values())
    ordered = sorted(counts.items(), key=lambda c: (-c[1], str(c[0])))
    parts = [
        words("named.times", name=module_name(view.result, column.vendor, module) or same(""), n=n)
        for module, n in ordered
    ]
    return figure(words("count.modules", n=len(counts)), refs(found), listed(parts))


def _at_site(view: View, column: Column) -> Cell:
    """Its form of request, received by the site's own host: what that host sends on cannot be seen."""
    within = view.at(column.vendor, own=False)
    found = [t for t in view.of(column.vendor).at_site if t.visit in within]
    hosts = Counter(t.host for t in {(t.visit, t.request): t for t in found}.values())
    return in_visits(view, {(t.visit, t.request) for t in found}, within, names(hosts))


def by_place(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """1-1: the kinds of data that reach the platform, on its own sites and on others'."""
    return (
        line(words("place.own"), columns, lambda c: _place(view, c, own=True)),
        line(words("place.others"), columns, lambda c: _place(view, c, own=False)),
    )


def _place(view: View, column: Column, *, own: bool) -> Cell:
    within = view.at(column.vendor, own=own)
    if own and not within:
        return missing("missing.own")
    got = view.of(column.vendor)
    items = [t for t in (*got.items, *(got.at_site if own else ())) if t.data_type and t.visit in within]
    kinds = Counter(t.data_type for t in items if t.data_type)
    if not kinds:
        return in_visits(view, (), within)
    detail = listed([view.kind(code) for code in view.kinds(kinds)], 30)
    return figure(words("count.kinds", n=len(kinds), of=len(within)), refs(items), detail)


def identifying(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """1-3: the identifiers, contact data and places among it, and how each travels."""
    seen: dict[str, dict[str, list[Transmission]]] = defaultdict(lambda: defaultdict(list))
    for column in columns:
        got = view.of(column.vendor)
        for t in got.items:
            if t.data_type and view.level(t.data_type) in IDENTIFYING:
                seen[t.data_type][column.vendor].append(t)
    lines = [line(view.kind(code), columns, partial(_travels, view, seen[code])) for code in view.kinds(seen)]
    return tuple(lines) or (line(words("identifying.none"), columns, partial(_travels, view, {})),)


def _travels(view: View, found: Mapping[str, list[Transmission]], column: Column) -> Cell:
    """How often, and in which cookies, parameters and bodies."""
    items = found.get(column.vendor, [])
    carried = Counter(view.item_name(t) for t in items)
    return in_visits(view, {(t.visit, t.request) for t in items}, view.visits, names(carried, 8))


def kept(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """1-4: what the browser kept of the platform's own cookies at the end of the visits, and for how long."""
    return (line(words("kept.cookies"), columns, lambda c: _kept(view, c)),)


def _kept(view: View, column: Column) -> Cell:
    longest: dict[str, float | None] = {}
    found: set[str] = set()
    for visit, evidence in view.visits.items():
        for cookie in evidence.cookies:
            owner = view.knowledge.vendor_of(cookie.domain)
            if owner is None or owner.vendor != column.vendor or not cookie.stored:
                continue
            days = cookie.kept_s / 86400 if cookie.kept_s is not None else None
            name = view.masker.guard(cookie.name)
            longest[name] = max(filter(None, (longest.get(name), days)), default=None)
            own = {f"{visit}/{request}" for request in cookie.sent_in if (visit, request) in view.exchanges}
            found |= own or document_of(evidence)
    if not found:
        return in_visits(view, (), view.visits)
    parts = [_lasting(name, days) for name, days in sorted(longest.items())]
    return figure(words("count.cookies", n=len(longest), of=len(view.visits)), found, listed(parts))


def _lasting(name: str, days: float | None) -> Text:
    if not days:
        return words("kept.unknown", name=name)
    return words("kept.short", name=name) if days < 1 else words("kept.days", name=name, days=f"{days:.0f}")
