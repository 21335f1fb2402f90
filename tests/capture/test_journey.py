"""Every kind of step on a real page, and what is said of one that cannot be done."""

import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from auditor.capture.browser.chromium import Chromium
from auditor.capture.journey import Journey, PythonSteps, StepFailed, load_steps, missing_secrets
from auditor.errors import InputError
from auditor.evidence import CookieMode, Phase
from auditor.scenario import (
    Click,
    CookieProof,
    Fill,
    Goto,
    Limits,
    Platform,
    Press,
    PythonStep,
    Scenario,
    Scroll,
    Select,
    Shot,
    Site,
    Step,
    Wait,
)
from auditor.scenario.states import SealedState

from .chain import WebChain

pytestmark = [pytest.mark.browser]

FORM = "https://one.test/form"
LIMITS = Limits(navigation_ms=5_000, step_ms=400)
SECRET = "hunter2-ひみつ"


class Browser:
    """A page of one browser for the whole module, through the proxy, at the form anew for each test."""

    def __init__(self, chain: WebChain, page: Page, folder: Path) -> None:
        self.chain, self.page, self.folder = chain, page, folder

    def do(self, *steps: Step, python: PythonSteps | None = None) -> Journey:
        journey = Journey(LIMITS, self.folder, python or {})
        self.chain.loop.run(journey.run(self.page, steps, "journey"))
        return journey

    def fails(self, *steps: Step, python: PythonSteps | None = None) -> str:
        with pytest.raises(StepFailed) as failed:
            self.do(*steps, python=python)
        assert SECRET not in "".join(traceback.format_exception(failed.value))
        return str(failed.value)

    def value(self, script: str) -> object:
        return self.chain.loop.run(self.page.evaluate(script))


@pytest.fixture(scope="module")
def opened(chain: WebChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("journey")

    async def start() -> tuple[Chromium, Page]:
        port = await chain.proxy.open(folder, Phase.journey)
        browser = await Chromium.start(
            mode=CookieMode.allowed,
            proxy_port=port,
            spki=chain.authority.spki,
            language="ja-JP",
            time_zone="Asia/Tokyo",
            window="1366x768",
            work=folder,
        )
        connected = await chain.playwright.chromium.connect_over_cdp(browser.endpoint)
        return browser, await connected.contexts[0].new_page()

    async def stop() -> None:
        await browser.close()
        await chain.proxy.close()

    browser, page = chain.loop.run(start())
    yield Browser(chain, page, folder)
    chain.loop.run(stop())


@pytest.fixture
def at_form(opened: Browser) -> Browser:
    opened.do(Goto(goto=FORM))
    return opened


def test_open_is_a_goto(opened: Browser) -> None:
    opened.chain.loop.run(Journey(LIMITS, opened.folder, {}).open(opened.page, FORM))
    assert (opened.page.url, opened.value("document.title")) == (FORM, "form")


def test_click_fill_press_select(at_form: Browser) -> None:
    at_form.do(Fill(fill="#name", value="花子"), Press(press="Tab", on="#name"))
    assert at_form.value("document.title") == "pressed Tab"
    # The focus went on, as it does for a person.
    assert at_form.value("document.activeElement.id") == "secret"
    at_form.do(Press(press="x"), Select(select="#choice", option="b"), Click(click="#go"))
    found = at_form.value("[...document.querySelectorAll('input, select')].map(e => e.value)")
    assert found == ["花子", "x", "b"]
    assert at_form.value("document.title") == "clicked"


def test_scroll(at_form: Browser) -> None:
    at_form.do(Scroll(scroll=300))
    at_form.chain.loop.run(at_form.page.wait_for_function("scrollY === 300"))
    at_form.do(Scroll(scroll="end"))
    at_form.chain.loop.run(at_form.page.wait_for_function("scrollY > 4000"))


def test_wait_and_screenshot(at_form: Browser) -> None:
    journey = at_form.do(Wait(wait="#go"), Wait(wait=10), Shot(screenshot="form"))
    (shot,) = journey.screenshots
    assert (shot.name, shot.file, shot.reason) == ("form", "shot-01-form.png", "")
    assert (at_form.folder / shot.file).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_python_step_gets_the_page(at_form: Browser) -> None:
    async def rename(page: Page) -> None:
        await page.evaluate("document.title = 'renamed'")

    at_form.do(PythonStep(python="rename"), python={"rename": rename})
    assert at_form.value("document.title") == "renamed"


def test_a_secret_comes_from_the_environment(at_form: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNEY_SECRET", SECRET)
    at_form.do(Fill(fill="#secret", secret_env="JOURNEY_SECRET"))
    assert at_form.value("document.querySelector('#secret').value") == SECRET


@pytest.mark.parametrize("selector", ["#nothing", "#hidden", "#go", "#choice", "!["])
def test_a_secret_is_in_no_reason_and_no_log(at_form: Browser, monkeypatch: pytest.MonkeyPatch, selector: str) -> None:
    monkeypatch.setenv("JOURNEY_SECRET", SECRET)
    reason = at_form.fails(Fill(fill=selector, secret_env="JOURNEY_SECRET"))
    assert reason == f"fill {selector}: failed"
    assert SECRET.encode() not in (at_form.chain.folder / "proxy.log").read_bytes()


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (Click(click="#nothing"), "journey.1.click: Page.click: Timeout 400ms exceeded."),
        (Click(click="!["), "journey.1.click: Page.click: "),
        (Fill(fill="#nothing", value="x"), "fill #nothing: Page.fill: Timeout 400ms exceeded."),
        (Press(press="x", on="#nothing"), "journey.1.press: Page.press: Timeout 400ms exceeded."),
        (Press(press="NoSuchKey"), 'journey.1.press: Keyboard.press: Unknown key: "NoSuchKey"'),
        (Select(select="#choice", option="c"), "journey.1.select: Page.select_option: Timeout 400ms exceeded."),
        (Wait(wait="#hidden"), "journey.1.wait: Page.wait_for_selector: Timeout 400ms exceeded."),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_a_step_that_cannot_be_done_says_which_and_why(at_form: Browser, step: Step, reason: str) -> None:
    """In one line, with its number in the journey; what came after it was not done."""
    told = at_form.fails(Wait(wait=1), step, Goto(goto="https://one.test/plain"))
    assert told[: len(reason)] == reason
    assert "\n" not in told
    assert at_form.page.url != "https://one.test/plain"


def test_an_address_that_cannot_be_opened_says_why(at_form: Browser) -> None:
    """In a tab of its own: what the error page does next is no matter of the other tests."""

    async def go() -> None:
        page = await at_form.page.context.new_page()
        try:
            await Journey(LIMITS, at_form.folder, {}).open(page, "https://nowhere.test/")
        finally:
            await page.close()

    with pytest.raises(StepFailed) as failed:
        at_form.chain.loop.run(go())
    reason = "open.0.goto: Page.goto: net::ERR_TUNNEL_CONNECTION_FAILED at https://nowhere.test/"
    assert str(failed.value) == reason


def test_a_python_step_that_fails_says_why(at_form: Browser) -> None:
    async def wrong(_: Page) -> None:
        raise KeyError("missing")

    async def lost(page: Page) -> None:
        await page.click("#nothing", timeout=50)

    async def forever(page: Page) -> None:
        await page.wait_for_timeout(60_000)

    python: PythonSteps = {"wrong": wrong, "lost": lost, "forever": forever}
    reasons = [at_form.fails(PythonStep(python=name), python=python) for name in python]
    assert reasons == [
        "python wrong: KeyError: 'missing'",
        "journey.0.python: Page.click: Timeout 50ms exceeded.",
        "journey.0.python: took longer than 0.4 s",
    ]


def test_a_screenshot_that_cannot_be_taken_is_kept_with_its_reason(at_form: Browser) -> None:
    async def shoot() -> Journey:
        page = await at_form.page.context.new_page()
        await page.close()
        journey = Journey(LIMITS, at_form.folder, {})
        await journey.shot(page, "gone")
        return journey

    (shot,) = at_form.chain.loop.run(shoot()).screenshots
    assert (shot.name, shot.file) == ("gone", "")
    assert shot.reason == "Page.screenshot: Target page, context or browser has been closed"


def scenario(*steps: Step, file: Path | None = None) -> Scenario:
    site = Site(id="a", operator="x", url="https://one.test/", journey=steps)
    return Scenario(scenario="s", sites=(site,), steps=file)


def test_load_steps_takes_the_functions_that_are_named(tmp_path: Path) -> None:
    file = tmp_path / "steps.py"
    file.write_text("async def one(page): ...\nasync def two(page): ...\nraised = 1\n")
    assert load_steps(scenario(Wait(wait=1))) == {}
    assert list(load_steps(scenario(PythonStep(python="two"), PythonStep(python="two"), file=file))) == ["two"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "python steps need a `steps` file"),
        ("def one(page): ...\n", "has no `async def one(page)`"),
        ("one = 1\n", "has no `async def one(page)`"),
        ("async def two(page): ...\n", "has no `async def one(page)`"),
        ("import no_such_module\n", "cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'"),
        ("async def one(page:\n", "cannot be loaded: SyntaxError: "),
    ],
)
def test_load_steps_refuses_what_cannot_be_called(tmp_path: Path, text: str | None, message: str) -> None:
    file = None
    if text is not None:
        file = tmp_path / "steps.py"
        file.write_text(text)
    with pytest.raises(InputError) as refused:
        load_steps(scenario(PythonStep(python="one"), file=file))
    assert message in str(refused.value)


def test_missing_secrets_names_what_the_environment_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERE", "x")
    for name in ("LACKING", "LACKING_LOGIN", "LACKING_STATE"):
        monkeypatch.delenv(name, raising=False)
    platform = Platform(
        vendor="v",
        login=(Fill(fill="#a", secret_env="LACKING_LOGIN"),),
        state=SealedState(file=Path("state.age"), passphrase_env="LACKING_STATE"),
        proof=CookieProof(cookie="c", domain="one.test"),
        visitors=("logged_in",),
    )
    steps = (Fill(fill="#a", secret_env="HERE"), Fill(fill="#a", secret_env="LACKING"))
    whole = scenario(*steps).model_copy(update={"platforms": {"p": platform}})
    assert missing_secrets(whole) == ["LACKING", "LACKING_LOGIN", "LACKING_STATE"]


def test_an_error_of_playwright_without_text_has_a_name(at_form: Browser) -> None:
    async def silent(_: Page) -> None:
        raise PlaywrightError("")

    assert at_form.fails(PythonStep(python="silent"), python={"silent": silent}) == "journey.0.python: Error"
