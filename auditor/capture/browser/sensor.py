"""The browser's own account: CDP events of every page, frame and worker, attached before they run.

Kept as they come, less what the proxy holds better (bodies, headers), one JSON line each. The join reads
them later; nothing is interpreted here but what the visit itself must know at once (a crash, the frames).
"""

import asyncio
import base64
import gzip
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.capture.browser.cdp import CdpClient
from auditor.capture.browser.guards import Guards
from auditor.capture.browser.identity import user_agent_override
from auditor.capture.browser.probes import Probes
from auditor.capture.browser.timeline import Timeline

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
        "Page.frameRequestedNavigation",
        "Page.javascriptDialogOpening",
        "Browser.downloadWillBegin",
        "Target.attachedToTarget",
        "Target.detachedFromTarget",
        "Inspector.targetCrashed",
    }
)

DROPPED = {
    "Network.requestWillBeSent": ("postData", "postDataEntries", "headers"),
    "Network.responseReceived": ("headers", "timing", "securityDetails", "requestHeaders"),
}

WITH_NETWORK = frozenset({"page", "iframe", "worker", "shared_worker", "service_worker", "worklet"})
WITH_SCRIPTS = WITH_NETWORK - {"worklet"}
WITH_FRAMES = frozenset({"page", "iframe"})

AUTO_ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}


class Sensor:
    """Writes the events of one browser to a file; knows which sessions are open and whether one crashed."""

    def __init__(self, path: Path, guards: Guards | None = None) -> None:
        self._file = gzip.open(path, "wb", compresslevel=5)  # noqa: SIM115 - open for the whole visit
        self._client: CdpClient | None = None
        self._identity: dict[str, Any] = {}
        self._guards = guards
        self.sessions: dict[str, dict[str, Any]] = {}
        self.crashed: str | None = None
        self.events = 0
        self.probes = Probes(self.note)
        self.timeline = Timeline(self.note)

    async def attach(self, client: CdpClient) -> None:
        """Follow every target of the browser, from before its first line of script. Raises CdpError."""
        self._client = client
        self._identity = await asyncio.to_thread(user_agent_override)
        await self.timeline.begin(client)
        await client.send("Target.setAutoAttach", AUTO_ATTACH)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def note(self, method: str, params: dict[str, Any], session: str | None = None) -> None:
        """Write a line of our own among the events, such as the beginning of a phase."""
        self._write(method, session, params)

    def on_event(self, method: str, session: str | None, params: dict[str, Any]) -> None:
        """Take one event; called in the order they come."""
        self.timeline.on_event(method, params)
        if self.timeline.ended:
            return  # its pages are being ended: what happens to them now is our doing
        if method == "Target.attachedToTarget":
            self._attached(params)
        elif method == "Target.detachedFromTarget":
            self.sessions.pop(params.get("sessionId", ""), None)
            self.probes.detached(params.get("sessionId", ""))
        elif method == "Inspector.targetCrashed":
            info = self.sessions.get(session or "", {})
            # A shared worker that ends with its last page is told as a crash, too.
            if info.get("type") in WITH_FRAMES and not info.get("url", "").startswith("chrome://"):
                self.crashed = "the process of a page ended"
        if self._guards is not None:
            self._guards.on_event(method, session, params, self.sessions.get(session or "", {}))
        if method in KEPT:
            self._write(method, session, self.probes.without_own(_trimmed(method, params)))
        self.probes.on_event(method, session, params)

    def _attached(self, params: dict[str, Any]) -> None:
        session, info = params["sessionId"], params["targetInfo"]
        self.sessions[session] = info
        if (client := self._client) is None:
            return
        kind = info["type"]
        if kind in WITH_NETWORK:
            client.send_soon("Emulation.setUserAgentOverride", self._identity, session)
            # The proxy has the bodies: the browser need not keep them for us. Large bodies of requests would come in
            # the events, eight bytes for one, with the page's script standing still meanwhile (measured 0.4 s for
            # 1 MiB); a beacon's is at most 64 KiB.
            limits = {"maxTotalBufferSize": 1, "maxResourceBufferSize": 1, "maxPostDataSize": 1 << 16}
            client.send_soon("Network.enable", limits, session)
        if kind in WITH_FRAMES:
            client.send_soon("Inspector.enable", {}, session)
            client.send_soon("Page.enable", {}, session)
            client.send_soon("DOMStorage.enable", {}, session)
        client.send_soon("Target.setAutoAttach", AUTO_ATTACH, session)
        if kind in WITH_SCRIPTS:
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
    if (posted := params.get("request", {}).get("postDataEntries")) and all("bytes" in entry for entry in posted):
        # The bytes are the proxy's to keep; their hash tells which of two requests to one address it was.
        trimmed["bodySha256"] = hashlib.sha256(b"".join(base64.b64decode(e["bytes"]) for e in posted)).hexdigest()
    for part in ("request", "response", "redirectResponse"):
        if isinstance(trimmed.get(part), dict):
            trimmed[part] = {k: v for k, v in trimmed[part].items() if k not in (*drop, "headers", "timing")}
    return trimmed
