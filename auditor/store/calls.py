"""What scripts did in the page: the lines of the probes (capture/browser) back into calls with their place."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NamedTuple

from auditor.domains import site_of
from auditor.evidence import Coverage, Phase, StackFrame
from auditor.store.browser_events import read_events, stack_of

FETCHED = {"beacon": "beacon", "fetch": "fetch", "img": "image"}
"""The timeline's kinds of requests as groups of probes."""


class Call(NamedTuple):
    """One call of a watched function; `script` is the innermost call that has an address."""

    probe: str
    kind: str
    group: str
    at: datetime
    phase: Phase
    script: StackFrame | None
    frame_url: str | None
    top_url: str | None
    origin: str
    argument: str | None
    value_sha256: str | None
    cookie: dict[str, Any] | None


class Calls(NamedTuple):
    """All that the probes told of a visit."""

    calls: tuple[Call, ...] = ()
    limited: frozenset[str] = frozenset()
    """Probes that were taken away after their limit of calls: their counts are "at least"."""
    writers: dict[tuple[str, str, str], str] = {}
    """(storage key, area, key) of each stored item whose writing script is known, to that script's address."""
    coverage: tuple[Coverage, ...] = ()


@dataclass
class _Frame:
    parent: str | None
    url: str


@dataclass
class _Reading:
    frames: dict[str, _Frame] = field(default_factory=dict)
    sessions: dict[str, tuple[str | None, dict[str, Any]]] = field(default_factory=dict)
    phase: Phase = Phase.prepare
    calls: list[Call] = field(default_factory=list)
    changes: dict[tuple[str, str, str], str] = field(default_factory=dict)
    limits: set[str] = field(default_factory=set)
    unwatched: dict[str, int] = field(default_factory=dict)

    def top(self, frame: str | None, session: str | None) -> str | None:
        """The address of the page a frame, or else the session of a worker, belongs to."""
        seen: set[str] = set()
        while frame in self.frames and frame not in seen:
            seen.add(frame)
            if (parent := self.frames[frame].parent) is None:
                return self.frames[frame].url or None
            frame = parent
        while session in self.sessions and session not in seen:
            seen.add(session)
            parent, info = self.sessions[session]
            if info.get("type") == "page":
                return self.frames[info["targetId"]].url if info["targetId"] in self.frames else info.get("url")
            session = parent
        return None


def read_calls(events: Path) -> Calls:
    """The calls of a visit, in the order they were told, with what was not watched."""
    reading = _Reading()
    for line in read_events(events):
        _take(reading, line["method"], line.get("session"), line["params"])
    limit = "no more calls were told after a limit, their counts are lower bounds"
    late = "documents or workers whose scripts were not watched from the start"
    reasons = [f"{probe}: {limit}" for probe in sorted(reading.limits)]
    reasons += [f"{n} {late}: {reason}" for reason, n in sorted(reading.unwatched.items())]
    coverage = [Coverage(sensor="scripts", reason=reason) for reason in reasons]
    return Calls(tuple(reading.calls), frozenset(reading.limits), _writers(reading), tuple(coverage))


def _take(reading: _Reading, method: str, session: str | None, params: dict[str, Any]) -> None:
    match method:
        case "Target.attachedToTarget":
            info = params["targetInfo"]
            reading.sessions[params["sessionId"]] = (session, info)
            if info["type"] in ("page", "iframe"):
                known = reading.frames.get(info["targetId"])
                parent = info.get("parentFrameId") or (known.parent if known else None)
                reading.frames[info["targetId"]] = _Frame(parent, known.url if known else info["url"])
        case "Page.frameAttached":
            reading.frames.setdefault(params["frameId"], _Frame(params.get("parentFrameId"), "about:blank"))
        case "Page.frameNavigated":
            frame = params["frame"]
            known = reading.frames.get(frame["id"])
            parent = frame.get("parentId") or (known.parent if known else None)
            reading.frames[frame["id"]] = _Frame(parent, frame["url"])
        case "DOMStorage.domStorageItemAdded" | "DOMStorage.domStorageItemUpdated":
            place = params["storageId"]
            area = "local" if place["isLocalStorage"] else "session"
            key = (place.get("storageKey") or place.get("securityOrigin", ""), area, params["key"])
            reading.changes[key] = _sha256(params["newValue"])
        case "Auditor.phase":
            reading.phase = Phase(params["phase"])
        case "Auditor.call":
            reading.calls.append(_call(reading, session, params))
        case "Auditor.sent":
            reading.calls.append(_sent(reading, params))
        case "Auditor.limit":
            reading.limits.add(params["probe"])
        case "Auditor.unwatched":
            reading.unwatched[params["reason"]] = reading.unwatched.get(params["reason"], 0) + 1


def _call(reading: _Reading, session: str | None, params: dict[str, Any]) -> Call:
    frame = params.get("frame") or None
    known = reading.frames.get(frame or "")
    _, info = reading.sessions.get(session or "", (None, {}))
    stack = stack_of({"stack": params.get("stack")})
    return Call(
        probe=params["probe"],
        kind=params["kind"],
        group=params["group"],
        at=datetime.fromisoformat(params["at"]),
        phase=reading.phase,
        script=next((call for call in stack if call.url), None),
        frame_url=(known.url if known else info.get("url")) or None,
        top_url=reading.top(frame, session),
        origin=params.get("origin", ""),
        argument=params.get("argument"),
        value_sha256=params.get("value_sha256"),
        cookie=params.get("cookie"),
    )


def _sent(reading: _Reading, params: dict[str, Any]) -> Call:
    """A request only the timeline tells of (capture/browser/timeline.py), as the call that made it."""
    stack = stack_of({"stack": params["stack"]})
    return Call(
        probe="timeline",
        kind="send",
        group=FETCHED.get(params["fetch"], ""),
        at=datetime.fromisoformat(params["at"]),
        phase=reading.phase,
        script=next((call for call in stack if call.url), None),
        frame_url=params["document"] or None,
        top_url=params["top"] or None,
        origin="",
        argument=params["url"],
        value_sha256=None,
        cookie=None,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _writers(reading: _Reading) -> dict[tuple[str, str, str], str]:
    """Who wrote each item, where a call of setItem with this key and value is known, and all such are one script's.

    An item written as a property has no such call, and no writer. The browser tells of a change some time after the
    call and does not say whose it was: an item that two scripts wrote alike has no writer either.
    """
    known: dict[tuple[str, str, str, str], set[str]] = {}
    for call in reading.calls:
        if call.group == "storage" and call.argument is not None and call.value_sha256 is not None:
            place = (call.origin, site_of(call.top_url or ""), call.argument, call.value_sha256)
            known.setdefault(place, set()).add(call.script.url if call.script else "")
    writers = {}
    for (storage_key, area, key), value in reading.changes.items():
        origin, *parts = storage_key.split("^")
        top = next((part[1:] for part in parts if part.startswith("0")), origin)
        scripts = known.get((origin.rstrip("/"), site_of(top), key, value), set())
        if len(scripts) == 1 and (script := next(iter(scripts))):
            writers[storage_key, area, key] = script
    return writers


class ScriptCookie(NamedTuple):
    """A cookie as a script asked for it: a line as a Set-Cookie header would have it, and where."""

    at: datetime
    phase: Phase
    line: str
    url: str
    top_url: str | None
    script: StackFrame | None


def script_cookies(calls: Iterable[Call]) -> tuple[ScriptCookie, ...]:
    """The cookies written by script whose name and value are known, in order."""
    written = []
    for call in calls:
        line = call.argument if call.probe == "document.cookie" else _store_line(call.cookie or {})
        url = call.frame_url or ""
        if not url.startswith(("http://", "https://")):
            # about:blank and srcdoc documents write the cookies of the origin they inherit, at its root
            url = f"{call.origin}/"
        if call.group == "cookie" and line and url.startswith(("http://", "https://")):
            written.append(ScriptCookie(call.at, call.phase, line, url, call.top_url, call.script))
    return tuple(sorted(written, key=lambda w: w.at))


def _store_line(cookie: dict[str, Any]) -> str | None:
    """cookieStore.set's cookie as a line (https://cookiestore.spec.whatwg.org/#set-a-cookie): always Secure."""
    name, value = cookie.get("name"), cookie.get("value")
    if not isinstance(name, str) or not isinstance(value, str):
        return None
    path = str(cookie.get("path") or "/")
    # Chromium ends the path with a slash, which document.cookie and Set-Cookie do not.
    parts = [f"{name}={value}", f"Path={path if path.endswith('/') else path + '/'}", "Secure"]
    parts.append(f"SameSite={cookie.get('sameSite', 'strict')}")
    if isinstance(domain := cookie.get("domain"), str):
        parts.append(f"Domain={domain}")
    if isinstance(expires := cookie.get("expires"), (int, float)) and 0 <= expires < 253_402_300_799_000:
        parts.append(f"Expires={format_datetime(datetime.fromtimestamp(expires / 1000, UTC), usegmt=True)}")
    if cookie.get("partitioned") is True:
        parts.append("Partitioned")
    return "; ".join(parts)
