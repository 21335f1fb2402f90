"""A site that looks for what an earlier visit left, in every place a browser keeps things, and then leaves a mark.

Each load of the page has a mark of its own, made by the server. It tells the server what it found before it writes.
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from .account_web import serving

SITE, FRAME = "www.leak.test", "frame.other.test"
SECURE, PLAIN = "hsts.test", "plain.hsts.test"

KINDS = (
    "cookie",
    "http_only",
    "partitioned",
    "local",
    "indexed",
    "cached",
    "http_cache",
    "service_worker",
    "http_auth",
)

PAGE = """<!doctype html><title>leak</title><script>
const mark = "%s";
const open_db = () => new Promise(done => {
  const opening = indexedDB.open("marks", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("marks");
  opening.onsuccess = () => done(opening.result);
});
const request = asked => new Promise(done => { asked.onsuccess = () => done(asked.result); });
const text = address => fetch(address, {credentials: "include"}).then(answer => answer.text());
const framed = () => new Promise(done => {
  addEventListener("message", event => done(event.data), {once: true});
  const frame = document.createElement("iframe");
  frame.src = "https://frame.other.test/frame?" + mark;
  document.documentElement.append(frame);
});
const authorised = (user, password) => new Promise(done => {
  const asked = new XMLHttpRequest();
  asked.open("GET", "/auth/page", true, user, password);
  asked.onloadend = () => done(asked.status == 200 ? asked.responseText : "");
  asked.send();
});
(async () => {
  const db = await open_db();
  const workers = await navigator.serviceWorker.getRegistrations();
  const stored = await caches.match("/in-cache-storage");
  const found = {
    cookie: (document.cookie.match(/script=([^;]*)/) || ["", ""])[1],
    http_only: await text("/cookies"),
    partitioned: await framed(),
    local: localStorage.getItem("mark") || "",
    indexed: await request(db.transaction("marks").objectStore("marks").get("mark")) || "",
    cached: stored ? await stored.text() : "",
    http_cache: await text("/cacheable"),
    service_worker: workers.length ? new URL(workers[0].active.scriptURL).search.slice(1) : "",
    http_auth: await fetch("/auth/again", {credentials: "include"}).then(a => a.ok ? a.text() : ""),
  };
  await fetch("/found?" + mark, {method: "POST", body: JSON.stringify(found)});
  document.cookie = "script=" + mark + "; Secure; Max-Age=9999";
  await text("/set?" + mark);
  localStorage.setItem("mark", mark);
  const writing = db.transaction("marks", "readwrite");
  writing.objectStore("marks").put(mark, "mark");
  await new Promise(done => { writing.oncomplete = done; });
  await (await caches.open("marks")).put("/in-cache-storage", new Response(mark));
  await navigator.serviceWorker.register("/worker.js?" + mark);
  await navigator.serviceWorker.ready;
  await authorised(mark, "password");
  await fetch("https://hsts.test/secure", {mode: "no-cors"});
  document.documentElement.dataset.done = "1";
})();
</script>"""

FRAME_PAGE = """<!doctype html><script>parent.postMessage("%s", "*")</script>"""


@dataclass
class LeakWeb:
    """The running servers, and what each load of the page found, by its mark in the order of loads."""

    names: dict[str, str]
    ca: Path
    found: dict[str, dict[str, str]] = field(default_factory=dict)
    peers: dict[str, set[int]] = field(default_factory=dict)
    """Mark to the ports its requests that carry the mark came from."""


@contextlib.asynccontextmanager
async def leak_web(folder: Path) -> AsyncIterator[LeakWeb]:
    authority = trustme.CA()
    leaf = authority.issue_cert(SITE, FRAME, SECURE)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_and_cert_chain_pem.write_to_path(folder / "leaf.pem")
    web = LeakWeb({}, folder / "ca.pem")
    numbers = itertools.count(1)

    async def answer(request: Request) -> Response:
        body, path, mark = await request.body(), request.url.path, request.url.query
        cookies = request.cookies
        if request.client and mark.startswith("m"):
            web.peers.setdefault(mark, set()).add(request.client.port)
        match path:
            case "/":
                return HTMLResponse(PAGE % f"m{next(numbers)}")
            case "/cookies":
                return Response(cookies.get("server", ""))
            case "/set":
                return _setting(Response(), f"server={mark}; Secure; HttpOnly; Max-Age=9999")
            case "/frame":
                page = HTMLResponse(FRAME_PAGE % cookies.get("chip", ""))
                return _setting(page, f"chip={mark}; Path=/; Secure; SameSite=None; Partitioned")
            case "/cacheable":
                # Whoever asks first gives it a name: a later load that is answered from the cache finds it.
                return Response(f"c{next(numbers)}", headers={"cache-control": "max-age=9999"})
            case "/worker.js":
                return Response("// nothing", media_type="text/javascript")
            case "/auth/page" | "/auth/again":
                given = request.headers.get("authorization", "")
                challenge = {"www-authenticate": 'Basic realm="marks"'} if path == "/auth/page" else {}
                return Response(given, status_code=200 if given else 401, headers=challenge)
            case "/secure":
                return Response(headers={"strict-transport-security": "max-age=9999; includeSubDomains"})
            case "/found":
                web.found[mark] = json.loads(body)
                return Response(status_code=204)
        return Response(status_code=404)

    async with serving(answer, folder / "leaf.pem") as secure, _plain_http() as plain:
        web.names |= {SITE: secure, FRAME: secure, SECURE: secure, PLAIN: plain}
        yield web


def _setting(response: Response, cookie: str) -> Response:
    response.headers["set-cookie"] = cookie
    return response


@contextlib.asynccontextmanager
async def _plain_http() -> AsyncIterator[str]:
    """A server without TLS: whoever comes with it, because he was once told to, fails."""

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            if (await reader.readexactly(1)) != b"\x16":
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nplain")
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
