"""All rules over a site, and over all sites of a run: findings, and the result of each rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta, timezone
from enum import Flag, auto
from typing import NamedTuple

from auditor.check.assessment import Assessment
from auditor.check.consent import before_consent
from auditor.check.declared import Declared
from auditor.check.delegated import delegated_links
from auditor.check.exemptions import necessary, own_equipment
from auditor.check.finding import Finding
from auditor.check.listing import (
    all_seen,
    contact_data,
    content_covers,
    current_names,
    listed,
    named,
    presence,
    service,
    visitor_states,
)
from auditor.check.matter import Check, Matter, Said
from auditor.check.observed import Observed, observe
from auditor.check.onward import passed_on
from auditor.check.opting_out import opt_out_works, seven_items
from auditor.check.plainness import in_japanese, plain_words, readable, vague_words
from auditor.check.platform import judge_platforms
from auditor.check.purposes import both_purposes, merged
from auditor.check.reaching import app_screen, beforehand, notice, within_reach
from auditor.check.rules import RuleBook, load_rules
from auditor.check.standing import RowStanding, SentStanding, Standings, standings
from auditor.check.stating import content_stated, purpose_stated
from auditor.check.tag_owners import platform_rules
from auditor.check.writer import Writer
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.disclosures.model import Disclosure
from auditor.evidence import VisitEvidence, VisitKind
from auditor.scenario import Site

# The law is Japan's: the day a rule is in force is a day in Japan.
_JAPAN = timezone(timedelta(hours=9))


class Needs(Flag):
    """Without which a rule is not asked: a complete visit, a disclosure that was read, something sent to others."""

    nothing = 0
    visits = auto()
    page = auto()
    sending = auto()


_BOTH = Needs.visits | Needs.page
_ALL = _BOTH | Needs.sending

CHECKS: Mapping[str, tuple[Needs, Check]] = {
    "JP-00": (Needs.nothing, service),
    "JP-01": (Needs.visits, presence),
    "JP-02": (_ALL, within_reach),
    "JP-03": (_ALL, listed),
    "JP-04": (_BOTH, merged),
    "JP-05": (Needs.page, named),
    "JP-06": (Needs.page, current_names),
    "JP-07": (Needs.page, content_stated),
    "JP-08": (_ALL, content_covers),
    "JP-09": (_BOTH, vague_words),
    "JP-10": (_BOTH, purpose_stated),
    "JP-11": (_BOTH, both_purposes),
    "JP-12": (_BOTH, in_japanese),
    "JP-13": (_BOTH, plain_words),
    "JP-14": (_BOTH, readable),
    "JP-15": (Needs.visits | Needs.sending, beforehand),
    "JP-16": (Needs.visits | Needs.sending, notice),
    "JP-17": (Needs.visits | Needs.sending, before_consent),
    "JP-18": (_BOTH, seven_items),
    "JP-19": (Needs.visits, opt_out_works),
    "JP-20": (_BOTH, own_equipment),
    "JP-21": (Needs.visits | Needs.sending, necessary),
    "JP-22": (_BOTH, all_seen),
    "JP-23": (_BOTH, delegated_links),
    "JP-24": (Needs.visits, app_screen),
    "JP-25": (Needs.visits, visitor_states),
    "JP-26": (_ALL, contact_data),
    "JP-27": (_ALL, passed_on),
    "JP-28": (_ALL, platform_rules),
}


class Judgement(NamedTuple):
    """Findings in the order rule, vendor, recipient, data type; assessments in the order of the rules."""

    findings: tuple[Finding, ...]
    assessments: tuple[Assessment, ...]
    platforms: tuple[Assessment, ...] = ()  # of platforms' own declarations, items 3-1 to 3-4
    standings: Standings = Standings((), ())


def judge_site(
    site: Site,
    visits: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    disclosure: Disclosure | None,
    knowledge: Knowledge,
    rules: RuleBook | None = None,
    without_steps: Observed | None = None,
) -> Judgement:
    """What the observed says against the declared (電気通信事業法 27条の12; DOMAIN.md A.4), and each rule's result.

    Visits and transmissions of other sites may be among those given; only complete visits count, and a site
    without any gives no finding about what is absent. `disclosure` is None when none was read. The rules are
    those in force on the day of the site's last visit. A finding is one for each rule, vendor (or recipient)
    and data type, over all visits. `without_steps` is the same page as seen without the site's `before` steps.
    """
    m = matter_of(site, visits, transmissions, disclosure, knowledge, rules, without_steps)
    findings: list[Finding] = []
    assessments: list[Assessment] = []
    for rule, (needs, check) in CHECKS.items():
        said = _lacking(m, needs) or check(m)
        findings += said.findings
        if said.findings:
            assessments.append(m.writer.of_findings(rule, said.findings))
        else:
            assessments.append(m.writer.outcome(rule, said.outcome, said.words))
    platforms = judge_platforms(m)
    findings += platforms.findings
    findings.sort(key=lambda f: (f.rule, f.vendor or "", f.recipient, f.data_type or "", f.finding))
    return Judgement(tuple(findings), tuple(assessments), platforms.assessments, standings(m))


def matter_of(
    site: Site,
    visits: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    disclosure: Disclosure | None,
    knowledge: Knowledge,
    rules: RuleBook | None = None,
    without_steps: Observed | None = None,
) -> Matter:
    """All that the rules look at, put together."""
    observed = observe(site, visits, transmissions, knowledge)
    own = tuple(v for v in visits if v.visit.site == site.id)
    writer = Writer(site, rules or load_rules(), _day(site, visits), observed, _page_ids(own, disclosure))
    declared = Declared(disclosure, knowledge) if disclosure is not None and disclosure.found else None
    return Matter(site, own, observed, disclosure, declared, knowledge, writer, without_steps)


def _page_ids(visits: Iterable[VisitEvidence], disclosure: Disclosure | None) -> tuple[str, ...]:
    """The exchange that brought the disclosure's page, where a visit to it was made."""
    address = disclosure.address.partition("#")[0] if disclosure is not None else ""
    for evidence in visits:
        if evidence.visit.kind is VisitKind.disclosure:
            for exchange in evidence.exchanges:
                if exchange.url == address and exchange.method == "GET":
                    return (f"{evidence.visit.visit}/{exchange.request}",)
    return ()


def _lacking(m: Matter, needs: Needs) -> Said | None:
    """The outcome of a rule that cannot be asked; None where it can."""
    if Needs.visits in needs and not m.observed.visits:
        return Said(outcome="no_visits")
    if Needs.page in needs and m.declared is None:
        return Said(outcome="no_disclosure" if m.disclosure is not None else "disclosure_unread")
    if Needs.sending in needs and not m.observed.receivers:
        return Said(outcome="nothing_sent")
    return None


def judge_run(
    sites: Iterable[Site],
    visits: Sequence[VisitEvidence],
    transmissions: Sequence[Transmission],
    disclosures: Mapping[str, Disclosure | None],
    knowledge: Knowledge,
    rules: RuleBook | None = None,
) -> Judgement:
    """`judge_site` for each site, in the scenario's order. `disclosures` is by site id.

    A site whose `before` steps opt out is held beside a site of the same address without such steps.
    """
    order = tuple(sites)
    findings: list[Finding] = []
    assessments: list[Assessment] = []
    platforms: list[Assessment] = []
    sent_as: list[SentStanding] = []
    rows_as: list[RowStanding] = []
    plain: dict[str, Observed] = {}
    parts = {site.id: (mine, sent) for site, mine, sent in _by_site(order, visits, transmissions)}
    for site in order:
        if not site.before and any(other.before and other.url == site.url for other in order):
            mine, sent = parts[site.id]
            plain[site.url] = observe(site, mine, sent, knowledge)
    for site in order:
        mine, sent = parts[site.id]
        beside = plain.get(site.url) if site.before else None
        judged = judge_site(site, mine, sent, disclosures.get(site.id), knowledge, rules, beside)
        findings += judged.findings
        assessments += judged.assessments
        platforms += judged.platforms
        sent_as += judged.standings.sent
        rows_as += judged.standings.rows
    standing = Standings(tuple(sent_as), tuple(rows_as))
    return Judgement(tuple(findings), tuple(assessments), tuple(platforms), standing)


def _by_site(
    sites: Sequence[Site], visits: Sequence[VisitEvidence], transmissions: Sequence[Transmission]
) -> Iterator[tuple[Site, list[VisitEvidence], list[Transmission]]]:
    by_site: dict[str, list[VisitEvidence]] = {}
    site_of_visit: dict[str, str] = {}
    for evidence in visits:
        by_site.setdefault(evidence.visit.site, []).append(evidence)
        site_of_visit[evidence.visit.visit] = evidence.visit.site
    sent: dict[str, list[Transmission]] = {}
    for transmission in transmissions:
        sent.setdefault(site_of_visit.get(transmission.visit, ""), []).append(transmission)
    for site in sites:
        yield site, by_site.get(site.id, []), sent.get(site.id, [])


def _day(site: Site, visits: Iterable[VisitEvidence]) -> date:
    """The day of the site's last visit, in Japan; the far future when there is none (the newest rules)."""
    days = [v.visit.started_at.astimezone(_JAPAN).date() for v in visits if v.visit.site == site.id]
    return max(days, default=date(9999, 12, 31))
