"""The matrix of item 5-2: who keeps hold of a browser by which technique, at which site, in how many visits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from auditor.compare.by_interface import by_signals, fingerprints
from auditor.compare.by_route import bounces, caches, own_host_scripts, server_hints
from auditor.compare.by_value import Found, by_identifiers, by_leaks, by_transmissions, by_visit
from auditor.compare.change import TechniqueUse
from auditor.compare.described import all_techniques
from auditor.compare.sighting import SHOWN, Sighting
from auditor.compare.units import MAX_EVIDENCE
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.evidence import CookieMode, Outcome, VisitEvidence, VisitKind
from auditor.identify import Identified


@dataclass(slots=True)
class _Use:
    """What was seen of one technique, of one company, at one site: by visit."""

    vendor: str | None
    seen: dict[str, list[Sighting]] = field(default_factory=dict)

    def add(self, visit: str, sighting: Sighting) -> None:
        self.seen.setdefault(visit, []).append(sighting)


def technique_uses(
    visits: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    knowledge: Knowledge,
    identified: Identified,
) -> tuple[TechniqueUse, ...]:
    """One row for each vendor (or recipient), technique and site; only complete visits of audits and imports count.

    A row is `shown` when the traffic of one visit shows it; then hints at the same are left out of it. `items`,
    counts and evidence are of what is shown, or of the hints. The order is by site, technique (as in techniques.yaml),
    vendor and recipient.
    """
    counted = [
        v
        for v in visits
        if v.visit.outcome is Outcome.complete and v.visit.kind in (VisitKind.audit, VisitKind.imported)
    ]
    by_name = {v.visit.visit: v for v in counted}
    sent: dict[str, list[Transmission]] = {}
    for t in transmissions:
        if t.visit in by_name:
            sent.setdefault(t.visit, []).append(t)
    uses: dict[tuple[str, str, str], _Use] = {}
    for visit, sighting in _sightings(counted, sent, knowledge, identified):
        receiver = sighting.vendor or sighting.recipient
        place = (by_name[visit].visit.site, sighting.technique, receiver)
        uses.setdefault(place, _Use(sighting.vendor)).add(visit, sighting)
    ranks = {t.technique: n for n, t in enumerate(all_techniques())}
    ordered = sorted(uses.items(), key=lambda u: (u[0][0], ranks[u[0][1]], u[0][2]))
    return tuple(_row(site, technique, use, counted) for (site, technique, _), use in ordered)


def _sightings(
    visits: Sequence[VisitEvidence],
    sent: dict[str, list[Transmission]],
    knowledge: Knowledge,
    identified: Identified,
) -> Iterator[tuple[str, Sighting]]:
    identifiers = by_visit(identified)
    for evidence in visits:
        name = evidence.visit.visit
        own = sent.get(name, [])
        known = identifiers.get(name, Found())
        for found in (
            by_transmissions(evidence, own, known, knowledge),
            by_identifiers(evidence, own, known, knowledge),
            by_leaks(known),
            by_signals(evidence, knowledge),
            bounces(evidence, known, knowledge),
            server_hints(evidence, own, knowledge),
            own_host_scripts(evidence, knowledge),
        ):
            yield from ((name, sighting) for sighting in found)
    yield from caches(visits, knowledge)
    yield from fingerprints(visits, sent, knowledge)


def _row(site: str, technique: str, use: _Use, visits: Iterable[VisitEvidence]) -> TechniqueUse:
    shown = any(s.strength == SHOWN for own in use.seen.values() for s in own)
    strength = SHOWN if shown else "hint"
    kept = {visit: [s for s in own if s.strength == strength] for visit, own in use.seen.items()}
    kept = {visit: own for visit, own in kept.items() if own}
    here = [v.visit for v in visits if v.visit.site == site]
    modes = {mode: [v.visit for v in here if v.cookie_mode is mode] for mode in CookieMode}
    blocked = modes[CookieMode.blocked]
    # The first request of each visit, those with cookies blocked before the others, then the second of each, ...
    requests = {visit: sorted({s.request for s in own if s.request}) for visit, own in kept.items()}
    ranked = sorted((n, visit not in blocked, visit, r) for visit, own in requests.items() for n, r in enumerate(own))
    evidence = [f"{visit}/{request}" for _, _, visit, request in ranked[:MAX_EVIDENCE]]
    evidence.sort(key=lambda e: (e.partition("/")[0] not in blocked, e))
    return TechniqueUse(
        vendor=use.vendor,
        recipient=", ".join(sorted({s.recipient for own in kept.values() for s in own})),
        technique=technique,
        strength=strength,
        site=site,
        items=tuple(sorted({s.item for own in kept.values() for s in own})),
        allowed_in=len(kept.keys() & set(modes[CookieMode.allowed])),
        allowed_of=len(modes[CookieMode.allowed]),
        blocked_in=len(kept.keys() & set(blocked)),
        blocked_of=len(blocked),
        evidence=tuple(evidence),
    )
