"""Set-Cookie lines as browsers read them (RFC 6265bis 5.6), and Cookie headers."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from auditor.domains import host_of


class SetCookie(NamedTuple):
    """One parsed Set-Cookie line; `domain` without leading dot, `host_only` when the line named none."""

    name: str
    value: str
    domain: str
    path: str
    host_only: bool
    expires_at: datetime | None
    max_age_s: float | None
    same_site: str | None
    secure: bool
    http_only: bool
    partitioned: bool
    deletes: bool


def parse_set_cookie(line: str, url: str, at: datetime) -> SetCookie | None:
    """Read one line received from `url` at `at` (UTC); None for a line every browser ignores."""
    pair, *rest = line.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    name, value = name.strip(" \t"), value.strip(" \t")
    if not name and not value:
        return None
    attributes: dict[str, str] = {}
    for part in rest:
        key, _, text = part.partition("=")
        attributes[key.strip().lower()] = text.strip()
    domain = attributes.get("domain", "").lstrip(".").lower()
    path = attributes.get("path", "")
    expires_at, max_age = _lifetime(attributes, at)
    return SetCookie(
        name=name,
        value=value,
        domain=domain or host_of(url),
        path=path if path.startswith("/") else _default_path(url),
        host_only=not domain,
        expires_at=expires_at,
        max_age_s=max_age,
        same_site={"strict": "Strict", "lax": "Lax", "none": "None"}.get(attributes.get("samesite", "").lower()),
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        partitioned="partitioned" in attributes,
        deletes=max_age is not None and max_age <= 0,
    )


def _lifetime(attributes: dict[str, str], at: datetime) -> tuple[datetime | None, float | None]:
    """When it expires and the seconds asked for; Max-Age wins over Expires."""
    text = attributes.get("max-age", "")
    if text and (text.isdigit() or (text[0] == "-" and text[1:].isdigit())):
        seconds = float(text[:12])
        moment = min(at.timestamp() + seconds, 253_402_300_799.0)
        return datetime.fromtimestamp(max(moment, 0.0), UTC), seconds
    if "expires" in attributes:
        try:
            expires = parsedate_to_datetime(attributes["expires"].replace("-", " "))
        except (ValueError, IndexError, OverflowError):
            return None, None
        expires = expires.replace(tzinfo=UTC) if expires.tzinfo is None else expires.astimezone(UTC)
        return expires, (expires - at).total_seconds()
    return None, None


def _default_path(url: str) -> str:
    path = urlsplit(url).path
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"


def parse_cookie_header(value: str) -> list[tuple[str, str]]:
    """Names and values of a Cookie header, in its order."""
    pairs = []
    for part in value.split(";"):
        name, equals, text = part.strip(" \t").partition("=")
        if equals or name:
            pairs.append((name, text) if equals else ("", name))
    return pairs
