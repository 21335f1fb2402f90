"""The snapshot's stores beyond Web Storage as StorageItems, and the frames whose stores nobody could read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.domains import site_of
from auditor.evidence import Coverage, Phase, StorageItem
from auditor.store.browser_events import read_events
from auditor.store.storage_key import split_storage_key

NAMED = 20
"""Origins that have a coverage row each; further ones are counted in one."""

GONE = "frame gone before the end, its IndexedDB and Cache Storage not read"


def kept_items(state: dict[str, Any]) -> list[StorageItem]:
    """IndexedDB, Cache Storage and service workers of a state file; [] for one of before they were read.

    Parts of a key are joined with `/`; a `/` in a part is written `%2F`. Where a cache holds one address more than
    once (answers that vary), the later ones' keys end in ` #2`, ` #3`.
    """
    found: dict[tuple[str, str, str, str], StorageItem] = {}
    for item in (*_indexeddb(state), *_caches(state), *_service_workers(state)):
        key, number = item.key, 1
        while (place := (item.origin, item.top_site, item.area, key)) in found:
            number += 1
            key = f"{item.key} #{number}"
        found[place] = item.model_copy(update={"key": key})
    return list(found.values())


def _indexeddb(state: dict[str, Any]) -> Iterator[StorageItem]:
    for database in state.get("indexeddb", ()):
        name, version = _part(database["database"]), f"version {database['version']:g}"
        if not database["stores"]:
            yield _item(database, "indexeddb", name, detail=f"{version}, no object stores", size=0)
        for store in database["stores"]:
            place = f"{name}/{_part(store['name'])}"
            told = [version, f"{store['count']} entries", f"key path {', '.join(store['key_path']) or 'none'}"]
            told += ["auto increment"] if store["auto_increment"] else []
            told += [f"index {i['name']} ({', '.join(i['key_path'])})" for i in store["indexes"]]
            whole = store["count"] == len(store["entries"])
            size = sum(entry["bytes"] for entry in store["entries"]) if whole else None
            yield _item(database, "indexeddb", place, detail="; ".join(told), size=size)
            for entry in store["entries"]:
                cut = "value cut" if entry["bytes"] > len(entry["value"].encode("utf-8", "surrogatepass")) else ""
                key = f"{place}/{entry['key']}"
                yield _item(database, "indexeddb", key, value=entry["value"], detail=cut, size=entry["bytes"])


def _caches(state: dict[str, Any]) -> Iterator[StorageItem]:
    for cache in state.get("caches", ()):
        name = _part(cache["cache"])
        if not cache["count"]:
            yield _item(cache, "cache", name, detail="empty", size=0)
        for entry in cache["entries"]:
            detail = f"{entry['method']}, status {entry['status']}"
            item = _item(cache, "cache", f"{name}/{entry['url']}", detail=detail, size=entry.get("bytes"))
            yield item.model_copy(update={"sha256": entry.get("sha256")})


def _service_workers(state: dict[str, Any]) -> Iterator[StorageItem]:
    for worker in state.get("service_workers", ()):
        if worker["storage_key"] is not None:
            yield _item(worker, "service_worker", worker["scope"], detail=worker["script"])
            continue
        # It did not run at the end: whose partition it is in nobody told.
        origin, _ = split_storage_key(_origin(worker["scope"]))
        detail = worker["script"]
        yield StorageItem(
            origin=origin, top_site="", area="service_worker", key=worker["scope"], value="", detail=detail
        )


def _item(
    place: dict[str, Any], area: str, key: str, *, value: str = "", detail: str = "", size: int | None = None
) -> StorageItem:
    origin, top_site = split_storage_key(place["storage_key"])
    return StorageItem(origin=origin, top_site=top_site, area=area, key=key, value=value, detail=detail, size=size)


def _part(name: str) -> str:
    return name.replace("%", "%25").replace("/", "%2F")


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def gone_frames(state: dict[str, Any], events: Path) -> list[Coverage]:
    """Rows for the origins whose frames kept what they kept until they went, before the snapshot; [] for none.

    Of them only what Web Storage's events told is known. Pages of a login (phase `prepare`) are not audited. A state
    file of before these stores were read says nothing of frames: no row is made of it.
    """
    if "places" not in state:
        return []
    read = {split_storage_key(place["storage_key"]) for place in state["places"]}
    frames: dict[str, tuple[str | None, str]] = {}
    gone: dict[tuple[str, str], None] = {}
    audited = True
    for line in read_events(events):
        if line["method"] == "Auditor.phase":
            audited = line["params"]["phase"] != Phase.prepare.value
        if line["method"] != "Page.frameNavigated":
            continue
        frame = line["params"]["frame"]
        origin = frame.get("securityOrigin", "")
        frames[frame["id"]] = (frame.get("parentId"), frame.get("url", ""))
        if audited and origin.startswith(("http://", "https://")):
            gone.setdefault((origin.rstrip("/"), site_of(_top(frames, frame["id"]))))
    left = [place for place in gone if place not in read]
    rows = [
        Coverage(sensor="browser", skipped=1, reason=f"{GONE}: {origin} under {top}") for origin, top in left[:NAMED]
    ]
    if len(left) > NAMED:
        rows.append(Coverage(sensor="browser", skipped=len(left) - NAMED, reason=f"{GONE}: further origins"))
    return rows


def _top(frames: dict[str, tuple[str | None, str]], frame: str) -> str:
    """The address of the page a frame is in, as far as the events told its parents."""
    seen = {frame}
    while (parent := frames[frame][0]) in frames and parent not in seen:
        seen.add(frame := parent)
    return frames[frame][1]
