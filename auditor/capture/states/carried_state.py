"""States carried over from other tools: Playwright's storage_state (JSON) and Netscape cookies.txt.

Errors name the place in the file, never what stands there: it is secret.
"""

import json
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.capture.states.sealed import Origin
from auditor.errors import InputError

LIMIT_BYTES = 64 << 20
SECONDS = re.compile(r"(-?\d{1,20}(\.\d{1,20})?)?")
HTTP_ONLY = "#HttpOnly_"
FIELDS = ("domain", "subdomains", "path", "secure", "expires", "name", "value")


class _Cookie(BaseModel):
    """A cookie of storage_state; what other tools add is left out."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, populate_by_name=True)

    name: str
    value: str
    domain: str = Field(min_length=1)
    path: str = "/"
    expires: float = -1
    httpOnly: bool = False
    secure: bool = False
    sameSite: Literal["Strict", "Lax", "None"] | None = None
    partitionKey: str | None = None
    has_cross_site_ancestor: bool | None = Field(None, alias="_crHasCrossSiteAncestor")


class _Item(BaseModel):
    """A localStorage item of storage_state."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    name: str
    value: str


class _Storage(BaseModel):
    """The storage of one origin; IndexedDB as Playwright itself writes and reads it."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    origin: str = Field(pattern=r"^https?://[^/?#\s]+$")
    localStorage: list[_Item] = []
    indexedDB: list[dict[str, Any]] = []


class _State(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    cookies: list[_Cookie]
    origins: list[_Storage] = []


def read_state(path: Path) -> tuple[dict[str, Any], Origin]:
    """The state in a file of either format, and what its format could not tell. Raises InputError."""
    try:
        if path.stat().st_size > LIMIT_BYTES:
            raise InputError(f"is larger than {LIMIT_BYTES >> 20} MiB", file=path)
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", file=path) from None
    if text.lstrip()[:1] in ("{", "["):
        return _playwright(text, path), Origin(made_by="Playwright storage_state")
    cookies = _netscape(text, path)
    # Chromium takes a cookie that does not say for Lax: other sites' pages would not send it.
    loss = (
        f"cookies.txt does not tell SameSite: its {len(cookies)} cookies count as Lax, and are not sent from other "
        "sites' pages even where the platform set them to be"
    )
    return {"cookies": cookies, "origins": []}, Origin(made_by="cookies.txt", losses=(loss,))


def _playwright(text: str, path: Path) -> dict[str, Any]:
    try:
        state = _State.model_validate_json(text)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        # pydantic's words for a JSON error quote no content either.
        message = "is missing" if problem["type"] == "missing" else problem["msg"]
        raise InputError(message, file=path, field=place, cure="is it Playwright's storage_state?") from None
    whole: dict[str, Any] = json.loads(state.model_dump_json(by_alias=True))
    for cookie in whole["cookies"]:
        for key in [key for key, value in cookie.items() if value is None]:
            del cookie[key]
    return whole


def _netscape(text: str, path: Path) -> list[dict[str, Any]]:
    """Read by ourselves: the standard library's reader quotes the line it refuses, which is a secret, and refuses
    lines whose second field contradicts the first, which common exporters write."""
    cookies = []
    for number, raw in enumerate(text.splitlines(), 1):
        http_only = raw.startswith(HTTP_ONLY)
        line = raw.removeprefix(HTTP_ONLY)
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != len(FIELDS):
            wanted = f"{len(fields)} fields instead of {len(FIELDS)}"
            cure = "is it Netscape cookies.txt, with tabs between its fields?"
            raise InputError(f"not a cookie: {wanted}", file=path, line=number, cure=cure)
        one = dict(zip(FIELDS, fields, strict=True))
        if not SECONDS.fullmatch(one["expires"]):
            raise InputError("is not a time in seconds", file=path, line=number, field="expires")
        expires = float(one["expires"] or 0)
        if not one["domain"].strip(".") or not one["path"].startswith("/"):
            raise InputError("not a cookie: no domain or no path", file=path, line=number)
        host = one["domain"].lstrip(".")
        below = one["subdomains"].upper() == "TRUE" or one["domain"].startswith(".")
        cookies.append(
            {
                "name": one["name"],
                "value": one["value"],
                "domain": f".{host}" if below else host,
                "path": one["path"],
                "expires": expires if expires > 0 else -1,
                "httpOnly": http_only,
                "secure": one["secure"].upper() == "TRUE",
            }
        )
    if not cookies:
        raise InputError("holds no cookies", file=path, cure="Playwright's storage_state or Netscape cookies.txt")
    return cookies
