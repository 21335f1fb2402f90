"""Steps of the demo scenarios that their YAML names by `python:`."""

from playwright.async_api import Page


async def search_portal(page: Page) -> None:
    """Search the portal for tea cups and wait for what it found."""
    await page.locator("html[data-sagasu=idle][data-renraku=idle][data-yomitoki=idle] #q").wait_for()
    await page.locator("#q").fill("湯のみ")
    await page.locator("#go").click()
    await page.locator("#results").wait_for()


async def ask_for_notices(page: Page) -> None:
    """Click the button in ワク's frame and wait for what came of it."""
    await page.frame_locator("iframe[title=ワク]").locator("#box").click()
    await page.locator("html[data-waku]").wait_for()
