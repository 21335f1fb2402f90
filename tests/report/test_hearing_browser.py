"""The hearing sheet's page in a real Chromium: nothing runs, nothing is fetched, no width overflows."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from auditor.report.hearing import write_hearing
from auditor.report.inputs import RunResult

from .factory import run_result
from .hostile import hostile_result
from .test_html_browser import CHROMIUM

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium"),
    # Playwright's own subprocess transport is collected after its loop; nothing of ours
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FACTS = """() => ({
    wide: document.documentElement.scrollWidth,
    styled: getComputedStyle(document.body).fontFamily.includes('Hiragino'),
    japanese: getComputedStyle(document.querySelector('h1 span[lang=ja]')).display,
    english: getComputedStyle(document.querySelector('h1 span[lang=en]')).display,
})"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("result", [run_result(), hostile_result()], ids=["plain", "hostile"])
async def test_the_page_does_nothing_and_fits(tmp_path: Path, result: RunResult, width: int) -> None:
    page_file, _ = write_hearing(result, tmp_path)
    requests: list[str] = []
    said: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": 900})
        page.on("request", lambda r: requests.append(r.url))
        page.on("console", lambda m: said.append(m.text))
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on("dialog", lambda d: said.append(d.message))
        await page.goto(page_file.as_uri())
        for lang, shown in (("en", ("none", "inline")), ("ja", ("inline", "none"))):
            await page.click(f"label[for=lang-{lang}]")
            facts = await page.evaluate(FACTS)
            assert facts == {"wide": width, "styled": True, "japanese": shown[0], "english": shown[1]}
        await page.click("a.ref >> nth=0")
        assert page.url == f"{page_file.as_uri()}#e1"
        await browser.close()
    assert requests == [page_file.as_uri()]
    assert said == []
