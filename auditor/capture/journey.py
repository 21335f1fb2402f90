"""The steps of a journey, done as a person would, each within its time."""

import asyncio
import importlib.util
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from auditor.errors import InputError
from auditor.evidence import Screenshot
from auditor.scenario import (
    Clear,
    Click,
    Fill,
    Goto,
    Limits,
    Person,
    Press,
    PythonStep,
    Scenario,
    Scroll,
    Select,
    Shot,
    Step,
    Submit,
    Wait,
)

SLACK_S = 2.0
"""Playwright's own timeouts end a step; this much later we end Playwright (DESIGN.md 4, fact 13)."""

BESIDE = "linked"
"""What steps are called that are done in a tab of their own, beside the visit's page."""

type PythonSteps = dict[str, Callable[[Page], Awaitable[object]]]


class StepFailed(Exception):
    """A step of the journey could not be done; says which and why, in one line."""


def load_steps(scenario: Scenario) -> PythonSteps:
    """The functions of the scenario's `steps` file. Raises InputError for a missing one."""
    wanted = sorted({step.python for step in _all_steps(scenario) if isinstance(step, PythonStep)})
    if not wanted:
        return {}
    if scenario.steps is None:
        raise InputError("python steps need a `steps` file", field="steps")
    spec = importlib.util.spec_from_file_location("auditor_scenario_steps", scenario.steps)
    if spec is None or spec.loader is None:
        raise InputError("is not a Python file", file=scenario.steps, field="steps")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # a person's own code raises anything
        raise InputError(f"cannot be loaded: {type(error).__name__}: {error}", file=scenario.steps) from None
    found: PythonSteps = {}
    for name in wanted:
        if not asyncio.iscoroutinefunction(function := getattr(module, name, None)):
            raise InputError(f"has no `async def {name}(page)`", file=scenario.steps)
        found[name] = function
    return found


def missing_secrets(scenario: Scenario) -> list[str]:
    """Environment variables the scenario needs and this process does not have, sorted."""
    names = {step.secret_env for step in _all_steps(scenario) if isinstance(step, Fill) and step.secret_env}
    for state in (state for p in scenario.platforms.values() for state in p.states()):
        names |= {name for name in (state.passphrase_env, state.identity_env) if name}
    return sorted(name for name in names if name not in os.environ)


def _all_steps(scenario: Scenario) -> list[Step]:
    lists = [steps for site in scenario.sites for steps in (site.before, site.journey)]
    lists += [steps for site in scenario.sites if site.consent for steps in (site.consent.accept, site.consent.reject)]
    lists += [steps for p in scenario.platforms.values() for steps in (p.login, p.logout)]
    return [step for steps in lists for step in steps]


class Journey:
    """Does steps on a page; keeps the screenshots it takes."""

    def __init__(self, limits: Limits, folder: Path, python_steps: PythonSteps, person: Person | None = None) -> None:
        """`person` is who the visitor is where a step types one."""
        self.limits, self.folder, self.python_steps, self.person = limits, folder, python_steps, person
        self.screenshots: list[Screenshot] = []
        self.on_step: Callable[[str, Step], None] = lambda name, step: None
        self.on_clear: Callable[[str], Awaitable[None]] | None = None
        """Deletes the browser's cookies, for the step of this name."""

    async def run(
        self, page: Page, steps: Sequence[Step], what: str, after: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Do all steps in order, and `after` each. Raises StepFailed at the first that cannot be done."""
        for number, step in enumerate(steps):
            name = f"{what}.{number}.{_kind(step)}"
            self.on_step(name, step)
            try:
                async with asyncio.timeout(self._limit_s(step) + SLACK_S):
                    if isinstance(step, Clear):
                        await self._clear(name)
                    else:
                        await self._do(page, step)
            except TimeoutError:
                raise StepFailed(f"{name}: took longer than {self._limit_s(step):g} s") from None
            except PlaywrightError as error:
                raise StepFailed(f"{name}: {_first_line(error)}") from None
            if after is not None:
                await after()

    async def open(self, page: Page, url: str) -> None:
        """Open an address and wait for its load event. Raises StepFailed."""
        await self.run(page, [Goto(goto=url)], "open")

    async def shot(self, page: Page, name: str, size: tuple[int, int] | None = None) -> None:
        """A screenshot of what is to be seen, or of so much of the page (width, height in CSS px) from its top.

        One that fails is kept with its reason.
        """
        file = f"shot-{len(self.screenshots) + 1:02d}-{name}.png"
        at, reason = datetime.now(UTC), ""
        try:
            async with asyncio.timeout(self.limits.step_ms / 1000 + SLACK_S):
                await page.screenshot(
                    path=self.folder / file,
                    timeout=self.limits.step_ms,
                    animations="allow",
                    full_page=size is not None,
                    clip={"x": 0, "y": 0, "width": size[0], "height": size[1]} if size is not None else None,
                    scale="css" if size is not None else "device",
                )
        except TimeoutError:
            reason = "took too long"
        except PlaywrightError as error:
            reason = _first_line(error)
        self.screenshots.append(Screenshot(name=name, file="" if reason else file, at=at, reason=reason))

    def _limit_s(self, step: Step) -> float:
        if isinstance(step, Goto):
            return self.limits.navigation_ms / 1000
        if isinstance(step, Wait) and isinstance(step.wait, int):
            return step.wait / 1000 + 1
        return self.limits.step_ms / 1000

    async def _do(self, page: Page, step: Step) -> None:
        limit = self.limits.step_ms
        match step:
            case Goto(goto=url):
                await page.goto(url, timeout=self.limits.navigation_ms)
            case Click(click=selector) | Submit(submit=selector):
                await page.click(selector, timeout=limit)
                await page.wait_for_load_state("load", timeout=limit)
            case Fill(fill=selector, secret_env=secret_env):
                await self._fill(page, selector, self._text(step), secret=secret_env is not None)
            case Press(press=key, on=None):
                await page.keyboard.press(key)
            case Press(press=key, on=str(selector)):
                await page.press(selector, key, timeout=limit)
            case Select(select=selector, option=option):
                await page.select_option(selector, option, timeout=limit)
            case Scroll(scroll="end"):
                await page.keyboard.press("End")
            case Scroll(scroll=int(pixels)):
                await page.mouse.wheel(0, pixels)
            case Wait(wait=int(milliseconds)):
                await page.wait_for_timeout(milliseconds)
            case Wait(wait=str(selector)):
                await page.wait_for_selector(selector, state="visible", timeout=limit)
            case Shot(screenshot=name):
                await self.shot(page, name)
            case PythonStep(python=name):
                await self._call(page, name)

    def _text(self, step: Fill) -> str:
        """What a `fill` types. Raises StepFailed where there is no person."""
        if step.secret_env:
            return os.environ.get(step.secret_env, "")
        if step.person is None:
            return step.value or ""
        if self.person is None:
            raise StepFailed(f"fill {step.fill}: the visit has no person")
        return self.person.value(step.person)

    async def _clear(self, name: str) -> None:
        if self.on_clear is None:
            raise StepFailed(f"{name}: there is no browser of the visit's own")
        await self.on_clear(name)

    async def _fill(self, page: Page, selector: str, text: str, *, secret: bool) -> None:
        try:
            await page.fill(selector, text, timeout=self.limits.step_ms)
        except PlaywrightError as error:
            # Playwright's message quotes the text it was to type.
            raise StepFailed(f"fill {selector}: {'failed' if secret else _first_line(error)}") from None

    async def _call(self, page: Page, name: str) -> None:
        try:
            await self.python_steps[name](page)
        except (PlaywrightError, TimeoutError):
            raise
        except Exception as error:  # a person's own code raises anything
            raise StepFailed(f"python {name}: {type(error).__name__}: {error}") from None


def _kind(step: Step) -> str:
    return next(iter(type(step).model_fields))


def _first_line(error: PlaywrightError) -> str:
    return error.message.strip().splitlines()[0] if error.message.strip() else type(error).__name__
