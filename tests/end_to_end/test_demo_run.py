"""The demo's default scenario, every visitor state and both cookie modes, against what is known of its web."""

import hashlib
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest

from auditor.demo.accounts import PASSWORDS
from auditor.demo.web import SCENARIO
from auditor.domains import site_of
from auditor.evidence import Actor, Exchange, Outcome, Phase, Source, VisitEvidence, VisitKind
from auditor.pipeline import derive_and_write
from auditor.report.hearing import hearing_of
from auditor.scenario import load_scenario
from auditor.store.set_cookie import parse_cookie_header

from .conftest import DemoRun

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

NOTHING = hashlib.sha256(b"").hexdigest()
SLACK = timedelta(seconds=1)
OWN = {site.id: site.own_domains for site in load_scenario(SCENARIO).sites}


def test_every_visit_is_complete(demo_run: DemoRun) -> None:
    visits = [v.visit for v in demo_run.result.visits]
    assert [story(v) for v in demo_run.result.visits if v.visit.outcome is not Outcome.complete] == []
    kinds = {VisitKind.audit: 70, VisitKind.disclosure: 5, VisitKind.control: 3}
    assert Counter(v.kind for v in visits) == kinds


def story(evidence: VisitEvidence) -> tuple[object, ...]:
    """What is needed to find out why a visit that should be complete is not."""
    unanswered = [(e.started_at, e.phase, e.url, e.error) for e in evidence.exchanges if e.status is None]
    sent = [(e.started_at, e.url[:80], e.status) for e in evidence.exchanges if e.phase is Phase.journey]
    visit, page = evidence.visit, evidence.document_html or ""
    return visit.visit, visit.reason, [c.reason for c in evidence.coverage], unanswered, sent[-12:], page[:200]


def test_the_servers_log_and_the_record_agree_exactly(demo_run: DemoRun) -> None:
    """Visit by visit: every request once, bodies equal to the byte, nothing of another visit."""
    visits = [v for v in demo_run.result.visits if v.visit.kind is not VisitKind.control]
    logged = log_by_visit(demo_run.log, visits)
    for evidence in visits:
        recorded = Counter(fact(e) for e in evidence.exchanges if e.source is not Source.browser_only)
        assert recorded == logged[evidence.visit.visit], evidence.visit.visit
    assert sum(sum(c.values()) for c in logged.values()) == len(demo_run.log)


def test_the_requests_table_has_exactly_these_requests(demo_run: DemoRun) -> None:
    table = pd.read_parquet(demo_run.run.derived / "tables" / "requests.parquet")
    rows = Counter(
        zip(
            table["visit"],
            table["request"],
            table["method"],
            table["host"],
            table["status"].astype(object).where(table["status"].notna(), None),
            strict=True,
        )
    )
    every = [e for v in demo_run.result.visits for e in v.exchanges]
    assert rows == Counter((e.visit, e.request, e.method, e.url.split("/")[2], e.status) for e in every)
    assert table["attributed_to"].value_counts().to_dict() == Counter(e.attributed_to.value for e in every)


def test_nothing_the_browser_sent_for_itself_is_a_sites(demo_run: DemoRun) -> None:
    scenario = demo_run.result.scenario
    assert scenario is not None
    names = {site_of(f"https://{host}/") for host in scenario.network.names}
    for evidence in demo_run.result.visits:
        if evidence.visit.kind is VisitKind.control:
            continue
        strange = [
            e.url for e in evidence.exchanges if e.attributed_to is not Actor.browser and site_of(e.url) not in names
        ]
        assert strange == []


def test_the_browser_tried_nothing_on_its_own_account(demo_run: DemoRun) -> None:
    """Not even a tunnel that failed, after passwords were typed and forms sent."""
    notes = "; ".join(c.reason for v in demo_run.result.visits for c in v.coverage if c.sensor == "proxy")
    assert "google" not in notes


def test_websocket_messages_are_equal_to_the_byte(demo_run: DemoRun) -> None:
    sockets = [line for line in demo_run.log if line.get("kind") == "websocket"]
    told = Counter(tuple((m["from"], m.get("text", m.get("hex"))) for m in line["messages"]) for line in sockets)
    seen = Counter(
        tuple(
            ("client" if m.from_client else "server", m.body.kept.decode() if m.text else m.body.kept.hex())
            for m in e.messages
        )
        for v in demo_run.result.visits
        for e in v.exchanges
        if e.messages
    )
    assert seen == told
    assert sum(told.values()) == 14


def test_findings_are_exactly_those_of_the_answer_file(demo_run: DemoRun) -> None:
    expected = {(f.rule, f.site, f.vendor or f.recipient, f.data_type, f.verdict) for f in demo_run.answers.findings}
    found = [(f.rule, f.site, f.vendor or f.recipient, f.data_type, f.verdict.value) for f in demo_run.result.findings]
    assert set(found) == expected
    assert len(found) == len(expected)


def test_every_finding_leads_to_its_bytes(demo_run: DemoRun) -> None:
    exchanges = {f"{e.visit}/{e.request}": e for v in demo_run.result.visits for e in v.exchanges}
    for finding in demo_run.result.findings:
        assert (finding.evidence != ()) is (finding.rule != "JP-22"), finding.finding
        for reference in finding.evidence:
            assert exchanges[reference].request_record is not None


def test_third_party_cookies_are_sent_in_one_mode_only(demo_run: DemoRun) -> None:
    expected = {(c.site, c.vendor, c.cookie, c.domain, c.visitors) for c in demo_run.answers.only_allowed}
    sent: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    for evidence in audits(demo_run):
        for name, domain in third_party_cookies(evidence, partitioned=False):
            visit = evidence.visit
            sent[visit.site, name, domain].add((visit.cookie_mode.value, f"{visit.platform}.{visit.visitor.value}"))
    assert {mode for uses in sent.values() for mode, _ in uses} == {"allowed"}
    vendors = {(c.cookie, c.domain): c.vendor for c in demo_run.answers.only_allowed}
    found = set()
    for (site, name, domain), uses in sent.items():
        vendor = vendors.get((name, domain))
        only_logged_in = {who for _, who in uses} == {f"{vendor}.logged_in"}
        found.add((site, vendor, name, domain, "logged_in" if only_logged_in else "all"))
    assert found == expected


def test_partitioned_cookies_are_sent_in_both_modes(demo_run: DemoRun) -> None:
    sent: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for evidence in audits(demo_run):
        for name, domain in third_party_cookies(evidence, partitioned=True):
            sent[evidence.visit.site, name, domain].add(evidence.visit.cookie_mode.value)
    expected = {(c.site, c.cookie, c.domain): {"allowed", "blocked"} for c in demo_run.answers.partitioned}
    assert sent == expected


def test_the_comparison_names_what_took_over(demo_run: DemoRun) -> None:
    changes = [c for c in demo_run.result.changes if c.kind == "cookie_mode" and c.technique]
    still_there = {(c.site, c.vendor, c.technique, c.item) for c in changes if c.change != "gone"}
    new = {(c.site, c.vendor, c.technique, c.item) for c in changes if c.change in ("added", "replaced")}
    for fact_ in demo_run.answers.takes_over:
        key = (fact_.site, fact_.vendor, fact_.technique, fact_.item)
        assert key in still_there, key
        assert (key in new) is fact_.only_blocked, key


def test_what_is_gone_when_cookies_are_blocked_is_named(demo_run: DemoRun) -> None:
    gone = {
        (c.site, c.vendor, c.item)
        for c in demo_run.result.changes
        if c.kind == "cookie_mode" and c.change in ("gone", "replaced")
    }
    for cookie in demo_run.answers.only_allowed:
        assert (cookie.site, cookie.vendor, f"cookie {cookie.cookie}") in gone, cookie


@pytest.mark.parametrize("platform", ["sagasu", "tomodachi", "renraku"])
def test_the_account_cookie_goes_along_only_when_logged_in(demo_run: DemoRun, platform: str) -> None:
    facts = demo_run.answers.platforms[platform]
    for site in demo_run.answers.sites:
        account, browser = (facts.account_cookie, facts.domain), (facts.browser_cookie, facts.domain)
        logged_in = union(demo_run.audits(site, "logged_in", "allowed", platform))
        logged_out = union(demo_run.audits(site, "logged_out", "allowed", platform))
        none = union(demo_run.audits(site, "no_account", "allowed"))
        expected = site in facts.account_cookie_sent_from
        assert (account in logged_in) is expected, site
        assert account not in none | logged_out, site
        if expected:
            # What remained after the logout goes on being sent.
            assert browser in logged_out, site
        blocked = union(demo_run.audits(site, "logged_in", "blocked", platform))
        assert account not in blocked, site


def test_a_logged_out_visitor_sends_the_identifier_it_had_before(demo_run: DemoRun) -> None:
    """The browser cookie set while logged in is the one sent after logging out, in the same profile."""
    facts = demo_run.answers.platforms["sagasu"]
    for evidence in demo_run.audits("shop", "logged_out", "allowed", "sagasu"):
        before = {
            value
            for e in evidence.exchanges
            if e.phase is Phase.prepare
            for name, value in pairs(e)
            if name == facts.browser_cookie
        }
        after = {
            value
            for e in evidence.exchanges
            if e.phase is not Phase.prepare
            for name, value in pairs(e)
            if name == facts.browser_cookie
        }
        assert after == before
        assert len(after) == 1


def test_each_state_is_proven_before_and_after(demo_run: DemoRun) -> None:
    for evidence in audits(demo_run):
        proofs = {p.name: p.holds for p in evidence.visit.proofs}
        wanted = {"canary_cookie", "counters", "main_document"}
        if evidence.visit.platform is not None:
            wanted |= {"state_before", "state_after"}
        assert proofs == dict.fromkeys(proofs, True)
        assert wanted <= proofs.keys()


def test_no_secret_is_in_anything_written_for_people(demo_run: DemoRun) -> None:
    """Account cookies and passwords of the demo stay in the raw evidence."""
    accounts = {f.account_cookie for f in demo_run.answers.platforms.values()}
    secrets = set(PASSWORDS.values())
    for evidence in demo_run.result.visits:
        secrets |= {c.value for c in evidence.cookies if c.name in accounts and len(c.value) >= 8}
    assert len(secrets) > 20
    written = [p for p in demo_run.run.derived.rglob("*") if p.suffix in (".csv", ".html", ".json")]
    assert len(written) == 22
    for path in [*written, demo_run.run.data / "run.json", demo_run.run.data / "custody.jsonl"]:
        text = path.read_text(encoding="utf-8-sig")
        assert [s for s in secrets if s in text] == [], path.name
    with ZipFile(demo_run.reports.hearing[1]) as sheet:
        parts = [sheet.read(name).decode() for name in sheet.namelist()]
    assert [s for s in secrets if any(s in part for part in parts)] == []


def test_every_figure_of_the_hearing_sheet_leads_to_requests_in_the_tables(demo_run: DemoRun) -> None:
    """In both directions: the evidence sheet's rows are rows of requests.csv, and every figure has some."""
    hearing = hearing_of(demo_run.result)
    assert [c.vendor for c in hearing.parts[0].columns] == ["sagasu", "tomodachi", "renraku"]
    table = pd.read_csv(demo_run.run.derived / "csv" / "requests.csv", encoding="utf-8-sig", dtype=str)
    requests = set(zip(table["visit"], table["request"], strict=True))
    evidence = pd.read_excel(demo_run.reports.hearing[1], sheet_name="根拠 Evidence", dtype=str)
    assert set(zip(evidence["訪問"], evidence["通信ID"], strict=True)) <= requests
    figures = list(hearing.figures())
    assert set(evidence["根拠番号"]) == {str(f.number) for f in figures}
    assert len(figures) > 150
    filled = {f.item for f in figures if f.figure.seen}
    # nobody opted out, chose on a banner or sent the same identifier from two sites in this scenario
    assert filled == {"1-1", "1-3", "1-4", "1-6", "2-1", "2-8-1", "3-1", "3-2", "3-3", "3-6", "5-1", "5-2"}


def test_deriving_again_gives_the_same_bytes(demo_run: DemoRun) -> None:
    files = sorted(p for p in demo_run.run.derived.rglob("*") if p.is_file())
    before = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    derive_and_write(demo_run.run)
    assert {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in files} == before


def audits(demo_run: DemoRun) -> list[VisitEvidence]:
    return [v for v in demo_run.result.visits if v.visit.kind is VisitKind.audit]


def fact(exchange: Exchange) -> tuple[str, str, str, int]:
    """What both the server and we must know of a request; a WebSocket's handshake is https to its server."""
    url = "http" + exchange.url.removeprefix("ws") if exchange.url.startswith("ws") else exchange.url
    body = exchange.request_body
    return exchange.method, url, body.sha256 or NOTHING, body.size


def log_by_visit(
    log: list[dict[str, Any]], visits: list[VisitEvidence]
) -> dict[str, Counter[tuple[str, str, str, int]]]:
    """The servers' lines given to visits by the TCP port of the proxy's connection, and the time."""
    by_port: dict[int, list[VisitEvidence]] = defaultdict(list)
    for evidence in visits:
        for port in {e.local_port for e in evidence.exchanges if e.local_port}:
            by_port[port].append(evidence)
    logged: dict[str, Counter[tuple[str, str, str, int]]] = defaultdict(Counter)
    for line in log:
        at = datetime.fromisoformat(line["at"])
        own = [
            v.visit.visit
            for v in by_port[line["peer_port"]]
            if v.visit.started_at - SLACK
            <= at
            <= v.visit.started_at + timedelta(milliseconds=v.visit.duration_ms) + SLACK
        ]
        assert len(own) == 1, (line["url"], own)
        logged[own[0]][line["method"], line["url"], line["body_sha256"], line["body_bytes"]] += 1
    return logged


def pairs(exchange: Exchange) -> list[tuple[str, str]]:
    return parse_cookie_header(exchange.request_header("cookie") or "")


def third_party_cookies(evidence: VisitEvidence, *, partitioned: bool) -> set[tuple[str, str]]:
    """(name, registrable domain) of the cookies sent to other sites than the visited page's."""
    # The portal's operator is a platform: its own domains are not a third party there.
    own = {site_of(evidence.visit.page), *(OWN.get(evidence.visit.site, ()))}
    found = set()
    for exchange in evidence.exchanges:
        recipient = site_of(exchange.url)
        top = site_of(exchange.cause.top_url or "") if exchange.cause else ""
        if exchange.phase is Phase.prepare or recipient in {*own, top}:
            continue
        chips = {c.name for c in evidence.cookies if c.partition_key and recipient == site_of(f"https://{c.domain}/")}
        found |= {(name, recipient) for name, _ in pairs(exchange) if (name in chips) is partitioned}
    return found


def union(visits: list[VisitEvidence]) -> set[tuple[str, str]]:
    assert visits
    return {cookie for v in visits for cookie in third_party_cookies(v, partitioned=False)}
