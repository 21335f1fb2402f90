"""The links of the pages a visit was on: from which page, with which words, a disclosure can be reached."""

import gzip
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from auditor.capture.browser.cdp import CdpError
from auditor.capture.browser.look import View, evaluate
from auditor.evidence import PageLinks

ANSWER_S = 2.0
READ_S = 10.0
"""How long a page may take to give all of itself."""
MAX_PAGES = 50

type Viewed = Callable[[Page], Awaitable[View]]
"""How a page that Playwright drives is addressed over our own connection."""


@cache
def script() -> str:
    """An expression whose value has the functions of page.js."""
    return Path(__file__).with_name("page.js").read_text("utf-8")


async def ask(view: View, call: str, timeout_s: float = ANSWER_S) -> Any:
    """The value of `call`, such as links(), in a world of our own in the page. Raises CdpError."""
    return await evaluate(view, f"({script()}).{call}", timeout_s)


class Links:
    """Keeps the links of each page as they were when the visit was last there."""

    def __init__(self) -> None:
        self._pages: dict[str, Mapping[str, Any]] = {}
        self.problems: list[str] = []

    async def gather(self, view: View) -> PageLinks | None:
        """Look at the page that is open; one that does not answer is noted."""
        try:
            told = await ask(view, "links()")
            links = PageLinks.model_validate(told)
        except (CdpError, ValueError) as error:
            self.problems.append(f"the links of a page could not be read: {str(error).splitlines()[0]}")
            return None
        if links.page in self._pages or len(self._pages) < MAX_PAGES:
            self._pages[links.page] = told
        return links

    def write(self, path: Path) -> None:
        """Write all pages' links, gzipped JSON."""
        with gzip.open(path, "wb", compresslevel=6) as file:
            file.write(json.dumps(list(self._pages.values())).encode())
