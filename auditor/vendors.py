"""A vendor (recipient) as data: legal names, domains, modules, parameters, cookies, each with its source.

One YAML file a vendor: `vendors/<id>.yaml`. Patterns are globs (`*`, `?`; no regular expressions: a file
from outside must not be able to stall the decoder). Host patterns: `host`, or `*.domain` for the domain and
every name below it. Every fact carries the mark of DOMAIN.md section 0 and its source. A source used often is written
once under `sources` and named by `source: $key`.
"""

from collections.abc import Iterable, Iterator
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
    """A registrable domain or host that belongs to the vendor, with everything below it.

    `name.*` stands for that name under .com and the country suffixes (`google.*`: google.co.jp, www.google.se).
    """

    domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*(\.\*)?$")]
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


class Split(StrEnum):
    """Value grammars the decoder knows (DOMAIN.md C.2.3, C.2.5)."""

    consent_gcs = "consent_gcs"
    consent_gcd = "consent_gcd"
    enhanced = "enhanced"


class Parameter(Fact):
    """A named value a module sends. `name` is a glob, tried in the file's order.

    Names: of a query or form field as written (`ud[em]`); of JSON the dotted path (`events.*.name`);
    with carrier `header` the header's name; with carrier `path` the segment's number from 1 (`path.3`).
    """

    name: str = Field(min_length=1)
    data_type: str | None = Field(None, description="code of the taxonomy; None: technical, no personal data")
    meaning: str = ""
    value: str = Field("*", description="glob the value must match for this entry to apply")
    carrier: Carrier | None = Field(None, description="only in this carrier; None: query or body")
    split: Split | None = Field(None, description="the value grammar by which the value is taken apart")


class BodyFormat(StrEnum):
    """How an endpoint's body is read; `auto` goes by Content-Type, then by its look."""

    auto = "auto"
    form = "form"
    json = "json"
    multipart = "multipart"
    query_lines = "query_lines"
    protobuf = "protobuf"
    json_lines = "json_lines"
    text = "text"
    none = "none"


class Endpoint(Fact):
    """Where a module sends to. All given conditions must hold."""

    host: str = Field(description="host glob; '*' for any host, then `when` must tell it by grammar")
    path: str = Field("/*", description="path glob; a slash at the path's end does not count")
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
    data_type: str | None = Field(description="None: technical, tells nothing of the person")
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
    data_type: str = "click_id"


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
    """A request with invented values and exactly what must be read from it.

    `items` holds every item that has a data type; technical ones (null) may be left out.
    """

    url: str
    method: str = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    module: str | None
    page: str = Field("", description="address of the page that sent it; '' for a page of another site")
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
    sources: dict[str, str] = Field({}, description="sources used often, by the key that `source: $key` names")
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
    def _sources_in_full(self) -> Self:
        for fact in _facts(self):
            if fact.source.startswith("$"):
                if (text := self.sources.get(fact.source[1:])) is None:
                    raise ValueError(f"unknown source {fact.source!r}: `sources` has no such key")
                # The model is still being made: nobody has seen the short form yet.
                object.__setattr__(fact, "source", text)
        return self

    @model_validator(mode="after")
    def _modules_differ(self) -> Self:
        ids = [m.id for m in self.modules]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"the module {twice[0]!r} is there twice")
        return self

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


def _facts(part: object) -> Iterator[Fact]:
    """Every fact in a model, its lists and its dictionaries."""
    if isinstance(part, Fact):
        yield part
    if isinstance(part, Spec):
        part = dict(part)
    if isinstance(part, dict):
        part = tuple(part.values())
    if isinstance(part, tuple):
        for item in part:
            yield from _facts(item)


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
        for t in self.data_types:
            self.ancestors(t.code)
        return self

    def get(self, code: str) -> DataType:
        """The data type of that code; KeyError for an unknown one."""
        found = next((t for t in self.data_types if t.code == code), None)
        if found is None:
            raise KeyError(code)
        return found

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes of the broader words that cover it, nearest first. ValueError for a circle."""
        found: list[str] = []
        parent = self.get(code).parent
        while parent is not None:
            if parent == code or parent in found:
                raise ValueError(f"{code}: its parents go in a circle")
            found.append(parent)
            parent = self.get(parent).parent
        return tuple(found)

    def has(self, code: str) -> bool:
        """Whether there is a data type of that code."""
        return any(t.code == code for t in self.data_types)


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
    codes |= {c.data_type for c in vendor.click_ids} | {i.data_type for e in vendor.examples for i in e.items}
    return {code for code in codes if code is not None}
