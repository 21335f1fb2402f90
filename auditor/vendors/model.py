"""A vendor (recipient) as data: legal names, domains, modules, parameters, cookies, each with its source.

One YAML file a vendor: `vendors/<id>.yaml`. Patterns are globs (`*`, `?`, and `#` for a number; no regular
expressions: a file from outside must not be able to stall the decoder). Host patterns: `host`, or `*.domain` for the
domain and every name below it. Every fact carries the mark of DOMAIN.md section 0 and its source with a date. A source
used often is written once under `sources` and named by `source: $key`.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from auditor.specs import Spec
from auditor.vendors.facts import Fact, Id, write_sources_out

type Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class NameKind(StrEnum):
    """legal: names the recipient; former: once did; brand: a service or brand name only (JP-05)."""

    legal = "legal"
    former = "former"
    brand = "brand"


class Name(Fact):
    """A name a disclosure may use for the vendor."""

    name: str = Field(min_length=1)
    kind: NameKind
    country: Country | None = Field(None, description="seat of the legal person (ISO 3166-1), where it is known")
    loose: bool = Field(
        True, description="whether it is still the vendor's without its legal form; no for common words"
    )
    valid_from: date | None = Field(None, description="the first day the name was right, where it is known")
    valid_to: date | None = Field(None, description="the last day the name was right (former names)")


class Group(Fact):
    """The group of companies the vendor belongs to."""

    name: str = Field(min_length=1)


class Domain(Fact):
    """A registrable domain or host that belongs to the vendor, with everything below it.

    `name.*` stands for that name under .com and the country suffixes (`google.*`: google.co.jp, www.google.se).
    """

    domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*(\.\*)?$")]
    use: str = ""


class Alias(Fact):
    """A host pattern that a site's own host points to by CNAME when it is the vendor's in disguise.

    Only names that serve nothing else: the name of a content network proves no recipient.
    """

    host: str = Field(min_length=1)


class ModuleKind(StrEnum):
    """What kind of 情報収集モジュール it is."""

    tag = "tag"
    pixel = "pixel"
    sdk = "sdk"
    analytics = "analytics"
    social_plugin = "social_plugin"
    embed = "embed"
    tag_manager = "tag_manager"
    advertising = "advertising"
    affiliate = "affiliate"
    cookie_sync = "cookie_sync"
    personalization = "personalization"
    chat = "chat"
    login = "login"
    consent = "consent"
    server_container = "server_container"
    performance = "performance"
    security = "security"
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


class ProtobufType(StrEnum):
    """Types of protocol buffer fields, by bbpb's names (https://protobuf.dev/programming-guides/encoding/)."""

    string = "string"
    bytes = "bytes"
    int = "int"
    uint = "uint"
    sint = "sint"
    fixed32 = "fixed32"
    fixed64 = "fixed64"
    float = "float"
    double = "double"


class Endpoint(Fact):
    """Where a module sends to. All given conditions must hold."""

    host: str = Field(description="host glob; '*' for any host, then `when` must tell it by grammar")
    path: str = Field("/*", description="path glob; a slash at the path's end does not count")
    methods: tuple[str, ...] = ("GET", "POST")
    when: dict[str, str] = Field(default={}, description="query or body parameter -> glob that must match")
    body: BodyFormat = BodyFormat.auto
    protobuf: dict[str, ProtobufType] = Field(
        {}, description="types of fields a source documents: path without indices (`1.19`) -> type"
    )
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
    example: str | None = Field(None, description="a name the glob is meant for; required for a glob")
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


class Asked(StrEnum):
    """What a platform asks of those who put its module on their pages (items 3-3, 3-4; check JP-28)."""

    notice = "notice"
    recipient_named = "recipient_named"
    purpose = "purpose"
    opt_out = "opt_out"
    link = "link"
    reachable = "reachable"
    consent = "consent"
    no_contact_data = "no_contact_data"
    privacy_policy = "privacy_policy"


class Ask(Fact):
    """One thing a document asks of a tag owner, in our words."""

    asked: Asked
    text_ja: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    url: str | None = Field(None, description="the address the tag owner's page must link to (asked: link)")


class Declared(Fact):
    """One thing a document says the module sends or sets: a data type, or a cookie with its lifetime."""

    data_type: str | None = None
    parameter: str | None = None
    cookie: str | None = None
    lifetime_days: float | None = None

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.data_type is None and self.parameter is None and self.cookie is None:
            raise ValueError("one of data_type, parameter, cookie must be said")
        return self


class Document(Fact):
    """A page of the vendor's for tag owners (items 3-2 to 3-4) or for opting out."""

    url: str
    content: str = ""
    asks: tuple[Ask, ...] = ()
    declares: tuple[Declared, ...] = ()


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
    body_base64: str = Field("", description="a body that is no text")
    messages: tuple[str, ...] = Field((), description="what the page sends over the WebSocket it opens so")
    module: str | None
    page: str = Field("", description="address of the page that sent it; '' for a page of another site")
    cname: str = Field("", description="what the host pointed to by CNAME")
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
    group: Group | None = None
    sources: dict[str, str] = Field({}, description="sources used often, by the key that `source: $key` names")
    names: tuple[Name, ...] = Field(min_length=1)
    domains: tuple[Domain, ...] = Field((), description="at least one, unless converted: some lists name cookies only")
    converted: str = Field("", description="the list it was made from; such a vendor carries no examples")
    not_domains: tuple[str, ...] = Field((), description="look like the vendor's and are not")
    aliases: tuple[Alias, ...] = ()
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
        write_sources_out(self, self.sources)
        return self

    @model_validator(mode="after")
    def _has_domains(self) -> Self:
        if not self.domains and not self.converted:
            raise ValueError("domains: at least one must be said")
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
        return self._first.name

    @property
    def country(self) -> str:
        """Where the first legal name has its seat (ISO 3166-1); "" where that is not known."""
        return self._first.country or ""

    @property
    def _first(self) -> Name:
        return next((n for n in self.names if n.kind is NameKind.legal), self.names[0])
