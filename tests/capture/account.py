"""Hand-made witnesses: a browser's account line by line, and exchanges as the proxy would have written them."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from auditor.evidence import Exchange, Phase, Source
from auditor.store.browser_events import Hop, read_hops

BEGUN = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
PAGE = "https://shop.test/"


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


class Account:
    """Writes CDP events as the sensor does; `page` is one page's session with its main frame."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.attached("page", "page", target="main", url="about:blank")

    def line(self, method: str, session: str | None = "page", **params: Any) -> None:
        self.lines.append({"t": BEGUN.isoformat(), "session": session, "method": method, "params": params})

    def attached(
        self, session: str, kind: str, *, target: str, url: str, parent: str | None = None, above: str | None = None
    ) -> None:
        info = {"type": kind, "targetId": target, "url": url} | ({"parentFrameId": above} if above else {})
        self.line("Target.attachedToTarget", parent, sessionId=session, targetInfo=info)

    def request(
        self,
        browser_id: str,
        url: str,
        *,
        session: str = "page",
        seconds: float = 0,
        kind: str = "Fetch",
        frame: str | None = "main",
        method: str = "GET",
        document: str = PAGE,
        redirect: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        params: dict[str, Any] = {
            "requestId": browser_id,
            "request": {"url": url, "method": method},
            "wallTime": at(seconds).timestamp(),
            "type": kind,
            "documentURL": document,
            "initiator": {"type": "script"},
            **more,
        }
        if frame is not None:
            params["frameId"] = frame
        if redirect is not None:
            params["redirectResponse"] = redirect
        self.line("Network.requestWillBeSent", session, **params)

    def page(self, url: str = PAGE, *, seconds: float = 0, browser_id: str = "document") -> None:
        """The main frame's navigation and its commit."""
        self.request(browser_id, url, seconds=seconds, kind="Document", document=url)
        self.response(browser_id)
        self.line("Page.frameNavigated", frame={"id": "main", "url": url})

    def response(self, browser_id: str, status: int = 200, *, session: str = "page", **more: Any) -> None:
        self.line("Network.responseReceived", session, requestId=browser_id, response={"status": status, **more})

    def sent(self, browser_id: str, *cookies: dict[str, Any], session: str = "page") -> None:
        self.line("Network.requestWillBeSentExtraInfo", session, requestId=browser_id, associatedCookies=list(cookies))

    def received(self, browser_id: str, *refused: tuple[str, str], session: str = "page", **more: Any) -> None:
        blocked = [{"cookieLine": line, "blockedReasons": [reason]} for line, reason in refused]
        self.line("Network.responseReceivedExtraInfo", session, requestId=browser_id, blockedCookies=blocked, **more)

    def hops(self, folder: Path) -> list[Hop]:
        path = folder / "events.jsonl.gz"
        with gzip.open(path, "wb") as file:
            file.writelines(json.dumps(line).encode() + b"\n" for line in self.lines)
        return read_hops(path)


def use(name: str, value: str = "1", domain: str = "shop.test", **more: Any) -> dict[str, Any]:
    """A cookie the browser considered: `reasons` why not sent, `partition` its top-level site."""
    cookie: dict[str, Any] = {"name": name, "value": value, "domain": domain, "path": more.get("path", "/")}
    if "partition" in more:
        cookie["partitionKey"] = {"topLevelSite": more["partition"], "hasCrossSiteAncestor": True}
    return {"cookie": cookie, "blockedReasons": list(more.get("reasons", ()))}


def wire(request: str, url: str, *, seconds: float = 0, headers: dict[str, str] | None = None, **more: Any) -> Exchange:
    """An exchange as the proxy saw it; `sets` are its Set-Cookie lines."""
    sets = more.pop("sets", ())
    fields = {
        "visit": "v",
        "request": request,
        "started_at": at(seconds),
        "method": "GET",
        "url": url,
        "status": 200,
        "source": Source.proxy_only,
        "phase": Phase.journey,
        "request_headers": tuple((headers or {}).items()),
        "response_headers": tuple(("Set-Cookie", line) for line in sets),
    }
    return Exchange.model_validate({**fields, **more})


def in_jar(name: str, value: str = "1", domain: str = "shop.test", **more: Any) -> dict[str, Any]:
    """A cookie as CDP's Storage.getCookies tells it."""
    return {
        "name": name,
        "value": value,
        "domain": domain,
        "path": "/",
        "expires": -1,
        "httpOnly": False,
        "secure": True,
        "session": True,
        **more,
    }
