"""Vendor files and the taxonomy from their folders, strict where a model alone cannot be."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, Never

from pydantic import ValidationError

from auditor.errors import InputError
from auditor.specs import Spec, dotted, load
from auditor.vendors.facts import Place, facts_in
from auditor.vendors.grammars import Grammars
from auditor.vendors.headers import StandardHeader, StandardHeaders
from auditor.vendors.model import Vendor
from auditor.vendors.taxonomy import Taxonomy

VENDORS_DIR = Path(__file__).resolve().parents[2] / "vendors"
TAXONOMY_FILE = "_data_types.yaml"
HEADERS_FILE = "_headers.yaml"
GRAMMARS_FILE = "_grammars.yaml"
MAX_JSON_BYTES = 1 << 28


class Described(NamedTuple):
    """A vendor with where it is described: the file, and its place in a file of many (`vendors`, 17)."""

    vendor: Vendor
    file: Path
    place: Place = ()

    def error(self, problem: str, place: Place = ()) -> InputError:
        """What is wrong at a place within the vendor, named by file and field."""
        return InputError(problem, file=self.file, field=dotted((*self.place, *place)))


class VendorList(Spec):
    """A JSON file of many vendors."""

    vendors: tuple[Vendor, ...]


def load_taxonomy(path: Path = VENDORS_DIR / TAXONOMY_FILE) -> Taxonomy:
    """The taxonomy of data types. Raises InputError."""
    return load(path, Taxonomy)


@cache
def load_grammars(path: Path = VENDORS_DIR / GRAMMARS_FILE) -> Grammars:
    """What the signs in values of several facts mean. Raises InputError."""
    return load(path, Grammars)


def load_headers(taxonomy: Taxonomy, path: Path = VENDORS_DIR / HEADERS_FILE) -> tuple[StandardHeader, ...]:
    """What the standard headers tell. Raises InputError."""
    known = load(path, StandardHeaders)
    for number, header in enumerate(known.headers):
        if not taxonomy.has(header.data_type):
            raise InputError(f"unknown data type {header.data_type!r}", file=path, field=dotted(("headers", number)))
    return known.headers


def load_vendors(dirs: Iterable[Path], taxonomy: Taxonomy) -> tuple[Vendor, ...]:
    """All vendors of the folders, sorted by id. Raises InputError as load_described does."""
    return tuple(described.vendor for described in load_described(dirs, taxonomy))


def load_described(dirs: Iterable[Path], taxonomy: Taxonomy, without: Iterable[Path] = ()) -> tuple[Described, ...]:
    """All vendors of the folders with their files, sorted by id; the files of `without` are passed over.

    A folder holds `<id>.yaml`, one vendor each, and `*.json`, each `{"vendors": [...]}`; files that begin with `_` are
    no vendors. Raises InputError for a bad file, a vendor described twice, a domain or host that two vendors claim, a
    YAML file named unlike its vendor, a data type the taxonomy does not have, a source without a date, a parameter
    set no endpoint uses, a cookie's glob without example.
    """
    found: dict[str, Described] = {}
    claims: dict[str, Described] = {}
    passed_over = set(without)
    for folder in dirs:
        for path in (*sorted(folder.glob("[!_]*.yaml")), *sorted(folder.glob("[!_]*.json"))):
            if path in passed_over:
                continue
            for described in _read(path):
                vendor = described.vendor
                if (other := found.setdefault(vendor.vendor, described)) is not described:
                    raise described.error(f"already described in {other.file}", ("vendor",))
                for place, problem in _problems(vendor, taxonomy):
                    raise described.error(problem, place)
                for number, fact in enumerate(vendor.domains):
                    other = claims.setdefault(fact.domain, described)
                    if other.vendor is not vendor:
                        problem = f"{fact.domain} is {other.vendor.vendor}'s already, in {other.file}"
                        raise described.error(problem, ("domains", number, "domain"))
    return tuple(found[key] for key in sorted(found))


def _read(path: Path) -> Iterator[Described]:
    if path.suffix == ".json":
        for number, vendor in enumerate(read_list(path).vendors):
            yield Described(vendor, path, ("vendors", number))
        return
    vendor = load(path, Vendor)
    if vendor.vendor != path.stem:
        raise InputError(f"the file must be named {vendor.vendor}.yaml", file=path, field="vendor")
    if vendor.converted:
        raise InputError(
            "is for converted lists (JSON): a file by hand shows its examples", file=path, field="converted"
        )
    yield Described(vendor, path)


def read_list(path: Path) -> VendorList:
    """A JSON file of vendors. Raises InputError naming the place: `vendors.17.domains.0.domain`."""
    raw = read_json_bytes(path)
    parse_json(raw, path)
    try:
        return VendorList.model_validate_json(raw)
    except ValidationError as error:
        raise first_problem(error, path) from None


def read_json_bytes(path: Path) -> bytes:
    """The bytes of a big file, its byte order mark cut off. Raises InputError."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_JSON_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    if len(raw) > MAX_JSON_BYTES:
        raise InputError(f"larger than {MAX_JSON_BYTES} bytes", file=path)
    return raw.removeprefix(b"\xef\xbb\xbf")


def _refuse(key: str) -> None:
    raise ValueError(f"the key {key!r} is there twice")


def parse_json(raw: bytes, path: Path, on_twice: Callable[[str], None] = _refuse) -> object:
    """JSON as RFC 8259 has it, without a number that is none; a key that is there twice goes to `on_twice`.

    Raises InputError.
    """

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            for key, times in Counter(key for key, _ in pairs).items():
                if times > 1:
                    on_twice(key)
        return found

    try:
        found: object = json.loads(raw.decode(), object_pairs_hook=once, parse_constant=_no_number, parse_float=_finite)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError("is not UTF-8", file=path, line=line, cure="save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON: {error.msg}", file=path, line=error.lineno) from None
    except RecursionError:
        raise InputError("not valid JSON: nested too deep", file=path) from None
    except ValueError as error:
        raise InputError(f"not valid JSON: {error}", file=path) from None
    return found


def _no_number(text: str) -> Never:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is no finite number")
    return number


def first_problem(error: ValidationError, path: Path) -> InputError:
    """The first problem of a JSON file with its place."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    words = {"extra_forbidden": "unknown key", "missing": "is missing"}
    message = words.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    return InputError(message, file=path, field=dotted(problem["loc"]) or None)


def _problems(vendor: Vendor, taxonomy: Taxonomy) -> Iterator[tuple[Place, str]]:
    """What is wrong with a vendor that its model accepts, each with its place."""
    for place, fact in facts_in(vendor):
        if not fact.dated:
            yield place, f"the source {fact.source!r} has no date: say of when it is, or when it was read"
        code = getattr(fact, "data_type", None)
        if code is not None and not taxonomy.has(code):
            yield place, f"unknown data type {code!r}"
    for number, example in enumerate(vendor.examples):
        for at, item in enumerate(example.items):
            if item.data_type is not None and not taxonomy.has(item.data_type):
                yield ("examples", number, "items", at), f"unknown data type {item.data_type!r}"
    for number, cookie in enumerate(vendor.cookies):
        if cookie.example is None and set("*?#") & set(cookie.name):
            yield ("cookies", number), f"the cookie {cookie.name!r} is a glob: give a name it is for as `example`"
    used = {name for module in vendor.modules for endpoint in module.endpoints for name in endpoint.use}
    for name in vendor.parameter_sets:
        if name not in used:
            yield ("parameter_sets", name), "no endpoint uses this parameter set"
