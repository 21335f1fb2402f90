"""Calls of the browser's own functions, told by its debugger and not by anything in the page.

V8 can break at the entry of a native function (CDP Debugger.setBreakpointOnFunctionCall) and first evaluates the
breakpoint's condition, which sees the call's arguments. Our condition always throws: nothing pauses, and the
thrown error, with its stack, is told to the debugger alone (Runtime.exceptionThrown). The page cannot see it: the
error is made by the engine and given own fields that need none of the page's globals, so that no getter, setter
or Error.prepareStackTrace of the page runs when the debugger reads it.

Breakpoints are set before a realm's first script: a `debugger` statement in an isolated world of our own pauses
every new document at its start, and a worker waits for us. `debugger` statements of pages are ignored, as in a
browser without a debugger: all scripts but our own are black-boxed.
"""

import asyncio
import contextlib
import itertools
import json
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from auditor.capture.browser.cdp import CdpClient, CdpError
from auditor.capture.browser.functions import Probe, arguments_of, condition, probes, trimmed_stack

type Note = Callable[[str, dict[str, Any], str | None], None]

GO_ON_S = 1.0
WORKERS = frozenset({"worker", "shared_worker", "service_worker"})


@dataclass
class _Session:
    """One page, frame or worker: its realms, and the breakpoints set through it."""

    number: int
    root: str
    worker: bool
    service: bool = False
    realms: dict[str, int] = field(default_factory=dict)
    """The main world of each frame."""
    frames: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Frame and origin of each realm."""
    starts: dict[str, str] = field(default_factory=dict)
    """Frame of each run of our own script, by script id."""
    breakpoints: dict[int, str] = field(default_factory=dict)
    calls: Counter[int] = field(default_factory=Counter)
    stopped: set[int] = field(default_factory=set)
    isolate: str | None = None
    """The JavaScript engine it runs in; frames of a process share one, and its pauses."""
    paused: bool = False
    halted: bool = False
    arming: int = 0
    armed: bool = False
    opened: bool = False
    """By a script: a document of the same origin goes on in the realm of the empty one it begins with."""
    in_time: asyncio.Event = field(default_factory=asyncio.Event)
    """Of a service worker: its probes were set when its script came."""
    begun: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Probes:
    """Sets the probes in every realm of one browser and notes the calls as lines `Auditor.call`."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._token = f"auditor-{secrets.token_hex(8)}"
        self._client: CdpClient | None = None
        self._sessions: dict[str, _Session] = {}
        self._by_number: dict[int, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._groups = itertools.count(1)

    def attach(self, client: CdpClient, session: str, info: dict[str, Any]) -> None:
        """Begin with a target that waits for us; lets it run when its probes are set, or can't be."""
        self._client = client
        if info["type"] == "service_worker" and any(s.root == info["targetId"] for s in self._sessions.values()):
            # A service worker is told by the browser and again by its page: one of them watches it.
            client.send_soon("Runtime.runIfWaitingForDebugger", {}, session)
            return
        number = len(self._by_number) + 1
        state = _Session(number, info["targetId"], info["type"] in WORKERS, info["type"] == "service_worker")
        self._sessions[session], self._by_number[number] = state, session
        client.send_soon("Debugger.enable", {}, session)
        patterns = {"patterns": [f"^(?!{self._token})"], "skipAnonymous": True}
        client.send_soon("Debugger.setBlackboxPatterns", patterns, session)
        # An image or a timer's fetch is begun when its script has returned: without the asynchronous stack, a tag's
        # pixel would pass for the page's own.
        client.send_soon("Debugger.setAsyncCallStackDepth", {"maxDepth": 16}, session)
        client.send_soon("Runtime.enable", {}, session)
        self._start(self._learn_isolate(session, state))
        if info["type"] == "service_worker":
            # It answers nothing before it may run, but does what it was told before.
            self._start(self._arm_unanswered(session, state))
            client.send_soon("Runtime.runIfWaitingForDebugger", {}, session)
            return
        if state.worker:
            self._start(self._arm_worker(session, state))
            return
        pause = {"source": f"debugger;\n//# sourceURL={self._token}", "worldName": self._token}
        if "openerId" in info:
            # Its opener's script waits inside the call that opened it: a pause in there would never end.
            client.send_soon("Runtime.runIfWaitingForDebugger", {}, session)
            client.send_soon("Page.addScriptToEvaluateOnNewDocument", pause, session)
            state.opened = True
            self._missed(session, info["targetId"], "the empty document that a window opened by script begins with")
            return
        client.send_soon("Page.addScriptToEvaluateOnNewDocument", pause, session)
        client.send_soon("Runtime.runIfWaitingForDebugger", {}, session)

    def detached(self, session: str) -> None:
        """Forget a target that is gone."""
        self._sessions.pop(session, None)

    def on_event(self, method: str, session: str | None, params: dict[str, Any]) -> None:
        """Take one event of the Debugger and Runtime domains; others are not ours."""
        if session is None or (state := self._sessions.get(session)) is None:
            return
        match method:
            case "Runtime.executionContextCreated":
                context = params["context"]
                told = context.get("auxData") or {}
                frame = told.get("frameId", "")
                state.frames[context["id"]] = (frame, context.get("origin", ""))
                if told.get("isDefault"):
                    state.realms[frame] = context["id"]
                    if state.opened and frame == state.root and not state.armed:
                        self._start(self._arm_opened(session, state, context["id"]))
            case "Runtime.executionContextDestroyed":
                gone = params["executionContextId"]
                state.realms = {frame: realm for frame, realm in state.realms.items() if realm != gone}
            case "Debugger.scriptParsed" if params["url"] == self._token:
                frame = (params.get("executionContextAuxData") or {}).get("frameId", "")
                state.starts[params["scriptId"]] = frame
                state.arming += 1
                self._start(self._arm_frame(session, state, frame))
            case "Debugger.scriptParsed" if state.service and not state.begun and params["url"]:
                state.begun = True
                if not state.in_time.is_set():
                    self._missed(session, "", "set after the service worker had begun")
            case "Debugger.paused":
                self._paused(session, state, params)
            case "Debugger.resumed":
                state.paused = state.halted = False
            case "Runtime.exceptionThrown":
                self._thrown(session, state, params)

    def standing(self) -> int:
        """How many documents stand at their start, because of us, at this moment."""
        return sum(state.halted for state in self._sessions.values())

    def without_own(self, params: dict[str, Any]) -> dict[str, Any]:
        """A request's event without our own script in its cause: what was parsed after its pause is the parser's."""
        initiator = params.get("initiator", {})
        if self._token not in str(initiator.get("stack", "")):
            return params
        stack = self._cleaned(initiator["stack"])
        told = {**initiator, "stack": stack} if stack else {"type": "parser", "url": params.get("documentURL", "")}
        return {**params, "initiator": told}

    def _cleaned(self, stack: dict[str, Any]) -> dict[str, Any]:
        """A stack (CDP Runtime.StackTrace) without calls of our own script; {} when nothing else is in it."""
        calls = [call for call in stack.get("callFrames", ()) if call.get("url") != self._token]
        parent = self._cleaned(stack["parent"]) if "parent" in stack else {}
        if not calls:
            return parent
        return {**stack, "callFrames": calls, **({"parent": parent} if parent else {})}

    def _paused(self, session: str, state: _Session, params: dict[str, Any]) -> None:
        frames: list[dict[str, Any]] = params.get("callFrames") or [{}]
        if frames[0].get("location", {}).get("scriptId") in state.starts:
            state.paused = state.halted = True
            self._resume()
            self._start(self._see_it_go_on(session, state))
        elif self._client is not None:
            # A person's browser has no debugger to ask before a page that eats all memory ends.
            out_of_memory = params.get("reason") == "OOM"
            self._client.send_soon("Page.crash" if out_of_memory else "Debugger.resume", {}, session)

    def _resume(self) -> None:
        """Let documents go on that wait at their start, once nothing is being set any more in their process."""
        busy = {state.isolate for state in self._sessions.values() if state.arming}
        for session, state in self._sessions.items():
            if state.paused and not state.arming and state.isolate not in busy and self._client is not None:
                state.paused = False
                self._client.send_soon("Debugger.resume", {}, session)

    async def _see_it_go_on(self, session: str, state: _Session) -> None:
        """Ask again where the browser has not told that a document goes on: none may stand still because of us."""
        client = self._client
        while client is not None and not client.closed.is_set() and session in self._sessions and state.halted:
            await asyncio.sleep(GO_ON_S)
            if state.halted and not state.paused and not client.closed.is_set():
                client.send_soon("Debugger.resume", {}, session)

    async def _learn_isolate(self, session: str, state: _Session) -> None:
        assert self._client is not None
        with contextlib.suppress(CdpError):  # gone already: nothing will be set in it
            state.isolate = (await self._client.send("Runtime.getIsolateId", {}, session))["id"]

    async def _arm_frame(self, session: str, state: _Session, frame: str) -> None:
        on_time = True
        realm = state.realms.get(frame)
        try:
            if frame == state.root:
                await self._learn_isolate(session, state)
            async with state.turn:
                # A page's own document may be in a new process.
                state.armed = state.armed and frame != state.root
                whole = not state.armed
                await self._arm(session, state, realm, whole=whole)
            # Told to pause before the answer came, or in the pause of a neighbour: no script has run yet.
            on_time = any(s.paused and s.isolate == state.isolate for s in self._sessions.values())
        except CdpError as error:
            if state.realms.get(frame) == realm:
                self._missed(session, frame, f"not set: {error}")
        finally:
            state.arming -= 1
            self._resume()
        if not on_time:
            self._missed(session, frame, "set after the document had begun")

    def _missed(self, session: str, frame: str, reason: str) -> None:
        """Say that a realm was not watched from its start, unless it or the browser is gone."""
        if session in self._sessions and self._client is not None and not self._client.closed.is_set():
            self._note("Auditor.unwatched", {"frame": frame, "reason": reason}, session)

    async def _arm_opened(self, session: str, state: _Session, realm: int) -> None:
        with contextlib.suppress(CdpError):  # said already: the beginning of such a window is not watched
            async with state.turn:
                if not state.armed:
                    await self._arm(session, state, realm, whole=True)

    async def _arm_worker(self, session: str, state: _Session) -> None:
        client = self._client
        assert client is not None
        try:
            await self._arm(session, state, None, whole=True)
        except CdpError as error:
            self._missed(session, "", f"not set: {error}")
        finally:
            client.send_soon("Runtime.runIfWaitingForDebugger", {}, session)

    async def _arm_unanswered(self, session: str, state: _Session) -> None:
        """Set all breakpoints by one command, whose ids are not told: at a limit they can only go together."""
        head = f"{self._token}|{state.number}|"
        calls = (
            f"try{{debug({p.expression},{json.dumps(condition(p, f'{head}{n}|'))})}}catch{{}}"
            for n, p in enumerate(probes())
        )
        asked = {"expression": ";".join(calls), "includeCommandLineAPI": True, "silent": True}
        assert self._client is not None
        try:
            await self._client.send("Runtime.evaluate", asked, session, answered=state.in_time.set)
            state.armed = True
        except CdpError as error:
            self._missed(session, "", f"not set: {error}")

    async def _arm(self, session: str, state: _Session, realm: int | None, *, whole: bool) -> None:
        """Set all breakpoints (`whole`), or make those of the process hold in a realm that is new in it.

        A breakpoint belongs to the function of all realms of a process, but holds only in realms that had the
        function when one was last set. Raises CdpError.
        """
        client = self._client
        assert client is not None
        functions = ",".join(f"(()=>{{try{{return {p.expression}}}catch{{}}}})()" for p in probes())
        last = len(probes()) - 1
        asked: dict[str, Any] = {
            "expression": f"[{functions}]" if whole else f"[{functions}][{last}]",
            "objectGroup": (group := f"{self._token}-{next(self._groups)}"),
            "silent": True,
            # Where the page was first after all, no code of its own that does anything is run.
            "throwOnSideEffect": True,
        }
        if realm is not None:
            asked["contextId"] = realm
        answer = (await client.send("Runtime.evaluate", asked, session))["result"]
        if "objectId" not in answer:
            raise CdpError("the functions could not be had")
        if whole:
            listed = {"objectId": answer["objectId"], "ownProperties": True}
            properties = (await client.send("Runtime.getProperties", listed, session))["result"]
            found = {int(p["name"]): p.get("value", {}) for p in properties if p["name"].isdigit()}
            state.breakpoints, state.calls, state.stopped = {}, Counter(), set()
            natives = {n: v["objectId"] for n, v in found.items() if "[native code]" in v.get("description", "")}
            await asyncio.gather(*(self._set(session, state, n, function) for n, function in natives.items()))
        else:
            if (old := state.breakpoints.pop(last, None)) is not None:
                await client.send("Debugger.removeBreakpoint", {"breakpointId": old}, session)
            await self._set(session, state, last, answer["objectId"])
        state.armed = True
        client.send_soon("Runtime.releaseObjectGroup", {"objectGroup": group}, session)

    async def _set(self, session: str, state: _Session, number: int, function: str) -> None:
        assert self._client is not None
        head = f"{self._token}|{state.number}|{number}|"
        asked = {"objectId": function, "condition": condition(probes()[number], head)}
        answer = await self._client.send("Debugger.setBreakpointOnFunctionCall", asked, session)
        state.breakpoints[number] = answer["breakpointId"]

    def _thrown(self, session: str, state: _Session, params: dict[str, Any]) -> None:
        details = params["exceptionDetails"]
        thrown = details.get("exception", {})
        _, ours, text = thrown.get("description", "").partition(f"{self._token}|")
        if not ours:
            return  # the page's own error
        setter, number_text, argument = text.split("|", 2)
        number, owner = int(number_text), self._sessions.get(self._by_number[int(setter)])
        probe = probes()[number]
        if owner is not None:
            owner.calls[number] += 1
            if owner.calls[number] >= probe.limit:
                self._stop(self._by_number[int(setter)], owner, number, probe)
            if owner.calls[number] > probe.limit:
                return
        if owner is not state and state.armed:
            return  # a neighbour's breakpoint in the same process: this session's own tells it
        frame, origin = state.frames.get(details.get("executionContextId", 0), ("", ""))
        line: dict[str, Any] = {
            "probe": probe.id,
            "kind": probe.kind,
            "group": probe.group,
            "at": datetime.fromtimestamp(params["timestamp"] / 1000, UTC).isoformat(),
            "frame": frame,
            "origin": origin,
            "stack": trimmed_stack(details.get("stackTrace") or {}),
        }
        if probe.argument == "cookie" and not argument and "objectId" in thrown:
            self._start(self._with_object(session, line, thrown["objectId"]))
            return
        self._note("Auditor.call", line | arguments_of(probe, argument), session)

    def _stop(self, session: str, state: _Session, number: int, probe: Probe) -> None:
        """Tell no more of this function in this process; the command interrupts a script that is running."""
        if self._client is None or number in state.stopped:
            return
        ended = {number: probe}
        if (breakpoint_id := state.breakpoints.pop(number, None)) is not None:
            self._client.send_soon("Debugger.removeBreakpoint", {"breakpointId": breakpoint_id}, session)
        else:
            self._client.send_soon("Debugger.setBreakpointsActive", {"active": False}, session)
            ended = dict(enumerate(probes()))
        state.stopped |= ended.keys()
        for one in ended.values():
            self._note("Auditor.limit", {"probe": one.id, "kind": one.kind}, session)

    async def _with_object(self, session: str, line: dict[str, Any], error: str) -> None:
        """The call of cookieStore.set with an object: its plain values, read without running any getter."""
        client = self._client
        assert client is not None
        try:
            told = (await _own(client, session, error)).get("told", {})
            if "objectId" in told and told.get("subtype") != "proxy":
                values = await _own(client, session, told["objectId"])
                if not any("get" in value for value in values.values()):
                    line["cookie"] = {name: value.get("value") for name, value in values.items()}
        except CdpError:
            pass  # the realm has gone: the call is told without it
        self._note("Auditor.call", line, session)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _own(client: CdpClient, session: str, handle: str) -> dict[str, dict[str, Any]]:
    asked = {"objectId": handle, "ownProperties": True}
    found = (await client.send("Runtime.getProperties", asked, session))["result"]
    return {p["name"]: p.get("value", {"get": True}) for p in found}
