"""The proxy's process from its orchestrator's side: what it records, how it ends, what is said when it has gone."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from auditor.capture.network.authority import Authority, forget_key, make_authority
from auditor.capture.network.proxy_process import ProxyLost, ProxyProcess
from auditor.errors import CannotFinish, InputError
from auditor.evidence import Phase
from auditor.hosts import Hosts
from auditor.store.wire import read_wire

from .chain import Loop, WebChain


@pytest.fixture
def loop(chain: WebChain) -> Loop:
    return chain.loop


@pytest.fixture
def authority(chain: WebChain) -> Authority:
    return chain.authority


@pytest.fixture
def proxy(chain: WebChain) -> Iterator[ProxyProcess]:
    yield chain.proxy
    assert (chain.folder / "proxy.log").read_bytes() == b""


class Received:
    """First lines of requests."""

    def __init__(self) -> None:
        self.all: list[bytes] = []
        self._some = asyncio.Event()

    def take(self, line: bytes) -> None:
        self.all.append(line)
        self._some.set()

    async def wait(self) -> None:
        await self._some.wait()


@asynccontextmanager
async def server(delay_s: float = 0.0) -> AsyncIterator[tuple[str, Received]]:
    """Answers each request after a while; its address and what it received."""
    lines = Received()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines.take(head.split(b"\r\n")[0])
        await asyncio.sleep(delay_s)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listener:
        yield "127.0.0.1:" + str(listener.sockets[0].getsockname()[1]), lines


async def get(port: int, url: str) -> bytes:
    """What the proxy on `port` answers to a request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = url.split("/")[2]
    writer.write(f"GET {url} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


def test_a_visit_is_recorded_from_open_to_close(loop: Loop, proxy: ProxyProcess, tmp_path: Path) -> None:
    async def visit() -> dict[str, object]:
        async with server() as (address, lines):
            port = await proxy.open(tmp_path, Phase.prepare)
            assert (await get(port, f"http://{address}/one")).endswith(b"\r\n\r\nok")
            await proxy.phase(Phase.journey)
            await get(port, f"http://{address}/two")
            assert await proxy.settle(50, 2_000)
            counters = await proxy.close()
            # The listener has gone with the visit: nothing can be sent unrecorded.
            with pytest.raises(ConnectionRefusedError):
                await get(port, f"http://{address}/three")
        assert lines.all == [b"GET /one HTTP/1.1", b"GET /two HTTP/1.1"]
        return counters

    counters = loop.run(visit())
    (host,) = Hosts.model_validate(counters.pop("hosts")).hosts
    assert (host.host, len(host.addresses), host.tls, host.certificates) == ("127.0.0.1", 1, (), ())
    assert {name: counters[name] for name in counters if name not in ("id", "ok")} == {
        "requests": 2,
        "responses": 2,
        "failures": 0,
        "unfinished": 0,
        "blocked": 0,
        "bodies_cut": 0,
        "error": None,
        "notes": [],
        "unanswered": 0,
    }
    exchanges, problem = read_wire(tmp_path / "wire.warc.gz", "v")
    assert problem is None
    told = [(e.phase, e.url.rpartition("/")[2], e.status, e.response_body.kept) for e in exchanges]
    assert told == [(Phase.prepare, "one", 200, b"ok"), (Phase.journey, "two", 200, b"ok")]


def test_the_next_visit_has_a_record_of_its_own(loop: Loop, proxy: ProxyProcess, tmp_path: Path) -> None:
    async def visit(name: str) -> int:
        (tmp_path / name).mkdir()
        async with server() as (address, _):
            port = await proxy.open(tmp_path / name, Phase.journey)
            await get(port, f"http://{address}/{name}")
            counters = await proxy.close()
        assert counters["requests"] == 1
        return port

    for name in ("first", "second"):
        loop.run(visit(name))
        exchanges, _ = read_wire(tmp_path / name / "wire.warc.gz", "v")
        assert [(e.request, e.url.rpartition("/")[2]) for e in exchanges] == [("r00001", name)]


def test_settling_waits_for_an_answer_no_longer_than_allowed(loop: Loop, proxy: ProxyProcess, tmp_path: Path) -> None:
    async def visit() -> tuple[bool, bool, dict[str, object]]:
        async with server(delay_s=0.6) as (address, lines):
            port = await proxy.open(tmp_path, Phase.journey)
            request = asyncio.create_task(get(port, f"http://{address}/slow"))
            async with asyncio.timeout(10):
                await lines.wait()
            early = await proxy.settle(10, 100)
            late = await proxy.settle(10, 10_000)
            counters = await proxy.close()
            await request
        return early, late, counters

    early, late, counters = loop.run(visit())
    assert (early, late) == (False, True)
    assert (counters["responses"], counters["unfinished"]) == (1, 0)


def test_a_server_that_cannot_be_reached_is_noted(loop: Loop, proxy: ProxyProcess, tmp_path: Path) -> None:
    async def visit() -> tuple[bytes, dict[str, object]]:
        port = await proxy.open(tmp_path, Phase.journey)
        return await get(port, "http://dead.test/"), await proxy.close()

    answer, counters = loop.run(visit())
    # No page of the proxy's own: the browser sees a failed request, as it would without the proxy.
    assert answer == b""
    assert (counters["requests"], counters["responses"], counters["failures"]) == (1, 0, 1)
    (exchange,), _ = read_wire(tmp_path / "wire.warc.gz", "v")
    # The 502 is the proxy's own: it is no answer of the site.
    assert (exchange.url, exchange.status) == ("http://dead.test/", None)
    assert exchange.error is not None
    assert "127.0.0.1" in exchange.error or "refused" in exchange.error.lower()


def test_a_visit_that_cannot_be_recorded_does_not_open(loop: Loop, proxy: ProxyProcess, tmp_path: Path) -> None:
    with pytest.raises(ProxyLost, match="the proxy could not open: FileNotFoundError"):
        loop.run(proxy.open(tmp_path / "nowhere", Phase.journey))
    with pytest.raises(ProxyLost, match="the proxy could not close: RuntimeError: no visit is being recorded"):
        loop.run(proxy.close())


def test_a_killed_proxy_is_said_to_be_lost(loop: Loop, authority: Authority, tmp_path: Path) -> None:
    async def lose() -> None:
        proxy = await ProxyProcess.start(authority, {}, tmp_path / "proxy.log")
        try:
            await proxy.open(tmp_path, Phase.journey)
            waiting = asyncio.create_task(proxy.settle(60_000, 60_000))
            await asyncio.sleep(0.1)
            assert proxy.alive
            os.kill(proxy.pid, signal.SIGKILL)
            with pytest.raises(ProxyLost, match="the proxy has gone"):
                await waiting
            with pytest.raises(ProxyLost, match="the proxy has gone"):
                await proxy.close()
            assert not proxy.alive
        finally:
            await proxy.stop()

    loop.run(lose())


def test_a_stopped_proxy_ends_by_itself_and_leaves_nothing(loop: Loop, authority: Authority, tmp_path: Path) -> None:
    async def stop() -> tuple[int, int, int | None]:
        proxy = await ProxyProcess.start(authority, {}, tmp_path / "proxy.log")
        port = await proxy.open(tmp_path, Phase.journey)
        assert [c.laddr.port for c in psutil.Process(proxy.pid).net_connections() if c.status == "LISTEN"] == [port]
        children = psutil.Process(proxy.pid).children(recursive=True)
        await proxy.stop()
        assert children == []
        return proxy.pid, port, proxy._process.returncode

    pid, port, code = loop.run(stop())
    assert code == 0
    assert not psutil.pid_exists(pid)
    with pytest.raises(ConnectionRefusedError):
        loop.run(get(port, "http://dead.test/"))


def test_a_proxy_that_does_not_start_says_where_to_look(
    loop: Loop, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mitmproxy.py").write_text("raise ImportError('broken on purpose')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    log = tmp_path / "proxy.log"
    with pytest.raises(CannotFinish) as failed:
        loop.run(ProxyProcess.start(authority, {}, log))
    assert str(failed.value) == f"the proxy does not start, see {log}"
    assert b"ImportError: broken on purpose" in log.read_bytes()


def test_the_authoritys_key_is_private_and_can_be_forgotten(tmp_path: Path) -> None:
    made = make_authority(tmp_path / "ca")
    keys = [p for p in made.confdir.iterdir() if b"PRIVATE KEY" in p.read_bytes()]
    assert [p.name for p in keys] == ["mitmproxy-ca.pem"]
    assert [oct(p.stat().st_mode & 0o077) for p in keys] == ["0o0"]
    forget_key(made)
    assert [p.name for p in made.confdir.iterdir() if b"PRIVATE KEY" in p.read_bytes()] == []
    assert b"BEGIN CERTIFICATE" in made.trust.read_bytes()


def test_a_ca_that_is_no_certificate_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n")
    with pytest.raises(InputError, match="is not a PEM certificate"):
        make_authority(tmp_path / "ca", (wrong,))


def test_a_quiet_past_is_no_quiet_now(loop: Loop, proxy: ProxyProcess, tmp_path: Path) -> None:
    """Nothing had moved for long when the page closed: its last beacon was still on its way."""

    async def visit() -> dict[str, object]:
        async with server() as (address, _):
            port = await proxy.open(tmp_path, Phase.close)
            await asyncio.sleep(2.1)
            settling = asyncio.create_task(proxy.settle(2_000, 20_000))
            await asyncio.sleep(0.05)
            await get(port, f"http://{address}/bye")
            assert not settling.done()
            assert await settling
            return await proxy.close()

    counters = loop.run(visit())
    assert (counters["requests"], counters["responses"]) == (1, 1)
