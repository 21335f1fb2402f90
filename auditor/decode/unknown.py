"""What the vendor files do not know: parameters of known modules, paths of known vendors, recipients without a file.

So that the next version of a tag shows itself. Values are never kept, only their forms. What is kept is bounded.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from auditor.decode.forms import family_of, form_of
from auditor.decode.reading import Decoded
from auditor.vendors import Carrier

_MAX_KEPT = 20_000
_MAX_FORMS = 8


class UnknownRow(NamedTuple):
    """One thing no file names. `kind`: parameter, path or recipient."""

    kind: str
    vendor: str
    module: str
    name: str
    carrier: str
    times: int
    forms: tuple[str, ...]


@dataclass
class _Seen:
    count: int = 0
    forms: Counter[str] = field(default_factory=Counter)


class Unknown:
    """Counts what is not known; `rows` gives it, the most frequent first. `left_out` counts what found no room."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str, str, str], _Seen] = {}
        self.left_out = 0

    def add(self, decoded: Decoded, path: str) -> None:
        """Take a request's unknown parts."""
        told = decoded.told
        if told.vendor is None:
            if not decoded.first_party:
                self._count(("recipient", "", "", decoded.recipient, ""), decoded.host)
            return
        vendor, module = told.vendor.vendor, told.module.id if told.module else ""
        if told.module is None:
            self._count(("path", vendor, "", family_of(f"{decoded.host}{path}"), ""), "")
            return
        if told.endpoint is None:
            return
        for item in decoded.items:
            # By value or by nothing: no entry of the file named it.
            if item.mark is None and item.carrier in (Carrier.query, Carrier.body, Carrier.path):
                if item.parameter in ("(request)", "(body)"):
                    continue
                key = ("parameter", vendor, module, family_of(item.parameter), item.carrier.value)
                self._count(key, item.source.removeprefix("by value: ") or form_of(item.value))

    def merge(self, other: "Unknown") -> None:
        """Take another's counts."""
        for key, seen in other._seen.items():
            if (own := self._seen.get(key)) is None:
                if len(self._seen) >= _MAX_KEPT:
                    self.left_out += seen.count
                    continue
                own = self._seen[key] = _Seen()
            own.count += seen.count
            own.forms += seen.forms
        self.left_out += other.left_out

    def rows(self) -> Iterator[UnknownRow]:
        """All of it, the most frequent first."""
        for key, seen in sorted(self._seen.items(), key=lambda entry: (-entry[1].count, entry[0])):
            kind, vendor, module, name, carrier = key
            forms = tuple(form for form, _ in seen.forms.most_common(_MAX_FORMS))
            yield UnknownRow(kind, vendor, module, name, carrier, seen.count, forms)

    def _count(self, key: tuple[str, str, str, str, str], form: str) -> None:
        if (seen := self._seen.get(key)) is None:
            if len(self._seen) >= _MAX_KEPT:
                self.left_out += 1
                return
            seen = self._seen[key] = _Seen()
        seen.count += 1
        if form and (form in seen.forms or len(seen.forms) < 4 * _MAX_FORMS):
            seen.forms[form] += 1
