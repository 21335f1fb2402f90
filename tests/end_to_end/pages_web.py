"""A small web of pages given as text, with TLS, on loopback, in a thread of its own."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

type Answer = Callable[[Request], Response]
type Pages = Mapping[str, Mapping[str, str | Answer]]
"""HTML, or what answers, by host and path."""


@dataclass(frozen=True)
class PagesWeb:
    """Names for the scenario's network, and the CA."""

    names: dict[str, str]
    ca: Path


@contextlib.contextmanager
def pages_web(folder: Path, pages: Pages) -> Iterator[PagesWeb]:
    """Serve the pages; what is not among them is a 404."""
    authority = trustme.CA()
    leaf = authority.issue_cert(*pages)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_and_cert_chain_pem.write_to_path(folder / "leaf.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"

    async def answer(request: Request) -> Response:
        found = pages[request.url.hostname or ""].get(request.url.path)
        if found is None:
            return Response(status_code=404)
        return HTMLResponse(found) if isinstance(found, str) else found(request)

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.certfile = config.keyfile = str(folder / "leaf.pem")
    config.accesslog = config.errorlog = None
    config.keep_alive_timeout = 600
    app: Any = Starlette(routes=[Route("/{path:path}", answer)])
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(serve(app, config, shutdown_trigger=stop.wait)), daemon=True
    )
    thread.start()
    try:
        yield PagesWeb(dict.fromkeys(pages, address), folder / "ca.pem")
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
