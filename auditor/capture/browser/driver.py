"""Playwright's driver (a Node.js process), started anew when it may have gone."""

import asyncio
from types import TracebackType
from typing import Self

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Playwright, async_playwright

from auditor.errors import CannotFinish

ASK_S = STOP_S = 5.0
STARTS = 3


def is_driver_gone(error: Exception) -> bool:
    """Whether this is how Playwright tells that its driver ended: a bare Exception (playwright/_impl/_transport)."""
    return type(error) is Exception and "reading from the driver" in str(error)


async def driver_lives(playwright: Playwright) -> bool:
    """Whether the driver still answers; the browser is not asked."""
    try:
        async with asyncio.timeout(ASK_S):
            await (await playwright.request.new_context()).dispose()
    except Exception:  # a dead driver is told by PlaywrightError or by a bare Exception
        return False
    return True


class Driver:
    """`playwright` is the running driver; one that was killed answers nothing any more."""

    playwright: Playwright

    async def __aenter__(self) -> Self:
        """Start it. Raises CannotFinish."""
        for _ in range(STARTS):
            try:
                self.playwright = await async_playwright().start()
                return self
            except Exception as error:  # nothing narrower is raised, see is_driver_gone
                if not is_driver_gone(error):
                    raise
        raise CannotFinish(f"Playwright's driver ended {STARTS} times at its start")

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        try:
            async with asyncio.timeout(STOP_S):
                await self.playwright.stop()
        except Exception as error:  # nothing narrower is raised, see is_driver_gone
            if not isinstance(error, PlaywrightError | TimeoutError | OSError) and not is_driver_gone(error):
                raise

    async def renew(self) -> None:
        """Stop this driver, alive or not, and start another. Raises CannotFinish."""
        await self.__aexit__(None, None, None)
        await self.__aenter__()
