"""Finds a site's disclosure in the real browser: from its page over links, each a real click, a few pages deep.

Every page that may be it is kept as rendered; which one it is, and what it says, is read from the evidence
later (auditor.disclosures). The clicks are the evidence for "easily reachable" (施行規則22条の2の28③一).
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from auditor.capture.browser.cdp import CdpError
from auditor.capture.browser.look import View
from auditor.capture.disclosure.delegated import delegated_links
from auditor.capture.disclosure.links import READ_S, Links, Viewed, ask
from auditor.capture.journey import Journey, StepFailed
from auditor.disclosures.vocabulary import load_vocabulary
from auditor.disclosures.wording import names_any
from auditor.evidence import Operation, PageLink
from auditor.scenario import Goto

MAX_PAGES = 8
MAX_OPENED = 20
NARROW_PX = 360
OPEN_MS = 1_000
MAX_SHOT_PX = 4_000, 16_000
"""Width and height; far longer pictures may repeat what they show (github.com/puppeteer/puppeteer/issues/1576)."""
ROUNDS, ROUND_S = 60, 0.05
"""How often, and how far apart, it is asked where a click has led."""

_INTERRUPTED = "interrupted by another navigation"

type Settle = Callable[[], Awaitable[object]]


class Finder:
    """Walks from the site's page to what may be its disclosure; writes the pages into the visit's folder."""

    def __init__(self, journey: Journey, links: Links, folder: Path, context: BrowserContext, view: Viewed) -> None:
        self._journey, self._links, self._folder = journey, links, folder
        self._context, self._view = context, view
        self._pages: list[dict[str, Any]] = []
        self._seen: set[str] = set()
        self._opened = False
        """Parts of the open page were opened: before a click it is loaded anew, as a person finds it."""

    async def find(self, page: Page, operations: int, settle: Settle) -> None:
        """Look for it from the open page, at most this many clicks away. A page that does not open is noted."""
        start = page.url
        # It may stand on the site's page itself.
        here = await self.keep(page, certain=False)
        self._seen.add(urldefrag(start).url)
        ways: list[tuple[str, tuple[Operation, ...], PageLink, bool]] = [
            (start, (), link, certain) for link, certain in _candidates(here or ())
        ]
        while ways and len(self._pages) < MAX_PAGES:
            origin, before, link, certain = ways.pop(0)
            target = urldefrag(link.url).url
            if target in self._seen:
                continue
            self._seen.add(target)
            try:
                landed, path = await self._click(page, origin, before, link, settle)
            except StepFailed as error:
                self._pages.append({"address": link.url, "certain": certain, "problem": str(error)})
                continue
            there = await self.keep(landed, path, certain=certain)
            if len(path) < operations and there is not None:
                more = [(landed.url, path, found, sure) for found, sure in _candidates(there)]
                # What names a disclosure comes before what only may hold one.
                ways = sorted([*ways, *more], key=lambda way: (not way[3], len(way[1])))
            if landed is not page:
                await landed.close()
        left = {urldefrag(link.url).url for _, _, link, _ in ways} - self._seen
        for target in sorted(left):
            self._pages.append({"address": target, "problem": f"not opened: more than {MAX_PAGES} pages"})

    async def keep(
        self, page: Page, path: tuple[Operation, ...] = (), *, certain: bool = True
    ) -> tuple[PageLink, ...] | None:
        """Keep the open page as rendered, its closed parts opened; its links, None when it could not be read."""
        number = len(self._pages) + 1
        found: dict[str, Any] = {"address": page.url, "path": [o.model_dump() for o in path], "certain": certain}
        self._pages.append(found)
        try:
            view = await self._view(page)
            links = await self._links.gather(view)
            await ask(view, "remember()", READ_S)
            found["opened"] = await self._open_parts(page, view)
            self._opened = found["opened"] > 0
            # The picture has no scrollbar: what stands where is measured without it, too.
            async with _no_scrollbars(view):
                copy = await ask(view, "copy()", READ_S)
                await self._journey.shot(page, f"disclosure-{number:02d}", await _size(view))
            found["screenshot"] = self._journey.screenshots[-1].file
            found |= {"title": copy["title"], "viewport": copy["viewport"], "file": f"page-{number:02d}.html"}
            (self._folder / found["file"]).write_text(copy["html"], "utf-8", "surrogatepass")
            found["overflow_px"] = await _overflow(view)
        except CdpError as error:
            found["problem"] = str(error)
            return None
        return links.links if links is not None else None

    async def links_of_rows(self, folders: tuple[Path, ...]) -> tuple[str, ...]:
        """The addresses that rows of the kept pages link to, each once; `folders` are further vendor files."""
        found: dict[str, None] = {}
        for kept in [kept for kept in self._pages if "file" in kept and "problem" not in kept]:
            html = (self._folder / kept["file"]).read_text("utf-8", "replace")
            found |= dict.fromkeys(await delegated_links(html, kept["address"], folders))
        return tuple(found)

    def write(self, path: Path) -> None:
        """Write the index of the pages."""
        path.write_text(json.dumps(self._pages, ensure_ascii=True))

    async def _click(
        self, page: Page, origin: str, before: tuple[Operation, ...], link: PageLink, settle: Settle
    ) -> tuple[Page, tuple[Operation, ...]]:
        """Click the link on its page, a menu opened first where it stands in a closed one; the page it leads to."""
        if page.url != origin or self._opened:
            await self._return(page, origin)
            self._opened = False
        opened: tuple[Operation, ...] = ()
        if not link.shown:
            opened = await self._open_menu(page, link)
        windows: list[Page] = []

        def opens(window: Page) -> None:
            windows.append(window)

        self._context.on("page", opens)
        try:
            await page.click(link.selector, timeout=self._journey.limits.step_ms)
            landed = await _landed(page, origin, windows)
            await landed.wait_for_load_state("load", timeout=self._journey.limits.navigation_ms)
        except PlaywrightError as error:
            # What cannot be clicked can still be read; no operation of a person led there.
            first = error.message.strip().splitlines()[0] if error.message.strip() else type(error).__name__
            self._links.problems.append(f"a link could not be clicked ({link.text[:40]}): {first}")
            await self._journey.run(page, [Goto(goto=link.url)], "find")
            return page, (*before, Operation(action="goto", text=link.text, url=page.url))
        finally:
            self._context.remove_listener("page", opens)
        await settle()
        done = Operation(action="click", text=link.text, selector=link.selector, url=landed.url)
        return landed, (*before, *opened, done)

    async def _return(self, page: Page, url: str) -> None:
        """Open a page anew. The browser's error page, where the last click led nowhere, may interrupt it once."""
        try:
            await self._journey.run(page, [Goto(goto=url)], "find")
        except StepFailed as error:
            if _INTERRUPTED not in str(error):
                raise
            await self._journey.run(page, [Goto(goto=url)], "find")

    async def _open_menu(self, page: Page, link: PageLink) -> tuple[Operation, ...]:
        """Open closed parts until the link is to be seen; what had to be opened, () when none helped."""
        view = await self._view(page)
        for part in (await ask(view, "closed()"))[:MAX_OPENED]:
            with contextlib.suppress(PlaywrightError):
                await page.click(part["selector"], timeout=OPEN_MS)
                if await page.is_visible(link.selector):
                    return (Operation(action="open", text=part["text"], selector=part["selector"], url=page.url),)
        return ()

    async def _open_parts(self, page: Page, view: View) -> int:
        """Open what is closed; a click that leads to another page is taken back."""
        opened, address = 0, page.url
        for part in (await ask(view, "closed()"))[:MAX_OPENED]:
            with contextlib.suppress(PlaywrightError):
                await page.click(part["selector"], timeout=OPEN_MS)
                opened += 1
            if urldefrag(page.url).url != urldefrag(address).url:
                with contextlib.suppress(StepFailed):  # then the page that is open is the one that is kept
                    await self._journey.run(page, [Goto(goto=address)], "find")
                return opened
        return opened


async def _landed(page: Page, origin: str, windows: list[Page]) -> Page:
    """Where a click led: a window it opened, else the page itself; one that changes nothing is waited for in vain."""
    for _ in range(ROUNDS):
        if windows and windows[0].url not in ("", "about:blank"):
            return windows[0]
        if not windows and page.url != origin:
            return page
        await asyncio.sleep(ROUND_S)
    return windows[0] if windows else page


def _candidates(links: tuple[PageLink, ...]) -> list[tuple[PageLink, bool]]:
    """Links that may lead to a disclosure, those that name one first, those to be seen first; each address once."""
    vocabulary = load_vocabulary()
    found: dict[str, tuple[PageLink, bool]] = {}
    for link in links:
        certain = vocabulary.is_title(link.text) or any(slug in link.url.lower() for slug in vocabulary.slugs)
        if not certain and not names_any(link.text, vocabulary.may_hold):
            continue
        known = found.get(urldefrag(link.url).url)
        if known is None or (certain, link.shown) > (known[1], known[0].shown):
            found[urldefrag(link.url).url] = (link, certain)
    return sorted(found.values(), key=lambda each: (not each[1], not each[0].shown))


@contextlib.asynccontextmanager
async def _window(view: View, width: int, height: int) -> AsyncIterator[None]:
    """The page in a window of this size, for as long as it lasts (CDP Emulation). Raises CdpError."""
    size = {"width": width, "height": height, "deviceScaleFactor": 0, "mobile": False}
    await view.client.send("Emulation.setDeviceMetricsOverride", size, view.session)
    try:
        yield
    finally:
        with contextlib.suppress(CdpError):
            await view.client.send("Emulation.clearDeviceMetricsOverride", {}, view.session)


@contextlib.asynccontextmanager
async def _no_scrollbars(view: View) -> AsyncIterator[None]:
    """The page without scrollbars, for as long as it lasts (CDP Emulation). Raises CdpError."""
    width, height = await ask(view, "inner()")
    await view.client.send("Emulation.setScrollbarsHidden", {"hidden": True}, view.session)
    try:
        # Hidden they are only at the next layout: a window one px lower brings it.
        async with _window(view, int(width), max(1, int(height) - 1)):
            yield
    finally:
        with contextlib.suppress(CdpError):
            await view.client.send("Emulation.setScrollbarsHidden", {"hidden": False}, view.session)


async def _size(view: View) -> tuple[int, int]:
    """How much of the page a picture shows: all of it, up to what Chromium draws. Raises CdpError."""
    width, height = await ask(view, "size()")
    return min(int(width), MAX_SHOT_PX[0]), min(int(height), MAX_SHOT_PX[1])


async def _overflow(view: View) -> int:
    """How far the page scrolls sideways in a window as narrow as a telephone's. Raises CdpError."""
    async with _window(view, NARROW_PX, 740):
        await asyncio.sleep(0.2)
        return max(0, int((await ask(view, "size()"))[0]) - NARROW_PX)
