"""Playwright's driver (a Node.js process), started anew when it may have gone."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Playwright, async_playwright

STOP_S = 5.0


class Driver:
    """`playwright` is the running driver; one that was killed answers nothing any more."""

    playwright: Playwright

    async def __aenter__(self) -> Self:
        self.playwright = await async_playwright().start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._stop()

    async def renew(self) -> None:
        """Stop this driver, alive or not, and start another."""
        await self._stop()
        self.playwright = await async_playwright().start()

    async def _stop(self) -> None:
        with contextlib.suppress(PlaywrightError, TimeoutError, OSError):
            async with asyncio.timeout(STOP_S):
                await self.playwright.stop()
