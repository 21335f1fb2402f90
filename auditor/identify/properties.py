"""The four properties of an identifier, each with what shows it."""

from collections.abc import Iterable, Sequence

from auditor.identify.candidates import FOREVER, Candidate, Kept, VisitValues, place_of
from auditor.identify.following import Followed
from auditor.identify.model import Holder, HolderKind, Property
from auditor.identify.profiles import ANY_SITE, Profiles
from auditor.identify.randomness import ENOUGH_BITS, bits
from auditor.identify.times import epoch, is_time, moves_as_the_clock
from auditor.store.set_cookie import parse_cookie_header

MIN_DAYS = 30.0
"""A holder that keeps a value for less is no holder of an identifier.

The bound of the study that defined such cookies: `num_days=30` in github.com/citp/TheWebNeverForgets,
analysis/extract_cookie_ids.py (code of Acar et al., The Web Never Forgets, CCS 2014), read 2026-11.
"""

MAX_EVIDENCE = 10
_DAY_S = 86_400.0
_KEPT = (HolderKind.cookie, HolderKind.local_storage, HolderKind.indexeddb, HolderKind.http_cache)


def stays(values: VisitValues, candidate: Candidate, followed: Followed) -> Property:
    """Whether the value outlives the load of a page: sent in two loads, or kept with a lifetime and seen before."""
    visit = values.evidence.visit.visit
    if len(followed.loads) > 1:
        requests = tuple(followed.first_of[load] for load in sorted(followed.loads))
        shown = f"sent from {len(followed.loads)} page loads of one profile"
        return Property(holds=True, shown=shown, evidence=requests[:MAX_EVIDENCE])
    for holder, kept in candidate.holders.items():
        if not kept.stored or not kept.life_s or holder.kind not in _KEPT:
            continue
        if len(values.at[place_of(holder)]) > 1 and not _given_afresh(values, holder, kept):
            return Property(holds=False, shown="its holder had another value in the same visit", evidence=(visit,))
        seen = kept.set_at is not None or kept.prepared or followed.sent or followed.brought
        if seen:
            first = next(iter(followed.first_of.values()), visit)
            where = f"in the {holder.kind.value.replace('_', ' ')} at the end, and seen before"
            return Property(holds=True, shown=where, evidence=(first,))
    if any(kept.stored for kept in candidate.holders.values()):
        return Property(holds=None, shown="seen at one moment only", evidence=(visit,))
    if candidate.weak or followed.sent:
        return Property(holds=False, shown="sent in one page load only, kept nowhere", evidence=(visit,))
    return Property(holds=False, shown="seen at one moment only", evidence=(visit,))


def _given_afresh(values: VisitValues, holder: Holder, kept: Kept) -> bool:
    """Whether a cookie got its value when there was none, so that an earlier one does not say that values are changed.

    The answer that set it was to a request without it (of two answers at once the later wins), or a step of the
    journey had deleted it.
    """
    if kept.set_at is not None and holder.kind is HolderKind.cookie:
        before = {s.at for s in values.evidence.steps for c in s.cleared if c.name == holder.name}
        if any(at < kept.set_at for at in before):
            return True
    setter = next((e for e in values.evidence.exchanges if e.request == kept.set_by), None)
    if setter is None or holder.kind is not HolderKind.cookie:
        return False
    return all(name != holder.name for name, _ in parse_cookie_header(setter.request_header("cookie") or ""))


def differs(values: VisitValues, candidate: Candidate, profiles: Profiles) -> tuple[Property, bool]:
    """Whether the same holder has another value in another profile; and whether the value moves as the clock does.

    That the value itself is in no other profile is asked elsewhere.
    """
    visit = values.evidence.visit
    likest, differing = "", dict[str, None]()
    for what, others in profiles.others(values):
        for holder in ranked(candidate.holders):
            if what == ANY_SITE and holder.party == "first":
                continue
            for other in others:
                there = other.at.get(place_of(holder))
                if not there:
                    continue
                apart = (other.evidence.visit.started_at - visit.started_at).total_seconds()
                slack = 60.0 + (visit.duration_ms + other.evidence.visit.duration_ms) / 1000
                core = candidate.part.core
                if all(moves_as_the_clock(core, theirs, apart, slack) for theirs in there.values()):
                    return Property(holds=False, shown="a time, by the same holder elsewhere"), True
                differing[other.evidence.visit.visit] = None
        likest = likest or (what if differing else "")
    if not differing:
        return Property(holds=None, shown="no other profile has this holder", evidence=(visit.visit,)), False
    more = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
    shown = f"another value at the same place in {likest}{more}, this one in no other profile"
    return Property(holds=True, shown=shown, evidence=(visit.visit, *differing)[:MAX_EVIDENCE]), False


def all_distinct(holder: Holder, visits: Iterable[VisitValues]) -> bool | None:
    """Whether every profile that has the holder has a value of its own; None for fewer than three of them.

    Asked of ETags: servers behind one name may tag one file differently, but few enough to be met twice.
    """
    values = [value for v in visits for value in v.at.get(place_of(holder), ())]
    if len(set(values)) < len(values):
        return False
    return True if len(values) >= 3 else None


def random(candidate: Candidate, around: float) -> Property:
    """Whether the value holds enough chance to single out a browser."""
    text = candidate.part.text
    if is_time(text, around):
        return Property(holds=False, shown="its value is a time")
    found = bits(text)
    shown = f"about {found:.0f} bits by its length and signs, {ENOUGH_BITS:.0f} are enough"
    return Property(holds=found >= ENOUGH_BITS and not candidate.weak, shown=shown)


def lives(candidate: Candidate) -> tuple[Property, float | None]:
    """Whether a holder keeps it MIN_DAYS or more, and the days of the longest (None: without end, or not told)."""
    told = {h: k.life_s for h, k in candidate.holders.items() if k.life_s is not None}
    if not told:
        return Property(holds=None, shown="kept nowhere that was seen"), None
    best = max(told, key=lambda h: (told[h], h.kind))
    life = told[best]
    kind = best.kind.value.replace("_", " ")
    if life == FOREVER:
        return Property(holds=True, shown=f"{kind} keeps it without end"), None
    if life <= 0:
        return Property(holds=False, shown=f"{kind} keeps it for the session only"), 0.0
    # The jar counts from the answer's last byte: a moment less than was asked for.
    days = round(life / _DAY_S, 2)
    shown = f"{kind} keeps it {days:g} days, {MIN_DAYS:.0f} are enough"
    return Property(holds=days >= MIN_DAYS, shown=shown), days


def _rank(holder: Holder) -> tuple[int, str, str, str]:
    return list(HolderKind).index(holder.kind), holder.place, holder.name, holder.part


def ranked(holders: Iterable[Holder]) -> Sequence[Holder]:
    """Holders, those that keep longest first."""
    return sorted(holders, key=_rank)


def around_of(values: VisitValues) -> float:
    """When the visit was."""
    return epoch(values.evidence.visit.started_at)
