"""DuckDuckGo Tracker Radar: entities/*.json, build-data/generated/entity_map.json, domains/<REGION>/*.json.

Format: https://github.com/duckduckgo/tracker-radar/blob/main/docs/DATA_MODEL.md. Its resource rules are regular
expressions: no module is made of them. `cookies` of a domain is a share of sites, no cookie's name.
"""

from pydantic import RootModel

from auditor.vendors.lists.drafts import Draft, Drafts, ListFormat, source_of
from auditor.vendors.lists.supplied import Loose, Supplied
from auditor.vendors.model import NameKind

TITLE, LICENCE = "DuckDuckGo Tracker Radar", "CC BY-NC-SA 4.0"
NO_OWNER = "domains without an owner"


class _Entity(Loose):
    properties: list[str]
    name: str = ""
    displayName: str = ""
    aliases: list[str] = []


class _EntityMap(RootModel[dict[str, _Entity]]):
    pass


class _Owner(Loose):
    name: str = ""
    displayName: str = ""


class _Domain(Loose):
    domain: str
    owner: _Owner
    categories: list[str] = []
    cookies: float = 0


def _kind_of(content: object) -> str | None:
    if not isinstance(content, dict):
        return None
    if "properties" in content and "name" in content:
        return "entities"
    if "domain" in content and "owner" in content:
        return "domains"
    first = next(iter(content.values()), None)
    if isinstance(first, dict) and "properties" in first and {"aliases", "displayName"} & first.keys():
        return "entity_map.json"
    return None


def _take(kind: str, file: Supplied, drafts: Drafts) -> None:
    source = source_of(f"{TITLE} {kind}", LICENCE, file.dated)
    if kind == "entities":
        entity = file.read_as(_Entity)
        _add(entity, entity.name, source, drafts)
    elif kind == "entity_map.json":
        for name, entity in file.read_as(_EntityMap).root.items():
            _add(entity, name, source, drafts)
    else:
        domain = file.read_as(_Domain)
        if not domain.owner.name.strip():
            drafts.left_out[NO_OWNER] += 1
            return
        owner = drafts.owner(domain.owner.name)
        _name(owner, domain.owner.name, domain.owner.displayName, source)
        drafts.claim(owner, domain.domain, source, *domain.categories, *(["sets cookies"] if domain.cookies else []))


def _add(entity: _Entity, name: str, source: str, drafts: Drafts) -> None:
    owner = drafts.owner(name)
    _name(owner, name, entity.displayName, source)
    for alias in entity.aliases:
        owner.add_name(alias, NameKind.brand, source)
    for domain in entity.properties:
        drafts.claim(owner, domain, source)


def _name(owner: Draft, name: str, display_name: str, source: str) -> None:
    """`displayName` is the name without the legal form: where the two differ, the name has one."""
    legal = bool(display_name) and display_name != name
    owner.add_name(name, NameKind.legal if legal else NameKind.brand, source)
    owner.add_name(display_name, NameKind.brand, source)


TRACKER_RADAR = ListFormat("ddg", TITLE, LICENCE, _kind_of, _take)
