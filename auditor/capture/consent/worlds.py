"""Isolated worlds in all frames of a page, out-of-process ones too, and real mouse clicks into them."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from auditor.capture.browser.cdp import CdpClient, CdpError
from auditor.capture.browser.sensor import Sensor
from auditor.evidence import ConsentClick

PAGE_JS = Path(__file__).parent / "page.js"
WORLD = "util"
STEADY_S = 0.1
REACH_S = 3.0
PRESS = ("mousePressed", "mouseReleased")


class FrameGone(Exception):
    """The frame's document does not answer: it went, navigated, or cannot be looked at."""


class NotClickable(Exception):
    """A person could not have clicked it: not visible, or something covers it."""


@dataclass
class FrameWorld:
    """One frame's document and our world in it."""

    session: str
    frame: str
    loader: str
    parent: str | None
    url: str
    context: int
    root: bool
    """Whether it is the outermost frame of its session."""
    stands: bool = False
    """Whether the element that holds it is seen and stands before the page, as a banner does."""


@dataclass(frozen=True)
class About:
    """What an element is."""

    text: str
    selector: str
    toggle: bool
    shown: bool


@dataclass(frozen=True)
class Found:
    """An element our world has found."""

    n: int
    shown: bool
    on: bool
    text: str


@lru_cache
def _page_script() -> str:
    return PAGE_JS.read_text("utf-8")


@dataclass
class Worlds:
    """All frames of one page with our world in each."""

    client: CdpClient
    sensor: Sensor
    page_target: str = ""
    frames: dict[str, FrameWorld] = field(default_factory=dict)

    async def refresh(self) -> list[FrameWorld]:
        """The frames there are now, the page's own first, each with our world. Raises CdpError: the page is lost."""
        there: dict[str, tuple[str, dict[str, Any], bool, str | None]] = {}
        for session, info in list(self.sensor.sessions.items()):
            if info["type"] not in ("page", "iframe"):
                continue
            try:
                tree = (await self.client.send("Page.getFrameTree", {}, session))["frameTree"]
            except CdpError:
                continue  # it went meanwhile; the page itself is asked for below
            for frame, root in _flat(tree):
                parent = frame.get("parentId") or (info.get("parentFrameId") if root else None)
                there[frame["id"]] = (session, frame, root, parent)
        if self.page_target not in there:
            raise CdpError("the page has gone")
        found: dict[str, FrameWorld] = {}
        for frame_id, (session, frame, root, parent) in there.items():
            if not _below(frame_id, self.page_target, {f: p for f, (_, _, _, p) in there.items()}):
                continue
            known = self.frames.get(frame_id)
            if known and (known.session, known.loader) == (session, frame["loaderId"]):
                found[frame_id] = known
                continue
            try:
                made = FrameWorld(session, frame_id, frame["loaderId"], parent, frame["url"], 0, root)
                made.context = await self._world(made)
            except (CdpError, FrameGone):
                continue
            found[frame_id] = made
        self.frames = found
        for world in found.values():
            if world.parent is not None:
                shown, standing = await self._holder(world)
                world.stands = shown and standing
        return sorted(found.values(), key=lambda w: w.frame != self.page_target)

    async def _world(self, frame: FrameWorld) -> int:
        made = await self.client.send(
            "Page.createIsolatedWorld", {"frameId": frame.frame, "worldName": WORLD}, frame.session
        )
        frame.context = made["executionContextId"]
        await self.run(frame, _page_script())
        return frame.context

    async def open_closed(self) -> bool:
        """Let our worlds look into closed shadow roots, which the page gives nobody; whether there are new ones."""
        new = False
        for frame in [frame for frame in self.frames.values() if frame.root]:
            with contextlib.suppress(FrameGone):
                whole = await self._ask("DOM.getDocument", {"depth": -1, "pierce": True}, frame.session)
                await self._ask("DOM.disable", {}, frame.session)
                for owner, node in _closed_roots(whole["root"], frame.frame):
                    if (world := self.frames.get(owner)) is not None:
                        place = {"backendNodeId": node, "executionContextId": world.context}
                        root = (await self._ask("DOM.resolveNode", place, frame.session))["object"]["objectId"]
                        new |= await self._of(world, root, "opened") is True
        return new

    async def _of(self, frame: FrameWorld, node: str, name: str) -> Any:
        """The value of one of page.js' functions for a node that CDP gave us. Raises FrameGone."""
        question = {
            "functionDeclaration": f"function () {{ return auditor.{name}(this); }}",
            "objectId": node,
            "returnByValue": True,
        }
        return (await self._ask("Runtime.callFunctionOn", question, frame.session))["result"].get("value")

    async def run(self, frame: FrameWorld, script: str) -> Any:
        """The value of a script in our world of a frame; a promise is waited for. Raises FrameGone."""
        try:
            answer = await self.client.send(
                "Runtime.evaluate",
                {"expression": script, "contextId": frame.context, "returnByValue": True, "awaitPromise": True},
                frame.session,
            )
        except CdpError as error:
            raise FrameGone(str(error)) from None
        if "exceptionDetails" in answer:
            thrown = str(answer["result"].get("description", "")).partition("\n")[0]
            raise FrameGone(f"looking at {frame.url} failed: {thrown}")
        return answer["result"].get("value")

    async def call(self, frame: FrameWorld, name: str, *arguments: object) -> Any:
        """The value of one of page.js' functions. Raises FrameGone."""
        return await self.run(frame, f"auditor.{name}({', '.join(json.dumps(a) for a in arguments)})")

    async def read(self, frame: FrameWorld, script: str) -> bool | None:
        """Whether an expression holds in the page's own world, where looking changes nothing; None: cannot be told.

        V8 stops the evaluation before its first side effect: nothing the page could notice happens.
        """
        if not frame.root:
            return None
        question = {"expression": script, "returnByValue": True, "throwOnSideEffect": True, "timeout": 300}
        try:
            answer = await self.client.send("Runtime.evaluate", question, frame.session)
        except CdpError:
            return None
        return None if "exceptionDetails" in answer else bool(answer["result"].get("value"))

    async def find(self, frame: FrameWorld, chain: tuple[str, ...]) -> list[Found]:
        """The elements a chain of selectors names. Raises FrameGone."""
        return [Found(**found) for found in await self.call(frame, "find", list(chain))]

    async def about(self, frame: FrameWorld, n: int) -> About:
        """What a found element is. Raises FrameGone."""
        return About(**await self.call(frame, "about", n))

    async def click(self, frame: FrameWorld, n: int) -> ConsentClick:
        """Click an element with the mouse, once it stands still and is reachable. Raises NotClickable, FrameGone.

        A switch that is drawn by other elements, itself invisible and without a label, is switched by script.
        """
        about = await self.about(frame, n)
        how, place = "mouse", await self._reachable(frame, n)
        if place is None and about.toggle:
            how = "script"
        elif place is None:
            raise NotClickable(f"{about.text or about.selector}: not visible, or covered")
        at = released_at = datetime.now(UTC)
        if place is None:
            await self.call(frame, "press", n)
        else:
            at, released_at = await self._mouse(*place)
        return ConsentClick(
            at=at, released_at=released_at, text=about.text, selector=about.selector, frame_url=frame.url, how=how
        )

    async def _reachable(self, frame: FrameWorld, n: int) -> tuple[float, float] | None:
        last: tuple[float, float] | None = None
        end = asyncio.get_running_loop().time() + REACH_S
        while True:
            point = await self.call(frame, "point", n)
            now = None
            if point is not None:
                dx, dy = await self._offset(frame)
                now = (point["x"] + dx, point["y"] + dy)
                if now == last:
                    return now
            if asyncio.get_running_loop().time() > end:
                return None
            last = now
            await asyncio.sleep(STEADY_S)

    async def _offset(self, frame: FrameWorld) -> tuple[float, float]:
        """Where the frame's corner is in the page's window, in CSS pixels."""
        x = y = 0.0
        at: FrameWorld | None = frame
        while at is not None and at.parent is not None:
            parent = self.frames.get(at.parent)
            if parent is None:
                raise FrameGone("its parent has gone")
            owner = await self._ask("DOM.getFrameOwner", {"frameId": at.frame}, parent.session)
            node = {"backendNodeId": owner["backendNodeId"]}
            content = (await self._ask("DOM.getBoxModel", node, parent.session))["model"]["content"]
            x, y = x + content[0], y + content[1]
            # A box is told from the corner of its session's outermost frame: go on from there.
            at = next((w for w in self.frames.values() if w.session == parent.session and w.root), None)
        return x, y

    async def _holder(self, frame: FrameWorld) -> tuple[bool, bool]:
        """Whether the frame's own element is to be seen, and whether it or one around it stands before the page."""
        parent = self.frames.get(frame.parent or "")
        if parent is None:
            return frame.parent is None, False
        try:
            owner = await self._ask("DOM.getFrameOwner", {"frameId": frame.frame}, parent.session)
            place = {"backendNodeId": owner["backendNodeId"], "executionContextId": parent.context}
            node = (await self._ask("DOM.resolveNode", place, parent.session))["object"]["objectId"]
            value = await self._of(parent, node, "holder") or {}
        except FrameGone:
            return False, False
        shown, standing = await self._holder(parent)
        return value.get("shown") is True and shown, value.get("standing") is True or standing

    async def shown(self, frame: FrameWorld, n: int) -> bool:
        """Whether an element is still to be seen; not so when its document has gone."""
        try:
            return bool(await self.call(frame, "shown", n)) and (await self._holder(frame))[0]
        except FrameGone:
            return False

    async def _ask(self, method: str, params: dict[str, Any], session: str) -> dict[str, Any]:
        try:
            return await self.client.send(method, params, session)
        except CdpError as error:
            raise FrameGone(str(error)) from None

    async def _mouse(self, x: float, y: float) -> tuple[datetime, datetime]:
        """Move there, press and release, as a mouse does; when it did those two. Raises NotClickable: no answer."""
        session = self.frames[self.page_target].session
        press = {"x": x, "y": y, "button": "left", "clickCount": 1}
        times = []
        for event in ({"type": "mouseMoved", "x": x, "y": y}, *({"type": t, **press} for t in PRESS)):
            times.append(datetime.now(UTC))
            try:
                await self.client.send("Input.dispatchMouseEvent", event, session)
            except CdpError as error:
                raise NotClickable(f"the click was not answered: {error}") from None
        return times[1], times[2]


def _closed_roots(node: dict[str, Any], frame: str) -> Iterator[tuple[str, int]]:
    """Frame and backend node id of every closed shadow root of a document and the documents inside it."""
    waiting = [(node, frame)]
    while waiting:
        at, frame = waiting.pop()
        if at.get("shadowRootType") == "closed":
            yield frame, at["backendNodeId"]
        inner = at.get("contentDocument")
        if inner is not None:
            waiting.append((inner, at.get("frameId", frame)))
        waiting += [(child, frame) for key in ("children", "shadowRoots") for child in at.get(key, ())]


def _flat(tree: dict[str, Any], root: bool = True) -> list[tuple[dict[str, Any], bool]]:
    found = [(tree["frame"], root)]
    for child in tree.get("childFrames", []):
        found += _flat(child, False)
    return found


def _below(frame: str, page: str, parents: dict[str, str | None]) -> bool:
    at: str | None = frame
    seen: set[str] = set()
    while at is not None and at not in seen:
        if at == page:
            return True
        seen.add(at)
        at = parents.get(at)
    return False
