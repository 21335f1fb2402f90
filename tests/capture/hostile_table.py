"""What a visit to each hostile page must end as: the short tests and the long run read the same table."""

from typing import NamedTuple

from playwright.async_api import Page

from auditor.capture.journey import PythonSteps
from auditor.scenario import Click, Goto, PythonStep, Step, Wait

from .hostile_web import HOST


class Case(NamedTuple):
    """One visit: where, what is done there, and how it must end."""

    url: str
    outcome: str
    code: str
    journey: tuple[Step, ...] = ()


def at(path: str) -> str:
    return f"https://{HOST}{path}"


async def crash(page: Page) -> None:
    await page.goto("chrome://crash")


async def leave(page: Page) -> None:
    await page.close()


STEPS: PythonSteps = {"crash": crash, "leave": leave}
STEPS_FILE = """
async def crash(page):
    await page.goto("chrome://crash")


async def leave(page):
    await page.close()
"""

CASES = {
    # One that does harm, then one that must not be harmed by it.
    "redirects": Case(at("/again"), "failed", "redirect_loop"),
    "plain": Case(at("/plain"), "complete", ""),
    "refresh": Case(at("/refresh"), "failed", "redirect_loop"),
    "wide-headers": Case(at("/wide"), "complete", ""),
    "location": Case(at("/location"), "failed", "redirect_loop"),
    "moves-on": Case(at("/moves-on"), "complete", ""),
    "endless-html": Case(at("/endless-html"), "incomplete", "body_endless"),
    "large": Case(at("/large"), "complete", ""),
    "endless-image": Case(at("/image"), "incomplete", "load_timeout|body_endless"),
    "cookies": Case(at("/cookies"), "complete", "", (Wait(wait="html[data-done]"),)),
    "drip": Case(at("/drip"), "incomplete", "body_endless"),
    "stays": Case(at("/stay"), "complete", "", (Click(click="button"), Goto(goto=at("/plain")))),
    "drip-image": Case(at("/slow-image"), "incomplete", "load_timeout"),
    "print": Case(at("/print"), "complete", ""),
    "bomb": Case(at("/bomb"), "incomplete", "decompression_bomb"),
    "unasked": Case(at("/unasked"), "complete", ""),
    "fetches": Case(at("/fetches"), "incomplete", "request_flood"),
    "opens": Case(at("/opens"), "complete", "", tuple(Click(click="button") for _ in range(8))),
    "at-once": Case(at("/fetches-at-once"), "incomplete", "request_flood"),
    "links": Case(at("/blank-links"), "complete", "", tuple(Click(click="a") for _ in range(6))),
    "opens-and-closes": Case(
        at("/opens-and-closes"),
        "complete",
        "",
        tuple(s for _ in range(7) for s in (Click(click="button"), Wait(wait=300))),
    ),
    "beacons": Case(at("/beacons"), "incomplete", "request_flood"),
    "saves": Case(at("/saves"), "complete", ""),
    "too-wide-headers": Case(at("/too-wide"), "failed", "browser_refused"),
    "asks": Case(at("/asks"), "complete", ""),
    "alerts": Case(at("/alerts"), "incomplete", "dialog_loop"),
    "closes": Case(at("/closes"), "complete", ""),
    "questions": Case(at("/questions"), "incomplete", "dialog_loop"),
    "nested": Case(at("/nested"), "complete", ""),
    "file": Case(at("/attachment"), "failed", "download"),
    "tall": Case(at("/tall"), "complete", ""),
    "password": Case(at("/basic"), "failed", "http_auth"),
    "console": Case(at("/console"), "complete", ""),
    "busy": Case(at("/busy"), "incomplete", "page_hung"),
    "bytes": Case(at("/bytes"), "complete", ""),
    "busy-later": Case(at("/busy-later"), "incomplete", "page_hung"),
    "hog": Case(at("/hog"), "incomplete", "memory", (Wait(wait=60_000),)),
    "crash": Case(at("/plain"), "incomplete", "page_crashed", (PythonStep(python="crash"),)),
    "gone": Case(at("/plain"), "incomplete", "page_closed", (PythonStep(python="leave"),)),
    "leaves": Case(at("/leaves"), "failed", "empty_page"),
    "silence": Case(at("/silence"), "failed", "unreachable"),
    "silent": Case("https://silent.test/", "failed", "unreachable"),
    "expired": Case("https://expired.test/", "failed", "certificate"),
    "wrong-host": Case("https://wrong-host.test/", "failed", "certificate"),
    "self-signed": Case("https://self-signed.test/", "failed", "certificate"),
    "bot-wall": Case(at("/forbidden"), "failed", "bot_wall"),
    "captcha": Case(at("/captcha"), "failed", "captcha"),
    "login": Case(at("/members"), "failed", "login_wall"),
    "maintenance": Case(at("/maintenance"), "failed", "error_page"),
    "soft-error": Case(at("/soft-error"), "failed", "error_page"),
    "nothing": Case(at("/nothing"), "failed", "empty_page"),
    "after-all": Case(at("/plain"), "complete", ""),
}
