"""What a page and its servers can measure is the same with the chain and without: no proxy, no CDP, no driver.

Exempt are time and the TLS fingerprint. Both browsers are the same binary with the same flags; client hints are
compared in test_identity.py.
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

from auditor.scenario import Wait

from .alone import alone
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

    async def serve() -> str:
        return await chain.loop.stack.enter_async_context(stranger(folder))

    async def by_itself(url: str) -> None:
        names = {**chain.web.names, "dead.test": "127.0.0.1:1"}
        async with alone(chain.folder, names, chain.web.spki, url), asyncio.timeout(60):
            await chain.web.more_than(before + 1, TOLD)

    # The proxy was told its names when it began: the stranger is reached by its address.
    url = f"{URL}?{chain.loop.run(serve())}"
    chain.visit(url, (Wait(wait="html[data-done]"),))
    chain.loop.run(by_itself(url))
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
