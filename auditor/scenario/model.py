"""What a scenario says: platforms, sites, limits, the network; and the matrix of visits it expands to."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from auditor.evidence import Consent, CookieMode, Visitor
from auditor.scenario.person import EMAIL_DOMAIN, Person, person_of
from auditor.scenario.states import SealedState, SealedStates, StateOrStates
from auditor.scenario.steps import Clear, Fill, Id, Milliseconds, Step, WebAddress
from auditor.specs import Spec


class CookieProof(Spec):
    """The state is proven by a cookie: there when logged in, absent when logged out."""

    cookie: str = Field(min_length=1)
    domain: str = Field(min_length=1)


class ElementProof(Spec):
    """The state is proven on a page of the platform: an element only a logged-in person sees."""

    goto: WebAddress
    element: str


class Platform(Spec):
    """A platform whose visitor states are audited, and how a person logs in and out there."""

    vendor: Id
    name: str = ""
    login: tuple[Step, ...] = ()
    logout: tuple[Step, ...] = ()
    state: StateOrStates | None = None
    proof: CookieProof | ElementProof
    visitors: tuple[Literal["logged_out", "logged_in"], ...] = ("logged_out", "logged_in")

    @model_validator(mode="after")
    def _can_reach_states(self) -> Self:
        can_log_in = bool(self.login) or self.sealed(Visitor.logged_in) is not None
        if "logged_in" in self.visitors and not can_log_in:
            raise ValueError("needs login steps or a sealed state")
        if "logged_out" in self.visitors and self.sealed(Visitor.logged_out) is None:
            if not self.logout:
                raise ValueError("needs logout steps for the visitor logged_out")
            if not can_log_in:
                raise ValueError("needs login steps or a sealed state")
        return self

    def sealed(self, visitor: Visitor) -> SealedState | None:
        """The sealed state made for this visitor, if there is one."""
        if isinstance(self.state, SealedStates):
            return self.state.logged_out if visitor is Visitor.logged_out else self.state.logged_in
        return self.state if visitor is Visitor.logged_in else None

    def states(self) -> tuple[SealedState, ...]:
        """All its sealed states."""
        return tuple(s for v in (Visitor.logged_in, Visitor.logged_out) if (s := self.sealed(v)) is not None)


class DisclosureAt(Spec):
    """Where a site discloses its external transmissions: an address the browser opens, a file, or to be found."""

    url: WebAddress | None = None
    file: Path | None = None
    find: int | None = Field(None, ge=1, le=4, description="look for it from the site's page, so many clicks away")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(place is not None for place in (self.url, self.file, self.find)) != 1:
            raise ValueError("needs exactly one of url, file and find")
        return self


class ConsentSteps(Spec):
    """How to make the choices on this site's banner, for when no rule of ours knows it."""

    accept: tuple[Step, ...] = ()
    reject: tuple[Step, ...] = ()

    def steps(self, choice: Consent) -> tuple[Step, ...]:
        """The steps that make a choice."""
        return self.accept if choice is Consent.accept else self.reject


class Site(Spec):
    """A site to audit: who runs it, what it declares, what the visitor does there."""

    id: Id
    operator: str = Field(min_length=1, description="legal name")
    url: WebAddress
    entity: Id | None = Field(None, description="vendor id when the operator is a platform itself (item 5-1)")
    own_domains: tuple[str, ...] = Field((), description="registrable domains of the operator besides the url's")
    service_type: Literal["1", "2", "3", "4", "not_covered", "unknown"] = "unknown"
    disclosure: DisclosureAt | None = None
    before: tuple[Step, ...] = Field((), description="before the visit, in a tab of its own: a platform's opt-out page")
    journey: tuple[Step, ...] = Field((), description="after `url` is open")
    consent: ConsentSteps | None = None
    replay: Path | None = Field(None, description="a recording (HAR) that answers instead of the live web")
    visitors: tuple[Visitor, ...] | None = Field(None, description="only these of the scenario's visit this site")
    compare_with: Id | None = Field(None, description="the same site with, or without, the steps of `before`")


class Limits(Spec):
    """Times, in milliseconds; and how much a page may do before its visit is ended; sizes."""

    navigation_ms: Milliseconds = 30_000
    step_ms: Milliseconds = 10_000
    settle_quiet_ms: Milliseconds = Field(1_000, description="no request for this long ends the settling")
    settle_max_ms: Milliseconds = 15_000
    drain_ms: Milliseconds = Field(3_000, description="how long late beacons are waited for after the page closed")
    consent_ms: Milliseconds = Field(5_000, description="how long a consent banner is waited for")
    visit_ms: Milliseconds = Field(120_000, description="hard limit of a whole visit")
    requests_max: int = Field(5_000, ge=50, le=1_000_000, description="further ones are blocked and counted")
    navigations_max: int = Field(30, ge=3, le=1_000, description="of one page, without the journey asking for them")
    dialogs_max: int = Field(10, ge=1, le=1_000, description="of one page")
    popups_max: int = Field(5, ge=0, le=50, description="pages open besides the visited one; further ones are closed")
    body_max_mb: int = Field(512, ge=1, le=65_536, description="MiB of one body")
    memory_mb: int = Field(3_072, ge=256, le=1_048_576, description="MiB of the browser's processes together")
    body_kept_bytes: int = Field(
        16 << 20, ge=0, le=256 << 20, description="kept of each body; length and hash are of all of it"
    )


class Network(Spec):
    """For private test webs: names to addresses, and the CA that signs their certificates; who is asked for CNAMEs."""

    names: dict[str, str] = Field({}, description="host -> ip:port, or *.domain -> ip:port")
    ca: Path | None = None
    dns: bool = Field(True, description="ask for the CNAME chains of the hosts, after each visit")
    resolver: str | None = Field(None, description="ip or ip:port that is asked; None: the system's")

    @field_validator("names")
    @classmethod
    def _addresses(cls, names: dict[str, str]) -> dict[str, str]:
        for name, address in names.items():
            host, _, port = address.rpartition(":")
            try:
                ip_address(host.strip("[]"))
                if not 0 < int(port) < 65536:
                    raise ValueError
            except ValueError:
                raise ValueError(f"{name}: {address!r} is not ip:port") from None
        return names

    @field_validator("resolver")
    @classmethod
    def _resolver(cls, resolver: str | None) -> str | None:
        if resolver is not None:
            resolver_address(resolver)
        return resolver


def resolver_address(text: str) -> tuple[str, int]:
    """`ip`, `ip:port` or `[ip6]:port` as (ip, port); the port is 53 where none is said. Raises ValueError."""
    try:
        return str(ip_address(text.strip("[]"))), 53
    except ValueError:
        host, _, port = text.rpartition(":")
    try:
        address = ip_address(host.strip("[]"))
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError
    except ValueError:
        raise ValueError(f"{text!r} is not ip or ip:port") from None
    return str(address), int(port)


class Persons(Spec):
    """The seeded persons that are typed into forms (person.py)."""

    email_domain: str = Field(EMAIL_DOMAIN, pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")


type _Place = tuple[str | int, ...]
"""Where in the file, from its top."""


class Scenario(Spec):
    """The whole file."""

    scenario: Id
    title: str = ""
    platforms: dict[Id, Platform] = {}
    sites: tuple[Site, ...] = Field(min_length=1)
    visitors: tuple[Visitor, ...] = Field(tuple(Visitor), min_length=1)
    cookie_modes: tuple[CookieMode, ...] = Field(tuple(CookieMode), min_length=1)
    consent: tuple[Consent, ...] = Field((Consent.ignore,), min_length=1)
    repeat: int = Field(1, ge=1, le=100)
    seed: int | None = Field(
        None, ge=0, lt=1 << 63, description="of the order of visits and of the persons; None: each run draws one"
    )
    persons: Persons = Persons()
    steps: Path | None = Field(None, description="Python file with the functions `python:` steps name")
    limits: Limits = Limits()
    network: Network = Network()
    vendors: tuple[Path, ...] = Field((), description="further folders of vendor files")
    language: str = "ja-JP"
    time_zone: str = "Asia/Tokyo"
    window: str = Field("1366x768", pattern=r"^[1-9][0-9]{2,4}x[1-9][0-9]{2,4}$")

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        ids = [site.id for site in self.sites]
        if twice := {i for i in ids if ids.count(i) > 1}:
            raise ValueError(f"site id there twice: {', '.join(sorted(twice))}")
        if any(v is not Visitor.no_account for v in self.visitors) and not self.platforms:
            if self.visitors == tuple(Visitor):
                return self
            raise ValueError("visitors logged_in and logged_out need platforms")
        return self

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        for place, problem in (*self._sites_compared(), *self._visits_agree()):
            told = PydanticCustomError("scenario", "{problem}", {"problem": problem})
            error = InitErrorDetails(type=told, loc=place, input=None)
            raise ValidationError.from_exception_data("Scenario", [error])
        return self

    def with_before(self) -> tuple[tuple[str, str], ...]:
        """(site, the same with the steps of `before` made first) for each `compare_with`, ids, in the file's order."""
        pairs = []
        for site in self.sites:
            if site.compare_with is not None:
                pairs.append((site.compare_with, site.id) if site.before else (site.id, site.compare_with))
        return tuple(dict.fromkeys(pairs))

    def _sites_compared(self) -> Iterator[tuple[_Place, str]]:
        sites = {site.id: site for site in self.sites}
        for number, site in enumerate(self.sites):
            place = ("sites", number, "compare_with")
            if site.compare_with is None:
                continue
            if (other := sites.get(site.compare_with)) is None or other is site:
                yield place, f"must be the id of another site, not {site.compare_with}"
            elif bool(site.before) is bool(other.before):
                yield place, "exactly one of the two sites must have the steps `before`"
            elif (site.url, site.journey) != (other.url, other.journey):
                yield place, f"{other.id} must have the same url and journey: they may differ in `before` only"

    def _visits_agree(self) -> Iterator[tuple[_Place, str]]:
        """No visitors; `clear` where the visitor would not be who the visit says; a person in place of an account."""
        for number, site in enumerate(self.sites):
            if site.visitors is not None and not list(visitors_of(self, site)):
                yield ("sites", number, "visitors"), "none of them is a visitor of the scenario"
            for at in (at for at, step in enumerate(site.journey) if isinstance(step, Clear)):
                place = ("sites", number, "journey", at)
                if any(platform is not None for platform, _ in visitors_of(self, site)):
                    yield place, "clear ends the visitors' logins: give this site visitors: [no_account]"
                if self.consent != (Consent.ignore,):
                    yield place, "clear takes back a choice made on the banner: only with consent: [ignore]"
                if site.before:
                    yield place, "clear takes back what the steps `before` did"
            for steps, at, step in _listed(before=site.before):
                if isinstance(step, Clear):
                    yield ("sites", number, steps, at), "clear is a step of a site's journey only"
            choices = _listed(accept=site.consent.accept, reject=site.consent.reject) if site.consent else ()
            for steps, at, step in choices:
                if isinstance(step, Clear) or (isinstance(step, Fill) and step.person is not None):
                    yield ("sites", number, "consent", steps, at), "clear and persons have no place in a choice"
        for name, platform in self.platforms.items():
            for steps, at, step in _listed(login=platform.login, logout=platform.logout):
                if isinstance(step, Clear):
                    yield ("platforms", name, steps, at), "clear is a step of a site's journey only"
                elif isinstance(step, Fill) and step.person is not None:
                    problem = (
                        "an account is the same in all visits, a person is another in each: give value or secret_env"
                    )
                    yield ("platforms", name, steps, at, "person"), problem


def _listed(**lists: tuple[Step, ...]) -> Iterator[tuple[str, int, Step]]:
    """Each step with its list's name and its number there."""
    for name, steps in lists.items():
        for number, step in enumerate(steps):
            yield name, number, step


class PlannedVisit(Spec):
    """One cell of the matrix. `visit` is its id and, later, its folder."""

    visit: str
    site: str
    platform: str | None
    visitor: Visitor
    cookie_mode: CookieMode
    consent: Consent
    repeat: int


def matrix(scenario: Scenario) -> Iterator[PlannedVisit]:
    """Every visit, `no_account` once for all platforms, in an order that puts comparable visits side by side."""
    for site in scenario.sites:
        for repeat in range(1, scenario.repeat + 1):
            for consent in scenario.consent:
                for platform, visitor in visitors_of(scenario, site):
                    for mode in scenario.cookie_modes:
                        who = visitor.value if platform is None else f"{platform}-{visitor.value}"
                        yield PlannedVisit(
                            visit=f"{site.id}.{who}.{mode.value}.{consent.value}.{repeat}",
                            site=site.id,
                            platform=platform,
                            visitor=visitor,
                            cookie_mode=mode,
                            consent=consent,
                            repeat=repeat,
                        )


def visitors_of(scenario: Scenario, site: Site) -> Iterator[tuple[str | None, Visitor]]:
    """Who visits a site: (platform, state), `no_account` once and of no platform."""
    wanted = [visitor for visitor in scenario.visitors if site.visitors is None or visitor in site.visitors]
    if Visitor.no_account in wanted:
        yield None, Visitor.no_account
    for name, platform in scenario.platforms.items():
        for visitor in (Visitor.logged_out, Visitor.logged_in):
            if visitor in wanted and visitor.value in platform.visitors:
                yield name, visitor


def person_of_visit(scenario: Scenario, visit: str) -> Person:
    """Who types in this visit; without a seed, the seed is 0."""
    return person_of(scenario.seed or 0, visit, scenario.persons.email_domain)
