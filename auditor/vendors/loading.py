"""Vendor files and the taxonomy from their folders, strict where a model alone cannot be."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from auditor.errors import InputError
from auditor.specs import dotted, load
from auditor.vendors.facts import Place, facts_in
from auditor.vendors.headers import StandardHeader, StandardHeaders
from auditor.vendors.model import Vendor
from auditor.vendors.taxonomy import Taxonomy

VENDORS_DIR = Path(__file__).resolve().parents[2] / "vendors"
TAXONOMY_FILE = "_data_types.yaml"
HEADERS_FILE = "_headers.yaml"


def load_taxonomy(path: Path = VENDORS_DIR / TAXONOMY_FILE) -> Taxonomy:
    """The taxonomy of data types. Raises InputError."""
    return load(path, Taxonomy)


def load_headers(taxonomy: Taxonomy, path: Path = VENDORS_DIR / HEADERS_FILE) -> tuple[StandardHeader, ...]:
    """What the standard headers tell. Raises InputError."""
    known = load(path, StandardHeaders)
    for number, header in enumerate(known.headers):
        if not taxonomy.has(header.data_type):
            raise InputError(f"unknown data type {header.data_type!r}", file=path, field=dotted(("headers", number)))
    return known.headers


def load_vendors(dirs: Iterable[Path], taxonomy: Taxonomy) -> tuple[Vendor, ...]:
    """All vendor files of the folders, sorted by id.

    Raises InputError for a bad file, a vendor described twice, a file named unlike its vendor, a data type the
    taxonomy does not have, a source without a date, a parameter set no endpoint uses, a cookie's glob without example.
    """
    found: dict[str, Path] = {}
    vendors: list[Vendor] = []
    for folder in dirs:
        for path in sorted(folder.glob("[!_]*.yaml")):
            vendor = load(path, Vendor)
            if vendor.vendor != path.stem:
                raise InputError(f"the file must be named {vendor.vendor}.yaml", file=path, field="vendor")
            if vendor.vendor in found:
                raise InputError(f"already described in {found[vendor.vendor]}", file=path, field="vendor")
            for place, problem in _problems(vendor, taxonomy):
                raise InputError(problem, file=path, field=dotted(place))
            found[vendor.vendor] = path
            vendors.append(vendor)
    return tuple(sorted(vendors, key=lambda v: v.vendor))


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
