"""The report with hostile text in every field, opened in a real Chromium: nothing runs, nothing is fetched."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from auditor.report import write_reports
from auditor.report.inputs import RunResult

from .factory import run_result
from .hostile import PAYLOADS, hostile_result

CHROMIUM = Path("/usr/lib/chromium/chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium"),
    # Playwright's own subprocess transport is collected after its loop; nothing of ours
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Seen:
    """What the page did."""

    def __init__(self) -> None:
        self.dialogs: list[str] = []
        self.requests: list[str] = []
        self.console: list[str] = []
        self.facts: dict[str, object] = {}


async def opened(result: RunResult, folder: Path, width: int) -> Seen:
    page_file = write_reports(result, folder).page
    seen = Seen()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": 900})
        page.on("request", lambda r: seen.requests.append(r.url))
        page.on("console", lambda m: seen.console.append(m.text))
        page.on("pageerror", lambda e: seen.console.append(str(e)))

        async def dismiss(dialog: object) -> None:
            seen.dialogs.append(str(dialog))
            await dialog.dismiss()  # type: ignore[attr-defined]

        page.on("dialog", dismiss)
        await page.goto(page_file.as_uri())
        for lang in ("en", "ja"):
            await page.click(f"label[for=lang-{lang}]")
        await page.mouse.move(200, 400)
        await page.wait_for_timeout(300)
        seen.facts = await page.evaluate(
            """() => ({
                url: location.href,
                title: document.title,
                wide: document.documentElement.scrollWidth,
                japanese: getComputedStyle(document.querySelector('span[lang=ja]')).display,
                english: getComputedStyle(document.querySelector('span[lang=en]')).display,
                styled: getComputedStyle(document.body).fontFamily.includes('Hiragino'),
                text: document.body.innerText,
            })"""
        )
        await browser.close()
    assert seen.requests == [page_file.as_uri()]
    assert seen.facts["url"] == page_file.as_uri()
    return seen


@pytest.mark.parametrize("width", [1280, 390])
async def test_hostile_text_does_nothing(tmp_path: Path, width: int) -> None:
    seen = await opened(hostile_result(), tmp_path, width)
    assert seen.dialogs == []
    assert seen.console == []
    assert seen.facts["styled"] is True
    assert seen.facts["wide"] == width
    text = str(seen.facts["text"])
    for payload in PAYLOADS[:10]:
        assert payload in text


async def test_one_language_is_shown(tmp_path: Path) -> None:
    seen = await opened(run_result(), tmp_path, 1280)
    assert (seen.facts["japanese"], seen.facts["english"]) == ("inline", "none")
    assert seen.console == []
