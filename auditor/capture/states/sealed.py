"""Browser states sealed at rest with age (pyrage), under a passphrase or to a key; open only in memory.

The sealed bytes are Playwright's storage_state as JSON, {"cookies": [...], "origins": [...]}, and under "auditor"
what is known of how it came to be (`Origin`). No message of this module quotes a passphrase, a key or a state.
"""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyrage
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.errors import InputError
from auditor.evidence import Visitor
from auditor.scenario import Platform
from auditor.scenario.states import SealedState
from auditor.store.jar import CANARY_DOMAIN

IDENTITY_PREFIX = "AGE-SECRET-KEY-1"

WORK_ATTEMPTS, WORK_PAUSE_S = 30, 0.5
EXCESSIVE = "excessive work"
"""In age's message about a passphrase's work factor."""


class Origin(BaseModel):
    """How a sealed state came to be; sealed with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: str = ""
    visitor: Visitor = Visitor.logged_in
    sealed_at: str = Field("", description="ISO 8601")
    made_by: str = Field("", description="login, or the kind of file it was imported from")
    proof: str = Field("", description="what was seen when the state was sealed; empty when nothing proved it")
    before_logout: str = Field("", description="what proved the login before the logout; only for logged_out")
    losses: tuple[str, ...] = Field((), description="what of the browser's state could not be kept")


@dataclass(frozen=True)
class Key:
    """What opens a sealed state: a passphrase, or age identities (`AGE-SECRET-KEY-1...`); never shown."""

    passphrase: str | None = field(default=None, repr=False)
    identities: tuple[str, ...] = field(default=(), repr=False)


def key_of(state: SealedState, environment: Mapping[str, str] = os.environ) -> Key:
    """The key a scenario names for a state. Raises InputError when it is not there or no key."""
    if state.passphrase_env is not None:
        return Key(passphrase=environment.get(state.passphrase_env, ""))
    if state.identity_env is not None:
        return Key(identities=identities_in(environment.get(state.identity_env, ""), state.identity_env))
    assert state.identity_file is not None  # the scenario's own check
    return read_identities(state.identity_file)


def read_identities(path: Path) -> Key:
    """The identities of an age key file, as `age-keygen` writes it. Raises InputError."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    return Key(identities=identities_in(text, path))


def identities_in(text: str, where: Path | str) -> tuple[str, ...]:
    """The identities in a key file's text. Raises InputError that names `where`, never the text."""
    lines = [line.strip() for line in text.splitlines()]
    found = tuple(line for line in lines if line and not line.startswith("#"))
    try:
        for line in found:
            pyrage.x25519.Identity.from_str(line)
    except pyrage.IdentityError:
        found = ()
    if not found:
        cure = f"age-keygen writes one; its lines begin with {IDENTITY_PREFIX}"
        raise InputError("holds no age identity", file=where, cure=cure)
    return found


def seal(state: Mapping[str, Any], path: Path, passphrase: str | None = None, recipients: tuple[str, ...] = ()) -> None:
    """Write a state sealed, readable by its owner only; nothing unsealed touches the disk.

    Under `passphrase`, or to age recipients (`age1...`). Raises InputError for a recipient that is none.
    """
    text = json.dumps(state).encode()
    if passphrase is not None:
        sealed = pyrage.passphrase.encrypt(text, passphrase)
    else:
        sealed = pyrage.encrypt(text, [recipient_of(recipient) for recipient in recipients])
    # Beside the file, then renamed: a file that is there is either the old state or the new one.
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(0o600)
    part.chmod(0o600)
    part.write_bytes(sealed)
    part.replace(path)


def recipient_of(text: str) -> Any:
    """An age recipient (`age1...`), or the one an identity stands for. Raises InputError."""
    try:
        if text.startswith(IDENTITY_PREFIX):
            return pyrage.x25519.Identity.from_str(text).to_public()
        return pyrage.x25519.Recipient.from_str(text)
    except (pyrage.RecipientError, pyrage.IdentityError):
        raise InputError("is no age recipient", field="--recipient", cure="it begins with age1") from None


def recipients_of(key: Key) -> tuple[str, ...]:
    """The public recipients (`age1...`) of a key's identities."""
    return tuple(str(pyrage.x25519.Identity.from_str(one).to_public()) for one in key.identities)


def unseal(path: Path, key: Key) -> dict[str, Any]:
    """The state in a sealed file. Raises InputError for a wrong key or a damaged file."""
    try:
        stat = path.stat()
        return _unseal(path, key, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None


@lru_cache(maxsize=32)
def _unseal(path: Path, key: Key, _changed_ns: int, _size: int) -> dict[str, Any]:
    """Opened once for all visits of a run: a passphrase's opening takes over a second by design."""
    sealed = path.read_bytes()
    cure = "is the passphrase right?" if key.passphrase is not None else "is it sealed to this key?"
    try:
        if key.passphrase is not None:
            text = _opened(sealed, key.passphrase, path)
        else:
            text = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(one) for one in key.identities])
        state = json.loads(text)
    except (pyrage.DecryptError, ValueError):
        raise InputError("cannot be opened", file=path, cure=cure) from None
    if not isinstance(state, dict) or not isinstance(state.get("cookies"), list):
        raise InputError("holds no browser state", file=path)
    return state


def _opened(sealed: bytes, passphrase: str, path: Path) -> bytes:
    """Decrypted, for all that the machine is busy just now. Raises DecryptError, InputError.

    age measures this machine before each opening, and refuses a file whose work factor looks too high for it. On a
    busy machine the measure is off by more than the margin: then it is asked again.
    """
    for attempt in range(WORK_ATTEMPTS):
        if attempt:
            time.sleep(WORK_PAUSE_S)
        try:
            return bytes(pyrage.passphrase.decrypt(sealed, passphrase))
        except pyrage.DecryptError as error:
            if EXCESSIVE not in str(error).lower():
                raise
    cure = "try again when the machine is less busy, or seal to a key (--recipient)"
    raise InputError("this machine is too slow or too busy for its passphrase", file=path, cure=cure)


def open_all(platforms: Mapping[str, Platform]) -> None:
    """Open every sealed state once, before the first visit. Raises InputError for the first that cannot be."""
    for state in (state for platform in platforms.values() for state in platform.states()):
        unseal(state.file, key_of(state))


def origin_of(state: Mapping[str, Any]) -> Origin:
    """How the state came to be; what is not known of one sealed by other means stays empty."""
    try:
        return Origin.model_validate(state.get("auditor", {}))
    except ValidationError:
        return Origin()


def as_cdp_cookies(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Playwright's cookies as CDP's Storage.setCookies takes them, less the one a visit plants itself."""
    cookies = []
    for cookie in state["cookies"]:
        if cookie.get("domain", "").lstrip(".") == CANARY_DOMAIN:
            continue
        one = {key: cookie[key] for key in ("name", "value", "domain", "path", "secure", "httpOnly") if key in cookie}
        if cookie.get("expires", -1) > 0:
            one["expires"] = cookie["expires"]
        if cookie.get("sameSite") in ("Strict", "Lax", "None"):
            one["sameSite"] = cookie["sameSite"]
        if isinstance(cookie.get("partitionKey"), str):
            # A platform's own partitioned cookies have no other site above them.
            above = cookie.get("_crHasCrossSiteAncestor", True)
            one["partitionKey"] = {"topLevelSite": cookie["partitionKey"], "hasCrossSiteAncestor": above}
        cookies.append(one)
    return cookies
