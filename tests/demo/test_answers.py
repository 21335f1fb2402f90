import pytest

from auditor.check.finding import Verdict
from auditor.decode.examples import check_examples
from auditor.decode.knowledge import Knowledge
from auditor.demo.answers import Answers, load_answers
from auditor.demo.web import SCENARIO, VENDORS
from auditor.scenario import Scenario, load_scenario
from auditor.vendors import LoginState, Party, Vendor, load_headers, load_taxonomy, load_vendors


@pytest.fixture
def answers() -> Answers:
    return load_answers()


@pytest.fixture
def scenario() -> Scenario:
    return load_scenario(SCENARIO)


@pytest.fixture
def vendors() -> dict[str, Vendor]:
    return {v.vendor: v for v in load_vendors([VENDORS], load_taxonomy())}


def test_the_vendor_files_hold_their_own_examples(vendors: dict[str, Vendor]) -> None:
    knowledge = Knowledge(vendors.values(), load_taxonomy(), load_headers(load_taxonomy()))
    assert {name: check_examples(vendor, knowledge) for name, vendor in vendors.items()} == dict.fromkeys(vendors, ())


def test_answers_speak_of_the_scenario(answers: Answers, scenario: Scenario, vendors: dict[str, Vendor]) -> None:
    sites = {site.id for site in scenario.sites}
    assert set(answers.sites) == sites
    assert set(answers.platforms) == set(scenario.platforms) == {p.vendor for p in scenario.platforms.values()}
    assert {f.site for f in answers.findings} <= sites
    named = {f.vendor for f in answers.findings} | {c.vendor for c in answers.only_allowed} | set(answers.platforms)
    assert named - {None} <= set(vendors)
    types = load_taxonomy()
    assert all(types.has(f.data_type) for f in answers.findings if f.data_type)
    assert {f.verdict for f in answers.findings} <= set(Verdict)


def test_one_site_is_clean_and_every_rule_is_planted_once(answers: Answers) -> None:
    grave = {f.site for f in answers.findings if f.verdict != "info"}
    clean = [site for site, facts in answers.sites.items() if facts.clean]
    assert len(clean) == 1
    assert set(answers.sites) - grave - {f.site for f in answers.findings if f.rule == "JP-22"} == set(clean)
    assert {f.rule for f in answers.findings} == {"JP-03", "JP-06", "JP-08", "JP-13", "JP-22", "JP-25", "JP-26"}


def test_the_facts_agree_with_the_vendor_files(answers: Answers, vendors: dict[str, Vendor]) -> None:
    for cookie in (*answers.only_allowed, *answers.partitioned):
        if cookie.vendor is None:
            continue
        (known,) = [c for c in vendors[cookie.vendor].cookies if c.name == cookie.cookie]
        assert known.party is Party.third and known.domain.endswith(cookie.domain)
        assert (known.login is LoginState.logged_in) == (cookie.visitors == "logged_in")
    for name, facts in answers.platforms.items():
        sent_from = {c.site for c in answers.only_allowed if (c.vendor, c.cookie) == (name, facts.account_cookie)}
        told = {f.site for f in answers.findings if (f.rule, f.vendor) == ("JP-25", name)}
        assert sent_from == set(facts.account_cookie_sent_from) == told
