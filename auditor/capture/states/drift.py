"""Whether the visitor's state held all through the journey, not only before and after it.

A platform that ends a session and begins another leaves the same cookie at both ends. In between it has taken it
away: that is in the record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.domains import is_within
from auditor.evidence import Exchange, Phase, Proof
from auditor.scenario import CookieProof
from auditor.store.set_cookie import SetCookie, parse_set_cookie

type Place = tuple[str, str, bool | None, str]
"""A cookie's place in the jar: name, domain without a dot, host-only, path."""


@dataclass(frozen=True)
class Watched:
    """A cookie that must stay there (`present`), or stay away, and the jar (CDP) as the journey began."""

    proof: CookieProof
    present: bool
    jar: Sequence[Mapping[str, Any]]


def state_kept(exchanges: Iterable[Exchange], watched: Sequence[Watched]) -> list[Proof]:
    """A proof for each watched cookie; it fails at the first answer after the preparing that drops or sets it."""
    audited = [e for e in exchanges if e.phase is not Phase.prepare]
    return [_kept(audited, one) for one in watched]


def _kept(exchanges: list[Exchange], watched: Watched) -> Proof:
    proof = watched.proof
    there = {
        _place(c["name"], c["domain"].lstrip("."), not c["domain"].startswith("."), c["path"]) for c in watched.jar
    }
    name = f"cookie {proof.cookie} of {proof.domain}"
    for exchange in exchanges:
        written = [(cookie, _gone(cookie, exchange)) for cookie in _accepted(exchange) if _meant(cookie, proof)]
        set_again = any(not gone for _, gone in written)
        if watched.present:
            # Sites clear variants of a cookie that are not there, and drop one in the answer that renews it.
            dropped = any(gone and _place(c.name, c.domain, c.host_only, c.path) in there for c, gone in written)
            if dropped and not set_again:
                return Proof(name="state_kept", holds=False, seen=f"{exchange.request} took the {name} away")
        elif set_again:
            return Proof(name="state_kept", holds=False, seen=f"{exchange.request} set the {name}")
    return Proof(
        name="state_kept", holds=True, seen=f"no answer {'took away' if watched.present else 'set'} the {name}"
    )


def _accepted(exchange: Exchange) -> list[SetCookie]:
    """The unpartitioned cookies this answer set or dropped, without those the browser refused."""
    refused = {refusal.line for refusal in exchange.cause.cookies_refused} if exchange.cause else set()
    at = exchange.ended_at or exchange.started_at
    lines = [
        line
        for key, value in exchange.response_headers
        if key.lower() == "set-cookie"
        for line in value.split("\n")
        if line not in refused
    ]
    cookies = [cookie for line in lines if (cookie := parse_set_cookie(line, exchange.url, at)) is not None]
    return [cookie for cookie in cookies if not cookie.partitioned]


def _meant(cookie: SetCookie, proof: CookieProof) -> bool:
    return cookie.name == proof.cookie and is_within(cookie.domain, proof.domain.lstrip("."))


def _gone(cookie: SetCookie, exchange: Exchange) -> bool:
    at = exchange.ended_at or exchange.started_at
    return cookie.value == "" or (cookie.expires_at is not None and cookie.expires_at <= at)


def _place(name: str, domain: str, host_only: bool | None, path: str) -> Place:
    return name, domain, host_only, path
