"""Browser states sealed at rest with age (pyrage) under a passphrase; open only in memory.

The sealed bytes are Playwright's storage_state as JSON: {"cookies": [...], "origins": [...]}.
"""

import json
from pathlib import Path
from typing import Any

import pyrage

from auditor.errors import InputError
from auditor.store.jar import CANARY_DOMAIN


def seal(state: dict[str, Any], path: Path, passphrase: str) -> None:
    """Write a state sealed; nothing unsealed touches the disk."""
    sealed = pyrage.passphrase.encrypt(json.dumps(state).encode(), passphrase)
    path.touch(0o600)
    path.chmod(0o600)
    path.write_bytes(sealed)


def unseal(path: Path, passphrase: str) -> dict[str, Any]:
    """The state in a sealed file. Raises InputError for a wrong passphrase or a damaged file."""
    try:
        state = json.loads(pyrage.passphrase.decrypt(path.read_bytes(), passphrase))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    except (pyrage.DecryptError, ValueError):
        raise InputError("cannot be opened", file=path, cure="is the passphrase right?") from None
    if not isinstance(state, dict) or not isinstance(state.get("cookies"), list):
        raise InputError("holds no browser state", file=path)
    return state


def as_cdp_cookies(state: dict[str, Any]) -> list[dict[str, Any]]:
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
