"""The types of this stage. Values are raw, as in the evidence: whoever writes them out masks them."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IdentifierKind(StrEnum):
    """What the visits prove of a value."""

    browser = "browser"  # stays within a profile, differs between clean profiles
    account = "account"  # the same in profiles logged in to the same account, in no other
    unproven = "unproven"  # named as an identifier by a vendor file, or a part of the proof is missing


class Property(_Model):
    """One property of an identifier, with what shows it."""

    holds: bool | None = Field(description="None: the visits made cannot tell")
    shown: str = Field(description="what shows it, one English phrase without the value")
    evidence: tuple[str, ...] = Field((), description="visit/request ids, or visit ids; at most ten")


class HolderKind(StrEnum):
    """Where a value was kept between requests."""

    cookie = "cookie"
    local_storage = "local_storage"
    session_storage = "session_storage"
    indexeddb = "indexeddb"
    http_cache = "http_cache"  # an ETag that came back as If-None-Match, a cached body
    nothing = "nothing"  # sent, and kept nowhere we see


class Holder(_Model):
    """A place that held the value; the same in every visit it is told of."""

    kind: HolderKind
    place: str = Field(description="registrable domain of the cookie; origin of the storage; host of the request")
    name: str = Field(description="of the cookie, item or parameter; path of a cached address")
    part: str = Field("", description="which part of the held value: '' the whole, '.3', 'json uid', 'base64 json id'")
    party: str = Field("", description="first, third or partitioned, seen from the visited page")


class Born(_Model):
    """Where the value was first seen in a visit."""

    visit: str
    request: str = Field("", description="of the response that brought it, or of the first request that had it")
    how: str = Field(description="response, script, prepare (before the page), unknown")
    host: str = Field("", description="host of the response, or of the script that wrote it")
    at: datetime | None = None


class Flow(_Model):
    """The value sent to one recipient, in one carrier, name and encoding, in one visit."""

    visit: str
    site: str = Field(description="the scenario's id")
    request: str = Field(description="the first")
    requests: int = Field(1, description="how many of the visit")
    at: datetime
    recipient: str = Field(description="registrable domain")
    host: str
    vendor: str | None = None
    first_party: bool = Field(False, description="the recipient is the visited page's own site")
    carrier: str = Field(description="path, query, header, cookie, body, message")
    name: str = ""
    layers: tuple[str, ...] = Field((), description="encodings, outermost first; () as it is")
    phase: str = Field("", description="prepare, journey, settle or close")
    pages: tuple[str, ...] = Field((), description="registrable domains of the pages it was sent from, sorted")


class Tie(_Model):
    """A browser's identifier seen beside an account's visits, in one profile (monitoring item 1-6).

    It says that the same value went to the platform in these states, never that the platform joins them.
    """

    platform: str
    visit: str
    before: tuple[str, ...] = Field((), description="visit/request: sent before the login")
    during: tuple[str, ...] = Field((), description="… while logged in")
    after: tuple[str, ...] = Field((), description="… after the logout")


class Identifier(_Model):
    """A value, or one part of a composite value, with what the visits prove of it and where it went."""

    value: str
    kind: IdentifierKind
    reason: str = Field("", description="why it is unproven: one English phrase")
    data_types: tuple[str, ...] = Field((), description="what vendor files call it, taxonomy codes, sorted")
    holders: tuple[Holder, ...] = ()
    born: Born | None = None
    stays: Property
    differs: Property
    random: Property
    lives: Property
    lives_days: float | None = Field(None, description="longest life of its holders, in days; None: not told")
    flows: tuple[Flow, ...] = ()
    ties: tuple[Tie, ...] = ()


class Sync(_Model):
    """An identifier that one company holds reached another."""

    value: str
    visit: str
    site: str
    from_recipient: str = Field(description="registrable domain whose cookie, storage or answer held it")
    from_vendor: str | None = None
    to_recipient: str
    to_vendor: str | None = None
    how: str = Field(description="redirect, parameter, cookie_read (a script of `to` read the first-party cookie)")
    name: str = Field("", description="of the cookie read, or of the parameter that carried it")
    evidence: tuple[str, ...] = Field((), description="visit/request ids: where it was held, where it arrived")


class Respawn(_Model):
    """A cookie that came back with the value it had before it was deleted."""

    value: str
    visit: str
    site: str
    name: str
    domain: str
    cleared_at: datetime
    back_at: datetime | None = None
    source: str = Field(description="local_storage, indexeddb, http_cache, server, unknown")
    detail: str = Field("", description="the item or the host it came back from")
    evidence: tuple[str, ...] = ()


class Leak(_Model):
    """A field of the visit's seeded person, sent somewhere."""

    visit: str
    site: str
    request: str
    at: datetime
    field: str = Field(description="of the person: email, phone, name, ...")
    variant: str = Field("", description="plain form: '' as typed, else lower, e164, kana, ...")
    layers: tuple[str, ...] = ()
    recipient: str
    host: str
    vendor: str | None = None
    module: str | None = None
    first_party: bool
    carrier: str
    name: str = ""
    when: str = Field(description="before_submit, after_submit or never_submitted")


class Identified(_Model):
    """All this stage tells of a run."""

    identifiers: tuple[Identifier, ...] = ()
    syncs: tuple[Sync, ...] = ()
    respawns: tuple[Respawn, ...] = ()
    leaks: tuple[Leak, ...] = ()
    cut_off: dict[str, int] = Field(
        {}, description="visit -> texts with more encoded in them than is decoded at most: deeper was not looked"
    )
