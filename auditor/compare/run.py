"""All comparisons of a run: what is gone, added, kept or replaced between two cells of visits, and how surely."""

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import groupby

from auditor.compare.cells import CellPair, cell_pairs, cells_of
from auditor.compare.change import Change
from auditor.compare.hypotheses import Verdict, Verdicts
from auditor.compare.statistics import word
from auditor.compare.technique import KEPT, TAKE_OVER, identifies, spoken_for, technique_of
from auditor.compare.units import Key, Unit, references, units
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.evidence import Consent, VisitEvidence
from auditor.identify import Identified, IdentifierKind

type _Sent = Mapping[str, list[Transmission]]
type _Shown = Mapping[str, dict[Key, Unit]]
type _Known = Mapping[str, set[str]]


def compare_run(
    visits: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    knowledge: Knowledge,
    opt_outs: Mapping[str, str] | None = None,
    identified: Identified | None = None,
) -> tuple[Change, ...]:
    """Compare all cells of a run that differ in one coordinate only (cookie mode, visitor, consent, opt-out).

    A cell is site, visitor, cookie mode and consent; its complete visits are its repetitions. `opt_outs`: site id of
    the same site after an opt-out -> site id. One change for each pair of cells, vendor (or recipient), module, item
    and kind of data. An item in visits of one cell only is gone or added, whatever the statistics say; one in visits
    of both is no change unless they establish that it became less or more. `replaced`: the item is gone and the same
    kind of data still reaches the same vendor in another item, which `after` summarises. `technique` (cookie mode
    only) says what carries what remains, or takes over. `kept` is told only where it says something, see `_tells`.
    `identified`: values that are no identifiers carry none; without it a value that is kept is taken for one.
    No value is in the answer. The order is that of the pairs, then by vendor, module, item and data type.
    """
    sent, shown = _sent(transmissions)
    changes: list[Change] = []
    for _, of_kind in groupby(cell_pairs(visits, opt_outs or {}), key=lambda p: p.kind):
        changes += _compared(list(of_kind), sent, shown, knowledge, known_in(identified))
    return tuple(changes)


def compare_groups(
    before: Sequence[VisitEvidence],
    after: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    knowledge: Knowledge,
    kind: str = "repeat",
) -> tuple[Change, ...]:
    """Compare two groups of visits, cell by cell: how a page varies by itself, when both are of the same cells.

    Only complete visits, of cells that both groups have. Of the changes `kept` says nothing here and is left out.
    """
    first, second = cells_of(before), cells_of(after)
    pairs = [CellPair(kind, "", cell.site, own, second[cell]) for cell, own in first.items() if cell in second]
    sent, shown = _sent(transmissions)
    return tuple(c for c in _compared(pairs, sent, shown, knowledge, None) if c.change != "kept")


def _sent(transmissions: Sequence[Transmission]) -> tuple[_Sent, _Shown]:
    sent: dict[str, list[Transmission]] = {}
    for t in transmissions:
        sent.setdefault(t.visit, []).append(t)
    return sent, {visit: units(items) for visit, items in sent.items()}


def known_in(identified: Identified | None) -> _Known | None:
    """Visit id -> the values that it identifies, or may identify, a browser or an account by."""
    if identified is None:
        return None
    known: dict[str, set[str]] = {}
    for identifier in identified.identifiers:
        if identifier.kind is not IdentifierKind.unproven or identifier.differs.holds is None:
            for flow in identifier.flows:
                known.setdefault(flow.visit, set()).add(identifier.value)
    return known


def _compared(
    pairs: Sequence[CellPair], sent: _Sent, shown: _Shown, knowledge: Knowledge, known: _Known | None
) -> Iterator[Change]:
    """The changes of all pairs of one kind."""
    verdicts = Verdicts(pairs, shown)
    for pair in pairs:
        before = _Side(pair.before, shown, known)
        after = _Side(pair.after, shown, known)
        yield from _changes(pair, before, after, _later(pair, sent), knowledge, verdicts)


class _Side:
    """A cell's visits and what each sent."""

    def __init__(self, visits: Sequence[VisitEvidence], shown: _Shown, known: _Known | None) -> None:
        self.visits = visits
        self._known = known
        self._shown: dict[Key, list[tuple[VisitEvidence, Unit]]] = {}
        for evidence in visits:
            for key, unit in shown.get(evidence.visit.visit, {}).items():
                self._shown.setdefault(key, []).append((evidence, unit))

    def __iter__(self) -> Iterator[Key]:
        """The items that any visit sent."""
        return iter(self._shown)

    def __contains__(self, key: Key) -> bool:
        return key in self._shown

    def first(self, key: Key | None) -> VisitEvidence:
        """The first visit that sent the item, else the cell's first."""
        return self._shown[key][0][0] if key in self._shown else self.visits[0]

    def units(self, key: Key) -> list[Unit]:
        """The item in each visit that sent it."""
        return [unit for _, unit in self._shown.get(key, ())]

    def values(self, key: Key) -> frozenset[str]:
        """The values of all visits, raw."""
        return frozenset[str]().union(*(u.values for u in self.units(key)))

    def summary(self, key: Key) -> str:
        """The summary of the first visit that sent the item; '' where none did."""
        return self.units(key)[0].summary(self.first(key)) if key in self._shown else ""

    def technique(self, key: Key, knowledge: Knowledge) -> str:
        """The technique by which the item is sent, of the first visit that tells it."""
        return next((t for v, u in self._shown[key] if (t := self._of(u, v, knowledge))), "")

    def identifies(self, key: Key, knowledge: Knowledge) -> bool:
        """Whether an item is called an identifier by more than its equality with what is kept.

        Contact data is told by its own value.
        """
        if self._known is None or knowledge.taxonomy.get(key.data_type).level == "contact":
            return True
        return any(spoken_for(u.items, self._known.get(v.visit.visit, ())) for v, u in self._shown.get(key, ()))

    def _of(self, unit: Unit, evidence: VisitEvidence, knowledge: Knowledge) -> str:
        technique = technique_of(unit, evidence, knowledge)
        if technique in KEPT and self._known is not None:
            spoken = Unit(unit.key, spoken_for(unit.items, self._known.get(evidence.visit.visit, ())))
            return technique_of(spoken, evidence, knowledge)
        return technique


def _changes(
    pair: CellPair, before: _Side, after: _Side, later: Container[Key], knowledge: Knowledge, verdicts: Verdicts
) -> Iterator[Change]:
    """The changes of a pair; `later`: what its second cell sent again, see `_later`."""
    techniques: dict[Key, str] = {}
    if pair.kind == "cookie_mode":
        techniques = {key: after.technique(key, knowledge) for key in after}
    for key in sorted({*before, *after}, key=lambda k: k.order):
        verdict = verdicts.of(pair, key)
        technique, heir = techniques.get(key, ""), None
        if key in before and key in after:
            if verdict.by:
                less = verdict.before_in * verdict.after_of > verdict.after_in * verdict.before_of
                change = "less" if less else "more"
            elif key in later and _tells(pair, key, before, after, knowledge) and after.identifies(key, knowledge):
                change = "kept"
            else:
                continue
        elif key in after:
            change = "added"
        else:
            heir = _heir(key, after, techniques)
            change, technique = ("gone", "") if heir is None else ("replaced", techniques.get(heir, ""))
        yield _change(pair, change, key, heir, before, after, technique, verdict)


def _later(pair: CellPair, sent: _Sent) -> Container[Key]:
    """The items whose going on says something: of a choice on consent, those sent after it, not those before only."""
    found: set[Key] = set()
    for evidence in pair.after:
        first: set[str] = set()
        if pair.kind == "consent":
            first = {x.request for x in evidence.exchanges if x.consent_choice == "before"}
        found |= units(t for t in sent.get(evidence.visit.visit, ()) if t.request not in first).keys()
    return found


def _tells(pair: CellPair, key: Key, before: _Side, after: _Side, knowledge: Knowledge) -> bool:
    """Whether it says something that an item is in both cells.

    An identifier that goes on although third-party cookies are blocked, consent was refused or the person opted out;
    and, between two states of the visitor, one with the same value. An address that repeats a value (`dl?gclid`) is
    not told again of the states: the page was the same.
    """
    if not identifies(key.data_type, knowledge):
        return False
    if pair.kind == "consent":
        return pair.after[0].visit.consent is Consent.reject
    if pair.kind != "visitor":
        return True
    return "?" not in key.item and bool(before.values(key) & after.values(key))


def _heir(key: Key, after: _Side, techniques: dict[Key, str]) -> Key | None:
    """The item by which the same kind of data still reaches the same receiver."""
    same = [k for k in after if k.receiver == key.receiver and k.data_type == key.data_type]
    return min(same, key=lambda k: (TAKE_OVER.index(techniques.get(k, "")), k.order), default=None)


def _change(
    pair: CellPair,
    change: str,
    key: Key,
    heir: Key | None,
    before: _Side,
    after: _Side,
    technique: str,
    verdict: Verdict,
) -> Change:
    new = key if heir is None else heir
    old_units, new_units = before.units(key), after.units(new)
    summary = after.summary(new)
    if heir is not None:
        summary = f"{heir.item}: {summary}"
    if pair.kind == "visitor" and change == "kept":
        summary += ", a value sent before too"  # the same value in another state (item 1-6)
    recipients = {t.recipient for u in (old_units or new_units) for t in u.items}
    return Change(
        kind=pair.kind,
        site=pair.site,
        vendor=key.vendor,
        recipient=", ".join(sorted(recipients)),
        module=key.module,
        data_type=key.data_type,
        item=key.item,
        before_visit=before.first(key).visit.visit,
        after_visit=after.first(new).visit.visit,
        before=before.summary(key),
        after=summary,
        change=change,
        technique=technique,
        evidence=tuple(sorted({*references(old_units), *references(new_units)})),
        before_in=verdict.before_in,
        before_of=verdict.before_of,
        after_in=verdict.after_in,
        after_of=verdict.after_of,
        word=f"{word(verdict.before_in, verdict.before_of)}/{word(verdict.after_in, verdict.after_of)}",
        p_value=verdict.p_value,
        p_adjusted=verdict.p_adjusted,
        established=bool(verdict.by),
        established_by=verdict.by,
    )
