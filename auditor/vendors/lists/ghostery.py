"""Ghostery TrackerDB: dist/trackerdb.json of npm @ghostery/trackerdb.

Format: https://github.com/ghostery/trackerdb/blob/main/scripts/export-json/index.js. A pattern becomes a module; of its
filters (https://adblockplus.org/filter-cheatsheet) those that a host and a path glob say wholly.
"""

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from auditor.vendors.lists.drafts import (
    Drafts,
    EndpointDraft,
    ListFormat,
    ModuleDraft,
    domain_name,
    is_public_suffix,
    one_line,
    source_of,
)
from auditor.vendors.lists.supplied import Loose, Supplied
from auditor.vendors.model import ModuleKind, NameKind

TITLE, LICENCE = "Ghostery TrackerDB", "CC BY-NC-SA 4.0"
NO_GLOB = "filters that are no host with a path"
NO_ORGANISATION = "patterns without an organization"

# What the list calls a category, as a kind of module; others are a `tag`.
_KINDS = {
    "advertising": ModuleKind.advertising,
    "pornvertising": ModuleKind.advertising,
    "site_analytics": ModuleKind.analytics,
    "consent": ModuleKind.consent,
    "social_media": ModuleKind.social_plugin,
    "comments": ModuleKind.social_plugin,
    "audio_video_player": ModuleKind.embed,
    "customer_interaction": ModuleKind.chat,
    "cdn": ModuleKind.content,
    "hosting": ModuleKind.content,
    "telemetry": ModuleKind.performance,
}
# Third-party requests are what a vendor's host is told by anyway; every other option narrows a filter.
_FILTER = re.compile(r"\|\|([a-z0-9._-]+)(?:\^|(/[^?&=$|^]*)(\^?)|)(?:\$(?:3p|third-party))?")


class _Organization(Loose):
    name: str
    country: str | None = None


class _Pattern(Loose):
    name: str
    category: str = ""
    organization: str | None = None
    domains: list[str] = []
    filters: list[str] = []


class _Database(Loose):
    organizations: dict[str, _Organization]
    patterns: dict[str, _Pattern]


def _kind_of(content: object) -> str | None:
    return "trackerdb.json" if isinstance(content, dict) and {"patterns", "organizations"} <= content.keys() else None


def _take(_kind: str, file: Supplied, drafts: Drafts) -> None:
    database = file.read_as(_Database)
    source = source_of(TITLE, LICENCE, file.dated)
    for key, organization in database.organizations.items():
        country = (organization.country or "").strip()
        seat = country if re.fullmatch(r"[A-Z]{2}", country) else None
        drafts.owner(key).add_name(organization.name, NameKind.brand, source, seat)
    for key, pattern in database.patterns.items():
        organization_of = database.organizations.get(pattern.organization or "")
        if pattern.organization is None or organization_of is None:
            drafts.left_out[NO_ORGANISATION] += 1
            continue
        owner = drafts.owner(pattern.organization)
        use = pattern.category.replace("_", " ")
        endpoints = dict.fromkeys(
            EndpointDraft(domain, "/*", source)
            for written in pattern.domains
            if (domain := drafts.claim(owner, written, source, use)) is not None
        )
        for text in pattern.filters:
            found = tuple(_endpoints(text, source))
            if not found:
                drafts.left_out[NO_GLOB] += 1
            for endpoint in found:
                # A filter for a whole host says whose it is; one for a path does not.
                if endpoint.path != "/*" or drafts.claim(owner, endpoint.host, source, use) is not None:
                    endpoints[endpoint] = None
        kind = _KINDS.get(pattern.category, ModuleKind.tag)
        name = one_line(pattern.name)
        if endpoints and name:
            owner.modules.append(ModuleDraft(key, name, kind, tuple(endpoints)))
    for owner in drafts.owners.values():
        owner.modules = _narrow_first(owner.modules)


def _endpoints(text: str, source: str) -> Iterator[EndpointDraft]:
    """`||host^`, `||host/path^` and `||host/path*`; none for a filter that says more."""
    match = _FILTER.fullmatch(text.strip().lower())
    if match is None or text.strip().lower() != text.strip():
        return
    written, path, ends = match.groups()
    host = domain_name(written)
    if host is None or is_public_suffix(host):
        return
    if path is None or path in ("/", "/*"):
        yield EndpointDraft(host, "/*", source)
    elif ends:
        yield EndpointDraft(host, path, source)
        yield EndpointDraft(host, f"{path}/*", source)
    else:
        yield EndpointDraft(host, f"{path.rstrip('*')}*", source)


def _narrow_first(modules: list[ModuleDraft]) -> list[ModuleDraft]:
    """The first module that fits is told: one for a host comes before one for a domain above it."""
    whole: dict[str, list[int]] = {}
    for number, module in enumerate(modules):
        for endpoint in module.endpoints:
            if endpoint.path == "/*":
                whole.setdefault(endpoint.host, []).append(number)
    before: dict[int, set[int]] = {number: set() for number in range(len(modules))}
    for host, below in whole.items():
        labels = host.split(".")
        for start in range(1, len(labels)):
            for number in whole.get(".".join(labels[start:]), ()):
                before[number].update(n for n in below if n != number)
    try:
        return [modules[number] for number in TopologicalSorter(before).static_order()]
    except CycleError:
        return sorted(modules, key=lambda m: -max(e.host.count(".") for e in m.endpoints))


GHOSTERY = ListFormat("ghostery", TITLE, LICENCE, _kind_of, _take)
