"""A visit counts for a visitor's state only when the platform was in that state all the while.

One run over platforms that lose sessions in many ways, each after a different number of requests; every answer of a
platform's server says whether it served a session, so that what is filed can be held against what was.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from auditor.capture.runner import Task, run_visits
from auditor.evidence import Consent, CookieMode, Outcome, Phase, VisitEvidence, VisitKind, Visitor
from auditor.scenario import (
    Click,
    CookieProof,
    ElementProof,
    Goto,
    Network,
    PlannedVisit,
    Platform,
    Scenario,
    Site,
    Wait,
)
from auditor.store.read import read_visit
from auditor.store.run import RunFolder

from .account_web import WIDGETS, account_web
from .chain import LIMITS, Loop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

LOST, UNREACHED = "state_lost: ", "state_not_reached: "
BY_COOKIE, BY_ELEMENT, BROKEN = "cookie", "element", "broken"
TAKEN = "state_kept: r"

# name, proof, visitor, reason of the last attempt ("" for complete), attempts
CASES = [
    ("k1-drop", BY_COOKIE, Visitor.logged_in, LOST, 2),
    ("k3-drop", BY_COOKIE, Visitor.logged_in, LOST, 2),
    ("k4-drop", BY_COOKIE, Visitor.logged_in, "", 1),
    ("k1-drop-anon", BY_COOKIE, Visitor.logged_in, LOST + TAKEN, 2),
    ("k2-drop-once", BY_COOKIE, Visitor.logged_in, "", 2),
    ("k0", BY_ELEMENT, Visitor.logged_in, UNREACHED + "element not visible", 2),
    ("k1", BY_ELEMENT, Visitor.logged_in, LOST, 2),
    ("k4", BY_ELEMENT, Visitor.logged_in, LOST, 2),
    ("k6", BY_ELEMENT, Visitor.logged_in, "", 1),
    ("pop", BY_ELEMENT, Visitor.logged_in, "", 1),
    ("plain", BY_COOKIE, Visitor.logged_out, "", 1),
    ("plain2", BY_ELEMENT, Visitor.logged_out, "", 1),
    ("broken", BROKEN, Visitor.logged_in, UNREACHED + "the proof's page answered status 500", 2),
    ("sso", BY_COOKIE, Visitor.logged_out, LOST + TAKEN, 2),
    ("sso2-sso", BY_COOKIE, Visitor.no_account, LOST + TAKEN, 2),
    ("plain3", BY_COOKIE, Visitor.no_account, "", 1),
]
NAMES = [case[0] for case in CASES]


@dataclass(frozen=True)
class Made:
    visits: dict[str, VisitEvidence]

    def widgets(self, name: str) -> list[str | None]:
        """What the platform's server said of the session, for each widget of the audited page."""
        exchanges = self.visits[name].exchanges
        return [e.response_header("x-state") for e in exchanges if "/widget" in e.url and e.phase is not Phase.prepare]


def platform(name: str, kind: str) -> Platform:
    host = f"{name}.plat.test"
    path = "broken" if kind == BROKEN else "account"
    by_element = ElementProof(goto=f"https://{host}/{path}", element="#in")
    proof = CookieProof(cookie="sid", domain=host) if kind == BY_COOKIE else by_element
    login = (Goto(goto=f"https://{host}/login"), Click(click="#go"), Wait(wait="body[data-done]"))
    logout = (Goto(goto=f"https://{host}/logout"), Click(click="#go"))
    return Platform(vendor="google", login=login, logout=logout, proof=proof)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("states")
    with Loop() as loop:
        web = loop.run(loop.stack.enter_async_context(account_web(folder)))
        sites = {name: f"https://www.site.test/?p={name}.plat.test" for name in NAMES}
        scenario = Scenario(
            scenario="states",
            platforms={name: platform(name, proof) for name, proof, *_ in CASES},
            sites=tuple(
                Site(id=name, operator="x", url=url, journey=(Wait(wait="html[data-done]"),))
                for name, url in sites.items()
            ),
            limits=LIMITS,
            network=Network(names=web.names, ca=web.ca),
        )
        tasks: list[Task] = [
            (plan(name, visitor), site, VisitKind.audit)
            for (name, _, visitor, *_), site in zip(CASES, scenario.sites, strict=True)
        ]
        run = RunFolder.create(folder / "run")
        try:
            asyncio.run(run_visits(run, scenario, tasks, 2, lambda _: None))
        finally:
            run.release()
        yield Made({name: read_visit(run, name) for name in NAMES})


def plan(name: str, visitor: Visitor) -> PlannedVisit:
    return PlannedVisit(
        visit=name,
        site=name,
        platform=None if visitor is Visitor.no_account else name,
        visitor=visitor,
        cookie_mode=CookieMode.allowed,
        consent=Consent.ignore,
        repeat=1,
    )


@pytest.mark.parametrize(("name", "proof", "visitor", "reason", "attempts"), CASES, ids=NAMES)
def test_outcome_and_attempts(made: Made, name: str, proof: str, visitor: Visitor, reason: str, attempts: int) -> None:
    visit = made.visits[name].visit
    assert visit.outcome is (Outcome.incomplete if reason else Outcome.complete), visit.reason
    assert visit.reason[: len(reason)] == reason
    assert bool(visit.reason) is bool(reason)
    assert (visit.attempt, len(visit.earlier)) == (attempts, attempts - 1)
    assert all(text.startswith((LOST, UNREACHED)) for text in visit.earlier)


def test_no_logged_out_traffic_is_filed_under_logged_in(made: Made) -> None:
    """Nor the other way round. The servers say what it was; a complete visit holds only what it says it does."""
    said = {Visitor.logged_in: {"in"}, Visitor.logged_out: {"none"}, Visitor.no_account: {"none"}}
    seen = 0
    for name, _, visitor, *_ in CASES:
        if made.visits[name].visit.outcome is Outcome.complete:
            assert made.widgets(name) == list(said[visitor]) * WIDGETS, name
            seen += 1
    assert seen == 7
    # The others would have been: each holds traffic of another state than its own, or no traffic.
    mixed = {name: set(made.widgets(name)) for name, _, visitor, reason, _ in CASES if reason}
    assert mixed["k3-drop"] == {"in", "out"}
    assert mixed["k1-drop-anon"] == {"in", "out", "none"}
    assert mixed["k1"] == {"out"} and mixed["k4"] == {"in", "out"}
    assert mixed["sso"] == mixed["sso2-sso"] == {"none", "in"}


def test_every_proof_is_kept_with_the_visit(made: Made) -> None:
    def proofs(name: str) -> list[tuple[str, bool, str]]:
        return [
            (p.name, p.holds, p.seen)
            for p in made.visits[name].visit.proofs
            if p.name.startswith(("state", "no_account"))
        ]

    there, absent = ("cookie sid of plain.plat.test present", "cookie sid of plain.plat.test absent")
    assert proofs("plain") == [
        ("state_before_logout", True, there),
        ("state_before", True, absent),
        ("state_after", True, absent),
        ("state_kept", True, "no answer set the cookie sid of plain.plat.test"),
    ]
    assert proofs("k6") == [("state_before", True, "element visible"), ("state_after", True, "element visible")]
    by_cookie = [name for name, proof, *_ in CASES if proof == BY_COOKIE]
    wanted = [(f"{name}: cookie sid of {name}.plat.test absent") for name in by_cookie]
    for when in ("no_account_before", "no_account_after"):
        assert [seen for name, holds, seen in proofs("plain3") if name == when and holds] == wanted


def test_reaching_the_state_leaves_nothing_running(made: Made) -> None:
    """The login's popup and service worker asked all the time; once the journey began they did not."""
    exchanges = made.visits["pop"].exchanges
    polls = [e.phase for e in exchanges if e.url.endswith("/poll")]
    assert len(polls) > 2 and set(polls) == {Phase.prepare}
    pages = [e.url for e in exchanges if e.phase is not Phase.prepare]
    assert [url for url in pages if not url.endswith("favicon.ico")] == [
        "https://www.site.test/?p=pop.plat.test",
        *(f"https://pop.plat.test/widget?{n}" for n in range(1, WIDGETS + 1)),
    ]
