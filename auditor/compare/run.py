"""All comparisons of a run: what is gone, added, kept or replaced between two visits."""

from collections.abc import Container, Iterator, Sequence

from auditor.compare.change import Change
from auditor.compare.pairs import Pair, pairs
from auditor.compare.technique import identifies, technique_of
from auditor.compare.units import Key, Unit, units
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.evidence import Consent, VisitEvidence

# Of several items that take over, the one whose technique is known, in this order.
_TAKE_OVER = ("partitioned_cookie", "first_party_cookie", "local_storage", "link_decoration", "hashed_contact", "")


def compare_run(
    visits: Sequence[VisitEvidence], transmissions: Sequence[Transmission], knowledge: Knowledge
) -> tuple[Change, ...]:
    """Compare all visits of a run that differ in one coordinate only (cookie mode, visitor, consent).

    One change for each vendor (or recipient), module, item and kind of data. `replaced`: the item is gone and
    the same kind of data still reaches the same vendor in another item, which `after` summarises. `technique`
    (cookie mode only) says what carries what remains, or takes over. `kept` is told only where it says something,
    see `_tells`: what two visits send alike would bury the differences. Only complete visits are compared; no
    value is in the answer. The order is that of the pairs, then by vendor, module, item and data type.
    """
    sent: dict[str, list[Transmission]] = {}
    for t in transmissions:
        sent.setdefault(t.visit, []).append(t)
    changes: list[Change] = []
    for pair in pairs(visits):
        before = units(sent.get(pair.before.visit.visit, ()))
        after = units(sent.get(pair.after.visit.visit, ()))
        changes += _changes(pair, before, after, _later(pair, sent.get(pair.after.visit.visit, ())), knowledge)
    return tuple(changes)


def _changes(
    pair: Pair, before: dict[Key, Unit], after: dict[Key, Unit], later: Container[Key], knowledge: Knowledge
) -> Iterator[Change]:
    """The changes of a pair; `later`: what its second visit sent again, see `_later`."""
    techniques: dict[Key, str] = {}
    if pair.kind == "cookie_mode":
        techniques = {key: technique_of(unit, pair.after, knowledge) for key, unit in after.items()}
    for key in sorted({*before, *after}, key=lambda k: k.order):
        old, new = before.get(key), after.get(key)
        if old is not None and new is not None:
            if key in later and _tells(pair, old, new, knowledge):
                yield _change(pair, "kept", old, new, techniques.get(key, ""))
        elif new is not None:
            yield _change(pair, "added", None, new, techniques.get(key, ""))
        elif old is not None:
            heir = _heir(key, after, techniques)
            change = "gone" if heir is None else "replaced"
            yield _change(pair, change, old, heir, techniques.get(heir.key, "") if heir else "")


def _later(pair: Pair, sent: Sequence[Transmission]) -> Container[Key]:
    """The items whose going on says something: of a choice on consent, those sent after it, not those before only."""
    first: set[str] = set()
    if pair.kind == "consent":
        first = {x.request for x in pair.after.exchanges if x.consent_choice == "before"}
    return units(t for t in sent if t.request not in first)


def _tells(pair: Pair, old: Unit, new: Unit, knowledge: Knowledge) -> bool:
    """Whether it says something that an item is in both visits.

    An identifier that goes on although third-party cookies are blocked, or consent was refused; and, between two
    states of the visitor, one with the same value. An address that repeats a value (`dl?gclid`) is not told again
    of the states: the page was the same.
    """
    if not identifies(old.key.data_type, knowledge):
        return False
    if pair.kind == "consent":
        return pair.after.visit.consent is Consent.reject
    return pair.kind != "visitor" or ("?" not in old.key.item and bool(old.values & new.values))


def _heir(key: Key, after: dict[Key, Unit], techniques: dict[Key, str]) -> Unit | None:
    """The item by which the same kind of data still reaches the same receiver."""
    same = [u for k, u in after.items() if k.receiver == key.receiver and k.data_type == key.data_type]
    ranked = sorted(same, key=lambda u: (_TAKE_OVER.index(techniques.get(u.key, "")), u.key.order))
    return ranked[0] if ranked else None


def _change(pair: Pair, change: str, old: Unit | None, new: Unit | None, technique: str) -> Change:
    shown = old or new
    assert shown is not None
    summary = new.summary(pair.after) if new else ""
    if old and new and change == "replaced":
        summary = f"{new.key.item}: {summary}"
    if pair.kind == "visitor" and change == "kept":
        summary += ", a value sent before too"  # the same value in another state (item 1-6)
    return Change(
        kind=pair.kind,
        site=pair.before.visit.site,
        vendor=shown.key.vendor,
        recipient=shown.recipient,
        module=shown.key.module,
        data_type=shown.key.data_type,
        item=shown.key.item,
        before_visit=pair.before.visit.visit,
        after_visit=pair.after.visit.visit,
        before=old.summary(pair.before) if old else "",
        after=summary,
        change=change,
        technique=technique,
        evidence=tuple(sorted({*(old.references() if old else ()), *(new.references() if new else ())})),
    )
