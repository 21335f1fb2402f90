"""Opens what a disclosure's rows link to, the recipients' policies and ways out, and keeps it as it answered.

It is the last thing a visit to a disclosure does, with an index of its own: what is on other companies' pages, and
what it does to the visit, costs nothing of the disclosure itself (GL解説; 施行規則22条の2の28①一).
"""

import asyncio
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext

from auditor.capture.browser.cdp import CdpError
from auditor.capture.disclosure.links import READ_S, Viewed, ask
from auditor.capture.journey import BESIDE, Journey, StepFailed
from auditor.scenario import Goto

MAX_LINKED = 40
LINKED_S = 15.0
"""How long a linked page may take to load; a recipient's page is often slow, never worth the visit."""

_UNREACHED = re.compile(r"net::ERR_(?!ABORTED|PROXY_|INTERNET_DISCONNECTED|NETWORK_CHANGED)\w+")
"""What Chromium says of an address that cannot be loaded (net_error_list.h), without what is our own doing."""


async def follow(
    urls: Iterable[str], context: BrowserContext, journey: Journey, view: Viewed, index: Path, seconds: float
) -> None:
    """Open each address, as long as there is time, and write the index; what is not opened is noted.

    Each in a tab of its own: the browser's error page, which comes after a failed navigation, would interrupt the next.
    The index is there from the beginning on: it says that what came before was done.
    """
    _write([], index)
    until = asyncio.get_running_loop().time() + seconds
    found: list[dict[str, Any]] = []
    for number, url in enumerate(urls, 1):
        left = min(until - asyncio.get_running_loop().time(), LINKED_S)
        if number > MAX_LINKED or left <= 0:
            why = f"more than {MAX_LINKED} links" if number > MAX_LINKED else "no time was left"
            found.append({"asked": url, "address": url, "problem": f"not opened: {why}"})
        else:
            one = _Linked(context, journey, view, index.parent, number)
            found.append({"asked": url, "address": url, **await one.open(url, left)})
        _write(found, index)


def _write(found: list[dict[str, Any]], path: Path) -> None:
    path.write_text(json.dumps(found, ensure_ascii=True))


class _Linked:
    """One linked page."""

    def __init__(self, context: BrowserContext, journey: Journey, view: Viewed, folder: Path, number: int) -> None:
        self._context, self._journey, self._view = context, journey, view
        self._folder, self._name = folder, f"linked-{number:02d}"

    async def open(self, url: str, seconds: float) -> dict[str, Any]:
        """What it shows; where it cannot be looked at, why, and the browser's own error if that is the reason."""
        tab = await self._context.new_page()
        try:
            async with asyncio.timeout(seconds):
                await self._journey.run(tab, [Goto(goto=url)], BESIDE)
            copy = await ask(await self._view(tab), "copy()", READ_S)
            file = f"{self._name}.html"
            (self._folder / file).write_text(copy["html"], "utf-8", "surrogatepass")
            await self._journey.shot(tab, self._name)
            shot = self._journey.screenshots[-1].file
            return {"address": tab.url, "title": copy["title"], "file": file, "screenshot": shot}
        except TimeoutError:
            return {"problem": "took too long"}
        except (StepFailed, CdpError) as error:
            unreached = _UNREACHED.search(str(error))
            return {"problem": str(error), "error": unreached.group() if unreached else ""}
        finally:
            await tab.close()
