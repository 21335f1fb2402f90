"""The report's first screen: what was visited, what was found, and as plainly what could not be seen."""

from collections import Counter
from dataclasses import dataclass

from auditor.check.finding import Verdict
from auditor.domains import site_of
from auditor.evidence import Actor, Exchange, Outcome, Phase, Visit, VisitKind
from auditor.report.html.parts import Capped, capped, is_complete, site_ids
from auditor.report.inputs import CanaryRow, RunResult
from auditor.report.masking import Masker
from auditor.report.rows.visited import party, visit_sites
from auditor.scenario import matrix


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
class Summary:
    """The first screen."""

    sites: int
    total: int
    complete: int
    recipients: int
    verdicts: tuple[tuple[str, int], ...]
    outcomes: tuple[tuple[str, int], ...]
    unmeasured: Capped[Unmeasured]
    not_made: Capped[str]
    canary: tuple[CanaryRow, ...]
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
    return Summary(
        sites=len(site_ids(result)),
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
        gaps=capped(_gaps(result, masker), 50, "coverage.csv"),
        no_disclosure=tuple(dict.fromkeys(d.site or d.address for d in result.disclosures if not d.found)),
    )


def third_parties(result: RunResult) -> frozenset[str]:
    """Registrable domains other than the page's own that received a request of the page's."""
    found = set()
    for evidence in result.audited():
        sites = visit_sites(evidence.visit)
        found |= {site_of(x.url) for x in evidence.exchanges if page_traffic(x) and party(x, sites) == "third"}
    return frozenset(found - {""})


@dataclass(frozen=True)
class Control:
    """The blank pages: how often anything but the browser itself sent from them to others."""

    sent: int
    complete: bool


def control(result: RunResult) -> Control | None:
    """The negative control; None when the run made none."""
    blank = [v for v in result.visits if v.visit.kind is VisitKind.control]
    if not blank:
        return None
    sent = sum(page_traffic(x) and party(x, visit_sites(v.visit)) == "third" for v in blank for x in v.exchanges)
    return Control(sent, all(map(is_complete, blank)))


def page_traffic(exchange: Exchange) -> bool:
    """Whether an exchange is the audited page's: not the browser's own, not of the login before it."""
    return exchange.attributed_to is not Actor.browser and exchange.phase is not Phase.prepare


def _not_made(result: RunResult) -> list[str]:
    if result.scenario is None:
        return []
    made = {v.visit.visit for v in result.visits}
    return [planned.visit for planned in matrix(result.scenario) if planned.visit not in made]


def _gaps(result: RunResult, masker: Masker) -> list[Gap]:
    """Rows with the same sensor and reason become one; rows that miss nothing and give no reason are left out."""
    sums: dict[tuple[str, str], list[int]] = {}
    visits: dict[tuple[str, str], set[str]] = {}
    for row in result.visit_coverage():
        c = row.coverage
        missed = (c.proxy_only, c.browser_only, c.undecoded, c.skipped)
        if not any(missed) and not c.reason:
            continue
        key = (c.sensor, masker.guard(c.reason))
        sums[key] = [a + b for a, b in zip(sums.get(key, [0, 0, 0, 0]), missed, strict=True)]
        visits.setdefault(key, set()).add(row.visit)
    return [
        Gap(sensor, proxy_only, browser_only, undecoded, skipped, len(visits[sensor, reason]), reason)
        for (sensor, reason), (proxy_only, browser_only, undecoded, skipped) in sums.items()
    ]
