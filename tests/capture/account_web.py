"""Platforms that log people in and out, each with its own way to lose a session, and pages that use their widgets.

A platform's behaviour is told by its host name, `WORD-WORD-... .plat.test`:
- `kN`: a session serves N requests (widget, account), then it has expired; without it sessions do not expire
- `once`: only the first session expires
- `drop`: the answer that finds the session expired takes the cookie away; without it the browser keeps the cookie
- `anon`: the answer after that sets a cookie of the same name, of nobody
- `sso`: a widget asked for without a session logs the browser in by itself, and out again with the next
- `pop`: the login opens a popup that asks for /poll all the time, and a service worker that does
"""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

WIDGETS = 4
COOKIE = "Path=/; Secure; HttpOnly; SameSite=None"

LOGIN = """<!doctype html><title>login</title>
<form method="post" action="/login"><input name="user"><button id="go">log in</button></form>
<script>
if (location.host.includes("pop")) document.forms[0].onsubmit = () => { open("/popup", "", "popup"); };
</script>"""

LOGOUT = '<!doctype html><form method="post" action="/logout"><button id="go">log out</button></form>'

HOME = """<!doctype html><title>home</title><p id="home">home</p><script>
localStorage.setItem("token", "local-" + location.host);
const opening = indexedDB.open("keys", 3);
opening.onupgradeneeded = () => opening.result.createObjectStore("tokens");
opening.onsuccess = () => {
  const writing = opening.result.transaction("tokens", "readwrite");
  writing.objectStore("tokens").put({refresh: "indexed-" + location.host}, "mine");
  writing.oncomplete = async () => {
    if (location.host.includes("pop")) {
      await navigator.serviceWorker.register("/worker.js");
      await navigator.serviceWorker.ready;
    }
    document.body.dataset.done = "1";
  };
};
</script>"""

POPUP = "<!doctype html><script>setInterval(() => fetch('/poll'), 50)</script>"
WORKER = "setInterval(() => fetch('/poll'), 50);"

# What a script finds of an earlier login, told to the server.
FOUND = """<!doctype html><title>found</title><script>
const opening = indexedDB.open("keys");
opening.onsuccess = () => {
  const db = opening.result;
  const done = value => fetch("/found", {method: "POST", body: JSON.stringify(
    {local: localStorage.getItem("token"), indexed: value, version: db.version})})
    .then(() => { document.documentElement.dataset.done = "1"; });
  if (!db.objectStoreNames.contains("tokens")) return done(null);
  const reading = db.transaction("tokens").objectStore("tokens").get("mine");
  reading.onsuccess = () => done(reading.result.refresh);
};
</script>"""

SITE = """<!doctype html><title>site</title><script>
(async () => {
  const platform = new URLSearchParams(location.search).get("p");
  for (let n = 1; n <= %d; n++)
    await fetch(`https://${platform}/widget?${n}`, {mode: "no-cors", credentials: "include", cache: "no-store"});
  document.documentElement.dataset.done = "1";
})();
</script>"""

PAGES = {
    "/login": LOGIN,
    "/logout": LOGOUT,
    "/home": HOME,
    "/popup": POPUP,
    "/found.html": FOUND,
    "/": SITE % WIDGETS,
}


@dataclass
class AccountWeb:
    """The running server and what it knows."""

    names: dict[str, str]
    ca: Path
    sessions: dict[str, int] = field(default_factory=dict)
    """Session to the requests it has served."""
    begun: dict[str, int] = field(default_factory=dict)
    """Host to the sessions begun there."""
    anonymous: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Host, path and cookie header of every request."""
    found: list[bytes] = field(default_factory=list)


def words(host: str) -> list[str]:
    return host.partition(".")[0].split("-")


def limit(host: str) -> int | None:
    return next((int(w[1:]) for w in words(host) if w[:1] == "k" and w[1:].isdigit()), None)


@contextlib.asynccontextmanager
async def account_web(folder: Path) -> AsyncIterator[AccountWeb]:
    authority = trustme.CA()
    leaf = authority.issue_cert("*.plat.test", "www.site.test")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_and_cert_chain_pem.write_to_path(folder / "leaf.pem")
    web = AccountWeb({}, folder / "ca.pem")
    numbers = itertools.count(1)

    def session_of(request: Request) -> str:
        """`in`, or `out` for a session that has expired, or `none`; counts the use."""
        host, sid = request.url.netloc, request.cookies.get("sid", "")
        if sid not in web.sessions:
            return "none"
        if limit(host) is not None and not ("once" in words(host) and web.begun[host] > 1):
            if web.sessions[sid] >= (limit(host) or 0):
                return "out"
            web.sessions[sid] += 1
        return "in"

    def use(request: Request, response: Response) -> Response:
        host, state = request.url.netloc, session_of(request)
        response.headers["x-state"] = state
        if state == "out" and "drop" in words(host):
            response.headers["set-cookie"] = f"sid=; Max-Age=0; {COOKIE}"
            web.anonymous.add(host)
        elif state == "none" and "anon" in words(host) and host in web.anonymous:
            response.headers["set-cookie"] = f"sid=nobody; {COOKIE}"
        elif "sso" in words(host):
            gone = state == "in"
            sid = "" if gone else f"s{next(numbers)}"
            web.sessions[sid or "-"] = 0
            response.headers["set-cookie"] = f"sid={sid}; {COOKIE}" + ("; Max-Age=0" if gone else "")
        return response

    async def answer(request: Request) -> Response:
        host, path = request.url.netloc, request.url.path
        body = await request.body()
        web.asked.append((host, path, request.headers.get("cookie", "")))
        if path == "/login" and request.method == "POST":
            web.sessions[sid := f"s{next(numbers)}-secret-{host}"] = 0
            web.begun[host] = web.begun.get(host, 0) + 1
            response = Response(status_code=303, headers={"location": "/home"})
            response.headers.append("set-cookie", f"sid={sid}; {COOKIE}")
            response.headers.append("set-cookie", f"chip=chip-{host}; {COOKIE}; Partitioned")
            response.headers.append("set-cookie", f"device=device-{host}; Max-Age=86400; {COOKIE}")
            return response
        if path == "/logout" and request.method == "POST":
            web.sessions.pop(request.cookies.get("sid", ""), None)
            response = Response(status_code=303, headers={"location": "/bye"})
            response.headers["set-cookie"] = f"sid=; Max-Age=0; {COOKIE}"
            return response
        if path == "/found":
            web.found.append(body)
            return Response(status_code=204)
        if path == "/widget":
            return use(request, Response("w", media_type="text/plain", headers={"cache-control": "no-store"}))
        if path == "/account":
            response = use(request, Response())
            inside = response.headers["x-state"] == "in"
            # As scripts show it: after a while, and only then.
            script = "setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<p id=in>in</p>'), 200)"
            text = f"<!doctype html><body>account<script>{script if inside else ''}</script>"
            page = HTMLResponse(text, status_code=200 if inside else 403)
            for key, value in response.headers.items():
                if key in ("set-cookie", "x-state"):
                    page.headers[key] = value
            return page
        if path == "/broken":
            return Response("broken", status_code=500)
        if path == "/worker.js":
            return Response(WORKER, media_type="text/javascript")
        return HTMLResponse(PAGES.get(path, "<!doctype html>"))

    async with serving(answer, folder / "leaf.pem") as address:
        web.names |= {"*.plat.test": address, "www.site.test": address}
        yield web


@contextlib.asynccontextmanager
async def serving(answer: Any, pem: Path | None) -> AsyncIterator[str]:
    """One Starlette endpoint for every path on a free port of loopback, over TLS when `pem` is given."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    if pem is not None:
        config.certfile = config.keyfile = str(pem)
    config.accesslog = config.errorlog = None
    config.graceful_timeout = 1
    stop = asyncio.Event()
    app: Any = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST", "OPTIONS"])])
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
    try:
        yield address
    finally:
        stop.set()
        await server
