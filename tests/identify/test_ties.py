"""The same identifier before the login, while logged in, after the logout."""

from auditor.evidence import Exchange, Phase, StepDone, VisitEvidence, Visitor
from auditor.identify import Tie
from auditor.scenario import ElementProof, Platform, Scenario
from tests.identify.build import SCENARIO, SITE, at, cookie, evidence, exchange, identified, load, twin_of

ONE, TWO = "4f1c09ab7d2e8a60", "9b3e75d1c02f46a8"
OUT = "member=; Max-Age=0"


def visit(*, logout: bool, proof: bool = True, steps: tuple[StepDone, ...] = ()) -> VisitEvidence:
    member = "; member=m1" if proof else ""
    given = ["member=m1; Max-Age=31536000"] if proof else []

    def to(number: int, path: str, seconds: float, cookies: str, lines: list[str] | None = None) -> Exchange:
        url = f"https://hiroba.test/{path}"
        return exchange(number, url, seconds, cookie=cookies, set_cookie=lines or [], phase=Phase.prepare)

    exchanges = [
        to(1, "in", -20, "", [f"hid={ONE}; Max-Age=31536000"]),
        to(2, "in", -15, f"hid={ONE}", given),
        to(3, "home", -14, f"hid={ONE}{member}"),
    ]
    if logout:
        exchanges.append(to(4, "out", -8, f"hid={ONE}{member}", [OUT] if proof else []))
    after = "" if logout or not proof else member
    exchanges += [load(5, "/", 0), exchange(6, "https://hiroba.test/like", 1, cookie=f"hid={ONE}{after}")]
    own = cookie("hid", ONE, "hiroba.test", set_by="r00001", set_at=at(-19.95))
    visitor = Visitor.logged_out if logout else Visitor.logged_in
    return evidence("v1", exchanges, cookies=[own], steps=steps, platform="hiroba", visitor=visitor)


def ties(one: VisitEvidence, scenario: Scenario | None = SCENARIO) -> tuple[Tie, ...]:
    found = identified(one, twin_of(one, ONE, TWO), scenario=scenario)
    return next(i.ties for i in found.identifiers if i.value == ONE)


def test_logged_out() -> None:
    (tie,) = ties(visit(logout=True))
    assert (tie.platform, tie.visit) == ("hiroba", "v1")
    assert tie.before == ("v1/r00002",)  # the login itself goes out before the account is there
    assert tie.during == ("v1/r00003", "v1/r00004")
    assert tie.after == ("v1/r00006",)


def test_logged_in() -> None:
    (tie,) = ties(visit(logout=False))
    assert (tie.before, tie.during, tie.after) == (("v1/r00002",), ("v1/r00003", "v1/r00006"), ())


def test_by_the_steps_where_an_element_proves_the_state() -> None:
    told = ElementProof(goto="https://hiroba.test/me", element="#me")
    platform = Platform.model_validate(SCENARIO.platforms["hiroba"].model_dump() | {"proof": told.model_dump()})
    scenario = SCENARIO.model_copy(update={"platforms": {"hiroba": platform}})
    steps = (
        StepDone(name="login.0.goto", kind="goto", at=at(-21)),
        StepDone(name="login.1.click", kind="click", at=at(-14.5)),
        StepDone(name="login.2.wait", kind="wait", at=at(-14.2)),
        StepDone(name="logout.0.goto", kind="goto", at=at(-10)),
        StepDone(name="logout.1.click", kind="click", at=at(-7)),
        StepDone(name="logout.2.wait", kind="wait", at=at(-6)),
        StepDone(name="open.0.goto", kind="goto", at=at(-1)),
    )
    (tie,) = ties(visit(logout=True, proof=False, steps=steps), scenario)
    assert (tie.before, tie.during, tie.after) == (("v1/r00002",), ("v1/r00004",), ("v1/r00006",))
    assert ties(visit(logout=True, proof=False), scenario) == ()


def test_nothing_is_said_without_an_account() -> None:
    assert ties(visit(logout=True), None) == ()
    nobody = evidence(
        "v1",
        [load(1, "/", 0), exchange(2, f"{SITE}/own", 1, cookie=f"hid={ONE}"), load(3, "/item", 9, cookie=f"hid={ONE}")],
        cookies=[cookie("hid", ONE)],
    )
    assert ties(nobody) == ()
