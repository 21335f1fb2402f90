"""The same browser on the test web with nothing beside it: no proxy, no debugger, no driver."""

import asyncio
from pathlib import Path

import pytest

from auditor.capture import chromium
from auditor.capture.chromium import Chromium, arguments
from auditor.evidence import CookieMode

from .chain import WebChain


def browse_alone(chain: WebChain, monkeypatch: pytest.MonkeyPatch, url: str, until: str) -> None:
    """Open `url` on one.test and third.test until the server was asked for the address `until`."""

    def direct(profile: Path, *, proxy_port: int, spki: str, language: str, window: str) -> list[str]:
        ours = arguments(profile, proxy_port=proxy_port, spki=chain.web.spki, language=language, window=window)
        kept = [a for a in ours[:-1] if not a.startswith(("--proxy-", "--remote-debugging"))]
        rule = f"--host-resolver-rules=MAP *.test {chain.web.names['one.test']}"
        return [*kept, "--remote-debugging-port=0", "--no-proxy-server", rule, url]

    async def browse() -> None:
        before = len(chain.web.got(until))
        browser = await Chromium.start(
            mode=CookieMode.allowed,
            proxy_port=9,
            spki="",
            language="ja-JP",
            time_zone="Asia/Tokyo",
            window="1366x768",
            work=chain.folder,
        )
        try:
            async with asyncio.timeout(30):
                await chain.web.more_than(before, until)
        finally:
            await browser.close()

    with monkeypatch.context() as patch:
        patch.setattr(chromium, "arguments", direct)
        chain.loop.run(browse())
