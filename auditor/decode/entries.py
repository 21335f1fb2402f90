"""The parameter entries of an endpoint, found by a value's name without a search."""

from collections.abc import Sequence

from auditor.decode.globs import compile_glob, has_wildcard
from auditor.decode.parameters import Param
from auditor.vendors import Carrier, Parameter

_NAMES_KEPT = 2048


class Entries:
    """Parameter entries in the file's order; `find` gives the first that fits."""

    def __init__(self, parameters: Sequence[Parameter]) -> None:
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
        self.has_headers = bool(self._headers)
        self.has_segments = any(entry.carrier is Carrier.path for entry in parameters)
        self._by_name: dict[str, tuple[Parameter, ...]] = {}
        # Names with one entry that takes every value and carrier: the usual case, without a further look.
        self._plain: dict[str, Parameter | None] = {}

    def find(self, param: Param) -> Parameter | None:
        """The entry for a value, None when the file has none."""
        name, value, carrier = param
        if carrier is not Carrier.path and name in self._plain:
            return self._plain[name]
        for entry in self._named(name):
            if _carries(entry, param) and (entry.value == "*" or compile_glob(entry.value).fullmatch(value)):
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
            if not known or (known[0].carrier is None and known[0].value == "*"):
                self._plain[name] = known[0] if known else None
        return known


def _carries(entry: Parameter, param: Param) -> bool:
    if entry.carrier is None:
        # A bare segment of the path counts only where an entry names it as such.
        return param.carrier is not Carrier.path or not param.name.startswith("path.")
    return entry.carrier is param.carrier
