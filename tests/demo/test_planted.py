"""changes.yaml speaks of the scenario, of the vendor files and of pages that are there."""

from collections import Counter
from pathlib import Path

import pytest

from auditor.demo import hosts
from auditor.demo.changes import Planted, load_planted
from auditor.demo.web import CHANGES, VENDORS, DemoWeb
from auditor.domains import site_of
from auditor.scenario import Fill, Scenario, load_scenario, matrix
from auditor.vendors import load_taxonomy, load_vendors


@pytest.fixture
def planted() -> Planted:
    return load_planted()


@pytest.fixture
def scenario() -> Scenario:
    return load_scenario(CHANGES)


def test_the_matrix_is_small(scenario: Scenario) -> None:
    assert Counter(visit.site for visit in matrix(scenario)) == {"hiroba": 12, "ichi": 4, "kaiin": 4, "modori": 4}


def test_the_planted_cases_speak_of_the_scenario(planted: Planted, scenario: Scenario) -> None:
    sites = {site.id for site in scenario.sites}
    assert {one.site for one in planted.techniques} == sites
    assert {one.site for one in planted.identifiers} | {one.site for one in planted.decoys} == sites
    assert {one.site for one in planted.syncs} | {one.site for one in planted.respawns} <= sites
    assert {one.site for one in planted.cross_site} | {one.site for one in planted.cross_state} <= sites
    assert {one.site for one in planted.decoys} <= sites
    known = {site_of(f"https://{host}/") for host in hosts.ALL}
    recipients = {one.recipient for one in planted.techniques} | {one.recipient for one in planted.respawns}
    recipients |= {one.recipient for one in planted.leaks} | {one.recipient for one in planted.decoys}
    recipients |= {end for sync in planted.syncs for end in (sync.from_, sync.to)}
    assert recipients | {to for one in planted.identifiers for to in one.sent_to} <= known


def test_the_recipients_are_those_of_the_vendor_files(planted: Planted) -> None:
    owners = {d.domain: v.vendor for v in load_vendors([VENDORS], load_taxonomy()) for d in v.domains}
    told = {(one.recipient, one.vendor) for one in planted.techniques}
    told |= {(one.recipient, one.vendor) for one in planted.leaks}
    for recipient, vendor in told:
        if recipient != "hiroba-machi.test":  # a company under the site's own name
            assert owners.get(recipient) == vendor, recipient
    assert {one.recipient for one in planted.techniques if one.vendor is None} >= {"shimon.test", "okiba.test"}


def test_every_technique_is_planted(planted: Planted) -> None:
    assert {one.technique for one in planted.techniques} == {
        *("first_party_cookie", "local_storage", "link_decoration", "hashed_contact", "partitioned_cookie"),
        *("storage_access", "fedcm", "cname", "first_party_proxy", "server_side", "bounce_redirect", "http_cache"),
        *("fingerprinting", "privacy_sandbox"),
    }
    assert {sync.how for sync in planted.syncs} == {"redirect", "parameter", "cookie_read"}
    assert {respawn.source for respawn in planted.respawns} == {"local_storage", "http_cache", "server"}
    assert {kind for decoy in planted.decoys for kind in decoy.not_a} >= {"identifier", "sync", "respawn", "leak"}


def test_what_leaks_was_typed(planted: Planted, scenario: Scenario) -> None:
    (site,) = (site for site in scenario.sites if site.id == "kaiin")
    typed = {step.person.value for step in site.journey if isinstance(step, Fill) and step.person}
    assert {leak.field for leak in planted.leaks} == typed - {"postal_code"}


def test_a_querys_own_escapes_are_allowed_for(planted: Planted) -> None:
    (leak,) = (one for one in planted.leaks if one.name == "esc")
    assert leak.sent_as(("url",)) and leak.sent_as(("url", "url")) and not leak.sent_as(())
    (header, *_) = (one for one in planted.leaks if one.carrier == "header")
    assert header.sent_as(("url",)) and not header.sent_as(("url", "url"))


def test_the_scenario_asks_the_webs_own_name_server(web: DemoWeb, tmp_path: Path) -> None:
    assert load_scenario(web.scenario(tmp_path, CHANGES)).network.resolver == web.resolver
    assert load_scenario(web.scenario(tmp_path)).network.resolver is None
