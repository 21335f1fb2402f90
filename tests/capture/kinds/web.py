"""The servers of the page set: TLS, HTTP/2, and an account of every request and message received."""

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from .pages import FRAMES, PAGE, SCRIPTS, STYLE

HOSTS = ("one.test", "two.test", "third.test")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="a"/></svg>'
TYPES = {"png": "image/png", "gif": "image/gif", "mp4": "video/mp4", "wav": "audio/wav", "css": "text/css"}


@dataclass(frozen=True)
class Got:
    """One request as a server received it."""

    method: str
    url: str
    body: bytes


@dataclass
class KindsWeb:
    """Names for the proxy's map, the CA, and what was received."""

    names: dict[str, str]
    ca: Path
    got: list[Got] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@contextlib.asynccontextmanager
async def kinds_web(folder: Path) -> AsyncIterator[KindsWeb]:
    """The running servers, in this process."""
    authority = trustme.CA()
    leaf = authority.issue_cert(*HOSTS)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_and_cert_chain_pem.write_to_path(folder / "leaf.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    web = KindsWeb(dict.fromkeys(HOSTS, address), folder / "ca.pem")

    async def answer(request: Request) -> Response:
        body = await request.body()
        query = f"?{request.url.query}" if request.url.query else ""
        web.got.append(Got(request.method, f"https://{request.url.netloc}{request.url.path}{query}", body))
        response = _respond(request)
        if origin := request.headers.get("origin"):
            response.headers["access-control-allow-origin"] = origin
            response.headers["access-control-allow-credentials"] = "true"
            response.headers["access-control-allow-methods"] = "PUT"
            response.headers["access-control-allow-headers"] = "x-kind"
        return response

    async def echo(connection: WebSocket) -> None:
        await connection.accept()
        web.messages.append(await connection.receive_text())
        await connection.send_text("down")
        await connection.receive()

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.certfile = config.keyfile = str(folder / "leaf.pem")
    config.accesslog = config.errorlog = None
    stop = asyncio.Event()
    routes = [
        WebSocketRoute("/k/socket", echo),
        Route("/{path:path}", answer, methods=["GET", "POST", "PUT", "OPTIONS"]),
    ]
    app: Any = Starlette(routes=routes)
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
    try:
        yield web
    finally:
        stop.set()
        await server


def _respond(request: Request) -> Response:
    name = request.url.path.removeprefix("/k/")
    kind = name.rpartition(".")[2]
    if request.method == "OPTIONS":
        return Response(status_code=204)
    if request.url.path == "/":
        return HTMLResponse(PAGE)
    if name in FRAMES:
        return HTMLResponse(FRAMES[name])
    if name in SCRIPTS:
        return Response(SCRIPTS[name], media_type="text/javascript")
    if name == "style.css":
        return Response(STYLE, media_type="text/css")
    if name == "redirect":
        return RedirectResponse("https://two.test/k/hop")
    if name == "hop":
        return RedirectResponse("https://one.test/k/landed", 307)
    if name == "brotli":
        return Response(brotli.compress(b"brotli"), headers={"content-encoding": "br"})
    if name == "gzip":
        return Response(gzip.compress(b"gzip"), headers={"content-encoding": "gzip"})
    if name == "events":
        return StreamingResponse(_events(), media_type="text/event-stream")
    if name == "manifest.json":
        return Response("{}", media_type="application/manifest+json")
    if kind == "svg":
        return Response(SVG, media_type="image/svg+xml")
    if name in ("cached", "scope/passed", "scope/network"):
        return Response(name)
    return Response(b"", media_type=TYPES.get(kind, "application/octet-stream"))


async def _events() -> AsyncIterator[bytes]:
    yield b"data: one\n\n"
    await asyncio.sleep(60)
