"""Scenario keys of persons, submit, clear, compared sites and the seed: what is right, and how a mistake is told."""

import pytest

from auditor.errors import InputError
from auditor.evidence import CookieMode
from auditor.scenario import Clear, Fill, PersonField, Scenario, Submit, matrix
from auditor.specs import parse

FORM = """\
scenario: t
sites:
  - id: one
    operator: 株式会社イチ
    url: https://one.test/
    journey:
      - fill: "#mail"
        person: email
      - submit: "#send"
      - clear: cookies
"""

PLATFORM = """\
platforms:
  p:
    vendor: v
    login:
      - goto: https://p.test/
    logout:
      - goto: https://p.test/out
    proof: {cookie: c, domain: p.test}
"""

PLAIN = """\
scenario: t
sites:
  - id: one
    operator: 株式会社イチ
    url: https://one.test/
  - id: out
    operator: 株式会社イチ
    url: https://one.test/
    before: [{click: "#optout"}]
    compare_with: one
"""


def read(text: str) -> Scenario:
    return parse(text, Scenario, file="s.yaml")


def test_a_person_is_typed_a_form_sent_and_cookies_cleared() -> None:
    (site,) = read(FORM).sites
    assert site.journey == (
        Fill(fill="#mail", person=PersonField.email),
        Submit(submit="#send"),
        Clear(clear="cookies"),
    )


def test_a_scenario_kept_as_json_is_the_same() -> None:
    scenario = read(FORM + "seed: 7\npersons: {email_domain: mail.one.test}\n")
    assert Scenario.model_validate_json(scenario.model_dump_json()) == scenario
    assert (scenario.seed, scenario.persons.email_domain) == (7, "mail.one.test")
    assert read(FORM).seed is None


def test_a_site_may_be_visited_by_some_visitors_only() -> None:
    text = FORM.replace("    journey", "    visitors: [no_account]\n    journey") + PLATFORM
    two = text.replace("platforms:", "  - {id: two, operator: x, url: https://two.test/}\nplatforms:")
    assert [plan.visit for plan in matrix(read(two)) if plan.cookie_mode is CookieMode.allowed] == [
        "one.no_account.allowed.ignore.1",
        "two.no_account.allowed.ignore.1",
        "two.p-logged_out.allowed.ignore.1",
        "two.p-logged_in.allowed.ignore.1",
    ]


OTHER_WAY = PLAIN.replace("    compare_with: one\n", "").replace("  - id: out", "    compare_with: out\n  - id: out")


@pytest.mark.parametrize("text", [PLAIN, OTHER_WAY], ids=["said by the one with before", "said by the one without"])
def test_sites_are_compared_without_and_with_before(text: str) -> None:
    assert read(text).with_before() == (("one", "out"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            FORM.replace("person: email", "person: mail"),
            "s.yaml:8: sites.0.journey.0.person: Input should be 'email', 'phone', 'name', 'family_name'",
        ),
        (
            FORM.replace("person: email", "person: email\n        value: x"),
            "s.yaml:7: sites.0.journey.0: needs exactly one of value, secret_env and person",
        ),
        (FORM.replace("cookies", "storage"), "s.yaml:10: sites.0.journey.2.clear: Input should be 'cookies'"),
        (FORM.replace("submit", "submitt"), "s.yaml:9: sites.0.journey.1: must be a step: one of goto, click, submit"),
        (
            FORM + PLATFORM,
            "s.yaml:10: sites.0.journey.2: clear ends the visitors' logins: give this site visitors: [no_account]",
        ),
        (
            FORM + "consent: [ignore, reject]\n",
            "s.yaml:10: sites.0.journey.2: clear takes back a choice made on the banner: only with consent: [ignore]",
        ),
        (
            FORM.replace("    journey", "    before: [{click: a}]\n    journey"),
            "s.yaml:11: sites.0.journey.2: clear takes back what the steps `before` did",
        ),
        (
            PLAIN.replace('click: "#optout"', "clear: cookies"),
            "s.yaml:9: sites.1.before.0: clear is a step of a site's journey only",
        ),
        (
            PLAIN + "    consent: {reject: [{fill: a, person: email}]}\n",
            "s.yaml:11: sites.1.consent.reject.0: clear and persons have no place in a choice",
        ),
        (
            PLAIN + PLATFORM.replace("goto: https://p.test/\n", "{fill: '#id', person: email}\n"),
            "s.yaml:15: platforms.p.login.0.person: an account is the same in all visits",
        ),
        (
            PLAIN + PLATFORM.replace("goto: https://p.test/out\n", "{clear: cookies}\n"),
            "s.yaml:17: platforms.p.logout.0: clear is a step of a site's journey only",
        ),
        (
            PLAIN.replace("with: one", "with: none"),
            "s.yaml:10: sites.1.compare_with: must be the id of another site, not none",
        ),
        (
            PLAIN.replace("with: one", "with: out"),
            "s.yaml:10: sites.1.compare_with: must be the id of another site, not out",
        ),
        (
            PLAIN.replace("    before", "    #"),
            "s.yaml:10: sites.1.compare_with: exactly one of the two sites must have the steps `before`",
        ),
        (
            PLAIN.replace("https://one.test/\n    before", "https://two.test/\n    before"),
            "s.yaml:10: sites.1.compare_with: one must have the same url and journey: they may differ in `before` only",
        ),
        (
            PLAIN + "    visitors: [logged_in]\n",
            "s.yaml:11: sites.1.visitors: none of them is a visitor of the scenario",
        ),
        (PLAIN + "seed: -1\n", "s.yaml:11: seed: Input should be greater than or equal to 0"),
        (
            PLAIN + "persons: {email_domain: a@b.test}\n",
            "s.yaml:11: persons.email_domain: String should match pattern",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
