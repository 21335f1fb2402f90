"""Knowledge: all vendor files, indexed so that a request finds its vendor, module and entries without a search.

Hosts are looked up label by label in one dictionary, parameters by exact name before globs; globs are compiled once.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from auditor.decode.entries import Entries
from auditor.decode.globs import compile_glob, host_matches, path_matches
from auditor.decode.parameters import Param
from auditor.domains import is_within, registrable_domain
from auditor.vendors import (
    ClickId,
    Endpoint,
    Module,
    Party,
    StandardHeader,
    Taxonomy,
    Vendor,
    VendorCookie,
)

# What is kept of hosts, paths and names seen: enough for a visit, nothing for a million.
_KEPT = 8192
_ANY_PATH = "/*"
# `name.*` must not reach suffixes where anyone may register a name (google.github.io).
_COUNTRY = re.compile(r"com|(com?\.)?[a-z]{2}")


class Told(NamedTuple):
    """Who receives a request: the vendor, the module and its endpoint where they are known.

    `told_by` says what gave the vendor away where the host's own name did not.
    """

    vendor: Vendor | None
    module: Module | None = None
    endpoint: Endpoint | None = None
    entries: Entries | None = None
    told_by: str = ""

    @property
    def by_grammar(self) -> bool:
        """Whether the request's grammar told the vendor."""
        return self.told_by.startswith("grammar")


NOBODY = Told(None)


class _Route(NamedTuple):
    vendor: Vendor
    module: Module
    endpoint: Endpoint
    entries: Entries

    def leads(self, method: str, path: str) -> bool:
        endpoint = self.endpoint
        return method in endpoint.methods and path_matches(compile_glob(endpoint.path), path)

    def fits(self, params: Sequence[Param]) -> bool:
        """Whether every condition of `when` holds of one of the values."""
        for name, glob in self.endpoint.when.items():
            pattern = compile_glob(glob)
            if not any(p.name == name and pattern.fullmatch(p.value) for p in params):
                return False
        return True

    def told(self, told_by: str = "") -> Told:
        return Told(self.vendor, self.module, self.endpoint, self.entries, told_by)


class _OfHost(NamedTuple):
    """What is known of a host, whatever its path."""

    vendor: Vendor | None
    routes: tuple[_Route, ...] = ()
    scripts: tuple[tuple[Module, re.Pattern[str]], ...] = ()


class _Way(NamedTuple):
    """What may be told of a host, method and path: routes in their order, else the script's module."""

    vendor: Vendor | None
    routes: tuple[_Route, ...] = ()
    script: Module | None = None


class Knowledge:
    """What is known of all vendors. Build it once; looking up does not change what it answers."""

    def __init__(self, vendors: Iterable[Vendor], taxonomy: Taxonomy, headers: Iterable[StandardHeader] = ()) -> None:
        self.vendors: tuple[Vendor, ...] = tuple(vendors)
        self.taxonomy = taxonomy
        self.click_ids: dict[str, tuple[Vendor, ClickId]] = {}
        self._by_id = {v.vendor: v for v in self.vendors}
        self._domains: dict[str, Vendor] = {}
        self._names: dict[str, Vendor] = {}
        self._not_domains: set[str] = set()
        self._routes: dict[str, list[_Route]] = {}
        self._any_host: list[_Route] = []
        self._aliases: list[tuple[str, Vendor]] = []
        self._site_cookies: list[tuple[Vendor, VendorCookie]] = []
        for vendor in self.vendors:
            self._add(vendor)
        self.click_names = frozenset(self.click_ids)
        self._headers = tuple(headers)
        self._any_host_keys = {key: None for route in self._any_host for key in route.endpoint.when}
        # Caches belong to the object: a lookup by host repeats for every request of a visit.
        self.vendor_of = lru_cache(maxsize=_KEPT)(self._vendor_of)
        self._cookie = lru_cache(maxsize=_KEPT)(self._cookie_of)
        self.site_cookie = lru_cache(maxsize=_KEPT)(self._site_cookie)
        self.header = lru_cache(maxsize=_KEPT)(self._header)
        self._of_host = lru_cache(maxsize=_KEPT)(self._host_of)
        self._way = lru_cache(maxsize=_KEPT)(self._way_of)

    def _add(self, vendor: Vendor) -> None:
        for domain in vendor.domains:
            if domain.domain.endswith(".*"):
                self._names.setdefault(domain.domain[:-2], vendor)
            else:
                self._domains.setdefault(domain.domain, vendor)
        self._not_domains.update(name.lower() for name in vendor.not_domains)
        self._aliases += [(alias.host, vendor) for alias in vendor.aliases]
        for click_id in vendor.click_ids:
            self.click_ids.setdefault(click_id.name, (vendor, click_id))
        self._site_cookies += [(vendor, cookie) for cookie in vendor.cookies if cookie.party is Party.first]
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

    def told_by_host(self, host: str, method: str, path: str, params: Sequence[Param]) -> Told:
        """Vendor by domain; module by the first endpoint of the file that fits, then by the scripts it loads.

        An endpoint for a whole host is asked last: it would swallow the host's scripts.
        """
        way = self._way(host, method, path)
        for route in way.routes:
            if not route.endpoint.when or route.fits(params):
                return route.told()
        return Told(way.vendor, way.script) if way.vendor else NOBODY

    def told_by_grammar(self, method: str, path: str, params: Sequence[Param]) -> Told | None:
        """Vendor and module by an endpoint on any host (`host: "*"`), None when no grammar fits."""
        if not any(p.name in self._any_host_keys for p in params):
            return None
        for route in self._any_host:
            if route.leads(method, path) and route.fits(params):
                signs = ", ".join(f"{name}={glob}" for name, glob in route.endpoint.when.items())
                where = "" if route.endpoint.path == _ANY_PATH else f"{route.endpoint.path} with "
                return route.told(f"grammar: {where}{signs}")
        return None

    def grammars_that_fit(self, method: str, path: str, params: Sequence[Param]) -> list[Vendor]:
        """Every vendor one of whose grammars on any host fits."""
        return [route.vendor for route in self._any_host if route.leads(method, path) and route.fits(params)]

    def told_by_alias(self, names: Iterable[str], method: str, path: str, params: Sequence[Param]) -> Told | None:
        """Vendor by a name the host points to (CNAME), module by path and grammar; None when none is an alias."""
        for name in names:
            vendor = next((v for glob, v in self._aliases if host_matches(glob, name)), None)
            if vendor is None:
                continue
            told_by = f"cname: {name}"
            for route in self._routes[vendor.vendor]:
                if route.endpoint.path != _ANY_PATH and route.leads(method, path) and route.fits(params):
                    return route.told(told_by)
            for module in vendor.modules:
                if any(s.path != _ANY_PATH and path_matches(compile_glob(s.path), path) for s in module.scripts):
                    return Told(vendor, module, told_by=told_by)
            return Told(vendor, told_by=told_by)
        return None

    def _host_of(self, host: str) -> _OfHost:
        """The host's vendor, its endpoints and scripts whose host pattern fits."""
        vendor = self.vendor_of(host)
        if vendor is None:
            return _OfHost(None)
        routes = tuple(r for r in self._routes[vendor.vendor] if host_matches(r.endpoint.host, host))
        scripts = ((m, s) for m in vendor.modules for s in m.scripts if host_matches(s.host, host))
        return _OfHost(vendor, routes, tuple((m, compile_glob(s.path)) for m, s in scripts))

    def _way_of(self, host: str, method: str, path: str) -> _Way:
        """The endpoints of the host's vendor that take this method and path; those for a whole host come last."""
        vendor, of_host, scripts = self._of_host(host)
        if vendor is None:
            return _Way(None)
        routes = [r for r in of_host if r.leads(method, path)]
        script = next((module for module, glob in scripts if path_matches(glob, path)), None)
        narrow = [r for r in routes if r.endpoint.path != _ANY_PATH or r.endpoint.when]
        # A script is told before an endpoint that takes the whole host.
        wide = [] if script else [r for r in routes if r.endpoint.path == _ANY_PATH and not r.endpoint.when]
        return _Way(vendor, (*narrow, *wide), script)

    def _header(self, name: str) -> StandardHeader | None:
        """What a header (lower case) tells whoever receives it; None for one that tells nothing."""
        return next((h for h in self._headers if compile_glob(h.name).fullmatch(name)), None)

    def cookie_of(self, vendor: Vendor, name: str, host: str, *, first_party: bool) -> VendorCookie | None:
        """The vendor's entry for a cookie of that name on that host, None when its file has none."""
        return self._cookie(vendor.vendor, name, host, Party.first if first_party else Party.third)

    def _cookie_of(self, vendor_id: str, name: str, host: str, party: Party) -> VendorCookie | None:
        for cookie in self._by_id[vendor_id].cookies:
            if cookie.party is not party or cookie.storage or (cookie.domain and not is_within(host, cookie.domain)):
                continue
            if compile_glob(cookie.name).fullmatch(name):
                return cookie
        return None

    def _site_cookie(self, name: str, *, storage: bool = False) -> tuple[Vendor, VendorCookie] | None:
        """The vendor whose tag sets a cookie (or Web Storage key) of that name on the sites it is embedded in.

        The narrowest glob wins: `_ga_*` of one vendor is told before `_*` of another.
        """
        best: tuple[int, Vendor, VendorCookie] | None = None
        for vendor, cookie in self._site_cookies:
            if cookie.storage is not storage:
                continue
            narrow = len(cookie.name.replace("*", "").replace("?", "").replace("#", ""))
            if (best is None or narrow > best[0]) and compile_glob(cookie.name).fullmatch(name):
                best = (narrow, vendor, cookie)
        return (best[1], best[2]) if best else None
