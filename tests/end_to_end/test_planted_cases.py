"""What changes.yaml claims is what travels, looked up in the raw traffic; all of it is found, and no decoy taken."""

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from auditor.demo.changes import Mode, Planted, load_planted
from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Exchange, Outcome, Phase, VisitEvidence, VisitKind
from auditor.identify import Flow, HolderKind, Identifier, IdentifierKind, crosses
from auditor.pipeline.derive import derive
from auditor.report import RunResult
from auditor.store.read import read_visit
from auditor.store.run import RunFolder
from auditor.store.set_cookie import parse_cookie_header

pytestmark = [pytest.mark.browser, pytest.mark.changes, pytest.mark.timeout(900)]
MODES: tuple[Mode, ...] = ("allowed", "blocked")
SITES = {f"{name}.test" for name in ("hiroba-machi", "ichi-no-machi", "ni-no-machi", "kaiin-touroku", "modori-ya")}


@pytest.fixture(scope="module")
def visits(changes_run: RunFolder) -> list[VisitEvidence]:
    every = [read_visit(changes_run, visit) for visit in changes_run.published()]
    return [v for v in every if v.visit.kind is VisitKind.audit]


@pytest.fixture(scope="module")
def result(changes_run: RunFolder) -> RunResult:
    return derive(changes_run)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return load_planted()


def of(visits: list[VisitEvidence], site: str, mode: Mode) -> list[VisitEvidence]:
    found = [v for v in visits if (v.visit.site, v.visit.cookie_mode.value) == (site, mode)]
    assert found
    return found


def sent(evidence: VisitEvidence, recipient: str) -> list[Exchange]:
    return [e for e in evidence.exchanges if site_of(e.url) == recipient and e.phase is not Phase.prepare]


def text_of(exchange: Exchange) -> str:
    headers = " ".join(value for name, value in exchange.request_headers if name.lower() != "referer")
    return f"{unquote(exchange.url)} {headers} {exchange.request_body.kept.decode('utf-8', 'replace')}"


def cookies_sent(evidence: VisitEvidence, recipient: str, name: str) -> set[str]:
    headers = [e.request_header("cookie") or "" for e in sent(evidence, recipient)]
    return {value for header in headers for key, value in parse_cookie_header(header) if key == name}


def values_of(evidence: VisitEvidence, holder: str, domain: str) -> set[str]:
    """What a holder held; of a cookie only what the browser kept."""
    kind, _, name = holder.partition(" ")
    if kind == "cookie":
        return {c.value for c in evidence.cookies if (c.name, c.domain, c.stored) == (name, domain, True)}
    if kind == "local_storage":
        return {i.value for i in evidence.storage if (i.key, host_of(i.origin)) == (name, domain)}
    answers = [e for e in evidence.exchanges if urlsplit(e.url)[1:3] == (domain, name)]
    return {(e.response_header("etag") or "").strip('"') for e in answers}


def parameters(evidence: VisitEvidence, recipient: str, name: str) -> list[str]:
    return [value for e in sent(evidence, recipient) for value in parse_qs(urlsplit(e.url).query).get(name, ())]


def test_every_visit_is_complete(visits: list[VisitEvidence]) -> None:
    assert [(v.visit.visit, v.visit.reason) for v in visits if v.visit.outcome is not Outcome.complete] == []
    assert len(visits) == 24


def test_identifiers_are_kept_and_sent_as_told(visits: list[VisitEvidence], planted: Planted) -> None:
    for one in planted.identifiers:
        seen: list[str] = []
        for mode in MODES:
            for evidence in of(visits, one.site, mode):
                at_hand = values_of(evidence, one.holder, one.domain)
                if mode not in one.modes:
                    assert not any(cookies_sent(evidence, to, one.holder.split()[1]) for to in one.sent_to), one
                    continue
                assert at_hand, (one, evidence.visit.visit)
                seen += at_hand
                for recipient in one.sent_to:
                    assert any(v in text_of(e) for v in at_hand for e in sent(evidence, recipient)), (one, recipient)
        assert len(seen) == len(set(seen)), one  # no two profiles share one


def items_of(evidence: VisitEvidence, recipient: str, host: str) -> Iterator[str]:
    for exchange in sent(evidence, recipient):
        if host and host_of(exchange.url) != host:
            continue
        query = parse_qs(urlsplit(exchange.url).query)
        yield from (f"query {name}" for name in query)
        yield from (f"cookie {name}" for name, _ in parse_cookie_header(exchange.request_header("cookie") or ""))
        yield from (f"header {n.lower()}" for n, _ in (*exchange.request_headers, *exchange.response_headers))
    yield from (f"call {s.name}" for s in evidence.signals if site_of(f"https://{s.host}/") == recipient)


def test_techniques_leave_what_is_told(visits: list[VisitEvidence], planted: Planted) -> None:
    for one in planted.techniques:
        for mode in one.modes:
            for evidence in of(visits, one.site, mode):
                items = {item.partition("?")[0] for item in one.items}
                assert items <= set(items_of(evidence, one.recipient, one.host)), (one, evidence.visit.visit)


def test_a_fingerprint_is_the_same_in_all_visits(visits: list[VisitEvidence]) -> None:
    hashes = {fp for v in visits if v.visit.site == "hiroba" for fp in parameters(v, "shimon.test", "fp")}
    assert len(hashes) == 1


def test_the_alias_is_answered(visits: list[VisitEvidence]) -> None:
    for evidence in (v for v in visits if v.visit.site == "hiroba"):
        chains = {h.host: h.cname.chain for h in evidence.hosts if h.cname.chain}
        assert chains == {"metrics.hiroba-machi.test": ("hiroba.hanko-id.test",)}


def test_syncs_hand_over_what_is_held(visits: list[VisitEvidence], planted: Planted) -> None:
    for one in planted.syncs:
        for mode in MODES:
            for evidence in of(visits, one.site, mode):
                name = one.holder.split()[1]
                kept = {c.value for c in evidence.cookies if c.name == name and c.stored}
                arrived = set(parameters(evidence, one.to, one.name))
                assert arrived and (arrived == kept) is (mode in one.modes), (one, evidence.visit.visit)


def test_deleted_cookies_come_back_and_the_honest_one_does_not(visits: list[VisitEvidence], planted: Planted) -> None:
    for evidence in (v for v in visits if v.visit.site == "modori"):
        (clear,) = (step for step in evidence.steps if step.kind == "clear")
        before = {cookie.name: cookie.value for cookie in clear.cleared}
        after = {cookie.name: cookie.value for cookie in evidence.cookies if cookie.stored}
        back = {name for name in before if before[name] == after.get(name)}
        same_for_all = {"kz_deploy", "kz_consent"}
        assert back - {"kz_group"} == {one.cookie for one in planted.respawns} | same_for_all
        assert before.keys() == after.keys()


def test_one_identifier_from_two_sites(visits: list[VisitEvidence], planted: Planted) -> None:
    for one in planted.cross_site:
        name = one.holder.split()[1]
        for mode in MODES:
            for evidence in of(visits, one.site, mode):
                value = next((c.value for c in evidence.cookies if c.name == name), "")
                with_it = [e for e in sent(evidence, one.recipient) if value in text_of(e)]
                pages = {site_of(e.cause.top_url or "") for e in with_it if e.cause}
                assert (set(one.from_sites) <= pages) is (mode in one.modes), (one, evidence.visit.visit, pages)


def test_decoys_are_there(visits: list[VisitEvidence], planted: Planted) -> None:
    for one in planted.decoys:
        carrier, _, name = one.seen.partition(" ")
        for mode in one.modes:
            for evidence in of(visits, one.site, mode):
                if carrier == "query":
                    assert parameters(evidence, one.recipient, name), (one, evidence.visit.visit)
                elif carrier == "cookie":
                    assert cookies_sent(evidence, one.recipient, name), (one, evidence.visit.visit)
                else:
                    bodies = [e.request_body.kept.decode() for e in sent(evidence, one.recipient)]
                    assert any(f"{name}=" in body for body in bodies), (one, evidence.visit.visit)


def test_a_platforms_cookie_in_every_state(visits: list[VisitEvidence], planted: Planted) -> None:
    (one,) = planted.cross_state
    for mode in MODES:
        for evidence in of(visits, one.site, mode):
            if evidence.visit.platform is None:
                continue
            home = [e for e in evidence.exchanges if site_of(e.url) == one.recipient and e.phase is Phase.prepare]
            early = {
                v for e in home for n, v in parse_cookie_header(e.request_header("cookie") or "") if n == one.cookie
            }
            assert len(early) == 1
            later = cookies_sent(evidence, one.recipient, one.cookie)
            assert later == (early if mode in one.sent_from_site else set())


# --- what the stages find of it


def in_modes(visits: Iterable[str], modes: Iterable[Mode], site: str, result: RunResult) -> bool:
    """Whether these are exactly the site's visits of these modes; a platform's visitors share the site's tags."""
    own = {
        v.visit.visit
        for v in result.audited()
        if (v.visit.site, v.visit.cookie_mode.value) in {(site, mode) for mode in modes}
    }
    return set(visits) == own


def test_every_technique_is_found_and_no_other(result: RunResult, planted: Planted) -> None:
    found = {(t.site, t.technique, t.vendor or t.recipient): t for t in result.techniques}
    told = {(t.site, t.technique, t.vendor or t.recipient): t for t in planted.techniques}
    assert found.keys() == told.keys()
    for key, use in found.items():
        both = "blocked" in told[key].modes
        assert (use.strength, set(use.items)) == (told[key].strength, set(told[key].items)), key
        assert (use.allowed_in, use.blocked_in) == (use.allowed_of, use.blocked_of if both else 0), key


def proven(result: RunResult) -> list[Identifier]:
    return [i for i in result.identified.identifiers if i.kind is not IdentifierKind.unproven]


def held(result: RunResult) -> dict[tuple[str, str, str], list[Flow]]:
    """Site, holder and registrable domain of every proven identifier: where its values went from the site's pages."""
    found: dict[tuple[str, str, str], list[Flow]] = {}
    for identifier in proven(result):
        for holder in identifier.holders:
            if holder.kind is not HolderKind.nothing:
                where = registrable_domain(host_of(holder.place) or holder.place)
                for flow in identifier.flows:
                    found.setdefault((flow.site, f"{holder.kind} {holder.name}", where), []).append(flow)
    return found


def test_every_identifier_is_found_and_no_other(result: RunResult, planted: Planted) -> None:
    found = held(result)
    told = {(i.site, i.holder, registrable_domain(i.domain)): i for i in planted.identifiers}
    # what the platform gives to who logs in there
    accounts = {("hiroba", "cookie tm_user", "tomodachi.test"), ("hiroba", "cookie tm_xs", "tomodachi.test")}
    assert found.keys() - accounts == told.keys()
    for key, one in told.items():
        flows = [f for f in found[key] if f.phase != "prepare"]
        recipients = {f.recipient for f in flows}
        assert (recipients - SITES or recipients) == (set(one.sent_to) - SITES or set(one.sent_to)), key
        assert in_modes((f.visit for f in flows), one.modes, one.site, result), key


def test_every_synchronisation_is_found_and_no_other(result: RunResult, planted: Planted) -> None:
    modes = {v.visit.visit: v.visit.cookie_mode.value for v in result.audited()}
    found = {(s.site, s.from_recipient, s.to_recipient, s.how, modes[s.visit]) for s in result.identified.syncs}
    assert found == {(s.site, s.from_, s.to, s.how, mode) for s in planted.syncs for mode in s.modes}
    assert len(result.identified.syncs) == sum(6 * len(s.modes) for s in planted.syncs)


def test_every_respawn_is_found_and_no_other(result: RunResult, planted: Planted) -> None:
    found = [(r.site, r.name, r.source, mode_of(r.visit)) for r in result.identified.respawns]
    assert sorted(found) == sorted((r.site, r.cookie, r.source, m) for r in planted.respawns for m in r.modes * 2)
    details = {r.name: r.detail for r in result.identified.respawns}
    assert all(one.detail in details[one.cookie] for one in planted.respawns)


def mode_of(visit: str) -> str:
    return visit.split(".")[2]


def test_the_same_identifier_from_two_sites(result: RunResult, planted: Planted) -> None:
    found = set()
    for identifier in proven(result):
        for visit in {f.visit for f in identifier.flows}:
            crossed = crosses(f for f in identifier.flows if f.visit == visit and f.phase != "prepare")
            for holder in (h for h in identifier.holders if h.kind is HolderKind.cookie):
                where = holder.place, f"{holder.kind} {holder.name}"
                found |= {(*where, who, tuple(sorted(pages)), mode_of(visit)) for who, pages in crossed.items()}
    told = {(c.holder, c.from_sites, m) for c in planted.cross_site for m in c.modes}
    ours = {(name, pages, mode) for _, name, who, pages, mode in found if who == "asiato"}
    assert ours == told | {("cookie _asi_l", *rest[1:]) for rest in told if rest[0] == "cookie _asi"}


def test_a_platforms_cookie_beside_the_accounts_visits(result: RunResult, planted: Planted) -> None:
    (one,) = planted.cross_state
    ties = [(i, t) for i in result.identified.identifiers for t in i.ties]
    assert {h.name for i, _ in ties for h in i.holders} == {one.cookie}
    assert {t.platform for _, t in ties} == {"tomodachi"}
    out = {v.visit.visit for v in result.audited() if v.visit.visitor == "logged_out"}
    logged_in = {v.visit.visit for v in result.audited() if v.visit.visitor == "logged_in"}
    assert {t.visit for _, t in ties} == out | logged_in
    assert all(t.before and t.during and bool(t.after) is (t.visit in out) for _, t in ties)


def test_every_leak_is_found_and_no_other(result: RunResult, planted: Planted) -> None:
    visits = {v.visit.visit for v in result.audited() if v.visit.site == "kaiin"}
    for visit in visits:
        left = [leak for leak in result.identified.leaks if leak.visit == visit and not leak.first_party]
        for one in planted.leaks:
            (found,) = [
                x
                for x in left
                if (x.recipient, x.vendor, x.field, x.variant, x.carrier, x.when)
                == (one.recipient, one.vendor, one.field, one.variant, one.carrier, one.when)
                and one.sent_as(x.layers)
                and one.name in ("", x.name)
            ]
            left.remove(found)
        assert left == []
    assert {leak.visit for leak in result.identified.leaks} == visits


def test_no_decoy_is_taken(result: RunResult, planted: Planted) -> None:
    identified = result.identified
    for one in planted.decoys:
        carrier, _, name = one.seen.partition(" ")
        visits = {
            v.visit.visit
            for v in result.audited()
            if (v.visit.site, v.visit.cookie_mode) in {(one.site, m) for m in one.modes}
        }
        at = [(i, f) for i in identified.identifiers for f in i.flows if f.visit in visits]
        taken = {
            "identifier": [f for _, f in at if (f.recipient, f.carrier, f.name) == (one.recipient, carrier, name)],
            "sync": [
                s for s in identified.syncs if s.visit in visits and (s.to_recipient, s.name) == (one.recipient, name)
            ],
            "respawn": [r for r in identified.respawns if f"cookie {r.name}" == one.holder],
            "leak": [
                x for x in identified.leaks if x.recipient == one.recipient and x.name == name and not x.first_party
            ],
            "technique": [t for t in result.techniques if t.recipient == one.recipient and one.seen in t.items],
            "fingerprint": [
                t for t in result.techniques if (t.recipient, t.technique) == (one.recipient, "fingerprinting")
            ],
        }
        assert {kind: taken[kind] for kind in one.not_a} == {kind: [] for kind in one.not_a}, one
        if "identifier" in one.not_a and one.modes == MODES:
            going_on = [
                c for c in result.changes if (c.recipient, c.item, c.change) == (one.recipient, one.seen, "kept")
            ]
            assert going_on == [], one
