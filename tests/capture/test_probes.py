"""What scripts do in the page: told with its place, and not to be noticed by the page."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from auditor.capture.browser.cdp import CdpClient
from auditor.capture.browser.functions import probes
from auditor.capture.browser.probes import Probes
from auditor.evidence import Cookie, CookieMode, Outcome, Signal, SignalKind, StackFrame, VisitEvidence
from auditor.scenario import Click, Wait
from auditor.store.calls import read_calls

from .alone import browse_alone
from .chain import LIMITS, WebChain
from .probe_pages import SURFACES, SURFACES_SCRIPT

pytestmark = [pytest.mark.browser]

ONE = "https://one.test"
THIRD = "https://third.test"


def visit(chain: WebChain, path: str, mode: CookieMode = CookieMode.allowed) -> VisitEvidence:
    """A visit that lasts until the page says that all is done."""
    limits = LIMITS.model_copy(update={"step_ms": 20_000})
    return chain.visit(f"{ONE}{path}", (Wait(wait="html[data-done]"),), mode=mode, limits=limits)


def told(evidence: VisitEvidence) -> list[str]:
    """What the probes say they missed."""
    return [row.reason for row in evidence.coverage if row.sensor == "scripts"]


def place(script: StackFrame | None) -> tuple[str, int, int, str] | None:
    return (script.url, script.line, script.column, script.function) if script else None


@pytest.fixture(scope="module")
def writers(chain: WebChain) -> VisitEvidence:
    return visit(chain, "/writers")


def cookies(evidence: VisitEvidence) -> dict[str, Cookie]:
    found = {c.name: c for c in evidence.cookies}
    assert len(found) == len(evidence.cookies)
    return found


def test_each_cookie_has_the_script_that_wrote_it(writers: VisitEvidence) -> None:
    assert writers.visit.outcome is Outcome.complete
    assert told(writers) == []
    found = cookies(writers)
    script = f"{ONE}/writer.js"
    assert {name: place(c.set_by_script) for name, c in found.items()} == {
        "inline": (f"{ONE}/writers", 3, 17, ""),
        "external": (script, 2, 19, "put"),
        "later": (script, 2, 19, "put"),
        "answered": (script, 2, 19, "put"),
        "gone": (script, 2, 19, "put"),
        "store": (script, 7, 25, ""),
        "stored": (script, 8, 25, ""),
        "tag": (f"{THIRD}/tag.js", 1, 17, ""),
        "framed3": (f"{THIRD}/framed", 2, 17, ""),
        "chips3": (f"{THIRD}/framed", 3, 17, ""),
        "same": (f"{ONE}/same", 1, 40, ""),
        "srcdoc": ("about:srcdoc", 1, 25, ""),
        "blank": (f"{ONE}/writers", 12, 30, ""),
        # Code made from text has no address: who had it run is told.
        "evaluated": (f"{ONE}/writers", 16, 1, ""),
    }
    assert {c.set_by for c in found.values()} == {"script"}
    assert {name for name, c in found.items() if not c.stored} == {"gone"}
    assert found["chips3"].partition_key == "https://one.test"


def test_the_lifetime_asked_for_and_the_lifetime_kept(writers: VisitEvidence) -> None:
    found = cookies(writers)
    days = {name: round(c.kept_s / 86400, 2) for name, c in found.items() if c.kept_s is not None}
    # Chromium keeps no cookie for longer than 400 days.
    assert days == {"inline": 1.0, "external": 400.0, "stored": 1.0}
    assert found["external"].max_age_s == 99_999_999
    assert (found["external"].same_site, found["external"].secure, found["external"].path) == ("Lax", True, "/")
    assert (found["stored"].same_site, found["stored"].path) == ("Lax", "/sub/")
    assert found["gone"].value == "1"


def test_a_write_the_browser_refused_is_a_row(chain: WebChain) -> None:
    evidence = visit(chain, "/writers", CookieMode.blocked)
    found = cookies(evidence)
    assert place(found["framed3"].set_by_script) == (f"{THIRD}/framed", 2, 17, "")
    assert (found["framed3"].stored, found["framed3"].sent_to, found["chips3"].stored) == (False, (), True)


def test_each_stored_item_has_the_script_that_wrote_it(writers: VisitEvidence) -> None:
    assert {(i.origin, i.area, i.key): i.written_by for i in writers.storage} == {
        (ONE, "local", "inline"): f"{ONE}/writers",
        (ONE, "session", "inline"): f"{ONE}/writers",
        (ONE, "local", "external"): f"{ONE}/writer.js",
        (ONE, "local", "tag"): f"{THIRD}/tag.js",
        (ONE, "local", "same"): f"{ONE}/same",
        (THIRD, "local", "framed"): f"{THIRD}/framed",
        # Written as a property: no call tells by whom.
        (ONE, "local", "property"): None,
        (ONE, "local", "both"): None,
    }


def test_each_surface_is_told_with_its_script_and_count(chain: WebChain) -> None:
    evidence = visit(chain, "/surfaces")
    assert (evidence.visit.outcome, told(evidence)) == (Outcome.complete, [])
    missing = set(json.loads(chain.web.got(f"{ONE}/missing")[-1].body))
    # Every probe has its line, but those of writers and workers.
    names = {probe.id for probe in probes() if probe.kind in ("surface", "api")} - {
        "workerNavigator.hardwareConcurrency"
    }
    assert {name for name, _ in SURFACES} == names
    lines = {line.split("'")[1]: number for number, line in enumerate(SURFACES_SCRIPT.splitlines(), 1)}
    of_script = [s for s in evidence.signals if s.script and s.script.url == f"{THIRD}/surfaces.js"]
    assert {s.name: (s.script.line, s.count) for s in of_script if s.script} == {
        name: (line, 2) for name, line in lines.items() if name not in missing
    }
    assert {s.host for s in of_script} == {"third.test"}
    assert {(s.frame_url, s.top_url, s.at_least) for s in of_script} == {(f"{ONE}/surfaces",) * 2 + (False,)}
    kinds = {probe.id: (SignalKind(probe.kind), probe.group) for probe in probes() if probe.kind in ("surface", "api")}
    assert all((s.kind, s.group) == kinds[s.name] for s in of_script)
    # What no browser of this kind has is no defect of ours; what all have may not be missing.
    assert missing <= {name for name in names if name.split(".")[0] in ("sharedStorage", "document", "navigator")}
    of_worker = [s for s in evidence.signals if s.script and s.script.url == f"{ONE}/working.js"]
    assert {(s.name, s.script.line, s.script.function, s.frame_url, s.top_url) for s in of_worker if s.script} == {
        ("workerNavigator.hardwareConcurrency", 1, "", f"{ONE}/working.js", f"{ONE}/surfaces"),
        ("offscreenCanvas.measureText", 2, "measure", f"{ONE}/working.js", f"{ONE}/surfaces"),
    }
    (served,) = [s for s in evidence.signals if s.script and s.script.url == f"{ONE}/serving.js"]
    assert (served.name, served.count, served.script and served.script.line) == ("Intl.resolvedOptions", 1, 2)


def test_a_window_opened_by_script(chain: WebChain) -> None:
    """Its first document may be in the realm of the empty one, which is not watched from its start: that is said."""
    limits = LIMITS.model_copy(update={"step_ms": 20_000})
    evidence = chain.visit(f"{ONE}/opening", (Click(click="button"), Wait(wait="html[data-done]")), limits=limits)
    assert evidence.visit.outcome is Outcome.complete
    assert [(c.name, c.set_by) for c in evidence.cookies] == [("same", "script")]
    late = "1 documents or workers whose scripts were not watched from the start: "
    assert told(evidence) == [f"{late}the empty document that a window opened by script begins with"]


def signal(evidence: VisitEvidence, name: str) -> Signal:
    (found,) = [s for s in evidence.signals if s.name == name]
    return found


def test_a_flood_of_calls_ends_in_its_limit(chain: WebChain) -> None:
    evidence = chain.visit(f"{ONE}/flooding")
    assert evidence.visit.outcome is Outcome.complete
    assert len(chain.web.got(f"{ONE}/flooded")) == 1
    measured = signal(evidence, "canvas.measureText")
    assert (measured.count, measured.at_least) == (100, True)
    limit = "no more calls were told after a limit, their counts are lower bounds"
    assert told(evidence) == [f"canvas.measureText: {limit}", f"document.cookie: {limit}"]
    # The last writes were not told: the cookies are there, by whom is not known.
    assert {c.set_by for c in evidence.cookies} == {"script"}
    assert {c.set_by_script for c in evidence.cookies if c.name.startswith("c")} == {None}


def noticed(chain: WebChain) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(chain.web.got(f"{ONE}/noticed")[-1].body)
    return found


def test_a_page_cannot_notice(chain: WebChain) -> None:
    """Functions, descriptors, globals, stacks and traps are those of the browser alone, while its calls are told."""
    evidence = visit(chain, "/notice")
    watched = noticed(chain)
    assert (evidence.visit.outcome, told(evidence)) == (Outcome.complete, [])
    calls = read_calls(chain.folder / evidence.visit.visit / "events.jsonl.gz").calls
    lines = {(c.probe, c.argument): c.script.line for c in calls if c.script and c.argument is not None}
    # Also while the page has Error.prepareStackTrace, and where it lets errors have no stack.
    assert {key[1] for key in lines if key[0] == "document.cookie"} >= {"plain=1; Path=/", "unlimited=1; Path=/"}
    assert ("Storage.setItem", "plain") in lines
    browse_alone(chain, f"{ONE}/notice", f"{ONE}/noticed")
    alone = noticed(chain)
    assert watched.keys() == alone.keys()
    for what, seen in alone.items():
        assert watched[what] == seen, what


async def test_a_service_worker_that_begins_before_its_probes_are_set_is_told() -> None:
    """A browser that is told what to set and does not answer before the worker's script comes."""

    async def browser(connection: ServerConnection) -> None:
        async for raw in connection:
            message = json.loads(raw)
            if message["method"] == "Runtime.evaluate" and message["sessionId"] == "in-time":
                await connection.send(json.dumps({"id": message["id"], "sessionId": "in-time", "result": {}}))

    notes: list[tuple[str, str | None]] = []
    watch = Probes(lambda method, params, session: notes.append((params.get("reason", method), session)))
    async with serve(browser, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = await CdpClient.connect(f"ws://127.0.0.1:{port}/", lambda *_: None)
        try:
            for number, session in enumerate(("in-time", "late")):
                watch.attach(client, session, {"type": "service_worker", "targetId": str(number)})
            async with asyncio.timeout(10):
                await watch._sessions["in-time"].in_time.wait()
            for session in ("in-time", "late"):
                script = {"url": "https://one.test/sw.js", "scriptId": "1"}
                watch.on_event("Debugger.scriptParsed", session, script)
        finally:
            await client.close()
    assert notes == [("set after the service worker had begun", "late")]
