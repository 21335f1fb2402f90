"""Knowledge: all vendor files, indexed so that a request finds its vendor, module and entries without a search.

Hosts are looked up label by label in one dictionary, parameters by exact name before globs; globs are compiled once.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from auditor.decode.globs import compile_glob, has_wildcard, host_matches, path_matches
from auditor.decode.parameters import Param, is_segment
from auditor.domains import is_within, registrable_domain
from auditor.vendors import Carrier, ClickId, Endpoint, Module, Parameter, Party, Taxonomy, Vendor, VendorCookie

_PLAIN = (Carrier.query, Carrier.body)
_NAMES_KEPT = 8192
_ANY_PATH = "/*"
# `name.*` must not reach suffixes where anyone may register a name (google.github.io).
_COUNTRY = re.compile(r"com|(com?\.)?[a-z]{2}")


class Entries:
    """Parameter entries in the file's order; `find` gives the first that fits."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self._exact: dict[str, list[tuple[int, Parameter]]] = {}
        self._globs: list[tuple[int, Parameter]] = []
        self._headers: list[Parameter] = []
        for order, entry in enumerate(parameters):
            if entry.carrier is Carrier.header:
                self._headers.append(entry)
            elif has_wildcard(entry.name):
                self._globs.append((order, entry))
            else:
                self._exact.setdefault(entry.name, []).append((order, entry))
        self._by_name: dict[str, tuple[Parameter, ...]] = {}

    def find(self, param: Param) -> Parameter | None:
        """The entry for a value, None when the file has none."""
        for entry in self._named(param.name):
            if _carries(entry, param) and (entry.value == "*" or compile_glob(entry.value).fullmatch(param.value)):
                return entry
        return None

    def header(self, name: str, value: str) -> Parameter | None:
        """The entry with carrier `header` for a header (its name in any case)."""
        for entry in self._headers:
            named = compile_glob(entry.name, ignore_case=True).fullmatch(name)
            if named and compile_glob(entry.value).fullmatch(value):
                return entry
        return None

    def _named(self, name: str) -> tuple[Parameter, ...]:
        if (known := self._by_name.get(name)) is not None:
            return known
        fits = self._exact.get(name, []) + [g for g in self._globs if compile_glob(g[1].name).fullmatch(name)]
        known = tuple(entry for _, entry in sorted(fits, key=lambda f: f[0]))
        if len(self._by_name) < _NAMES_KEPT:
            self._by_name[name] = known
        return known


def _carries(entry: Parameter, param: Param) -> bool:
    if entry.carrier is None:
        return param.carrier in _PLAIN or (param.carrier is Carrier.path and not is_segment(param))
    return entry.carrier is param.carrier


class Told(NamedTuple):
    """Who receives a request: the vendor, the module and its endpoint where they are known."""

    vendor: Vendor | None
    module: Module | None = None
    endpoint: Endpoint | None = None
    entries: Entries | None = None
    by_grammar: bool = False


class _Route(NamedTuple):
    vendor: Vendor
    module: Module
    endpoint: Endpoint
    entries: Entries

    def fits(self, method: str, path: str, values: Mapping[str, list[str]]) -> bool:
        endpoint = self.endpoint
        if method not in endpoint.methods or not path_matches(compile_glob(endpoint.path), path):
            return False
        return all(
            any(compile_glob(glob).fullmatch(value) for value in values.get(name, ()))
            for name, glob in endpoint.when.items()
        )


class Knowledge:
    """What is known of all vendors. Build it once; looking up does not change what it answers."""

    def __init__(self, vendors: Iterable[Vendor], taxonomy: Taxonomy) -> None:
        self.vendors: tuple[Vendor, ...] = tuple(vendors)
        self.taxonomy = taxonomy
        self.click_ids: dict[str, tuple[Vendor, ClickId]] = {}
        self._by_id = {v.vendor: v for v in self.vendors}
        self._domains: dict[str, Vendor] = {}
        self._names: dict[str, Vendor] = {}
        self._not_domains: set[str] = set()
        self._routes: dict[str, list[_Route]] = {}
        self._any_host: list[_Route] = []
        for vendor in self.vendors:
            self._add(vendor)
        # Caches belong to the object: a lookup by host repeats for every request of a visit.
        self.vendor_of = lru_cache(maxsize=65536)(self._vendor_of)
        self._host_routes = lru_cache(maxsize=65536)(self._routes_of)
        self._host_scripts = lru_cache(maxsize=65536)(self._scripts_of)

    def _add(self, vendor: Vendor) -> None:
        for domain in vendor.domains:
            if domain.domain.endswith(".*"):
                self._names.setdefault(domain.domain[:-2], vendor)
            else:
                self._domains.setdefault(domain.domain, vendor)
        self._not_domains.update(name.lower() for name in vendor.not_domains)
        for click_id in vendor.click_ids:
            self.click_ids.setdefault(click_id.name, (vendor, click_id))
        own = self._routes.setdefault(vendor.vendor, [])
        for module in vendor.modules:
            for endpoint in module.endpoints:
                sets = [p for name in endpoint.use for p in vendor.parameter_sets[name]]
                route = _Route(vendor, module, endpoint, Entries((*endpoint.parameters, *sets)))
                (self._any_host if endpoint.host == "*" else own).append(route)

    def vendor(self, vendor_id: str) -> Vendor | None:
        """The vendor of that id."""
        return self._by_id.get(vendor_id)

    def _vendor_of(self, host: str) -> Vendor | None:
        """The vendor a host (lower case) belongs to by its domain; the longest name that is described wins."""
        labels = host.split(".")
        for start in range(len(labels)):
            name = ".".join(labels[start:])
            if name in self._domains:
                return self._domains[name]
            if name in self._not_domains:
                return None
        first, _, suffix = registrable_domain(host).partition(".")
        return self._names.get(first) if _COUNTRY.fullmatch(suffix) else None

    def told_by_host(self, host: str, method: str, path: str, values: Mapping[str, list[str]]) -> Told:
        """Vendor by domain; module by the first endpoint of the file that fits, then by the scripts it loads.

        An endpoint for a whole host is asked last: it would swallow the host's scripts.
        """
        vendor = self.vendor_of(host)
        if vendor is None:
            return Told(None)
        whole_host: Told | None = None
        for route in self._host_routes(host):
            if route.fits(method, path, values):
                told = Told(vendor, route.module, route.endpoint, route.entries)
                if route.endpoint.path != _ANY_PATH or route.endpoint.when:
                    return told
                whole_host = whole_host or told
        for module, glob in self._host_scripts(host):
            if path_matches(compile_glob(glob), path):
                return Told(vendor, module)
        return whole_host or Told(vendor)

    def told_by_grammar(self, method: str, path: str, values: Mapping[str, list[str]]) -> Told | None:
        """Vendor and module by an endpoint on any host (`host: "*"`), None when no grammar fits."""
        for route in self._any_host:
            if route.fits(method, path, values):
                return Told(route.vendor, route.module, route.endpoint, route.entries, by_grammar=True)
        return None

    def _routes_of(self, host: str) -> tuple[_Route, ...]:
        vendor = self.vendor_of(host)
        routes = self._routes[vendor.vendor] if vendor else []
        return tuple(r for r in routes if host_matches(r.endpoint.host, host))

    def _scripts_of(self, host: str) -> tuple[tuple[Module, str], ...]:
        vendor = self.vendor_of(host)
        scripts = ((m, s) for m in (vendor.modules if vendor else ()) for s in m.scripts)
        return tuple((m, s.path) for m, s in scripts if host_matches(s.host, host))

    def cookie_of(self, vendor: Vendor, name: str, host: str, *, first_party: bool) -> VendorCookie | None:
        """The vendor's entry for a cookie of that name on that host, None when its file has none."""
        party = Party.first if first_party else Party.third
        for cookie in vendor.cookies:
            if cookie.party is not party or cookie.storage or (cookie.domain and not is_within(host, cookie.domain)):
                continue
            if compile_glob(cookie.name).fullmatch(name):
                return cookie
        return None

    def site_cookie(self, name: str, *, storage: bool = False) -> tuple[Vendor, VendorCookie] | None:
        """The vendor whose tag sets a cookie (or Web Storage key) of that name on the sites it is embedded in.

        The narrowest glob wins: `_ga_*` of one vendor is told before `_*` of another.
        """
        best: tuple[int, Vendor, VendorCookie] | None = None
        for vendor in self.vendors:
            for cookie in vendor.cookies:
                if cookie.party is not Party.first or cookie.storage is not storage:
                    continue
                narrow = len(cookie.name.replace("*", "").replace("?", ""))
                if (best is None or narrow > best[0]) and compile_glob(cookie.name).fullmatch(name):
                    best = (narrow, vendor, cookie)
        return (best[1], best[2]) if best else None
