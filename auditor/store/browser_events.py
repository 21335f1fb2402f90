"""CDP events back into requests: one Hop for each request the browser says it made, redirects one by one."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.content import whole_text
from auditor.evidence import CookieRefusal, CookieUse, StackFrame


@dataclass
class Hop:
    """One request in the browser's account; a redirected request is several hops with one id."""

    browser_id: str
    order: int
    session: str | None
    method: str
    url: str
    at: datetime
    resource_type: str
    initiator: dict[str, Any]
    frame_id: str | None
    document_url: str
    top_url: str | None = None
    main_frame: bool = False
    actor: str = "page"
    body_sha256: str | None = None
    previous: "Hop | None" = None
    from_cache: bool = False
    from_service_worker: bool = False
    status: int | None = None
    error: str | None = None
    cookies: tuple[CookieUse, ...] = ()
    refused: tuple[CookieRefusal, ...] = ()
    partition: str | None = None
    has_extra: bool = True


_WORKERS = frozenset({"worker", "shared_worker", "service_worker", "worklet"})

_ASKED = {
    "formSubmissionGet": "form",
    "formSubmissionPost": "form",
    "anchorClick": "link",
    "metaTagRefresh": "refresh",
    "httpHeaderRefresh": "refresh",
    "initialFrameNavigation": "parser",
    "reload": "reload",
    "scriptInitiated": "script",
    "other": "other",
}
"""Why a page or frame asked for a navigation (CDP Page.ClientNavigationReason) as an initiator type."""


type _Extra = dict[str | None, list[dict[str, Any]]]
"""Extra infos of one request by the session that told them, each in the order of its hops."""


@dataclass
class _Frame:
    parent: str | None
    url: str = ""


@dataclass
class _Account:
    """The state of reading: frames, sessions, hops by the browser's request id, extra infos in waiting.

    `asked`: the last navigation each frame asked for, its address and the browser's reason.
    """

    frames: dict[str, _Frame] = field(default_factory=dict)
    sessions: dict[str, tuple[str | None, dict[str, Any]]] = field(default_factory=dict)
    hops: list[Hop] = field(default_factory=list)
    by_id: dict[str, list[Hop]] = field(default_factory=dict)
    told: dict[tuple[str, str | None], int] = field(default_factory=dict)
    asked: dict[str, tuple[str, str]] = field(default_factory=dict)
    sent: dict[str, _Extra] = field(default_factory=dict)
    received: dict[str, _Extra] = field(default_factory=dict)


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of an events file; a cut tail ends them."""
    if not path.exists():
        return
    with gzip.open(path, "rb") as file:
        try:
            for line in file:
                # Pages can put half a surrogate pair into any text; the sensor wrote it as an escape.
                yield whole_text(json.loads(line)) if b"\\ud" in line else json.loads(line)
        except (EOFError, ValueError, gzip.BadGzipFile):
            return


def read_hops(path: Path) -> list[Hop]:
    """Every request of the browser's account, in the order of its events."""
    account = _Account()
    for line in read_events(path):
        if (take := _TAKERS.get(line["method"])) is not None:
            take(account, line.get("session"), line["params"])
    for browser_id, hops in account.by_id.items():
        # A hop answered from the cache has no extra info: what is told is the next one's.
        asked = [hop for hop in hops if hop.has_extra]
        for hop, sent in zip(asked, _most(account.sent.get(browser_id)), strict=False):
            hop.cookies = tuple(_cookie_use(c) for c in sent.get("associatedCookies", ()))
        for hop, received in zip(asked, _most(account.received.get(browser_id)), strict=False):
            hop.refused = tuple(_refusal(c) for c in received.get("blockedCookies", ()))
            hop.partition = (received.get("cookiePartitionKey") or {}).get("topLevelSite")
    for hop in account.hops:
        if hop.initiator.get("type") == "preflight":
            _as_meant(hop, account.by_id.get(hop.initiator.get("requestId", ""), ()))
    return account.hops


def _as_meant(hop: Hop, meant: Sequence[Hop]) -> None:
    """A preflight is asked by nobody: its cause and place are those of the request that was meant."""
    if (of := next((h for h in meant if h.url == hop.url), None)) is None:
        return
    hop.initiator = {**of.initiator, "type": "preflight"}
    hop.frame_id, hop.document_url = of.frame_id, of.document_url
    hop.top_url, hop.main_frame, hop.actor = of.top_url, of.main_frame, of.actor


def _most(extra: _Extra | None) -> list[dict[str, Any]]:
    """What one session told of all hops: a request of two sessions (a service worker's) is told twice."""
    return max(extra.values(), key=len) if extra else []


def _request(account: _Account, session: str | None, params: dict[str, Any]) -> None:
    browser_id, request = params["requestId"], params["request"]
    hops = account.by_id.setdefault(browser_id, [])
    redirected = params.get("redirectResponse")
    # The same hop told by a second session (a worker's request, a frame that moved process) is no hop more.
    last = account.told.get((browser_id, session), -1)
    again = next((n for n, hop in enumerate(hops) if n > last and hop.url == request["url"]), None)
    account.told[browser_id, session] = len(hops) if again is None else again
    if again is not None or (hops and not redirected):
        return
    if redirected and hops:
        hops[-1].status = redirected.get("status")
        hops[-1].from_cache = bool(redirected.get("fromDiskCache"))
        hops[-1].has_extra = bool(params.get("redirectHasExtraInfo", True))
    kind = str(params.get("type", "Other")).lower()
    hop = Hop(
        browser_id=browser_id,
        order=len(account.hops),
        session=session,
        method=request["method"],
        url=request["url"],
        at=datetime.fromtimestamp(params.get("wallTime") or 0, UTC),
        resource_type=kind,
        initiator=params.get("initiator") or {},
        frame_id=params.get("frameId"),
        document_url=params.get("documentURL", ""),
        body_sha256=params.get("bodySha256"),
        previous=hops[-1] if hops else None,
    )
    _place(account, hop)
    hops.append(hop)
    account.hops.append(hop)


def _place(account: _Account, hop: Hop) -> None:
    """Whose request it is: frame and page at this moment."""
    _, info = account.sessions.get(hop.session or "", (None, {}))
    kind = info.get("type", "page")
    frame = account.frames.get(hop.frame_id or "")
    if kind in _WORKERS:
        hop.actor = "service_worker" if kind == "service_worker" else "worker"
        hop.document_url = (kind != "worklet" and info.get("url")) or hop.document_url
        hop.top_url = _page_of(account, hop.session)
        return
    navigation = hop.resource_type == "document"
    if navigation and (asked := account.asked.get(hop.frame_id or "")) and asked[0] == hop.url.partition("#")[0]:
        hop.initiator = {"type": _ASKED.get(asked[1], "script"), **_without_other(hop.initiator)}
    elif hop.document_url == hop.url and not navigation:
        # A worker's first script, or fetchLater's beacon: the browser names the address itself as the document.
        hop.document_url = (frame.url if frame else _page_of(account, hop.session)) or hop.document_url
    root = frame is None or frame.parent is None
    if navigation and root and kind == "page":
        hop.top_url, hop.main_frame = hop.url, True
        return
    hop.main_frame = root and kind == "page"
    hop.actor = "page" if hop.main_frame else "frame"
    hop.top_url = _top_of(account, hop.frame_id) or _page_of(account, hop.session)


def _without_other(initiator: dict[str, Any]) -> dict[str, Any]:
    """An initiator less its type where that tells nothing."""
    return {k: v for k, v in initiator.items() if k != "type" or v != "other"}


def _top_of(account: _Account, frame_id: str | None) -> str | None:
    seen: set[str] = set()
    while frame_id is not None and frame_id not in seen and (frame := account.frames.get(frame_id)) is not None:
        if frame.parent is None:
            return frame.url or None
        seen.add(frame_id)
        frame_id = frame.parent
    return None


def _page_of(account: _Account, session: str | None) -> str | None:
    """The address of the page a session (frame's or worker's) hangs below; None for a service worker."""
    seen: set[str] = set()
    while session is not None and session not in seen:
        seen.add(session)
        parent, info = account.sessions.get(session, (None, {}))
        if info.get("type") == "page":
            frame = account.frames.get(info.get("targetId", ""))
            return (frame.url if frame else info.get("url")) or None
        session = parent
    return None


def _extra_sent(account: _Account, session: str | None, params: dict[str, Any]) -> None:
    account.sent.setdefault(params["requestId"], {}).setdefault(session, []).append(params)


def _extra_received(account: _Account, session: str | None, params: dict[str, Any]) -> None:
    account.received.setdefault(params["requestId"], {}).setdefault(session, []).append(params)


def _response(account: _Account, _session: str | None, params: dict[str, Any]) -> None:
    response = params.get("response", {})
    for hop in account.by_id.get(params["requestId"], ())[-1:]:
        hop.status = response.get("status")
        hop.from_cache = hop.from_cache or bool(response.get("fromDiskCache") or response.get("fromPrefetchCache"))
        hop.from_service_worker = bool(response.get("fromServiceWorker"))


def _from_cache(account: _Account, _session: str | None, params: dict[str, Any]) -> None:
    for hop in account.by_id.get(params["requestId"], ())[-1:]:
        hop.from_cache = True


def _failed(account: _Account, _session: str | None, params: dict[str, Any]) -> None:
    for hop in account.by_id.get(params["requestId"], ())[-1:]:
        reason = params.get("blockedReason")
        hop.error = params.get("errorText", "") + (f" ({reason})" if reason else "")


def _socket_created(account: _Account, session: str | None, params: dict[str, Any]) -> None:
    hop = Hop(
        browser_id=params["requestId"],
        order=len(account.hops),
        session=session,
        method="GET",
        url=params["url"],
        at=datetime.fromtimestamp(0, UTC),
        resource_type="websocket",
        initiator=params.get("initiator") or {},
        frame_id=None,
        document_url="",
    )
    _, info = account.sessions.get(session or "", (None, {}))
    hop.frame_id = info.get("targetId") if info.get("type") in ("page", "iframe") else None
    _place(account, hop)
    frame = account.frames.get(hop.frame_id or "")
    hop.document_url = hop.document_url or (frame.url if frame else "")
    account.by_id.setdefault(params["requestId"], []).append(hop)
    account.hops.append(hop)


def _socket_handshake(account: _Account, _session: str | None, params: dict[str, Any]) -> None:
    for hop in account.by_id.get(params["requestId"], ())[-1:]:
        hop.at = datetime.fromtimestamp(params.get("wallTime") or 0, UTC)


def _frame_attached(account: _Account, _session: str | None, params: dict[str, Any]) -> None:
    account.frames.setdefault(params["frameId"], _Frame(params.get("parentFrameId")))


def _frame_navigated(account: _Account, _session: str | None, params: dict[str, Any]) -> None:
    frame = params["frame"]
    known = account.frames.get(frame["id"])
    # An out-of-process frame's own session does not name its parent: what was known stays.
    parent = frame.get("parentId") or (known.parent if known else None)
    account.frames[frame["id"]] = _Frame(parent, frame["url"])


def _navigation_asked(account: _Account, _session: str | None, params: dict[str, Any]) -> None:
    account.asked[params["frameId"]] = (params["url"].partition("#")[0], params["reason"])


def _attached(account: _Account, session: str | None, params: dict[str, Any]) -> None:
    info = params["targetInfo"]
    account.sessions[params["sessionId"]] = (session, info)
    if info["type"] in ("page", "iframe") and info["targetId"] not in account.frames:
        account.frames[info["targetId"]] = _Frame(info.get("parentFrameId"), info["url"])


def _cookie_use(entry: dict[str, Any]) -> CookieUse:
    cookie = entry["cookie"]
    return CookieUse(
        name=cookie["name"],
        value=cookie["value"],
        domain=cookie["domain"].lstrip("."),
        path=cookie["path"],
        partition_key=(cookie.get("partitionKey") or {}).get("topLevelSite"),
        blocked_reasons=tuple(entry.get("blockedReasons", ())),
    )


def _refusal(entry: dict[str, Any]) -> CookieRefusal:
    return CookieRefusal(line=entry.get("cookieLine", ""), reasons=tuple(entry.get("blockedReasons", ())))


def stack_of(initiator: dict[str, Any]) -> tuple[StackFrame, ...]:
    """The script stack of an initiator, innermost call first, asynchronous parents after."""
    frames: list[StackFrame] = []
    stack = initiator.get("stack")
    while stack and len(frames) < 32:
        for call in stack.get("callFrames", ()):
            frames.append(
                StackFrame(
                    url=call.get("url", ""),
                    line=call.get("lineNumber", 0) + 1,
                    column=call.get("columnNumber", 0) + 1,
                    function=call.get("functionName", ""),
                )
            )
        stack = stack.get("parent")
    return tuple(frames)


_TAKERS = {
    "Network.requestWillBeSent": _request,
    "Network.requestWillBeSentExtraInfo": _extra_sent,
    "Network.responseReceived": _response,
    "Network.responseReceivedExtraInfo": _extra_received,
    "Network.requestServedFromCache": _from_cache,
    "Network.loadingFailed": _failed,
    "Network.webSocketCreated": _socket_created,
    "Network.webSocketWillSendHandshakeRequest": _socket_handshake,
    "Page.frameAttached": _frame_attached,
    "Page.frameNavigated": _frame_navigated,
    "Page.frameRequestedNavigation": _navigation_asked,
    "Target.attachedToTarget": _attached,
}
