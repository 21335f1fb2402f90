"""The demo's site with a banner, visited thrice: ignored, accepted, refused; and what the tables and the report say."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.compare import Change
from auditor.demo.answers import load_answers
from auditor.demo.web import demo_web
from auditor.domains import host_of
from auditor.evidence import Consent, Phase, VisitEvidence, VisitKind
from auditor.pipeline import audit, derive_and_write
from auditor.report import RunResult

from .small import scenario

pytestmark = [pytest.mark.browser]

FACTS = load_answers().consent
SITES = """
- id: travel
  operator: しおり旅行株式会社
  url: https://www.ryokou-shiori.test/
  journey: [{goto: "https://www.ryokou-shiori.test/?next"}]
- id: news
  operator: 株式会社朝比奈新聞社
  url: https://www.asahina-news.test/
"""
TAGS = ("sagasu-tag.test", "tomodachi-net.test")
"""Where the tags' scripts come from: loading them is not what the banner's script decides."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunResult, Path]]:
    folder = tmp_path_factory.mktemp("consent")
    with demo_web(folder / "web") as web:
        more = "visitors: [no_account]\nconsent: [ignore, accept, reject]\n"
        path = scenario(web, folder / "scenario", SITES, more)
        run = audit(path, folder / "run", 2, lambda _total: lambda _visit: None, lambda _scenario: None)
    result, _ = derive_and_write(run)
    yield result, run.derived


def visit(result: RunResult, site: str, consent: Consent) -> VisitEvidence:
    (found,) = [
        v
        for v in result.visits
        if v.visit.kind is VisitKind.audit and (v.visit.site, v.visit.consent) == (site, consent)
    ]
    return found


def recipients(evidence: VisitEvidence, side: str) -> set[str]:
    """Hosts (their answers' form: registrable domains, or hosts named there) that third-party requests went to."""
    hosts = {
        host_of(x.url)
        for x in evidence.exchanges
        if x.consent_choice == side and x.phase is not Phase.prepare and x.attributed_to.value != "browser"
    }
    return {h for h in hosts if not h.endswith(("ryokou-shiori.test", *TAGS))}


def test_the_choices_are_made(made: tuple[RunResult, Path]) -> None:
    told = [(v.visit.site, v.visit.consent.value, v.visit.consent_result) for v in made[0].audited()]
    assert {
        (site, consent): (r.status.value, r.rule, [c.text for c in r.clicks]) if r else None
        for site, consent, r in told
    } == {
        ("travel", "ignore"): None,
        ("travel", "accept"): ("made", "wording", ["同意する"]),
        ("travel", "reject"): ("made", "wording", ["拒否する"]),
        ("news", "ignore"): None,
        ("news", "accept"): ("no_banner", "", []),
        ("news", "reject"): ("no_banner", "", []),
    }


def named(hosts: set[str]) -> set[str]:
    """The answers' names of these hosts: a host of its own, or else the registrable domain."""
    known = {*FACTS.before_choice, *FACTS.added_by_accept, *FACTS.after_reject}
    return {next((k for k in known if h == k or h.endswith(f".{k}")), h) for h in hosts}


def test_what_is_sent_changes_as_the_banner_says(made: tuple[RunResult, Path]) -> None:
    accepted, refused = (visit(made[0], "travel", c) for c in (Consent.accept, Consent.reject))
    ignored = visit(made[0], "travel", Consent.ignore)
    before = set(FACTS.before_choice)
    assert named(recipients(ignored, "")) == before
    assert named(recipients(accepted, "before")) == before == named(recipients(refused, "before"))
    assert named(recipients(accepted, "after")) >= {*before, *FACTS.added_by_accept}
    assert named(recipients(refused, "after")) == set(FACTS.after_reject)


def test_the_tables_say_it(made: tuple[RunResult, Path]) -> None:
    with (made[1] / "csv" / "visits.csv").open(encoding="utf-8-sig", newline="") as file:
        visits = {row["visit"]: row for row in csv.DictReader(file) if row["kind"] == "audit"}
    row = visits["travel.no_account.allowed.reject.1"]
    assert (row["consent"], row["consent_status"], row["consent_rule"]) == ("reject", "made", "wording")
    assert (row["consent_clicked"], row["consent_at"] != "", row["consent_reason"]) == ("拒否する", True, "")
    row = visits["news.no_account.allowed.reject.1"]
    assert (row["consent_status"], row["consent_at"]) == ("no_banner", "")
    for name in ("requests", "transmissions"):
        with (made[1] / "csv" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            sides: dict[str, set[str]] = {}
            for line in csv.DictReader(file):
                sides.setdefault(line["visit"], set()).add(line["consent_choice"])
        assert {v: s for v, s in sides.items() if v in visits} == {
            v: {"before", "after"} if v.startswith("travel") and "ignore" not in v else {""} for v in visits
        }


def test_only_choices_that_were_made_are_compared(made: tuple[RunResult, Path]) -> None:
    changes: tuple[Change, ...] = made[0].changes
    assert {(c.kind, c.site) for c in changes} == {("consent", "travel")}
    refused = {
        (c.vendor, c.change) for c in changes if c.after_visit and "reject" in c.after_visit and c.change == "gone"
    }
    assert ("tomodachi", "gone") not in refused, "it was sent before the refusal: it is in both visits"


def test_the_report_says_it_in_both_languages(made: tuple[RunResult, Path]) -> None:
    html = (made[1] / "report" / "index.html").read_text("utf-8")
    assert "操作した" in html
    assert "no banner showed" in html
    assert "拒否する" in html
