"""All rules over a site, and over all sites of a run."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta, timezone

from auditor.check.accounts import account_bound
from auditor.check.contents import uncovered, unstated
from auditor.check.declared import Declared
from auditor.check.finding import Finding
from auditor.check.observed import observe
from auditor.check.presence import undisclosed
from auditor.check.recipients import misnamed, stale, unlisted
from auditor.check.rules import RuleBook, Writer, load_rules
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.disclosures.model import Disclosure
from auditor.evidence import VisitEvidence
from auditor.scenario import Site

# The law is Japan's: the day a rule is in force is a day in Japan.
_JAPAN = timezone(timedelta(hours=9))


def check_site(
    site: Site,
    visits: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    disclosure: Disclosure | None,
    knowledge: Knowledge,
    rules: RuleBook | None = None,
) -> tuple[Finding, ...]:
    """What the observed says against the declared (電気通信事業法 27条の12; DOMAIN.md A.4), one finding a statement.

    Visits and transmissions of other sites may be among those given; only complete visits count, and a site
    without any gives no finding about what is absent. `disclosure` is None when none was read. The rules are
    those in force on the day of the site's last visit. A finding is one for each rule, vendor (or recipient)
    and data type, over all visits; the order is by rule, vendor, recipient, data type.
    """
    book = rules or load_rules()
    observed = observe(site, visits, transmissions, knowledge)
    writer = Writer(site, book, _day(site, visits))
    found: list[Finding | None] = [undisclosed(site, observed, disclosure, writer)]
    if disclosure is not None and disclosure.found:
        declared = Declared(disclosure, knowledge)
        found += unlisted(observed, declared, knowledge, writer)
        found += misnamed(observed, declared, knowledge, writer)
        found += unstated(observed, declared, writer)
        found += uncovered(observed, declared, knowledge, writer)
        found += stale(site, observed, declared, knowledge, writer)
    found += account_bound(observed, knowledge, writer)
    kept = [finding for finding in found if finding is not None]
    return tuple(sorted(kept, key=lambda f: (f.rule, f.vendor or "", f.recipient, f.data_type or "", f.finding)))


def check_run(
    sites: Iterable[Site],
    visits: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    disclosures: Mapping[str, Disclosure | None],
    knowledge: Knowledge,
    rules: RuleBook | None = None,
) -> tuple[Finding, ...]:
    """`check_site` for each site, in the scenario's order. `disclosures` is by site id."""
    by_site: dict[str, list[VisitEvidence]] = {}
    site_of_visit: dict[str, str] = {}
    for evidence in visits:
        by_site.setdefault(evidence.visit.site, []).append(evidence)
        site_of_visit[evidence.visit.visit] = evidence.visit.site
    sent: dict[str, list[Transmission]] = {}
    for transmission in transmissions:
        sent.setdefault(site_of_visit.get(transmission.visit, ""), []).append(transmission)
    found: list[Finding] = []
    for site in sites:
        mine = by_site.get(site.id, [])
        found += check_site(site, mine, sent.get(site.id, []), disclosures.get(site.id), knowledge, rules)
    return tuple(found)


def _day(site: Site, visits: Iterable[VisitEvidence]) -> date:
    """The day of the site's last visit, in Japan; the far future when there is none (the newest rules)."""
    days = [v.visit.started_at.astimezone(_JAPAN).date() for v in visits if v.visit.site == site.id]
    return max(days, default=date(9999, 12, 31))
