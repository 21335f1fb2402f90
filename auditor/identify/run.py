"""All identifiers of a run, where they went, and what came of them: a pure function of its visits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.decode import Knowledge, Transmission
from auditor.evidence import VisitEvidence, VisitKind
from auditor.identify.birth import born
from auditor.identify.candidates import Candidate, VisitValues, place_of, values_of
from auditor.identify.crossing import crossing
from auditor.identify.following import Followed, Receivers, flows_of, follow, named_only
from auditor.identify.loads import loads_of
from auditor.identify.model import (
    Flow,
    Holder,
    HolderKind,
    Identified,
    Identifier,
    IdentifierKind,
    Property,
    Respawn,
    Sync,
    Tie,
)
from auditor.identify.profiles import Profiles
from auditor.identify.properties import MAX_EVIDENCE, all_distinct, around_of, differs, lives, random, ranked, stays
from auditor.identify.randomness import bits
from auditor.identify.respawns import respawns_of
from auditor.identify.syncs import syncs_of
from auditor.identify.ties import ties_of
from auditor.scenario import Scenario

SAME = "the same in every profile"


@dataclass
class _Judged:
    """One value of one visit with its four properties."""

    values: VisitValues
    candidate: Candidate
    followed: Followed
    stays: Property
    differs: Property
    random: Property
    lives: Property
    lives_days: float | None
    platform: str | None = None
    flows: list[Flow] = field(default_factory=list)


def identify_run(
    visits: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    knowledge: Knowledge,
    scenario: Scenario | None,
) -> Identified:
    """The identifiers, synchronisations and respawns of a run; `leaks` stays empty.

    Each visit is a profile of its own, except those of a recording. `browser` is said only of a value that stays,
    differs between profiles, is random enough and lives long enough; `account` only of one that all profiles of one
    platform's account have and no other. What lacks a proof is `unproven`, and is kept where a vendor file calls it
    an identifier, or where nothing that could be told speaks against it.
    """
    sent: dict[str, list[Transmission]] = {}
    for t in transmissions:
        sent.setdefault(t.visit, []).append(t)
    audited = [v for v in visits if v.visit.kind in (VisitKind.audit, VisitKind.imported)]
    values = [values_of(v, sent.get(v.visit.visit, ()), knowledge) for v in audited]
    profiles = Profiles(values)
    strong = sorted({text for v in values for text, c in v.candidates.items() if not c.weak})
    elsewhere = crossing(audited, strong)
    for own in values:
        # Kept encoded, the same part stands in no other visit as it is: it is in what was cut into parts.
        for text in own.candidates:
            if text in elsewhere:
                elsewhere[text].add(own.evidence.visit.visit)
    found: dict[str, list[_Judged]] = {}
    syncs: list[Sync] = []
    ties: dict[str, list[Tie]] = {}
    respawns: list[Respawn] = []
    wanted = [_Wanted(own, profiles, elsewhere) for own in values]
    cut_off: Counter[str] = Counter()
    all_hits = follow([(w.own.evidence, w.looked_for) for w in wanted], cut_off)
    for want, hits in zip(wanted, all_hits, strict=True):
        own = want.own
        receivers = Receivers(own.evidence, sent.get(own.evidence.visit.visit, ()), knowledge)
        judged = _judge_visit(want, hits, profiles, receivers)
        for item in judged:
            value = item.candidate.part.text
            found.setdefault(value, []).append(item)
            if not _identifies(item):
                continue
            if item.differs.holds is not None or item.candidate.data_types:
                # Without another profile any constant that a script hands on would pass for an identifier.
                syncs += syncs_of(value, own.evidence, item.candidate, item.followed, receivers, knowledge)
            if _kind(item) is IdentifierKind.browser:
                ties.setdefault(value, []).extend(ties_of(own.evidence, item.followed, scenario, knowledge))
        back = {j.candidate.part.text: j for j in judged if _identifies(j)}
        respawns += respawns_of(
            own.evidence,
            {v: j.candidate for v, j in back.items()},
            {v: j.followed for v, j in back.items()},
        )
    identifiers = [_identifier(value, items, ties.get(value, [])) for value, items in sorted(found.items())]
    return Identified(
        identifiers=tuple(identifiers),
        syncs=tuple(syncs),
        respawns=tuple(respawns),
        cut_off={visit: n for visit, n in sorted(cut_off.items()) if n},
    )


class _Wanted:
    """Which values of a visit are looked for: those of no other profile, of an account, or named by a vendor file."""

    def __init__(self, own: VisitValues, profiles: Profiles, elsewhere: Mapping[str, set[str]]) -> None:
        self.own = own
        self.looked_for: list[str] = []
        self.accounts: dict[str, str | None] = {}
        self.others: dict[str, set[str]] = {}
        visit = own.evidence.visit.visit
        for text, candidate in own.candidates.items():
            if candidate.weak:
                continue
            others = self.others[text] = elsewhere[text] - {visit}
            if others and not _recording(own):
                self.accounts[text] = profiles.account_of(others | {visit})
            if not others or _recording(own) or self.accounts.get(text) or candidate.data_types:
                self.looked_for.append(text)


def _judge_visit(
    want: _Wanted, hits: Mapping[str, Followed], profiles: Profiles, receivers: Receivers
) -> list[_Judged]:
    """The values of one visit that are identifiers or named as such."""
    own = want.own
    judged: list[_Judged] = []
    loads = loads_of(own.evidence)
    for text, candidate in own.candidates.items():
        if candidate.weak:
            followed = named_only(candidate.named_in, receivers.exchanges, loads)
        elif text in hits:
            followed = hits[text]
        else:
            continue
        others = want.others.get(text, set())
        if item := _judge(own, candidate, followed, profiles, others, want.accounts.get(text)):
            item.flows = flows_of(followed, own.evidence, receivers)
            if _worth_telling(item):
                judged.append(item)
    return _without_companions(judged)


def _judge(
    own: VisitValues,
    candidate: Candidate,
    followed: Followed,
    profiles: Profiles,
    others: set[str],
    platform: str | None,
) -> _Judged | None:
    """The properties of a value; None for one that another profile shows to be a time."""
    visit = own.evidence.visit.visit
    unlike, is_time = differs(own, candidate, profiles)
    if is_time and not candidate.data_types:
        return None
    if _recording(own):
        unlike = Property(holds=None, shown="recordings do not tell which profiles they are of", evidence=(visit,))
    elif others:
        shown = f"the same value in {len(others)} other profile" + ("s" if len(others) > 1 else "")
        unlike = Property(holds=False, shown=shown, evidence=(visit, *sorted(others))[:MAX_EVIDENCE])
    elif candidate.weak and unlike.holds:
        holders = [place_of(h) for h in candidate.holders]
        text = candidate.part.text
        same = [v for v in profiles.by_id if v != visit and _has(profiles.by_id[v], holders, text)]
        if same:
            evidence = (visit, *same)[:MAX_EVIDENCE]
            unlike = Property(holds=False, shown="the same value in other profiles", evidence=evidence)
    if unlike.holds and all(h.kind is HolderKind.http_cache for h in candidate.holders):
        all_visits = [own, *(v for _, some in profiles.others(own) for v in some)]
        distinct = [all_distinct(h, all_visits) for h in candidate.holders]
        if not all(distinct):
            holds = False if False in distinct else None
            unlike = Property(holds=holds, shown="the tag may be of one server's copy of the file", evidence=(visit,))
    living, days = lives(candidate)
    return _Judged(
        values=own,
        candidate=candidate,
        followed=followed,
        stays=stays(own, candidate, followed),
        differs=unlike,
        random=random(candidate, around_of(own)),
        lives=living,
        lives_days=days,
        platform=platform,
    )


def _has(values: VisitValues, holders: Sequence[tuple[HolderKind, str, str, str]], text: str) -> bool:
    return any(text in values.at.get(place, ()) for place in holders)


def _recording(values: VisitValues) -> bool:
    return values.evidence.visit.kind is VisitKind.imported


def _prepared(item: _Judged) -> bool:
    return any(kept.prepared for kept in item.candidate.holders.values())


def _kind(item: _Judged) -> IdentifierKind:
    """What the visit proves of a value."""
    if item.platform is not None and item.random.holds:
        # Profiles started from one kept state have all its cookies: only a vendor file tells which are the account's.
        if not _prepared(item) or "account_id" in item.candidate.data_types:
            return IdentifierKind.account
        return IdentifierKind.unproven
    if all(p.holds for p in (item.stays, item.differs, item.random, item.lives)):
        return IdentifierKind.browser
    return IdentifierKind.unproven


def _identifies(item: _Judged) -> bool:
    """Whether a value may be an identifier for all that could be told, of its life left aside."""
    shared = item.differs.holds is False and item.platform is None
    return bool(item.random.holds) and not shared and item.stays.holds is not False


def _worth_telling(item: _Judged) -> bool:
    """Whether a value is an identifier, is named as one, or may be one for all that could be told."""
    if _kind(item) is not IdentifierKind.unproven:
        return True
    if item.candidate.data_types:
        # Made anew for one page load and kept nowhere, as a cookie that the browser refuses: no one is known by it.
        stored = any(kept.stored for kept in item.candidate.holders.values())
        return stored or bool(item.flows and (item.stays.holds is not False or item.differs.holds is False))
    if item.platform is not None:
        return bool(item.random.holds)
    told = (item.differs, item.lives)
    return bool(item.stays.holds and item.random.holds and item.flows) and all(p.holds is not False for p in told)


def _without_companions(judged: Sequence[_Judged]) -> list[_Judged]:
    """Of two parts of one value that always go together and have no names of their own, the more random one."""
    kept: list[_Judged] = []
    for item in sorted(judged, key=lambda j: (-bits(j.candidate.part.text), j.candidate.part.text)):
        requests = {h.exchange.request for h in item.followed.sent}
        bases = {(h.kind, h.place, h.name) for h in item.candidate.holders}
        if item.candidate.part.named or not any(
            not k.candidate.part.named
            and bases <= {(h.kind, h.place, h.name) for h in k.candidate.holders}
            and requests <= {h.exchange.request for h in k.followed.sent}
            for k in kept
        ):
            kept.append(item)
    return kept


def _identifier(value: str, items: Sequence[_Judged], ties: Iterable[Tie]) -> Identifier:
    """One value of all its visits: of each property what holds in any of them, differs excepted."""
    first = max(items, key=lambda j: (_kind(j) is not IdentifierKind.unproven, bool(j.flows)))
    kind = _kind(first)
    holders = {h for j in items for h in _holders(j)}
    days = [j.lives_days for j in items if j.lives_days is not None]
    endless = any(j.lives.holds and j.lives_days is None for j in items)
    return Identifier(
        value=value,
        kind=kind,
        reason=_reason(first) if kind is IdentifierKind.unproven else "",
        data_types=tuple(sorted({d for j in items for d in j.candidate.data_types})),
        holders=tuple(ranked(holders)),
        born=born(first.values.evidence, first.candidate, first.followed),
        stays=first.stays,
        differs=first.differs,
        random=first.random,
        lives=first.lives,
        lives_days=None if endless or not days else max(days),
        flows=tuple(f for j in items for f in j.flows),
        ties=tuple(ties),
    )


def _holders(item: _Judged) -> set[Holder]:
    """Where the value was kept in truth: a cookie that was refused, and never sent, kept nothing."""
    sent = {hit.name for hit in item.followed.sent if hit.carrier == "cookie"}
    holders = item.candidate.holders
    kept = {h for h in holders if h.kind is not HolderKind.cookie or holders[h].stored or h.name in sent}
    return kept or set(holders)


def _reason(item: _Judged) -> str:
    """Why it is unproven, the weightiest reason first."""
    if item.platform is not None:
        return "came with the kept state that all these profiles started from"
    if item.random.holds is False:
        return item.random.shown
    if item.differs.holds is False:
        return SAME if not item.differs.shown.startswith("a time") else item.differs.shown
    for words, held in (
        ("not seen to stay", item.stays),
        ("not kept long", item.lives),
        ("no other profile to hold it against", item.differs),
    ):
        if held.holds is False:
            return f"{words}: {held.shown}"
    for held in (item.differs, item.stays, item.lives):
        if held.holds is None:
            return held.shown
    return "a part of the proof is missing"
