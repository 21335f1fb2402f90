"""Disconnect tracking protection: services.json (categories of services) and entities.json (whose domains).

Format: https://github.com/disconnectme/disconnect-tracking-protection. Old entities.json has no `entities` above.
"""

from pydantic import RootModel

from auditor.vendors.lists.drafts import Drafts, ListFormat, source_of
from auditor.vendors.lists.supplied import Loose, Supplied
from auditor.vendors.model import NameKind

TITLE, LICENCE = "Disconnect", "CC BY-NC-SA 4.0"
_OLD_LICENCE = "GPL-3.0-or-later"


class _Services(Loose):
    # Beside the addresses with their domains a service may have signs such as "dnt": "eff".
    categories: dict[str, list[dict[str, dict[str, list[str] | str]]]]
    license: str = ""


class _Entity(Loose):
    properties: list[str] = []
    resources: list[str] = []


class _Entities(Loose):
    entities: dict[str, _Entity]
    license: str = ""


class _OldEntities(RootModel[dict[str, _Entity]]):
    pass


def _kind_of(content: object) -> str | None:
    if not isinstance(content, dict):
        return None
    categories = content.get("categories")
    if isinstance(categories, dict) and "patterns" not in content:
        return "services.json"
    if "entities" in content:
        return "entities.json"
    first = next(iter(content.values()), None)
    return "entities.json" if isinstance(first, dict) and {"properties", "resources"} <= first.keys() else None


def _take(kind: str, file: Supplied, drafts: Drafts) -> None:
    if kind == "services.json":
        services = file.read_as(_Services)
        source = source_of(f"{TITLE} {kind}", _licence(services.license), file.dated)
        for category, entries in services.categories.items():
            for entry in entries:
                for name, service in entry.items():
                    domains = [d for value in service.values() if isinstance(value, list) for d in value]
                    _add(name, domains, source, drafts, category)
        return
    if isinstance(file.content, dict) and "entities" in file.content:
        found = file.read_as(_Entities)
        entities, licence = found.entities, _licence(found.license)
    else:
        entities, licence = file.read_as(_OldEntities).root, _OLD_LICENCE
    source = source_of(f"{TITLE} {kind}", licence, file.dated)
    for name, entity in entities.items():
        _add(name, [*entity.properties, *entity.resources], source, drafts)


def _add(name: str, domains: list[str], source: str, drafts: Drafts, *uses: str) -> None:
    owner = drafts.owner(name)
    owner.add_name(name, NameKind.brand, source)
    for domain in dict.fromkeys(domains):
        drafts.claim(owner, domain, source, *uses)


def _licence(text: str) -> str:
    return _OLD_LICENCE if "GNU General Public License" in text else LICENCE


DISCONNECT = ListFormat("disconnect", TITLE, LICENCE, _kind_of, _take)
