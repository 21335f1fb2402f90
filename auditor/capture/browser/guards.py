"""What ends a visit before its time: a page that never stops asking, opening, talking or growing.

The guards listen to the browser's events beside the sensor. What they refuse they count, and a visit they end
says why: nothing is cut silently. Dialogs are dismissed, pop-ups beyond the limit are closed, downloads are
refused (RELIABILITY.md 3.4).
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import psutil

from auditor.capture.browser.cdp import CdpClient
from auditor.evidence import Coverage
from auditor.scenario import Limits

MEMORY_EVERY_S = 1.0
POPUP_LIFE_S = 0.3
POPUPS_CLOSED_MAX = 100
"""A page that goes on opening windows after this many were closed again is ended."""


class VisitEnded(Exception):
    """The visit cannot go on; says why: a reason code, a colon and a sentence."""


class Guards:
    """The limits of one visit: `end` is called by whoever finds one reached, the first reason stands."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.reason = ""
        self.dialogs: Counter[str] = Counter()
        self.downloads: list[str] = []
        self.popups_closed = 0
        self._ended = asyncio.Event()
        self._client: CdpClient | None = None
        self._dialogs_of: Counter[str] = Counter()
        self._navigations: Counter[str] = Counter()
        self._popups: set[str] = set()
        """Sessions of the windows that the page opened and that are open."""
        self._asked = 0
        self._watches: list[asyncio.Task[None]] = []

    def end(self, reason: str) -> None:
        """End the visit for this reason."""
        self.reason = self.reason or reason
        self._ended.set()

    async def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the visit's work until it is done or a limit is reached. Raises VisitEnded, and what the work raises."""
        task, ended = asyncio.create_task(work), asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
            if self.reason:
                raise VisitEnded(self.reason)
            await task
        finally:
            cut, under_way = not task.done(), (task, ended, *self._watches)
            for each in under_way:
                each.cancel()
            closed, *_ = await asyncio.gather(*under_way, return_exceptions=True)
            if cut and isinstance(closed, Exception):
                raise closed  # what went wrong in closing (a lost proxy) is worse than why it was closed

    async def attach(self, client: CdpClient, browser_pid: int) -> None:
        """Act through this connection, and watch the memory of the browser's processes. Raises CdpError.

        To be called after Playwright has connected: its own setting would let downloads be written.
        """
        self._client = client
        await client.send("Browser.setDownloadBehavior", {"behavior": "deny", "eventsEnabled": True})
        self._watches.append(asyncio.create_task(self._watch_memory(browser_pid)))

    def step(self) -> None:
        """The journey does something: what the page does of itself is counted anew."""
        self._navigations.clear()

    def _attached(self, session: str, info: dict[str, Any]) -> None:
        """Count a new window (CDP TargetInfo); one too many is closed, not before Playwright knows it."""
        if info["type"] != "page" or not _is_popup(info):
            return
        if len(self._popups) < self.limits.popups_max:
            self._popups.add(session)
            return
        self.popups_closed += 1
        asyncio.get_running_loop().call_later(POPUP_LIFE_S, self._close, info["targetId"])
        if self.popups_closed >= POPUPS_CLOSED_MAX:
            self.end(f"popup_loop: the page opened more than {self.popups_closed} windows")

    def _close(self, target: str) -> None:
        if self._client is not None and not self._ended.is_set():
            self._client.send_soon("Target.closeTarget", {"targetId": target})

    def on_event(self, method: str, session: str | None, params: dict[str, Any], info: dict[str, Any]) -> None:
        """Take one event of the session of the target `info` ({} for the browser's own)."""
        match method:
            case "Page.javascriptDialogOpening":
                self._dialog(session, str(params.get("type", "alert")), info)
            case "Browser.downloadWillBegin":
                self.downloads.append(str(params.get("suggestedFilename", "")))
            case "Target.attachedToTarget":
                self._attached(params["sessionId"], params["targetInfo"])
            case "Target.detachedFromTarget":
                self._popups.discard(params.get("sessionId", ""))
            case "Network.requestWillBeSent":
                self._request(params, info)

    def _dialog(self, session: str | None, kind: str, info: dict[str, Any]) -> None:
        self.dialogs[kind] += 1
        if self._client is not None:
            # A person who leaves confirms that; every other question is answered with no.
            self._client.send_soon("Page.handleJavaScriptDialog", {"accept": kind == "beforeunload"}, session)
        target = info.get("targetId", "")
        self._dialogs_of[target] += 1
        if self._dialogs_of[target] > self.limits.dialogs_max:
            self.end(f"dialog_loop: more than {self.limits.dialogs_max} dialogs on one page, the last one {kind}")

    def _request(self, params: dict[str, Any], info: dict[str, Any]) -> None:
        """Count a page's navigations; the hops of one redirect chain are one, the browser itself ends those."""
        self._asked += str(params.get("request", {}).get("url", "")).startswith("http")
        if self._asked > 2 * self.limits.requests_max:
            # The proxy blocks what is sent; here is what the browser holds back.
            self.end(f"request_flood: more than {2 * self.limits.requests_max} requests asked for")
        if params.get("type") != "Document" or info.get("type") != "page" or "redirectResponse" in params:
            return
        if (target := info["targetId"]) != params.get("frameId"):
            return
        self._navigations[target] += 1
        if self._navigations[target] > self.limits.navigations_max:
            self.end(f"redirect_loop: the page went elsewhere {self.limits.navigations_max} times without being asked")

    async def _watch_memory(self, pid: int) -> None:
        limit = self.limits.memory_mb << 20
        while True:
            await asyncio.sleep(MEMORY_EVERY_S)
            used = await asyncio.to_thread(memory_of, pid, limit)
            if used > limit:
                self.end(f"memory: the browser used {used >> 20} MiB, more than {self.limits.memory_mb}")

    def coverage(self) -> list[Coverage]:
        """What was refused, one row for each kind."""
        rows = []
        if self.dialogs:
            kinds = ", ".join(f"{kind} ({n})" for kind, n in sorted(self.dialogs.items()))
            rows.append(Coverage(sensor="browser", reason=f"dialogs answered at once: {kinds}"))
        if self.popups_closed:
            text = f"pop-ups closed at once: {self.limits.popups_max} were open"
            rows.append(Coverage(sensor="browser", skipped=self.popups_closed, reason=text))
        if self.downloads:
            names = ", ".join(sorted(set(self.downloads))[:10])
            text = f"downloads refused: {names}".encode("utf-8", "replace").decode()
            rows.append(Coverage(sensor="browser", skipped=len(self.downloads), reason=text))
        return rows


def _is_popup(info: dict[str, Any]) -> bool:
    """Whether a page opened it; what the auditor opens has no opener."""
    return "openerId" in info or "openerFrameId" in info


def memory_of(pid: int, enough: int) -> int:
    """Bytes of memory of a process and all below it: resident size, or, where that is above `enough`, the exact share.

    Resident sizes count shared pages again for each process, so they only ever say too much, and are cheap.
    """
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0
    resident = sum(_size(process, "rss") for process in processes)
    return resident if resident <= enough else sum(_size(process, "pss") for process in processes)


def _size(process: psutil.Process, which: str) -> int:
    try:
        found = process.memory_info() if which == "rss" else process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(found, which))
