"""What a page and its servers can measure is the same with the chain and without: no proxy, no CDP, no driver.

Exempt are time and the TLS fingerprint. Both browsers are the same binary with the same flags.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from auditor.capture import chromium
from auditor.capture.chromium import Chromium, arguments
from auditor.evidence import CookieMode
from auditor.scenario import Wait

from .chain import WebChain

pytestmark = [pytest.mark.browser]

URL, TOLD = "https://one.test/measure", "https://one.test/measured"


@contextlib.asynccontextmanager
async def stranger(folder: Path) -> AsyncIterator[str]:
    """A server whose certificate is signed by nobody the browser or the proxy knows. Gives its address."""
    leaf = trustme.CA().issue_cert("stranger.test")
    leaf.private_key_and_cert_chain_pem.write_to_path(folder / "stranger.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "stranger.pem")

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture(scope="module")
def measured(chain: WebChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], ...]]:
    """What the page told through the chain, and alone."""
    folder = tmp_path_factory.mktemp("stranger")
    before = len(chain.web.got(TOLD))
    with pytest.MonkeyPatch.context() as patch:

        async def alone(names: dict[str, str]) -> None:
            def direct(profile: Path, *, proxy_port: int, spki: str, language: str, window: str) -> list[str]:
                ours = arguments(profile, proxy_port=proxy_port, spki=spki, language=language, window=window)
                rules = ",".join(f"MAP {name} {address}" for name, address in names.items())
                return [*(a for a in ours[:-1] if "--proxy-" not in a), f"--host-resolver-rules={rules}", URL]

            patch.setattr(chromium, "arguments", direct)
            browser = await Chromium.start(
                mode=CookieMode.allowed,
                proxy_port=9,
                spki=chain.web.spki,
                language="ja-JP",
                time_zone="Asia/Tokyo",
                window="1366x768",
                work=chain.folder,
            )
            try:
                async with asyncio.timeout(60):
                    await chain.web.more_than(before + 1, TOLD)
            finally:
                await browser.close()

        async def serve() -> str:
            return await chain.loop.stack.enter_async_context(stranger(folder))

        # The proxy was told its names when it began: this one is reached by its address.
        address = chain.loop.run(serve())
        chain.visit(f"{URL}?{address}", (Wait(wait="html[data-done]"),))
        names = {**chain.web.names, "dead.test": "127.0.0.1:1"}
        patch.setattr("tests.capture.test_unnoticed.URL", f"{URL}?{address}")
        chain.loop.run(alone(names))
    through, without = (json.loads(s.body) for s in chain.web.got(TOLD)[before:])
    yield through, without


@pytest.mark.parametrize(
    "fact",
    ["navigator", "window", "natives", "failed", "headers", "socket", "console", "traces", "entries", "storage"],
)
def test_the_page_measures_the_same(measured: tuple[dict[str, Any], ...], fact: str) -> None:
    through, without = measured
    assert through[fact] == without[fact]


def test_the_page_did_measure(measured: tuple[dict[str, Any], ...]) -> None:
    through, _ = measured
    assert through["failed"] == {"reset": "TypeError", "dead": "TypeError", "stranger": "TypeError", "image": "error"}
    assert [entry["protocol"] for entry in through["entries"]] == ["h2", "h2"]
    assert (through["navigator"]["webdriver"], through["console"]) == (False, 0)
    assert len(through["window"]) > 500
    assert all(lines > 1 for lines in through["traces"]) and len(through["traces"]) == 2
