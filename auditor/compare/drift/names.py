"""Names in a form that stays from run to run: numbers and random parts of a name are no part of what it names.

A parameter, cookie or storage key that a vendor's file describes by a glob goes by the glob (`ep.*`, `_ga_*`).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from auditor.decode.globs import compile_glob, has_wildcard
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.evidence import Cookie
from auditor.vendors import Carrier, Parameter

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_INDEX = re.compile(r"(?:(?<=[.\[/:])|^)\d+(?=[.\]/:]|$)")
_VERSION = re.compile(r"\d+(?:\.\d+)+|(?<=/v)\d+(?=/)")
_RUN = re.compile(r"[0-9A-Za-z]+")
_TURN = re.compile(r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])")
_PLAIN = re.compile(r"[\w.$\[\]:#*-]{1,80}", re.ASCII)
_ANY = "*"
_NUMBER = 5  # digits: a shorter number numbers things, a longer one is an id or a time
_HEX = 8
_LONG = 16
_MIXED, _TURNS = 8, 3  # letters and digits in turn, as in a container's id


def form(name: str) -> str:
    """A name with its indexes and long numbers as `#` and its random parts as `*`; `*` for what is no name at all."""
    plain = _RUN.sub(_run, _INDEX.sub("#", _UUID.sub(_ANY, name)))
    return plain if _PLAIN.fullmatch(plain) else _ANY


def address_form(host: str, path: str) -> str:
    """A script's address without query, its version and random parts made alike."""
    return host + _RUN.sub(_run, _VERSION.sub("#", _UUID.sub(_ANY, path)))


def _run(match: re.Match[str]) -> str:
    run = match[0]
    if run.isdigit():
        return "#" if len(run) >= _NUMBER else run
    if not any(c.isdigit() for c in run):
        return run
    if len(run) >= _HEX and all(c in "0123456789abcdefABCDEF" for c in run):
        return _ANY
    if len(run) >= _LONG or (len(run) >= _MIXED and len(_TURN.findall(run)) >= _TURNS):
        return _ANY
    return run


class _Described:
    """The names of a module's entries: exact ones, and globs in the file's order."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        names = dict.fromkeys((p.name, p.carrier is Carrier.header) for p in parameters)
        self._exact = frozenset(name for name, header in names if not header)
        self._globs = tuple(name for name, header in names if not header and has_wildcard(name))
        self._headers = tuple(name for name, header in names if header)

    def find(self, name: str) -> str | None:
        if name in self._exact:
            return name
        return next((glob for glob in self._globs if compile_glob(glob).fullmatch(name)), None)

    def header(self, name: str) -> str | None:
        fits = (glob for glob in self._headers if compile_glob(glob, ignore_case=True).fullmatch(name))
        return next(fits, None)


class Names:
    """Names as the vendors' files have them. Build it once for both runs."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._modules = {
            (vendor.vendor, module.id): _Described(
                p
                for endpoint in module.endpoints
                for p in (*endpoint.parameters, *(p for name in endpoint.use for p in vendor.parameter_sets[name]))
            )
            for vendor in knowledge.vendors
            for module in vendor.modules
        }
        self._known = lru_cache(maxsize=8192)(self._described)

    def parameter(self, t: Transmission) -> str:
        """`query NAME`: the name the module's entry has, else its form."""
        name = self._known(t.vendor, t.module, t.parameter, t.carrier) if t.mark is not None else None
        if name is None:
            name = t.parameter.lower() if t.carrier is Carrier.header else form(t.parameter)
        return f"{t.carrier.value} {name}"

    def _described(self, vendor: str | None, module: str | None, name: str, carrier: Carrier) -> str | None:
        described = self._modules.get((vendor or "", module or ""))
        if described is None:
            return None
        if carrier is Carrier.header:
            found = described.header(name)
            return found.lower() if found else None
        if found := described.find(name):
            return found
        # A value that its grammar takes apart: `NAME.part`.
        whole, _, part = name.rpartition(".")
        return f"{found}.{form(part)}" if whole and (found := described.find(whole)) else None

    def is_standard_header(self, t: Transmission) -> bool:
        """Whether it is a header that every browser sends, named by no vendor's file."""
        if t.carrier is not Carrier.header:
            return False
        described = self._modules.get((t.vendor or "", t.module or ""))
        return described is None or described.header(t.parameter) is None

    def cookie(self, cookie: Cookie, vendor: str | None, *, first_party: bool) -> str:
        """A cookie's name: that of the vendor's entry, else its form."""
        entry = None
        if first_party:
            found = self.knowledge.site_cookie(cookie.name)
            entry = found[1] if found else None
        elif vendor is not None and (known := self.knowledge.vendor(vendor)) is not None:
            entry = self.knowledge.cookie_of(known, cookie.name, cookie.domain, first_party=False)
        return entry.name if entry else form(cookie.name)
