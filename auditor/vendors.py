"""A vendor (recipient) as data: legal names, domains, modules, parameters, cookies, each with its source.

One YAML file a vendor: `vendors/<id>.yaml`. Patterns are globs (`*`, `?`; no regular expressions: a file
from outside must not be able to stall the decoder). Host patterns: `host`, or `*.domain` for the domain and
every name below it. Every fact carries the mark of DOMAIN.md section 0 and its source.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from auditor.errors import InputError
from auditor.specs import Spec, load

type Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]

VENDORS_DIR = Path(__file__).resolve().parent.parent / "vendors"
TAXONOMY_FILE = "_data_types.yaml"


class Mark(StrEnum):
    """Strength of a fact (DOMAIN.md 0); `own_run` is a run of ours, kept as evidence."""

    primary = "P"
    vendor = "V"
    replayed = "R"
    own_run = "own_run"
    capture = "C"
    secondary = "S"
    memory = "M"

    @property
    def proves(self) -> bool:
        """Whether the fact may drive a verdict of failure."""
        return self in (Mark.primary, Mark.vendor, Mark.replayed, Mark.own_run)


class Fact(Spec):
    """Base of everything that is claimed about a vendor: `mark` and `source` are never left out."""

    mark: Mark
    source: str = Field(min_length=1, description="address or name of what was read, with its date where known")


class NameKind(StrEnum):
    """legal: names the recipient; former: once did; brand: a service or brand name only (JP-05)."""

    legal = "legal"
    former = "former"
    brand = "brand"


class Name(Fact):
    """A name a disclosure may use for the vendor."""

    name: str = Field(min_length=1)
    kind: NameKind
    valid_to: date | None = Field(None, description="the last day the name was right (former names)")


class Domain(Fact):
    """A registrable domain or host that belongs to the vendor, with everything below it."""

    domain: str
    use: str = ""


class ModuleKind(StrEnum):
    """What kind of 情報収集モジュール it is."""

    tag = "tag"
    pixel = "pixel"
    sdk = "sdk"
    social_plugin = "social_plugin"
    embed = "embed"
    tag_manager = "tag_manager"
    advertising = "advertising"
    cookie_sync = "cookie_sync"
    login = "login"
    consent = "consent"
    server_container = "server_container"
    content = "content"


class Carrier(StrEnum):
    """Where in a request a data item travels."""

    query = "query"
    body = "body"
    cookie = "cookie"
    header = "header"
    path = "path"


class Parameter(Fact):
    """A named value a module sends. `name` is a glob, tried in the file's order."""

    name: str = Field(min_length=1)
    data_type: str | None = Field(None, description="code of the taxonomy; None: technical, no personal data")
    meaning: str = ""
    value: str = Field("*", description="glob the value must match for this entry to apply")
    carrier: Carrier | None = Field(None, description="only in this carrier; None: query or body")
    split: str | None = Field(None, description="names a value grammar of the decoder: consent_gcs, enhanced, ...")


class BodyFormat(StrEnum):
    """How an endpoint's body is read; `auto` goes by Content-Type, then by its look."""

    auto = "auto"
    form = "form"
    json = "json"
    multipart = "multipart"
    query_lines = "query_lines"
    json_lines = "json_lines"
    text = "text"
    none = "none"


class Endpoint(Fact):
    """Where a module sends to. All given conditions must hold."""

    host: str = Field(description="host glob; '*' for any host, then `when` must tell it by grammar")
    path: str = Field("/*", description="path glob")
    methods: tuple[str, ...] = ("GET", "POST")
    when: dict[str, str] = Field(default={}, description="query or body parameter -> glob that must match")
    body: BodyFormat = BodyFormat.auto
    parameters: tuple[Parameter, ...] = ()
    use: tuple[str, ...] = Field((), description="names of the vendor's parameter sets, tried after `parameters`")

    @model_validator(mode="after")
    def _any_host_needs_grammar(self) -> Self:
        if self.host == "*" and not self.when:
            raise ValueError("an endpoint on any host needs `when`")
        return self


class Script(Fact):
    """An address a module's code is loaded from."""

    host: str
    path: str = "/*"


class Party(StrEnum):
    """Whose domain the cookie is on: the visited site's (`first`) or the vendor's own (`third`)."""

    first = "first"
    third = "third"


class LoginState(StrEnum):
    """In which visitor state the cookie exists."""

    any = "any"
    logged_in = "logged_in"


class VendorCookie(Fact):
    """A cookie (or storage key) the vendor sets. `name` is a glob; `domain` '' for the visited site's."""

    name: str
    domain: str = ""
    party: Party
    lifetime_days: float | None = Field(None, description="as documented; 0 for a session cookie, None: unknown")
    login: LoginState = LoginState.any
    data_type: str
    purpose: str = ""
    storage: bool = Field(False, description="a Web Storage key, no cookie")


class Module(Spec):
    """A tag, pixel, SDK, plugin: the unit a Japanese disclosure lists (GL解説)."""

    id: Id
    name_ja: str
    name_en: str
    kind: ModuleKind
    scripts: tuple[Script, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()


class ClickId(Fact):
    """A query parameter that link decoration puts into addresses."""

    name: str


class Document(Fact):
    """A page of the vendor's for tag owners (items 3-2 to 3-4) or for opting out."""

    url: str
    content: str = ""


class ExpectedItem(Spec):
    """One decoded item an example must give."""

    parameter: str
    data_type: str | None
    carrier: Carrier
    value: str | None = Field(None, description="checked when given")


class Example(Spec):
    """A request with invented values and exactly what must be read from it."""

    url: str
    method: str = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    module: str | None
    items: tuple[ExpectedItem, ...] = ()


class NotExample(Spec):
    """A request that must not be taken for this vendor's."""

    url: str
    method: str = "GET"
    body: str = ""
    why: str


class Vendor(Spec):
    """A recipient of data: one file."""

    vendor: Id
    country: str = ""
    names: tuple[Name, ...] = Field(min_length=1)
    domains: tuple[Domain, ...] = Field(min_length=1)
    not_domains: tuple[str, ...] = Field((), description="look like the vendor's and are not")
    modules: tuple[Module, ...] = ()
    parameter_sets: dict[str, tuple[Parameter, ...]] = {}
    cookies: tuple[VendorCookie, ...] = ()
    click_ids: tuple[ClickId, ...] = ()
    opt_out: tuple[Document, ...] = ()
    documents: tuple[Document, ...] = ()
    examples: tuple[Example, ...] = ()
    not_examples: tuple[NotExample, ...] = ()

    @model_validator(mode="after")
    def _sets_exist(self) -> Self:
        for module in self.modules:
            for endpoint in module.endpoints:
                for name in endpoint.use:
                    if name not in self.parameter_sets:
                        raise ValueError(f"module {module.id} uses the unknown parameter set {name!r}")
        return self

    @property
    def legal_name(self) -> str:
        """The current legal name, the first the file gives."""
        return next((n.name for n in self.names if n.kind is NameKind.legal), self.names[0].name)


class DataType(Spec):
    """One kind of data about a person (DOMAIN.md B.5). `parent` is a broader word that covers it."""

    code: Id
    parent: Id | None = None
    level: Annotated[str, StringConstraints(pattern=r"^(identifier|contact|network|behaviour|device|location|other)$")]
    name_ja: str
    name_en: str
    words_ja: tuple[str, ...] = Field(description="words on Japanese pages that declare it")


class Taxonomy(Spec):
    """All data types, a tree by `parent`."""

    data_types: tuple[DataType, ...]

    @model_validator(mode="after")
    def _tree(self) -> Self:
        codes = [t.code for t in self.data_types]
        if len(set(codes)) != len(codes):
            raise ValueError("a data type is there twice")
        for t in self.data_types:
            if t.parent is not None and t.parent not in codes:
                raise ValueError(f"{t.code}: unknown parent {t.parent!r}")
        return self

    def get(self, code: str) -> DataType:
        """The data type of that code; KeyError for an unknown one."""
        return next(t for t in self.data_types if t.code == code) if self.has(code) else _unknown(code)

    def has(self, code: str) -> bool:
        """Whether there is a data type of that code."""
        return any(t.code == code for t in self.data_types)


def _unknown(code: str) -> DataType:
    raise KeyError(code)


def load_taxonomy(path: Path = VENDORS_DIR / TAXONOMY_FILE) -> Taxonomy:
    """The taxonomy of data types. Raises InputError."""
    return load(path, Taxonomy)


def load_vendors(dirs: Iterable[Path], taxonomy: Taxonomy) -> tuple[Vendor, ...]:
    """All vendor files of the folders, sorted by id.

    Raises InputError for a bad file, a vendor described twice, a file named unlike its vendor, or a data
    type the taxonomy does not have.
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
            for code in _data_types(vendor):
                if not taxonomy.has(code):
                    raise InputError(f"unknown data type {code!r}", file=path)
            found[vendor.vendor] = path
            vendors.append(vendor)
    return tuple(sorted(vendors, key=lambda v: v.vendor))


def _data_types(vendor: Vendor) -> set[str]:
    parameters = [p for s in vendor.parameter_sets.values() for p in s]
    parameters += [p for m in vendor.modules for e in m.endpoints for p in e.parameters]
    codes = {p.data_type for p in parameters} | {c.data_type for c in vendor.cookies}
    return {code for code in codes if code is not None}
