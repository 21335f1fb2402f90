"""The report's first screen: what was visited, what was found, and as plainly what could not be seen."""

import re
from collections import Counter
from dataclasses import dataclass

from auditor.check.finding import Verdict
from auditor.domains import site_of
from auditor.evidence import Consent, CookieMode, Outcome, Visit, VisitKind, Visitor
from auditor.report.html.parts import Capped, capped, is_complete, operators_domains, site_ids
from auditor.report.inputs import CanaryRow, RunResult
from auditor.report.masking import Masker
from auditor.report.rows.visited import party, visit_sites
from auditor.scenario import matrix

MISSED = ("proxy_only", "browser_only", "undecoded", "skipped")
CANARY_SITE = "canary"
_COUNTED = re.compile(r" \([0-9]+\)$")


@dataclass(frozen=True)
class Unmeasured:
    """A visit that is not complete, and why."""

    visit: Visit
    reason: str


@dataclass(frozen=True)
class Gap:
    """What one sensor missed for one reason, over all visits."""

    sensor: str
    proxy_only: int
    browser_only: int
    undecoded: int
    skipped: int
    visits: int
    reason: str


@dataclass(frozen=True)
class Conditions:
    """Under which conditions the sites were visited: each visitor state with its platforms, modes and consents."""

    visitors: tuple[tuple[str, tuple[str, ...]], ...]
    modes: tuple[str, ...]
    consents: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """The first screen."""

    sites: int
    conditions: Conditions
    total: int
    complete: int
    recipients: int
    verdicts: tuple[tuple[str, int], ...]
    outcomes: tuple[tuple[str, int], ...]
    unmeasured: Capped[Unmeasured]
    not_made: Capped[str]
    canary: tuple[CanaryRow, ...]
    tests: int
    missed: tuple[tuple[str, int], ...]
    gaps: Capped[Gap]
    no_disclosure: tuple[str, ...]

    @property
    def unseen(self) -> bool:
        """Whether there is anything to say about what could not be seen."""
        lists = (self.unmeasured.shown, self.not_made.shown, self.canary, self.gaps.shown, self.no_disclosure)
        return any(lists)


def summary(result: RunResult, masker: Masker) -> Summary:
    """Counts and gaps of the run."""
    audited = result.audited()
    verdicts = Counter(f.verdict for f in result.findings)
    outcomes = Counter(v.visit.outcome for v in audited)
    gaps = _gaps(result, masker)
    return Summary(
        sites=len(site_ids(result)),
        conditions=_conditions(result),
        total=len(audited),
        complete=outcomes[Outcome.complete],
        recipients=len(third_parties(result)),
        verdicts=tuple((v.value, verdicts[v]) for v in Verdict),
        outcomes=tuple((o.value, outcomes[o]) for o in Outcome),
        unmeasured=capped(
            (Unmeasured(v.visit, masker.guard(v.visit.reason)) for v in result.visits if not is_complete(v)),
            50,
            "visits.csv",
        ),
        not_made=capped(_not_made(result), 50, "visits.csv"),
        canary=tuple(row for row in result.facts.canary if not row.holds),
        tests=len(result.facts.canary),
        missed=tuple((name, sum(getattr(g, name) for g in gaps)) for name in MISSED),
        gaps=capped(gaps, 50, "coverage.csv"),
        no_disclosure=tuple(dict.fromkeys(d.site or d.address for d in result.disclosures if not d.found)),
    )


def third_parties(result: RunResult) -> frozenset[str]:
    """Registrable domains other than the page's and its operator's own that received a request of the page's."""
    found = set()
    for evidence in result.audited():
        sites = visit_sites(evidence.visit)
        own = operators_domains(result, evidence.visit.site)
        found |= {site_of(x.url) for x in evidence.exchanges if x.of_page and party(x, sites) == "third"} - own
    return frozenset(found - {""})


@dataclass(frozen=True)
class Control:
    """The blank pages: how often anything but the browser itself sent from them to others."""

    sent: int
    complete: bool


def control(result: RunResult) -> Control | None:
    """The negative control; None when the run made none. The self-test's own pages send on purpose."""
    blank = [v for v in result.visits if v.visit.kind is VisitKind.control and v.visit.site != CANARY_SITE]
    if not blank:
        return None
    sent = sum(x.of_page and party(x, visit_sites(v.visit)) == "third" for v in blank for x in v.exchanges)
    return Control(sent, all(map(is_complete, blank)))


def _not_made(result: RunResult) -> list[str]:
    if result.scenario is None:
        return []
    made = {v.visit.visit for v in result.visits}
    return [planned.visit for planned in matrix(result.scenario) if planned.visit not in made]


def _gaps(result: RunResult, masker: Masker) -> list[Gap]:
    """By sensor and cause, the most frequent first; rows that miss nothing and give no reason are left out.

    A row without numbers may give several causes, of which each is one. The counts some causes end with are left
    out: they would make the same cause many.
    """
    sums: dict[tuple[str, str], list[int]] = {}
    visits: dict[tuple[str, str], set[str]] = {}
    for row in result.visit_coverage():
        c = row.coverage
        missed = [getattr(c, name) for name in MISSED]
        if not any(missed) and not c.reason:
            continue
        causes = sorted({_COUNTED.sub("", cause) for cause in c.reason.split("; ")})
        for cause in ["; ".join(causes)] if any(missed) else causes:
            key = (c.sensor, masker.guard(cause))
            sums[key] = [a + b for a, b in zip(sums.get(key, [0, 0, 0, 0]), missed, strict=True)]
            visits.setdefault(key, set()).add(row.visit)
    gaps = [
        Gap(sensor, proxy_only, browser_only, undecoded, skipped, len(visits[sensor, reason]), reason)
        for (sensor, reason), (proxy_only, browser_only, undecoded, skipped) in sums.items()
    ]
    return sorted(gaps, key=lambda g: (-g.browser_only, -g.undecoded, -g.proxy_only, -g.skipped, -g.visits))


def _conditions(result: RunResult) -> Conditions:
    audited = [v.visit for v in result.audited()]
    states: dict[str, dict[str, None]] = {s.value: {} for s in Visitor if any(v.visitor is s for v in audited)}
    platforms = result.scenario.platforms if result.scenario else {}
    for v in audited:
        if v.platform:
            known = platforms.get(v.platform)
            states[v.visitor.value][(known.name if known else "") or v.platform] = None
    return Conditions(
        visitors=tuple((state, tuple(names)) for state, names in states.items()),
        modes=tuple(m.value for m in CookieMode if any(v.cookie_mode is m for v in audited)),
        consents=tuple(c.value for c in Consent if any(v.consent is c for v in audited)),
    )
