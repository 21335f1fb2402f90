"""Cookies of a visit from four witnesses: Set-Cookie lines, the browser's account, scripts' writes, the jar."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from auditor.domains import host_of, is_within, registrable_domain, site_of
from auditor.evidence import Cookie, Exchange, Phase
from auditor.store.calls import ScriptCookie
from auditor.store.set_cookie import SetCookie, parse_cookie_header, parse_set_cookie

CANARY_DOMAIN = "canary.auditor.invalid"
"""Where the cookie lives that proves the jar was not lost; no request ever goes there (RFC 6761)."""

type Key = tuple[str, str, str, str | None]

# Reasons that only say that the cookie was not meant for the request.
_NOT_MEANT = frozenset({"NotOnPath", "DomainMismatch", "SecureOnly", "PortMismatch", "SchemeMismatch"})


@dataclass
class _Row:
    """A cookie while it is being put together."""

    fields: dict[str, Any] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    writes: list[dict[str, Any]] = field(default_factory=list)
    """Fields as each script's write asked for them, in time order."""


def cookies_of(
    exchanges: Iterable[Exchange],
    jar: list[dict[str, Any]] | None,
    *,
    prepared: Iterable[dict[str, Any]] = (),
    written: Iterable[ScriptCookie] = (),
) -> tuple[Cookie, ...]:
    """One Cookie for each name, domain, path and partition. `jar` is CDP's cookie list, None when not taken.

    `prepared` is the jar as the journey began: what came from a sealed state was set by no script. `written` are the
    scripts' writes, in time order.
    """
    rows: dict[Key, _Row] = {}
    kept = {_jar_key(cookie): cookie for cookie in jar or () if _domain(cookie) != CANARY_DOMAIN}
    before = {(_jar_key(cookie), cookie["value"]) for cookie in prepared}
    exchanges = tuple(exchanges)
    for exchange in exchanges:
        _set(rows, exchange)
    for write in written:
        _written(rows, write, kept)
    for exchange in exchanges:
        _sent(rows, exchange, kept)
    for key, cookie in kept.items():
        row = rows.setdefault(key, _Row())
        fields = row.fields
        fields.setdefault("set_by", "prepare" if (key, cookie["value"]) in before else "script")
        if fields["set_by"] == "script":
            _told_by_jar(row, cookie["value"])
        if fields.get("set_at") and not cookie.get("session"):
            fields["kept_s"] = cookie["expires"] - fields["set_at"].timestamp()
        fields |= {
            "value": cookie["value"],
            "host_only": not cookie["domain"].startswith("."),
            "expires_at": None if cookie.get("session") else _moment(cookie["expires"]),
            "same_site": cookie.get("sameSite") or fields.get("same_site"),
            "secure": cookie["secure"],
            "http_only": cookie["httpOnly"],
        }
    return tuple(
        Cookie(
            name=name,
            domain=domain,
            path=path,
            partition_key=partition,
            stored=(name, domain, path, partition) in kept,
            blocked_reason=", ".join(sorted(row.reasons)) or None,
            sent_to=tuple(sorted(row.hosts)),
            sent_in=tuple(row.requests),
            **row.fields,
        )
        for (name, domain, path, partition), row in sorted(rows.items(), key=lambda r: tuple(map(str, r[0])))
    )


def _set(rows: dict[Key, _Row], exchange: Exchange) -> None:
    refused = {r.line: r.reasons for r in exchange.cause.cookies_refused} if exchange.cause else {}
    for name, value in exchange.response_headers:
        if name.lower() != "set-cookie":
            continue
        for line in value.split("\n"):
            at = exchange.ended_at or exchange.started_at
            if (cookie := parse_set_cookie(line, exchange.url, at)) is None:
                continue
            partition = exchange.cause.cookie_partition if cookie.partitioned and exchange.cause else None
            row = rows.setdefault((cookie.name, cookie.domain, cookie.path, partition), _Row())
            if reasons := refused.get(line):
                row.reasons |= set(reasons)
            if (not reasons and at >= row.fields.get("set_at", at)) or "set_by" not in row.fields:
                row.fields |= {
                    "value": cookie.value,
                    "host_only": cookie.host_only,
                    "set_by": exchange.request,
                    "set_at": at,
                    "expires_at": cookie.expires_at,
                    "max_age_s": cookie.max_age_s,
                    "same_site": cookie.same_site,
                    "secure": cookie.secure,
                    "http_only": cookie.http_only,
                }


def _written(rows: dict[Key, _Row], write: ScriptCookie, kept: Iterable[Key]) -> None:
    """What a script asked for. The browser does not say whether it obeyed: the rules and the jar do."""
    cookie = parse_set_cookie(write.line, write.url, write.at)
    if cookie is None or cookie.deletes or cookie.http_only:
        return  # nothing is set: deleted, or refused because only a response may ask for HttpOnly (RFC 6265bis 5.7)
    partition = _partition_of(cookie, write, kept) if cookie.partitioned else None
    row = rows.setdefault((cookie.name, cookie.domain, cookie.path, partition), _Row())
    fields = {
        "value": cookie.value,
        "host_only": cookie.host_only,
        "set_by": "script",
        "set_by_script": write.script,
        "set_at": write.at,
        "expires_at": cookie.expires_at,
        "max_age_s": cookie.max_age_s,
        "same_site": cookie.same_site,
        "secure": cookie.secure,
        "http_only": False,
    }
    if not _may_set(cookie, host_of(write.url)):
        row.reasons.add("InvalidDomain")
        row.fields = fields | row.fields
    elif row.fields.get("http_only"):
        row.reasons.add("OverwriteHttpOnly")
    else:
        row.writes.append(fields)
        if write.at >= row.fields.get("set_at", write.at):
            row.fields |= fields


def _may_set(cookie: SetCookie, host: str) -> bool:
    """Whether a host may set a cookie for this domain: its own or one above it that is no public suffix."""
    own = cookie.host_only or cookie.domain == host
    # What is above the registrable domain is a public suffix, whose own registrable domain it is not within.
    return own or (is_within(host, cookie.domain) and is_within(cookie.domain, registrable_domain(host)))


def _partition_of(cookie: SetCookie, write: ScriptCookie, kept: Iterable[Key]) -> str | None:
    """The page's site as the jar writes it, else as it would."""
    top = site_of(write.top_url or "")
    same = (cookie.name, cookie.domain, cookie.path)
    own = (key[3] for key in kept if key[:3] == same and key[3] is not None and site_of(key[3]) == top)
    return next(own, f"https://{top}" if top else None)


def _told_by_jar(row: _Row, value: str) -> None:
    """Of a script's cookie: its last write with the value kept, and the first; none when all told wrote another."""
    told = next((write for write in reversed(row.writes) if write["value"] == value), None)
    row.fields |= told or {"set_by_script": None, "set_at": None, "max_age_s": None}
    if told is not None:
        first = next(write for write in row.writes if write["value"] == value)
        row.fields |= {"first_set_by_script": first["set_by_script"], "first_set_at": first["set_at"]}


def _sent(rows: dict[Key, _Row], exchange: Exchange, kept: Iterable[Key]) -> None:
    header = exchange.request_header("cookie")
    if exchange.cause is not None and exchange.cause.cookies:
        for use in exchange.cause.cookies:
            reasons = set(use.blocked_reasons) - _NOT_MEANT
            if use.blocked_reasons and not reasons:
                continue
            row = rows.setdefault((use.name, use.domain, use.path, use.partition_key), _Row())
            row.fields.setdefault("value", use.value)
            row.reasons |= reasons
            if not use.blocked_reasons:
                _count(row, exchange)
        return
    for name, value in parse_cookie_header(header or ""):
        key = _known((*rows, *kept), name, host_of(exchange.url)) or (name, host_of(exchange.url), "/", None)
        row = rows.setdefault(key, _Row())
        row.fields.setdefault("value", value)
        _count(row, exchange)


def _count(row: _Row, exchange: Exchange) -> None:
    """A sending in the prepare phase is not the audited page's."""
    if exchange.phase is not Phase.prepare:
        row.hosts.add(host_of(exchange.url))
        row.requests.append(exchange.request)


def _known(keys: Iterable[Key], name: str, host: str) -> Key | None:
    return next((key for key in keys if key[0] == name and is_within(host, key[1])), None)


def _jar_key(cookie: dict[str, Any]) -> Key:
    partition = (cookie.get("partitionKey") or {}).get("topLevelSite")
    return cookie["name"], _domain(cookie), cookie["path"], partition


def _domain(cookie: dict[str, Any]) -> str:
    return str(cookie["domain"]).lstrip(".")


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(min(seconds, 253_402_300_799.0), UTC) if seconds > 0 else None
