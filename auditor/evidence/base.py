"""The base of all evidence types, and the words they share."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Evidence(BaseModel):
    """Base of all evidence types: frozen, no unknown fields; bytes travel as base64 in JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")


class VisitKind(StrEnum):
    """Why a visit was made."""

    audit = "audit"
    disclosure = "disclosure"
    control = "control"
    imported = "imported"


class Visitor(StrEnum):
    """The state of the browser's owner towards a platform (DESIGN.md 2)."""

    no_account = "no_account"
    logged_out = "logged_out"
    logged_in = "logged_in"


class CookieMode(StrEnum):
    """Third-party cookies: as before (`allowed`) or after (`blocked`) their deprecation."""

    allowed = "allowed"
    blocked = "blocked"


class Consent(StrEnum):
    """What the visitor does with a consent banner."""

    ignore = "ignore"
    accept = "accept"
    reject = "reject"


class Outcome(StrEnum):
    """`complete` only on positive proof; everything else is "not measured", never "none found"."""

    complete = "complete"
    incomplete = "incomplete"
    failed = "failed"


class Phase(StrEnum):
    """When in the visit an exchange began. Only `prepare` (login, logout) is no part of the audited page."""

    prepare = "prepare"
    journey = "journey"
    settle = "settle"
    close = "close"


class Source(StrEnum):
    """Which sensor saw an exchange: the proxy, the browser's events, or both."""

    both = "both"
    proxy_only = "proxy_only"
    browser_only = "browser_only"
    imported = "imported"


class Actor(StrEnum):
    """Who in the browser made the request.

    `browser`: the browser on its own account, as it is known to; `unknown`: nothing tells who.
    """

    page = "page"
    frame = "frame"
    worker = "worker"
    service_worker = "service_worker"
    browser = "browser"
    unknown = "unknown"
