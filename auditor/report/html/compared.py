"""What differs: by the visitor's state, by the third-party cookie mode, and by whatever else was compared."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.compare import Change
from auditor.evidence import CookieMode, Visitor
from auditor.report.html.parts import (
    IDENTIFYING,
    Capped,
    capped,
    data_type_name,
    is_complete,
    module_name,
    recipient_name,
    same,
    site_ids,
)
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.texts import Lang, Text, texts

MAX_ITEMS = 60
_SUMMARY = re.compile(r"(?P<how>[a-z -]+), (?P<length>[0-9-]+) characters(?:, (?P<n>[0-9]+) values)?")
_CHANGES = ("gone", "replaced", "added", "kept")


@dataclass(frozen=True)
class State:
    """One column: a cookie mode and a visitor state, and how many of its visits are complete."""

    mode: str
    visitor: str
    complete: int


@dataclass(frozen=True)
class StateItem:
    """One item sent to a platform: in how many complete visits of each state."""

    item: str
    data_type: Text
    identifying: bool
    seen: tuple[int, ...]
    same: str


@dataclass(frozen=True)
class PlatformStates:
    """One site, one platform."""

    site: str
    platform: Text
    states: tuple[State, ...]
    modes: tuple[tuple[str, int], ...]
    items: Capped[StateItem]


@dataclass(frozen=True)
class Difference:
    """A change as the report shows it."""

    change: Change
    recipient: Text
    module: Text | None
    data_type: Text | None
    before: Text
    after: Text


@dataclass(frozen=True)
class SiteDifferences:
    """The changes of one kind at one site, with their counts."""

    site: str
    kind: str
    counts: tuple[tuple[str, int], ...]
    techniques: tuple[tuple[str, int], ...]
    differences: Capped[Difference]


def platform_states(result: RunResult, masker: Masker) -> tuple[PlatformStates, ...]:
    """For each site and platform with login states: the items sent to it, by state."""
    platforms = dict.fromkeys(v.visit.platform for v in result.audited() if v.visit.platform)
    return tuple(
        _platform(result, masker, site, platform) for site in site_ids(result) for platform in platforms if platform
    )


def _platform(result: RunResult, masker: Masker, site: str, platform: str) -> PlatformStates:
    known = result.scenario.platforms.get(platform) if result.scenario else None
    vendor = known.vendor if known else platform
    groups: dict[tuple[str, str], list[str]] = {
        (mode.value, state.value): [] for mode in CookieMode for state in Visitor
    }
    planned = set()
    for v in result.audited():
        if v.visit.site == site and v.visit.platform in (None, platform):
            key = (v.visit.cookie_mode.value, v.visit.visitor.value)
            planned.add(key)
            if is_complete(v):
                groups[key].append(v.visit.visit)
    states = tuple(State(*key, complete=len(ids)) for key, ids in groups.items() if key in planned)
    sent: dict[tuple[str, str], dict[str, set[str]]] = {}
    for t in result.transmissions:
        if t.vendor == vendor and t.data_type:
            name = f"{t.carrier.value} {masker.guard(t.parameter)}"
            sent.setdefault((name, t.data_type), {}).setdefault(t.visit, set()).add(t.value)
    items = [
        StateItem(
            item=name,
            data_type=data_type_name(result, code),
            identifying=result.taxonomy.has(code) and result.taxonomy.get(code).level in IDENTIFYING,
            seen=tuple(sum(v in where for v in groups[s.mode, s.visitor]) for s in states),
            same=_same(where, groups),
        )
        for (name, code), where in sent.items()
    ]
    items = sorted((i for i in items if any(i.seen)), key=lambda i: (not i.identifying, i.data_type.ja, i.item))
    modes = Counter(s.mode for s in states)
    return PlatformStates(
        site,
        recipient_name(result, vendor, platform),
        states,
        tuple(modes.items()),
        capped(items, MAX_ITEMS, "transmissions.csv"),
    )


def _same(where: dict[str, set[str]], groups: dict[tuple[str, str], list[str]]) -> str:
    """Whether a value sent logged out was also sent logged in."""

    def values(state: Visitor) -> set[str]:
        return {
            value for mode in CookieMode for v in groups[mode.value, state.value] for value in where.get(v, ()) if value
        }

    complete = {state: any(groups[mode.value, state.value] for mode in CookieMode) for state in Visitor}
    out, logged_in = values(Visitor.logged_out), values(Visitor.logged_in)
    if not out and logged_in:
        return "only_in" if complete[Visitor.logged_out] else "unknown"
    if out and not logged_in:
        return "only_out" if complete[Visitor.logged_in] else "unknown"
    if not out:
        return "unknown"
    return "yes" if out & logged_in else "no"


def summary_text(summary: str) -> Text:
    """A change's summary (`cookie third-party, 24 characters`) in both languages; any other text as it is."""
    match = _SUMMARY.fullmatch(summary)
    how = texts().get(f"carried.{match['how']}") if match else None
    if match is None or how is None:
        return same(summary)

    def said(lang: Lang) -> str:
        length, values = texts()["carried.length"], texts()["carried.values"]
        text = getattr(length, lang).format(how=getattr(how, lang), length=match["length"])
        return str(getattr(values, lang).format(text=text, n=match["n"]) if match["n"] else text)

    return Text(ja=said("ja"), en=said("en"))


def differences(result: RunResult, kinds: Iterable[str]) -> tuple[SiteDifferences, ...]:
    """The changes of these kinds, by kind and site."""
    return tuple(
        _site(result, kind, site, own)
        for kind in kinds
        for site in dict.fromkeys(c.site for c in result.changes)
        if (own := [c for c in result.changes if c.kind == kind and c.site == site])
    )


def _site(result: RunResult, kind: str, site: str, changes: list[Change]) -> SiteDifferences:
    counts = Counter(c.change for c in changes)
    techniques = Counter(c.technique for c in changes if c.technique)
    ordered = sorted(
        changes,
        key=lambda c: (_CHANGES.index(c.change) if c.change in _CHANGES else 9, c.vendor or "~", c.recipient, c.item),
    )
    shown = [
        Difference(
            c,
            recipient_name(result, c.vendor, c.recipient),
            module_name(result, c.vendor, c.module),
            data_type_name(result, c.data_type) if c.data_type else None,
            summary_text(c.before),
            summary_text(c.after),
        )
        for c in ordered
    ]
    return SiteDifferences(
        site,
        kind,
        tuple((change, counts[change]) for change in _CHANGES if counts[change]),
        tuple(sorted(techniques.items(), key=lambda t: (-t[1], t[0]))),
        capped(shown, MAX_ITEMS, "comparison.csv"),
    )
