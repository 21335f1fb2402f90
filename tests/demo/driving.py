"""A small runner of the demo scenario without the auditor's capture: a browser that reaches the demo web itself."""

import asyncio
import importlib.util
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import BrowserContext, Page, async_playwright

from auditor import scenario as sc

CHROMIUM = Path("/usr/lib/chromium/chromium")


@asynccontextmanager
async def browser(profile: Path, port: int, *, block: bool) -> AsyncIterator[BrowserContext]:
    """Chromium on a profile of its own, third-party cookies sent or blocked, every name resolved to the demo web."""
    preferences = {"profile": {"cookie_controls_mode": int(block), "block_third_party_cookies": block}}
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
    arguments = [f"--host-resolver-rules=MAP * 127.0.0.1:{port}", "--ignore-certificate-errors", "--disable-quic"]
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            chromium_sandbox=os.geteuid() != 0,
            args=arguments,
            headless=True,
            locale="ja-JP",
        )
        try:
            yield context
        finally:
            await context.close()


async def run_steps(page: Page, steps: tuple[sc.Step, ...], file: Path | None = None) -> None:
    for step in steps:
        match step:
            case sc.Goto(goto=url):
                await page.goto(url)
            case sc.Click(click=selector):
                await page.click(selector)
            case sc.Fill(fill=selector, value=value, secret_env=name):
                await page.fill(selector, value if value is not None else os.environ[name or ""])
            case sc.Press(press=key, on=selector):
                await page.press(selector or "body", key)
            case sc.Select(select=selector, option=option):
                await page.select_option(selector, option)
            case sc.Scroll():
                await page.mouse.wheel(0, 5000)
            case sc.Wait(wait=str() as selector):
                await page.locator(selector).first.wait_for()
            case sc.Wait(wait=int() as duration_ms):
                await asyncio.sleep(duration_ms / 1000)
            case sc.PythonStep(python=name):
                assert file is not None
                spec = importlib.util.spec_from_file_location("demo_steps", file)
                assert spec is not None and spec.loader is not None
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                await getattr(module, name)(page)


async def visit(context: BrowserContext, site: sc.Site, steps_file: Path | None, quiet_s: float = 1.5) -> None:
    page = await context.new_page()
    await page.goto(site.url)
    await run_steps(page, site.journey, steps_file)
    await asyncio.sleep(quiet_s)
    await page.close()
    await asyncio.sleep(0.5)
