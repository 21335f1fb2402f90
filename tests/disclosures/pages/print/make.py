"""Makes the PDF pages of the tests from the HTML beside this file, by Chromium's print to PDF. Run once by hand."""

import asyncio
from pathlib import Path

from playwright.async_api import async_playwright

from auditor.capture.browser.chromium import find_chromium

HERE = Path(__file__).parent


async def main() -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = await browser.new_page()
        for source in sorted(HERE.glob("*.html")):
            await page.goto(source.as_uri())
            await page.pdf(path=HERE.parent / f"{source.stem}.pdf", format="A4")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
