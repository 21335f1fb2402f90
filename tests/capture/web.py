"""A small TLS web on loopback that keeps its own account of what it received.

Two servers: one as sites have today (HTTP/2, WebSocket), one of plain HTTP/1.1 for answers no framework gives.
"""

import asyncio
import base64
import contextlib
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from . import keeping
from .pages import COOKIES, PAGES, REDIRECTS, SCRIPTS

MODERN = ("one.test", "two.test", "third.test")
PLAIN = ("many.test", "flood.test", "reset.test")
FLOOD = 1000


@dataclass(frozen=True)
class Seen:
    """One request as a server received it."""

    host: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    peer_port: int

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


@dataclass
class Web:
    """The running servers: what they are called, who vouches for them, what they received."""

    names: dict[str, str]
    ca: Path
    spki: str
    quic: socket.socket
    """Where every answer says that HTTP/3 is to be had; nobody may come."""
    seen: list[Seen] = field(default_factory=list)

    def got(self, url: str) -> list[Seen]:
        """The requests for this address."""
        return [s for s in self.seen if s.url == url]

    async def more_than(self, count: int, url: str) -> None:
        """Wait until this address was asked for once more."""
        while len(self.got(url)) <= count:  # noqa: ASYNC110 - the list is filled by many, told to none
            await asyncio.sleep(0.02)

    def datagrams(self) -> int:
        """How many packets came to the HTTP/3 port."""
        count = 0
        with contextlib.suppress(BlockingIOError):
            while self.quic.recv(1):
                count += 1
        return count


@contextlib.asynccontextmanager
async def running_web(folder: Path) -> AsyncIterator[Web]:
    """Both servers in this process, under every name of MODERN and PLAIN."""
    authority = trustme.CA()
    leaf = authority.issue_cert(*MODERN, *PLAIN)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_and_cert_chain_pem.write_to_path(folder / "leaf.pem")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as quic:
        quic.bind(("127.0.0.1", 0))
        quic.setblocking(False)
        web = Web({}, folder / "ca.pem", spki_of(folder / "leaf.pem"), quic)
        async with _modern(web, folder / "leaf.pem"), _plain(web, folder / "leaf.pem"):
            yield web


def spki_of(pem: Path) -> str:
    """The hash of a certificate's public key, as the browser's command line takes it."""
    key = x509.load_pem_x509_certificate(pem.read_bytes()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


@contextlib.asynccontextmanager
async def _modern(web: Web, pem: Path) -> AsyncIterator[None]:
    async def answer(request: Request) -> Response:
        body = await request.body()
        host = request.url.netloc
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        headers = tuple((k.decode(), v.decode("latin-1")) for k, v in request.headers.raw)
        peer = request.client.port if request.client else 0
        web.seen.append(Seen(host, request.method, path, headers, body, peer))
        return _respond(request, web)

    async def echo(connection: WebSocket) -> None:
        await connection.accept()
        with contextlib.suppress(WebSocketDisconnect, KeyError):
            while True:
                message = await connection.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if message.get("text") is not None:
                    await connection.send_text(message["text"])
                else:
                    await connection.send_bytes(message["bytes"])

    listener = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.certfile = config.keyfile = str(pem)
    config.accesslog = config.errorlog = None
    routes = [
        WebSocketRoute("/socket", echo),
        Route("/{path:path}", answer, methods=["GET", "POST", "OPTIONS"]),
    ]
    stop = asyncio.Event()
    app: Any = Starlette(routes=routes)
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
    web.names.update(dict.fromkeys(MODERN, address))
    try:
        yield
    finally:
        stop.set()
        await server


def _respond(request: Request, web: Web) -> Response:
    path = request.url.path
    if path in keeping.PAGES:
        response: Response = HTMLResponse(keeping.PAGES[path])
    elif path in PAGES:
        response = HTMLResponse(PAGES[path])
    elif path in SCRIPTS:
        response = Response(SCRIPTS[path], media_type="text/javascript")
    elif path in REDIRECTS:
        status, place = REDIRECTS[path]
        response = Response(status_code=status, headers={"location": place})
    else:
        response = Response(status_code=404 if path == "/favicon.ico" else 204)
    if path == "/moved":
        response.headers["cache-control"] = "max-age=60"
    for line in COOKIES.get(path, ()):
        response.headers.append("set-cookie", line)
    response.headers["alt-svc"] = f'h3="127.0.0.1:{web.quic.getsockname()[1]}"; ma=3600'
    if origin := request.headers.get("origin"):
        response.headers["access-control-allow-origin"] = origin
        response.headers["access-control-allow-credentials"] = "true"
    return response


@contextlib.asynccontextmanager
async def _plain(web: Web, pem: Path) -> AsyncIterator[None]:
    open_now: set[asyncio.StreamWriter] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.add(writer)
        try:
            while await _exchange(web, reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            open_now.discard(writer)
            writer.transport.abort()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = await asyncio.start_server(connection, "127.0.0.1", 0, ssl=context)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    web.names.update(dict.fromkeys(PLAIN, address))
    try:
        yield
    finally:
        server.close()
        for writer in list(open_now):
            writer.transport.abort()
        await server.wait_closed()


async def _exchange(web: Web, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """One request and its answer; False when the connection ends with it."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = tuple((k.lower(), v) for k, _, v in (line.partition(": ") for line in head[1:] if line))
    host = next(v for k, v in headers if k == "host")
    web.seen.append(Seen(host, method, path, headers, b"", writer.get_extra_info("peername")[1]))
    if host == "reset.test":
        return False
    lines = ["HTTP/1.1 200 OK", "Content-Type: text/plain", "Content-Length: 2"]
    if path.startswith("/flood"):
        # Different names for each caller would hide which one the browser dropped: the names are fixed.
        lines += [f"Set-Cookie: c{n:04d}={n}; Path=/; Secure; SameSite=None" for n in range(FLOOD)]
    writer.write(("\r\n".join(lines) + "\r\n\r\nok").encode())
    await writer.drain()
    return True
