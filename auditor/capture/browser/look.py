"""The page as it is to be seen at the end: title and rendered HTML, bounded in time and size.

Read through the auditor's own connection, in an isolated world that the page cannot notice: Playwright's
`title()` and `content()` have no timeout and no limit of size (DESIGN.md 4, fact 13).
"""

import asyncio
from pathlib import Path
from typing import Any, NamedTuple

from auditor.capture.browser.cdp import CdpClient, CdpError, CdpTimeout
from auditor.store.run import DOCUMENT_FILE

LOOK_S = 5.0
MAX_CHARACTERS = 16 << 20

_READ = """(() => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "";
  const html = type + (document.documentElement ? document.documentElement.outerHTML : "");
  return [document.title.slice(0, 10000), html.length, html.slice(0, %d)];
})()"""


class View(NamedTuple):
    """The main frame of a page, as CDP addresses it."""

    client: CdpClient
    session: str
    frame: str


class Seen(NamedTuple):
    """What was read; `problems` says what was not."""

    title: str
    problems: list[str]


async def answers(view: View, timeout_s: float) -> bool:
    """Whether the page's main thread answers within this time. Raises CdpError when the page has gone.

    A page on its way to an address that does not answer is not asked by the browser: the journey there is given up.
    """
    for _ in range(2):
        try:
            await evaluate(view, "1", timeout_s / 2)
            return True
        except CdpTimeout:
            view.client.send_soon("Page.stopLoading", {}, view.session)
    return False


async def look(view: View, folder: Path) -> Seen:
    """Keep the rendered HTML in `folder`; what a hostile page does not give in time is named."""
    until = asyncio.get_running_loop().time() + LOOK_S
    while True:
        try:
            title, length, html = await evaluate(view, _READ % MAX_CHARACTERS, LOOK_S)
            break
        except CdpError as error:
            # A page that goes elsewhere at this moment is looked at again.
            if isinstance(error, CdpTimeout) or asyncio.get_running_loop().time() > until:
                return Seen("", [f"the rendered page could not be read: {error}"])
            await asyncio.sleep(0.1)
    (folder / DOCUMENT_FILE).write_text(html, "utf-8", "surrogatepass")
    cut = [f"the rendered page has {length} characters, {MAX_CHARACTERS} were kept"] if length > len(html) else []
    return Seen(title.encode("utf-8", "replace").decode(), cut)


async def evaluate(view: View, expression: str, timeout_s: float) -> Any:
    """An expression's value, in a world of our own in the page. Raises CdpError."""
    world = {"frameId": view.frame, "worldName": "auditor"}
    created = await view.client.send("Page.createIsolatedWorld", world, view.session, timeout_s)
    asked = {"expression": expression, "contextId": created["executionContextId"], "returnByValue": True}
    answer = await view.client.send("Runtime.evaluate", asked, view.session, timeout_s)
    if "exceptionDetails" in answer:
        raise CdpError(f"Runtime.evaluate: {answer['exceptionDetails'].get('text', 'failed')}")
    return answer["result"].get("value")
