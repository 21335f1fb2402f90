"""The plain load: one browser of Playwright's own launch, a new context for each site, no proxy, no record.

`python -m tests.bench.plain JOB` reads a job (job.py), loads every site, prints its wall time as JSON.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from playwright.async_api import Browser, Request, async_playwright

from auditor.capture.browser.chromium import find_chromium

from .job import Job, read_job


class Quiet:
    """The auditor's settle rule, from Playwright's events: nothing under way, nothing moved for so long."""

    def __init__(self) -> None:
        self.under_way: set[Request] = set()
        self.moved = time.monotonic()

    def began(self, request: Request) -> None:
        self.under_way.add(request)
        self.moved = time.monotonic()

    def ended(self, request: Request) -> None:
        self.under_way.discard(request)
        self.moved = time.monotonic()

    async def settle(self, quiet_s: float, max_s: float) -> None:
        end = time.monotonic() + max_s
        while time.monotonic() < end and (self.under_way or time.monotonic() - self.moved < quiet_s):  # noqa: ASYNC110 - polled as the proxy does
            await asyncio.sleep(0.02)


async def _load(browser: Browser, url: str, job: Job) -> None:
    context = await browser.new_context(ignore_https_errors=True, viewport={"width": 1366, "height": 768})
    quiet = Quiet()
    context.on("request", quiet.began)
    context.on("requestfinished", quiet.ended)
    context.on("requestfailed", quiet.ended)
    page = await context.new_page()
    await page.goto(url)
    await quiet.settle(job.quiet_ms / 1000, job.max_ms / 1000)
    await page.close()
    await context.close()


async def _all(job: Job) -> float:
    begun = time.monotonic()
    waiting = list(reversed(job.urls))
    address = next(iter(job.names.values()))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=[f"--host-resolver-rules=MAP *.test {address}"]
        )

        async def worker() -> None:
            while waiting:
                await _load(browser, waiting.pop(), job)

        async with asyncio.TaskGroup() as group:
            for _ in range(job.workers):
                group.create_task(worker())
        await browser.close()
    return time.monotonic() - begun


def main() -> None:
    job = read_job(Path(sys.argv[1]))
    print(json.dumps({"wall_s": asyncio.run(_all(job))}))


if __name__ == "__main__":
    main()
