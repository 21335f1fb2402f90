"""What the browser keeps at the end of a visit: the cookie jar and every store of every frame still there.

All of it over CDP; nothing is evaluated in a page. What could not be read is named in `problems`.
"""

from datetime import UTC, datetime
from typing import Any

from auditor.capture.browser.cdp import CdpClient, CdpError
from auditor.capture.browser.sensor import WITH_FRAMES, Sensor
from auditor.capture.browser.stores import Place, read_stores

VIEWER = "chrome-extension://"
"""Of the browser's own viewer of PDFs. The frame in it that draws the PDF has the site's origin and may not read its
storage: who asks in its name has its process ended by the browser (Chromium's ChildProcessSecurityPolicy)."""

WORKERS = frozenset({"worker", "shared_worker", "service_worker"})


async def snapshot(client: CdpClient, sensor: Sensor, endpoint: str) -> dict[str, Any]:
    """The cookie jar and all storage: of every frame of every page, and of workers whose pages have gone.

    Web Storage is read over the visit's own connection; IndexedDB, Cache Storage and service workers over another
    one to `endpoint` (`read_stores`). Raises CdpError when the jar itself cannot be read.
    """
    problems: list[str] = []
    web: dict[tuple[str, str], list[Any]] = {}
    places: dict[str, Place] = {}
    workers: dict[str, str] = {}
    viewers: set[str] = set()
    for session, info in list(sensor.sessions.items()):
        if info["type"] in WITH_FRAMES:
            try:
                tree = (await client.send("Page.getFrameTree", {}, session))["frameTree"]
                if tree["frame"]["url"].startswith(VIEWER) or info.get("parentId") in viewers:
                    viewers.add(info["targetId"])
                    continue
                for frame in _frames(tree):
                    if (key := await _key_of_frame(client, session, frame["id"])) is not None:
                        places.setdefault(key, Place(info["targetId"], info["type"], key))
                        await _web_storage(client, session, key, web, problems)
            except CdpError as error:
                problems.append(f"storage of a {info['type']}: {error}")
        elif info["type"] in WORKERS and (key := await _key_of_worker(client, session)) is not None:
            workers[info["targetId"]] = key
            places.setdefault(key, Place(info["targetId"], info["type"], key))
    stores = await read_stores(endpoint, list(places.values()))
    for worker in stores["service_workers"]:
        worker["storage_key"] = workers.get(worker.pop("target"))
    storage = [{"storage_key": key, "area": area, "items": items} for (key, area), items in web.items()]
    problems += stores.pop("problems")
    read = [{"storage_key": place.key, "kind": place.kind} for place in places.values()]
    return {**await jar(client), "storage": storage, **stores, "places": read, "problems": problems}


async def jar(client: CdpClient) -> dict[str, Any]:
    """The browser's whole cookie jar now. Raises CdpError."""
    cookies = (await client.send("Storage.getCookies"))["cookies"]
    return {"at": datetime.now(UTC).isoformat(), "cookies": cookies}


def _frames(tree: dict[str, Any]) -> list[dict[str, Any]]:
    found = [tree["frame"]]
    for child in tree.get("childFrames", []):
        found += _frames(child)
    return found


async def _key_of_frame(client: CdpClient, session: str, frame: str) -> str | None:
    """None for an opaque origin (about:blank, sandboxed): it has no storage."""
    try:
        return str((await client.send("Storage.getStorageKeyForFrame", {"frameId": frame}, session))["storageKey"])
    except CdpError:
        return None


async def _key_of_worker(client: CdpClient, session: str) -> str | None:
    """None for a worker of an opaque origin, or one that has just ended: its registration is still told."""
    try:
        return str((await client.send("Storage.getStorageKey", {}, session))["storageKey"])
    except CdpError:
        return None


async def _web_storage(
    client: CdpClient, session: str, key: str, web: dict[tuple[str, str], list[Any]], problems: list[str]
) -> None:
    """Both areas of one storage key. Each tab has a sessionStorage of its own: where they differ, that is told."""
    for area in ("local", "session"):
        known = web.get((key, area))
        if known is not None and area == "local":
            continue
        identity = {"storageKey": key, "isLocalStorage": area == "local"}
        try:
            items = (await client.send("DOMStorage.getDOMStorageItems", {"storageId": identity}, session))["entries"]
        except CdpError as error:
            problems.append(f"{area} storage of {key}: {error}")
            continue
        if known is None:
            web[key, area] = items
            continue
        first = dict(known)
        web[key, area] = [*known, *([name, value] for name, value in items if name not in first)]
        if any(first.get(name, value) != value for name, value in items):
            problems.append(f"session storage of {key}: tabs hold different values, the first tab's are told")
