"""The bench web's process: TLS and HTTP/2 on loopback, and a log of every request it received.

`python -m tests.bench.server FOLDER SITES` writes the CA and the addresses into FOLDER, says `ready`, and
serves until its standard input ends. The log is one JSON line a request: method, address, body's length.
"""

import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config

from . import sites

LOG, ADDRESS, CA = "requests.jsonl", "address", "ca.pem"
QUICK = "www.quick.test"
"""A page that is nearly nothing: for the soak and the kills."""

QUICK_PAGES = {
    "/": sites.Resource(
        "text/html",
        b"<!doctype html><title>quick</title><body><script>const id = Math.random().toString(36).slice(2);"
        b"fetch('/told?' + id, {method: 'POST', body: 'x'});"
        b"for (const name of ['/one.gif?', '/two.gif?']) new Image().src = name + id;"
        b"addEventListener('pagehide', () => navigator.sendBeacon('/bye?' + id, 'bye'))</script>",
        cookie="quick=1; Path=/; Max-Age=3600",
    ),
    "/one.gif": sites.Resource("image/gif", sites.GIF),
    "/two.gif": sites.Resource("image/gif", sites.GIF),
}


@dataclass(frozen=True)
class BenchWeb:
    """The running web."""

    names: dict[str, str]
    ca: Path
    log: Path
    pid: int

    def requests(self, since: int = 0) -> tuple[list[tuple[str, str, int]], int]:
        """(method, address, body length) of every request from byte `since` of the log, and the log's end."""
        data = self.log.read_bytes()[since:]
        whole = data[: data.rfind(b"\n") + 1]
        lines = [json.loads(line) for line in whole.splitlines()]
        return [(line["method"], line["url"], line["bytes"]) for line in lines], since + len(whole)


@contextmanager
def bench_web(folder: Path, count: int) -> Iterator[BenchWeb]:
    """Run the web's process with its files in `folder`."""
    command = [sys.executable, "-m", "tests.bench.server", str(folder), str(count)]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            if process.stdout.readline().strip() != b"ready":
                raise RuntimeError("the bench web did not start")
            place = (folder / ADDRESS).read_text()
            hosts = [*sites.SHARED, QUICK, *(name for n in range(count) for name in sites.names(n))]
            yield BenchWeb(dict.fromkeys(hosts, place), folder / CA, folder / LOG, process.pid)
        finally:
            process.stdin.close()
            process.wait(20)


class _Config(Config):
    """Hypercorn's configuration with a certificate for each registrable domain, as real sites have."""

    contexts: dict[str, ssl.SSLContext]

    def create_ssl_context(self) -> ssl.SSLContext | None:
        context = super().create_ssl_context()
        assert context is not None
        context.sni_callback = self._choose
        return context

    def _choose(self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name is not None and (found := self.contexts.get(_domain(name))) is not None:
            connection.context = found


def _domain(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def _contexts(folder: Path, authority: trustme.CA, hosts: list[str]) -> dict[str, ssl.SSLContext]:
    domains: dict[str, list[str]] = {}
    for host in hosts:
        domains.setdefault(_domain(host), []).append(host)
    contexts = {}
    for domain, names in domains.items():
        pem = folder / f"{domain}.pem"
        authority.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(pem)
        config = Config()
        config.certfile = config.keyfile = str(pem)
        context = config.create_ssl_context()
        assert context is not None
        contexts[domain] = context
    return contexts


class _App:
    """Answers, and writes down what was asked (ASGI 3.0)."""

    def __init__(self, log: Path, count: int) -> None:
        self.log = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self.answers = sites.resources(count) | {(QUICK, path): found for path, found in QUICK_PAGES.items()}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})

    def _note(self, scope: dict[str, Any], size: int) -> str:
        host = str(next(v for k, v in scope["headers"] if k == b"host"), "ascii")
        query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
        line = {"method": scope.get("method", "GET"), "url": f"https://{host}{scope['path']}{query}", "bytes": size}
        os.write(self.log, json.dumps(line).encode() + b"\n")
        return host

    async def _http(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        size, more = 0, True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                break
            size, more = size + len(event.get("body", b"")), event.get("more_body", False)
        host = self._note(scope, size)
        status, headers, body = self._answer(host, scope)
        headers += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"max-age=600")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, host: str, scope: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        path, query = scope["path"], scope["query_string"].decode()
        if (found := self.answers.get((host, path))) is not None:
            headers = [(b"content-type", found.media.encode())]
            if found.encoding:
                headers.append((b"content-encoding", found.encoding.encode()))
            if found.cookie:
                headers.append((b"set-cookie", found.cookie.encode()))
            return 200, headers, found.body
        hops = {
            (sites.ADS, "/sync"): f"https://{sites.MATCH}/match",
            (sites.MATCH, "/match"): f"https://{sites.ADS}/p.gif",
        }
        if (place := hops.get((host, path))) is not None:
            return 302, [(b"location", f"{place}?{query}".encode())], b""
        return 204, [], b""

    async def _socket(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self._note(scope, 0)
        while (event := await receive())["type"] != "websocket.disconnect":
            if event["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
            elif event.get("text") is not None:
                await send({"type": "websocket.send", "text": event["text"]})


async def _main(folder: Path, count: int) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / CA)
    hosts = [*sites.SHARED, QUICK, *(name for n in range(count) for name in sites.names(n))]
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    config = _Config()
    config.contexts = _contexts(folder, authority, hosts)
    config.certfile = config.keyfile = str(folder / f"{_domain(QUICK)}.pem")
    (folder / ADDRESS).write_text(f"127.0.0.1:{listener.getsockname()[1]}")
    config.bind = [f"fd://{listener.detach()}"]
    config.accesslog = config.errorlog = None
    config.graceful_timeout = 1
    app: Any = _App(folder / LOG, count)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
    print("ready", flush=True)
    await server


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
