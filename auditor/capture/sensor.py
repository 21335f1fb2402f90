"""The browser's own account: CDP events of every page, frame and worker, attached before they run.

Kept as they come, less what the proxy holds better (bodies, headers), one JSON line each. The join reads
them later; nothing is interpreted here but what the visit itself must know at once (a crash, the frames).
"""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.capture.cdp import CdpClient, CdpError
from auditor.capture.probes import Probes

KEPT = frozenset(
    {
        "Network.requestWillBeSent",
        "Network.requestWillBeSentExtraInfo",
        "Network.responseReceived",
        "Network.responseReceivedExtraInfo",
        "Network.requestServedFromCache",
        "Network.loadingFailed",
        "Network.webSocketCreated",
        "Network.webSocketWillSendHandshakeRequest",
        "Network.webSocketClosed",
        "DOMStorage.domStorageItemAdded",
        "DOMStorage.domStorageItemUpdated",
        "DOMStorage.domStorageItemRemoved",
        "DOMStorage.domStorageItemsCleared",
        "Page.frameAttached",
        "Page.frameNavigated",
        "Page.frameDetached",
        "Page.javascriptDialogOpening",
        "Page.downloadWillBegin",
        "Target.attachedToTarget",
        "Target.detachedFromTarget",
        "Inspector.targetCrashed",
    }
)

DROPPED = {
    "Network.requestWillBeSent": ("postData", "postDataEntries", "headers"),
    "Network.responseReceived": ("headers", "timing", "securityDetails", "requestHeaders"),
}

WITH_NETWORK = frozenset({"page", "iframe", "worker", "shared_worker", "service_worker"})
WITH_FRAMES = frozenset({"page", "iframe"})

AUTO_ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}


class Sensor:
    """Writes the events of one browser to a file; knows which sessions are open and whether one crashed."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.open(path, "wb", compresslevel=5)  # noqa: SIM115 - open for the whole visit
        self._client: CdpClient | None = None
        self.sessions: dict[str, dict[str, Any]] = {}
        self.crashed: str | None = None
        self.events = 0
        self.dialogs = 0
        self.probes = Probes(self.note)

    async def attach(self, client: CdpClient) -> None:
        """Follow every target of the browser, from before its first line of script. Raises CdpError."""
        self._client = client
        await client.send("Target.setAutoAttach", AUTO_ATTACH)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def note(self, method: str, params: dict[str, Any], session: str | None = None) -> None:
        """Write a line of our own among the events, such as the beginning of a phase."""
        self._write(method, session, params)

    def on_event(self, method: str, session: str | None, params: dict[str, Any]) -> None:
        """Take one event; called in the order they come."""
        if method == "Target.attachedToTarget":
            self._attached(params)
        elif method == "Target.detachedFromTarget":
            self.sessions.pop(params.get("sessionId", ""), None)
            self.probes.detached(params.get("sessionId", ""))
        elif method == "Inspector.targetCrashed":
            info = self.sessions.get(session or "", {})
            if not info.get("url", "").startswith("chrome://"):
                self.crashed = "the process of a page ended"
        elif method == "Page.javascriptDialogOpening":
            self.dialogs += 1
        if method in KEPT:
            self._write(method, session, _trimmed(method, params))
        self.probes.on_event(method, session, params)

    def _attached(self, params: dict[str, Any]) -> None:
        session, info = params["sessionId"], params["targetInfo"]
        self.sessions[session] = info
        if (client := self._client) is None:
            return
        kind = info["type"]
        if kind in WITH_NETWORK:
            # The proxy has the bodies: the browser need not keep them for us.
            client.send_soon("Network.enable", {"maxTotalBufferSize": 1, "maxResourceBufferSize": 1}, session)
        if kind in WITH_FRAMES:
            client.send_soon("Inspector.enable", {}, session)
            client.send_soon("Page.enable", {}, session)
            client.send_soon("DOMStorage.enable", {}, session)
        client.send_soon("Target.setAutoAttach", AUTO_ATTACH, session)
        if kind in WITH_NETWORK:
            self.probes.attach(client, session, info)
        else:
            client.send_soon("Runtime.runIfWaitingForDebugger", {}, session)

    def _write(self, method: str, session: str | None, params: dict[str, Any]) -> None:
        line = {"t": datetime.now(UTC).isoformat(), "session": session, "method": method, "params": params}
        # ensure_ascii: pages can put lone surrogates into any text.
        self._file.write(json.dumps(line, ensure_ascii=True).encode() + b"\n")
        self.events += 1


def _trimmed(method: str, params: dict[str, Any]) -> dict[str, Any]:
    if method == "Network.requestWillBeSentExtraInfo":
        return {key: params[key] for key in ("requestId", "associatedCookies") if key in params}
    if method == "Network.responseReceivedExtraInfo":
        keep = ("requestId", "blockedCookies", "statusCode", "cookiePartitionKey")
        return {key: params[key] for key in keep if key in params}
    drop = DROPPED.get(method, ())
    trimmed = dict(params)
    for part in ("request", "response", "redirectResponse"):
        if isinstance(trimmed.get(part), dict):
            trimmed[part] = {k: v for k, v in trimmed[part].items() if k not in (*drop, "headers", "timing")}
    return trimmed


async def snapshot(client: CdpClient, sensor: Sensor) -> dict[str, Any]:
    """The cookie jar and, for every frame of every page, its Web Storage; what could not be read is named."""
    problems: list[str] = []
    storage: dict[str, dict[str, Any]] = {}
    for session, info in list(sensor.sessions.items()):
        if info["type"] not in WITH_FRAMES:
            continue
        try:
            tree = (await client.send("Page.getFrameTree", {}, session))["frameTree"]
            for frame in _frames(tree):
                await _frame_storage(client, session, frame, storage, problems)
        except CdpError as error:
            problems.append(f"storage of a {info['type']}: {error}")
    return {**await jar(client), "storage": list(storage.values()), "problems": problems}


async def jar(client: CdpClient) -> dict[str, Any]:
    """The browser's whole cookie jar now. Raises CdpError."""
    cookies = (await client.send("Storage.getCookies"))["cookies"]
    return {"at": datetime.now(UTC).isoformat(), "cookies": cookies}


def _frames(tree: dict[str, Any]) -> list[dict[str, Any]]:
    found = [tree["frame"]]
    for child in tree.get("childFrames", []):
        found += _frames(child)
    return found


async def _frame_storage(
    client: CdpClient, session: str, frame: dict[str, Any], storage: dict[str, dict[str, Any]], problems: list[str]
) -> None:
    try:
        key = (await client.send("Storage.getStorageKeyForFrame", {"frameId": frame["id"]}, session))["storageKey"]
    except CdpError:
        return  # an opaque origin (about:blank, sandboxed) has no storage
    for area in ("local", "session"):
        place = f"{area} {key}"
        if place in storage:
            continue
        identity = {"storageKey": key, "isLocalStorage": area == "local"}
        try:
            found = await client.send("DOMStorage.getDOMStorageItems", {"storageId": identity}, session)
        except CdpError as error:
            problems.append(f"{area} storage of {key}: {error}")
            continue
        storage[place] = {"storage_key": key, "area": area, "items": found["entries"]}
