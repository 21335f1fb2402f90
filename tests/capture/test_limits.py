"""The recorder at its limits: what is not sent, what is not kept, and that both are told."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from auditor.capture.network import tee as tee_module
from auditor.capture.network.recorder import Recorder
from auditor.capture.network.tee import Caps, Store, Tee
from auditor.evidence import Phase
from auditor.scenario import Limits
from auditor.store.wire import read_wire

from .chain import WebChain
from .test_recorder import PORT, answer, make_flow, was_killed, written

PIECE = bytes(range(256)) * 4096
UPLOAD_MB = 160


@asynccontextmanager
async def counting_server() -> AsyncIterator[tuple[str, list[tuple[int, str]]]]:
    """Takes bodies as they come; its address, and the size and SHA-256 of each."""
    taken: list[tuple[int, str]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].split("\r\n")[0])
        digest, left = hashlib.sha256(), length
        while left and (data := await reader.read(min(left, 1 << 20))):
            digest.update(data)
            left -= len(data)
        taken.append((length - left, digest.hexdigest()))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", taken


async def upload(port: int, address: str, megabytes: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"POST http://{address}/up HTTP/1.1\r\nHost: {address}\r\n".encode())
        writer.write(f"Content-Length: {megabytes << 20}\r\nConnection: close\r\n\r\n".encode())
        for _ in range(megabytes):
            writer.write(PIECE)
            await writer.drain()
        return await reader.read()
    finally:
        writer.transport.abort()


@pytest.mark.browser
def test_a_large_upload_passes_through_and_is_not_held(chain: WebChain, tmp_path: Path) -> None:
    child = psutil.Process(chain.proxy.pid)

    async def visit() -> tuple[list[tuple[int, str]], int]:
        async with counting_server() as (address, taken):
            port = await chain.proxy.open(tmp_path, Phase.journey)
            before = child.memory_info().rss
            sending = asyncio.create_task(upload(port, address, UPLOAD_MB))
            most = before
            while not sending.done():
                most = max(most, child.memory_info().rss)
                await asyncio.sleep(0.05)
            assert (await sending).endswith(b"ok")
            await chain.proxy.close()
        return taken, most - before

    taken, grown = chain.loop.run(visit())
    digest = hashlib.sha256()
    for _ in range(UPLOAD_MB):
        digest.update(PIECE)
    assert taken == [(UPLOAD_MB << 20, digest.hexdigest())]
    (exchange,), problem = read_wire(tmp_path / "wire.warc.gz", "v")
    body = exchange.request_body
    assert (problem, exchange.status, body.size, body.sha256) == (None, 200, UPLOAD_MB << 20, digest.hexdigest())
    assert len(body.kept) == tee_module.BODY_LIMIT
    assert grown < (UPLOAD_MB // 2) << 20


@pytest.mark.browser
def test_an_upload_over_the_limit_is_told_and_goes_no_further(chain: WebChain, tmp_path: Path) -> None:
    told: list[str] = []

    async def visit() -> list[tuple[int, str]]:
        async with counting_server() as (address, taken):
            chain.proxy.on_limit = told.append
            port = await chain.proxy.open(tmp_path, Phase.journey, limits=Limits(body_max_mb=20))
            sending = asyncio.create_task(upload(port, address, 40))
            async with asyncio.timeout(80):
                while not told:  # noqa: ASYNC110 - the proxy's answer is told to no one who could wake us
                    await asyncio.sleep(0.02)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await chain.proxy.close()
            chain.proxy.on_limit = lambda _: None
        return taken

    taken = chain.loop.run(visit())
    assert told == ["body_endless: 127.0.0.1: a body of more than 20 MiB"]
    assert all(size <= 20 << 20 for size, _ in taken)
    (exchange,), _ = read_wire(tmp_path / "wire.warc.gz", "v")
    assert exchange.request_body.size > 20 << 20


def recorder_with(folder: Path, caps: Caps) -> Recorder:
    made = Recorder()
    made.begin(PORT, folder, Phase.journey, caps)
    return made


def test_requests_beyond_the_cap_are_killed_counted_and_not_written(tmp_path: Path) -> None:
    told: list[str] = []
    recorder = recorder_with(tmp_path, Caps(requests=2, reached=told.append))
    for _ in range(2):
        answer(recorder, make_flow(resp=True), b"x")
    flows = [make_flow() for _ in range(3)]
    for flow in flows:
        recorder.requestheaders(flow)
        recorder.error(flow)
    assert all(was_killed(flow) for flow in flows)
    ended = recorder.end()
    assert (ended.requests, ended.responses, ended.failures, ended.blocked) == (2, 2, 0, 3)
    assert told == ["request_flood: more than 2 requests"]
    assert len(written(tmp_path)) == 2


def test_an_upload_under_way_is_on_disk_before_it_is_sent_and_whole_after(tmp_path: Path) -> None:
    recorder, flow = recorder_with(tmp_path, Caps(kept_bytes=4)), make_flow(resp=True)
    flow.request.method = "POST"
    recorder.requestheaders(flow)
    assert [(e.request, e.request_body.size) for e in written(tmp_path)] == [("r00001", 0)]
    assert callable(flow.request.stream)
    assert [flow.request.stream(piece) for piece in (b"con", b"tent")] == [b"con", b"tent"]
    flow.request.raw_content = None
    # An answer may come before the request has ended.
    recorder.responseheaders(flow)
    recorder.response(flow)
    recorder.request(flow)
    recorder.end()
    (exchange,) = written(tmp_path)
    body = exchange.request_body
    assert (body.kept, body.size, exchange.status) == (b"cont", 7, 200)
    assert body.sha256 == hashlib.sha256(b"content").hexdigest()


def test_an_upload_that_breaks_off_says_what_was_sent(tmp_path: Path) -> None:
    recorder, flow = recorder_with(tmp_path, Caps(kept_bytes=2)), make_flow()
    recorder.requestheaders(flow)
    assert callable(flow.request.stream)
    flow.request.stream(b"con")
    recorder.end()
    (exchange,) = written(tmp_path)
    body = exchange.request_body
    assert (body.kept, body.size, exchange.error) == (b"co", 3, "unfinished when the visit ended")


def test_a_body_over_the_cap_is_told_and_goes_no_further() -> None:
    told: list[int] = []
    tee = Tee(Store(), 5, lambda: told.append(1))
    assert [tee(piece) for piece in (b"abc", b"de", b"f", b"g")] == [b"abc", b"de", b"", b""]
    assert (tee.body().size, tee.body().kept) == (7, b"abcdefg")
    assert told == [1, 1]


def test_what_a_visit_keeps_of_all_bodies_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tee_module, "VISIT_LIMIT", 10)
    recorder = recorder_with(tmp_path, Caps())
    for _ in range(3):
        flow = make_flow(resp=True)
        flow.request.raw_content = b""
        answer(recorder, flow, b"123456")
    assert recorder.end().store.cut == 2
    bodies = [e.response_body for e in written(tmp_path)]
    assert [(b.size, b.kept) for b in bodies] == [(6, b"123456"), (6, b"1234"), (6, b"")]
    assert {b.sha256 for b in bodies} == {hashlib.sha256(b"123456").hexdigest()}
