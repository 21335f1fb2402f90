"""The browser as the visits start it, same binary and flags, but with no proxy: what there is to compare with."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from auditor.capture.browser import chromium
from auditor.capture.browser.chromium import Chromium, arguments
from auditor.evidence import CookieMode

from .chain import WebChain


@contextlib.asynccontextmanager
async def alone(work: Path, names: Mapping[str, str], spki: str, url: str = "about:blank") -> AsyncIterator[Chromium]:
    """A browser that finds these names by itself, trusts the servers' key, and opens `url` at its start."""

    def direct(profile: Path, **asked: Any) -> list[str]:
        ours = arguments(profile, **asked)
        rules = ",".join(f"MAP {name} {address}" for name, address in names.items())
        return [*(a for a in ours[:-1] if not a.startswith("--proxy-")), f"--host-resolver-rules={rules}", url]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chromium, "arguments", direct)
        browser = await Chromium.start(
            mode=CookieMode.allowed,
            proxy_port=9,
            spki=spki,
            language="ja-JP",
            time_zone="Asia/Tokyo",
            window="1366x768",
            work=work,
        )
    try:
        yield browser
    finally:
        await browser.close()


def browse_alone(chain: WebChain, url: str, until: str) -> None:
    """Open `url` of the chain's web in such a browser until the server is asked for the address `until`."""

    async def browse() -> None:
        before = len(chain.web.got(until))
        async with alone(chain.folder, chain.web.names, chain.web.spki, url), asyncio.timeout(30):
            await chain.web.more_than(before, until)

    chain.loop.run(browse())
