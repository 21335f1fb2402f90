"""What a page sends while another takes its place, told by the browser's own timeline and not by the debugger.

A debugger's connection to a page goes over to the new document before the old one's last listeners run: of what
those send it tells nothing. The browser's tracing (CDP Tracing, category devtools.timeline; the Performance panel
reads the same) is kept by each process for itself: of every request it has the frame and the script's calls. The
page cannot see it. It is read when the visit is over, and only what the debugger did not tell is kept.
"""

import asyncio
import contextlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psutil

from auditor.capture.browser.cdp import CdpClient, CdpError

type Note = Callable[[str, dict[str, Any], str | None], None]

CATEGORIES = ("devtools.timeline", "disabled-by-default-devtools.timeline.stack")
BUFFER_KB = 32_000
"""A ring: a page that floods it loses the oldest part, and that is said."""
GRACE_S, END_S = 0.2, 8.0
NAMES = frozenset({"ResourceSendRequest", "CommitLoad", "FunctionCall", "EventDispatch"})
LEAVING = frozenset({"pagehide", "visibilitychange", "unload", "beforeunload", "freeze"})


class _Span(NamedTuple):
    """A stretch of a thread's time, in microseconds of the machine's monotonic clock."""

    start: int
    end: int
    data: dict[str, Any]


class Timeline:
    """The timeline of one browser; `end` notes what it alone knows, as lines `Auditor.sent`."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._told: set[str] = set()
        self._parents: dict[str, str] = {}
        self._offset_s: float | None = None
        """Wall clock less monotonic clock."""
        self._events: list[dict[str, Any]] = []
        self._complete = asyncio.Event()
        self._whole = True
        self._begun = False
        self.ended = False

    async def begin(self, client: CdpClient) -> None:
        """Let the browser keep it from now on."""
        config = {
            "recordMode": "recordContinuously",
            "traceBufferSizeInKb": BUFFER_KB,
            "includedCategories": list(CATEGORIES),
            "excludedCategories": ["*"],
        }
        try:
            await client.send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})
            self._begun = True
        except CdpError as error:
            self._missed(f"not begun: {error}")

    def on_event(self, method: str, params: dict[str, Any]) -> None:
        """Take one event; remembers which requests the debugger tells of, and collects the timeline at its end."""
        match method:
            case "Network.requestWillBeSent":
                self._told.add(params["requestId"])
                if "wallTime" in params and "timestamp" in params:
                    self._offset_s = params["wallTime"] - params["timestamp"]
            case "Page.frameAttached":
                self._parents[params["frameId"]] = params["parentFrameId"]
            case "Target.attachedToTarget" if parent := params["targetInfo"].get("parentFrameId"):
                self._parents[params["targetInfo"]["targetId"]] = parent
            case "Tracing.dataCollected":
                self._events += [event for event in params["value"] if event.get("name") in NAMES]
            case "Tracing.tracingComplete":
                self._whole = not params.get("dataLossOccurred", False)
                self._complete.set()

    async def end(self, client: CdpClient, browser_pid: int) -> None:
        """Read it and note what nobody else told; ends the browser's renderers, so nothing may follow."""
        if not self._begun:
            return
        self.ended = True
        try:
            await client.send("Tracing.end")
            async with asyncio.timeout(END_S):
                # Processes of pages that were left do not answer, and the browser would wait five seconds for them.
                # What they recorded lies in memory they share with it.
                while not await self._read_within(GRACE_S):
                    await asyncio.to_thread(_kill_renderers, browser_pid)
        except CdpError as error:
            self._missed(f"not read: {error}")
            return
        except TimeoutError:
            self._missed(f"not read: no answer in {END_S:g} s")
            return
        if not self._whole:
            self._missed("its oldest part was overwritten")
        for line in self._untold():
            self._note("Auditor.sent", line, None)

    async def _read_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._complete.wait(), seconds)
        return self._complete.is_set()

    def _missed(self, reason: str) -> None:
        self._note("Auditor.unwatched", {"frame": "", "reason": f"timeline {reason}"}, None)

    def _untold(self) -> Iterable[dict[str, Any]]:
        """Requests of pages that no other event told of, and whose script the timeline knows."""
        commits: dict[tuple[int, str], list[_Span]] = defaultdict(list)
        documents: dict[str, list[_Span]] = defaultdict(list)
        calls: dict[tuple[int, int], list[_Span]] = defaultdict(list)
        dispatches: dict[tuple[int, int], list[_Span]] = defaultdict(list)
        self._events.sort(key=lambda event: event["ts"])
        for event in self._events:
            data = event.get("args", {}).get("data", {})
            span = _Span(event["ts"], event["ts"] + event.get("dur", 0), data)
            match event["name"]:
                case "CommitLoad" if data.get("frame"):
                    commits[event["pid"], data["frame"]].append(span)
                    documents[data["frame"]].append(span)
                case "FunctionCall":
                    calls[event["pid"], event["tid"]].append(span)
                case "EventDispatch" if data.get("type") in LEAVING:
                    dispatches[event["pid"], event["tid"]].append(span)
        for event in self._events:
            data = event.get("args", {}).get("data", {})
            if event["name"] != "ResourceSendRequest" or not str(data.get("url", "")).startswith(("http:", "https:")):
                continue
            if data.get("requestId") in self._told or self._offset_s is None:
                continue
            at, thread = event["ts"], (event["pid"], event["tid"])
            stack = data.get("stackTrace") or _only_caller(at, dispatches[thread], calls[thread])
            document = _last(commits[event["pid"], data.get("frame", "")], at)
            if not stack or document is None:
                continue
            top = _last(documents[self._root(data["frame"])], document.start)
            yield {
                "url": data["url"],
                "fetch": data.get("initiator", {}).get("fetchType", ""),
                "at": datetime.fromtimestamp(at / 1e6 + self._offset_s, UTC).isoformat(),
                "document": document.data.get("url", ""),
                "top": top.data.get("url", "") if top else "",
                "stack": {"callFrames": [_counted_from_zero(call) for call in stack]},
            }

    def _root(self, frame: str) -> str:
        seen: set[str] = set()
        while frame in self._parents and frame not in seen:
            seen.add(frame)
            frame = self._parents[frame]
        return frame


def _last(spans: list[_Span], at: int) -> _Span | None:
    """The last that began by `at`; the spans are in order."""
    number = bisect_right(spans, at, key=lambda span: span.start)
    return spans[number - 1] if number else None


def _only_caller(at: int, dispatches: list[_Span], calls: list[_Span]) -> list[dict[str, Any]]:
    """Who asked for a picture, which is loaded only when the listener has returned.

    It is loaded before the next listener runs. Where all listeners that ran for the page's end so far are one
    script's, it is that script's; else nothing is said.
    """
    dispatch = next((d for d in reversed(dispatches) if d.start <= at <= d.end), None)
    if dispatch is None:
        return []
    ran = [call.data for call in calls if dispatch.start <= call.start <= at]
    if len({call.get("url") for call in ran}) != 1 or not ran[0].get("url"):
        return []
    return ran[-1:]


def _counted_from_zero(call: dict[str, Any]) -> dict[str, Any]:
    """A call as the debugger would tell it: the timeline counts lines and columns from one."""
    return {
        "functionName": call.get("functionName", ""),
        "url": call.get("url", ""),
        "lineNumber": max(call.get("lineNumber", 1) - 1, 0),
        "columnNumber": max(call.get("columnNumber", 1) - 1, 0),
    }


def _kill_renderers(browser_pid: int) -> None:
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(browser_pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "--type=renderer" in child.cmdline():
                    child.kill()
