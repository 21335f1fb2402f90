"""IndexedDB, Cache Storage and service workers at the end of a visit, read over a connection of its own.

Of its own, because a page decides how large the answers are: one that is too large for the connection ends
it, and must not end the visit's. Nothing is evaluated in a page: stored objects are read property by property
(CDP Runtime.getProperties runs no accessor). Every limit that cut something is named in `problems`.
"""

import asyncio
import base64
import hashlib
import json
from typing import Any, NamedTuple

from websockets.exceptions import WebSocketException

from auditor.capture.browser.cdp import CdpClient, CdpError

STORES_S = 10.0
"""For all of it, so that a page with many databases cannot use up the visit's time."""

MAX_TEXT = 64 << 10
"""Characters kept of a value."""

MAX_KEY = 500
MAX_STORES = 200
MAX_ENTRIES = 200
"""Entries read of one object store or one cache; their count is told in full."""

PAGE = 20
MAX_OBJECTS = 400
"""Objects whose properties are asked for one by one, in the whole visit."""

MAX_DEPTH = 3
MAX_BODY = 16 << 20
"""Bytes of a cached body, by what its headers say, that is read for its size and hash."""

MAX_BODIES = 64 << 20
"""The same of all bodies of a visit."""


class Place(NamedTuple):
    """Where a storage key can be read: a target (page, iframe or worker) that has it."""

    target: str
    kind: str
    key: str


async def read_stores(endpoint: str, places: list[Place]) -> dict[str, Any]:
    """`indexeddb`, `caches`, `service_workers` and `problems`. Never raises for what a browser or a page does."""
    reading = _Reading()
    try:
        client = await CdpClient.connect(endpoint, reading.on_event)
    except (OSError, WebSocketException) as error:
        reading.problems.append(f"IndexedDB, Cache Storage and service workers: {type(error).__name__}")
        return reading.found()
    try:
        async with asyncio.timeout(STORES_S):
            for place in places:
                if client.closed.is_set():
                    reading.problems.append("IndexedDB, Cache Storage: the browser's answer was too large, or it went")
                    break
                await reading.read(client, place)
    except TimeoutError:
        reading.problems.append(f"IndexedDB, Cache Storage: not all could be read in {STORES_S:g} s")
    finally:
        await client.close()
    return reading.found()


class _Reading:
    def __init__(self) -> None:
        self.databases: list[dict[str, Any]] = []
        self.caches: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self._registrations: dict[str, dict[str, Any]] = {}
        self._versions: dict[str, dict[str, Any]] = {}
        self._sessions: dict[str, str] = {}
        self._objects = self._bytes = self._stores = 0
        self._watching = False

    def on_event(self, method: str, _session: str | None, params: dict[str, Any]) -> None:
        """Service worker registrations come as events."""
        if method == "ServiceWorker.workerRegistrationUpdated":
            self._registrations |= {r["registrationId"]: r for r in params["registrations"]}
        elif method == "ServiceWorker.workerVersionUpdated":
            # The newest version of a registration is the one that serves, or will.
            self._versions |= {v["registrationId"]: v for v in params["versions"]}

    def found(self) -> dict[str, Any]:
        """What was read so far, as the state file holds it."""
        workers = []
        for number, registration in sorted(self._registrations.items()):
            version = self._versions.get(number, {})
            if not registration["isDeleted"]:
                workers.append(
                    {
                        "scope": registration["scopeURL"],
                        "script": version.get("scriptURL", ""),
                        "status": version.get("status", ""),
                        "target": version.get("targetId", ""),
                    }
                )
        return {
            "indexeddb": self.databases,
            "caches": self.caches,
            "service_workers": workers,
            "problems": self.problems,
        }

    async def read(self, client: CdpClient, place: Place) -> None:
        """Everything at one place."""
        try:
            session = await self._session(client, place)
            await self._indexeddb(client, session, place.key)
            if place.kind in ("page", "iframe"):
                await self._caches(client, session, place.key)
            else:
                self.problems.append(f"Cache Storage of {place.key}: only a {place.kind} is there, its frame has gone")
        except CdpError as error:
            self.problems.append(f"stores of {place.key}: {error}")

    async def _session(self, client: CdpClient, place: Place) -> str:
        if (session := self._sessions.get(place.target)) is None:
            answer = await client.send("Target.attachToTarget", {"targetId": place.target, "flatten": True})
            session = self._sessions[place.target] = answer["sessionId"]
            if place.kind == "page" and not self._watching:
                self._watching = True
                await client.send("ServiceWorker.enable", {}, session)
        return session

    async def _indexeddb(self, client: CdpClient, session: str, key: str) -> None:
        at = {"storageKey": key}
        for name in (await client.send("IndexedDB.requestDatabaseNames", at, session))["databaseNames"]:
            place = {**at, "databaseName": name}
            told = (await client.send("IndexedDB.requestDatabase", place, session))["databaseWithObjectStores"]
            database: dict[str, Any] = {"storage_key": key, "database": name, "version": told["version"], "stores": []}
            self.databases.append(database)
            for store in told["objectStores"]:
                self._stores += 1
                if self._stores > MAX_STORES:
                    self.problems.append(f"IndexedDB of {key}: more than {MAX_STORES} object stores")
                    return
                database["stores"].append(await self._store(client, session, place, store))

    async def _store(
        self, client: CdpClient, session: str, database: dict[str, Any], store: dict[str, Any]
    ) -> dict[str, Any]:
        place = {**database, "objectStoreName": store["name"]}
        count = (await client.send("IndexedDB.getMetadata", place, session))["entriesCount"]
        entries: list[dict[str, Any]] = []
        more = True
        while more and len(entries) < MAX_ENTRIES:
            asked = {**place, "skipCount": len(entries), "pageSize": PAGE}
            page = await client.send("IndexedDB.requestData", asked, session)
            for entry in page["objectStoreDataEntries"]:
                key = json.dumps(await self._plain(client, session, entry["primaryKey"], 0), ensure_ascii=False)
                value = await self._plain(client, session, entry["value"], 0)
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                entries.append(
                    {
                        "key": key[:MAX_KEY],
                        "value": text[:MAX_TEXT],
                        "bytes": len(text.encode("utf-8", "surrogatepass")),
                    }
                )
            more = bool(page["hasMore"]) and bool(page["objectStoreDataEntries"])
        if count > len(entries):
            where = f"{database['databaseName']}/{store['name']}"
            self.problems.append(
                f"IndexedDB of {database['storageKey']}: {where}: {len(entries)} of {count:g} entries read"
            )
        return {
            "name": store["name"],
            "key_path": _key_path(store["keyPath"]),
            "auto_increment": bool(store["autoIncrement"]),
            "indexes": [{"name": i["name"], "key_path": _key_path(i["keyPath"])} for i in store["indexes"]],
            "count": int(count),
            "entries": entries,
        }

    async def _plain(self, client: CdpClient, session: str, remote: dict[str, Any], depth: int) -> Any:
        """A stored value (CDP Runtime.RemoteObject) as JSON; what is no plain object or array by its description."""
        if "value" in remote or remote["type"] == "undefined":
            return remote.get("value")
        if remote.get("subtype") not in (None, "array") or remote["type"] != "object":
            return remote.get("unserializableValue") or remote.get("description")
        if depth >= MAX_DEPTH or self._objects >= MAX_OBJECTS or remote.get("className") not in ("Object", "Array"):
            return remote.get("description")
        self._objects += 1
        if self._objects == MAX_OBJECTS:
            self.problems.append(f"IndexedDB: more than {MAX_OBJECTS} objects, the properties of further ones not read")
        asked = {"objectId": remote["objectId"], "ownProperties": True}
        told = (await client.send("Runtime.getProperties", asked, session))["result"]
        parts = {
            p["name"]: await self._plain(client, session, p["value"], depth + 1)
            for p in told
            if p.get("enumerable") and "value" in p
        }
        return list(parts.values()) if remote.get("subtype") == "array" else parts

    async def _caches(self, client: CdpClient, session: str, key: str) -> None:
        for cache in (await client.send("CacheStorage.requestCacheNames", {"storageKey": key}, session))["caches"]:
            entries: list[dict[str, Any]] = []
            found = {"storage_key": key, "cache": cache["cacheName"], "entries": entries, "count": 0}
            self.caches.append(found)
            asked = {"cacheId": cache["cacheId"], "skipCount": 0, "pageSize": MAX_ENTRIES}
            answer = await client.send("CacheStorage.requestEntries", asked, session)
            found["count"] = int(answer["returnCount"])
            for entry in answer["cacheDataEntries"]:
                entries.append(await self._cached(client, session, cache["cacheId"], entry))
            if found["count"] > len(entries):
                self.problems.append(
                    f"Cache Storage of {key}: {cache['cacheName']}: {len(entries)} of {found['count']} entries read"
                )

    async def _cached(self, client: CdpClient, session: str, cache: str, entry: dict[str, Any]) -> dict[str, Any]:
        told = {"method": entry["requestMethod"], "url": entry["requestURL"], "status": entry["responseStatus"]}
        lengths = [h["value"] for h in entry["responseHeaders"] if h["name"].lower() == "content-length"]
        large = any(length.isdigit() and int(length) > MAX_BODY for length in lengths)
        if large or self._bytes >= MAX_BODIES:
            self.problems.append(f"Cache Storage: a body of {entry['requestURL'][:MAX_KEY]} was too large to be read")
            return told
        asked = {"cacheId": cache, "requestURL": entry["requestURL"], "requestHeaders": entry["requestHeaders"]}
        try:
            answer = await client.send("CacheStorage.requestCachedResponse", asked, session)
        except CdpError as error:
            if client.closed.is_set():
                raise
            self.problems.append(f"Cache Storage: the body of {entry['requestURL'][:MAX_KEY]}: {error}")
            return told
        body = base64.b64decode(answer["response"]["body"])
        self._bytes += len(body)
        return {**told, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def _key_path(path: dict[str, Any]) -> list[str]:
    """[] for keys that are not in the value."""
    if path["type"] == "array":
        return list(path["array"])
    return [path["string"]] if path["type"] == "string" else []
