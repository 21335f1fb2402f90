from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.evidence import Consent, Visitor
from auditor.scenario import Click, Goto, Scenario, load_scenario, matrix
from auditor.specs import parse

BASE = """\
scenario: t
sites:
  - id: one
    operator: 株式会社イチ
    url: https://one.test/
    journey:
      - click: "#a"
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


def read(text: str) -> Scenario:
    return parse(text, Scenario, file="s.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BASE.replace("journey", "journy"), "s.yaml:6: sites.0.journy: unknown key (did you mean journey?)"),
        (
            BASE.replace("click", "clik"),
            "must be a step: one of goto, click, submit, fill, press, select, scroll, wait, clear, screenshot, python",
        ),
        (
            BASE.replace('click: "#a"', 'fill: "#a"'),
            "s.yaml:7: sites.0.journey.0: needs exactly one of value, secret_env and person",
        ),
        (
            BASE.replace("https://one", "ftp://one"),
            "s.yaml:5: sites.0.url: must be an http or https address with a host",
        ),
        (
            BASE.replace("https://one", "https://me:pw@one"),
            "s.yaml:5: sites.0.url: must not carry a user name or password",
        ),
        (
            BASE.replace("https://one.test/", "https://one.test:70000/"),
            "s.yaml:5: sites.0.url: not an address: Port out of range 0-65535",
        ),
        (BASE.replace("id: one", "id: ../x"), "s.yaml:3: sites.0.id: String should match pattern"),
        (
            BASE + "visitors: [logged_inn]\n",
            "s.yaml:8: visitors.0: Input should be 'no_account', 'logged_out' or 'logged_in'",
        ),
        (BASE + "visitors: [logged_in]\n", "s.yaml:1: visitors logged_in and logged_out need platforms"),
        (BASE + "repeat: 0\n", "s.yaml:8: repeat: Input should be greater than or equal to 1"),
        (BASE + "limits: {visit_ms: -1}\n", "s.yaml:8: limits.visit_ms: Input should be greater than or equal to 0"),
        (BASE + "network: {names: {a.test: nowhere}}\n", "s.yaml:8: network.names: a.test: 'nowhere' is not ip:port"),
        (
            BASE + PLATFORM.replace("    logout:\n      - goto: https://p.test/out\n", ""),
            "s.yaml:9: platforms.p: needs logout steps for the visitor logged_out",
        ),
        (BASE + "  - id: one\n    operator: x\n    url: https://x.test/\n", "s.yaml:1: site id there twice: one"),
    ],
)
def test_a_wrong_scenario_gives_one_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert message in str(caught.value)
    assert str(caught.value).startswith("s.yaml:")
    assert "\n" not in str(caught.value)


def test_no_account_is_shared_by_all_platforms() -> None:
    two = BASE + PLATFORM + PLATFORM.removeprefix("platforms:\n").replace("  p:", "  q:")
    plans = list(matrix(read(two)))
    assert [p.visit for p in plans if p.cookie_mode.value == "allowed"] == [
        "one.no_account.allowed.ignore.1",
        "one.p-logged_out.allowed.ignore.1",
        "one.p-logged_in.allowed.ignore.1",
        "one.q-logged_out.allowed.ignore.1",
        "one.q-logged_in.allowed.ignore.1",
    ]
    assert len(plans) == 10
    assert [p.platform for p in plans if p.visitor is Visitor.no_account] == [None, None]


def test_without_platforms_there_is_only_no_account() -> None:
    assert [p.visit for p in matrix(read(BASE))] == [
        "one.no_account.allowed.ignore.1",
        "one.no_account.blocked.ignore.1",
    ]


def test_repetitions_and_consents_multiply() -> None:
    assert len(list(matrix(read(BASE + "repeat: 3\nconsent: [ignore, accept]\n")))) == 12


def test_missing_files_are_named_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(BASE.replace("    journey", "    disclosure: {file: none.html}\n    journey"))
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert str(caught.value) == f"{path}:6: sites.0.disclosure.file: no such file: none.html"


def test_paths_are_relative_to_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "d.html").write_text("x")
    path = tmp_path / "s.yaml"
    path.write_text(BASE.replace("    journey", "    disclosure: {file: d.html}\n    journey"))
    disclosure = load_scenario(path).sites[0].disclosure
    assert disclosure is not None
    assert disclosure.file == tmp_path / "d.html"


def test_a_site_may_say_how_to_choose() -> None:
    own = "    before: [{goto: https://two.test/optout}]\n    consent: {reject: [{click: '#no'}]}\n"
    (site,) = read(BASE.replace("    url: https://one.test/\n", "    url: https://one.test/\n" + own)).sites
    assert site.before == (Goto(goto="https://two.test/optout"),)
    assert site.consent is not None
    assert [site.consent.steps(choice) for choice in (Consent.accept, Consent.reject)] == [(), (Click(click="#no"),)]
