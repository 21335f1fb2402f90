"""Servers of answers that no framework gives: interim, coded, endless, with trailers; and WebSockets of every kind.

One of HTTP/2 (h2.test), one of HTTP/1.1 (h1.test), one of WebSockets (ws.test), each with its own account.
"""

import asyncio
import contextlib
import gzip
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_sockets
from websockets.exceptions import ConnectionClosed

from .odd_pages import PAGES
from .web import spki_of

NAMES = ("h2.test", "h1.test", "ws.test")
FRAGMENTS = ("一", "二", "三")
TEXT = "本文です。".encode() * 500
CODED = gzip.compress(TEXT, mtime=0)
BOMB = gzip.compress(bytes(24 << 20), mtime=0)
EVENTS = b"data: one\n\ndata: two\n\n"

type Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One request as a server had it."""

    path: str
    method: str
    version: str
    size: int
    sha256: str


@dataclass
class OddWeb:
    """The running servers; `sockets` holds what ws.test was told: (path, size of a message, or its text)."""

    names: dict[str, str]
    ca: Path
    spki: str
    asked: list[Asked] = field(default_factory=list)
    sockets: list[tuple[str, int | str]] = field(default_factory=list)
    codes: dict[str, int | None] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def running_odd_web(folder: Path) -> AsyncIterator[OddWeb]:
    authority = trustme.CA()
    leaf = authority.issue_cert(*NAMES, common_name="odd.test")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    pem = folder / "leaf.pem"
    leaf.private_key_and_cert_chain_pem.write_to_path(pem)
    web = OddWeb({}, folder / "ca.pem", spki_of(pem))
    async with _h2(web, pem), _h1(web, pem), _ws(web, pem):
        yield web


@contextlib.asynccontextmanager
async def _h2(web: OddWeb, pem: Path) -> AsyncIterator[None]:
    listener = socket.create_server(("127.0.0.1", 0))
    web.names["h2.test"] = f"127.0.0.1:{listener.getsockname()[1]}"
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.certfile = config.keyfile = str(pem)
    config.accesslog = config.errorlog = None
    config.graceful_timeout = config.shutdown_timeout = 0.2
    stop = asyncio.Event()

    async def app(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
        if scope["type"] != "http":
            return
        digest, size, more = hashlib.sha256(), 0, True
        while more:
            part = await receive()
            if part["type"] == "http.disconnect":
                return
            digest.update(part.get("body", b""))
            size += len(part.get("body", b""))
            more = part.get("more_body", False)
        path = scope["path"]
        web.asked.append(Asked(f"h2.test{path}", scope["method"], scope["http_version"], size, digest.hexdigest()))
        if path == "/trailers":
            # Hypercorn sends none to who does not say that they are welcome; browsers take them without a word.
            scope["headers"].append((b"te", b"trailers"))
        headers = {k.decode(): v.decode("latin-1") for k, v in scope["headers"]}
        await _answer(path, headers, send, stop)

    anything: Any = app
    server = asyncio.create_task(serve(anything, config, shutdown_trigger=stop.wait))
    try:
        yield
    finally:
        stop.set()
        await server


async def _answer(path: str, headers: dict[str, str], send: Send, stop: asyncio.Event) -> None:
    status, kind, more, body = 200, "text/plain", {}, TEXT
    match path:
        case "/hinted":
            await send({"type": "http.response.early_hint", "links": [b"</only-hinted.js>; rel=preload; as=script"]})
            # The browser must have time to act upon the hint: the answer itself ends its heed.
            await asyncio.sleep(0.5)
            kind, body = "text/html", PAGES[path].encode()
        case _ if path in PAGES:
            kind, body = "text/html", PAGES[path].encode()
        case "/coded":
            more, body = {"content-encoding": "gzip"}, CODED
        case "/bomb":
            more, body = {"content-encoding": "gzip"}, BOMB
        case "/unknown":
            more = {"content-encoding": "secret"}
        case "/none":
            status, body = 204, b""
        case "/head":
            more, body = {"content-length": "2500"}, b""
        case "/range":
            status, more, body = 206, {"content-range": f"bytes 2-5/{len(TEXT)}"}, TEXT[2:6]
        case "/etag":
            more = {"etag": '"1"', "cache-control": "no-cache"}
            if headers.get("if-none-match") == '"1"':
                status, body = 304, b""
        case "/events":
            kind, body = "text/event-stream", EVENTS
    fields = {"content-type": kind, **more}
    trailers = path == "/trailers"
    start = {"type": "http.response.start", "status": status, "trailers": trailers}
    await send({**start, "headers": [(k.encode(), v.encode()) for k, v in fields.items()]})
    if path == "/flood":
        for _ in range(40):
            await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
    endless = path in ("/events", "/endless")
    await send({"type": "http.response.body", "body": body, "more_body": endless})
    if trailers:
        await send({"type": "http.response.trailers", "headers": [(b"x-checksum", b"abc")], "more_trailers": False})
    if endless:
        await stop.wait()


@contextlib.asynccontextmanager
async def _h1(web: OddWeb, pem: Path) -> AsyncIterator[None]:
    writers: set[asyncio.StreamWriter] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                method, path, version = head.split("\r\n")[0].split(" ")
                web.asked.append(Asked(f"h1.test{path}", method, version.removeprefix("HTTP/"), 0, ""))
                writer.write(_plain(path))
                await writer.drain()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.set_alpn_protocols(["http/1.1"])
    server = await asyncio.start_server(connection, "127.0.0.1", 0, ssl=context)
    web.names["h1.test"] = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield
    finally:
        server.close()
        for writer in list(writers):
            writer.transport.abort()
        await server.wait_closed()


def _plain(path: str) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nAccess-Control-Allow-Origin: *\r\n"
    match path:
        case "/trailers":
            chunked = b"Transfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n"
            return head + chunked + b"5\r\nfirst\r\n6\r\nsecond\r\n0\r\nX-Checksum: def\r\n\r\n"
        case "/hinted":
            hints = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
            return hints + head + b"Content-Length: 5\r\n\r\nafter"
    return head + b"Content-Length: 2\r\n\r\nok"


@contextlib.asynccontextmanager
async def _ws(web: OddWeb, pem: Path) -> AsyncIterator[None]:
    async def talk(connection: ServerConnection) -> None:
        path = connection.request.path if connection.request else "?"
        with contextlib.suppress(ConnectionClosed):
            if path == "/fragmented":
                await connection.send(FRAGMENTS)
            async for message in connection:
                web.sockets.append((path, message if isinstance(message, str) else len(message)))
                if message == "close":
                    await connection.close(4001, "さようなら")
                elif message == "drop":
                    connection.transport.abort()
                else:
                    await connection.send("got it")
        web.codes[path] = connection.close_code

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    async with serve_sockets(talk, "127.0.0.1", 0, ssl=context, max_size=None) as server:
        web.names["ws.test"] = f"127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield
