"""A page that asks, in every place a script can run, who the browser says it is; and what its requests say."""

import asyncio
import contextlib
import json
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

PLACES = ("page", "frame", "third", "worker", "shared", "service", "popup")

ASKED = ("Full-Version-List", "Arch", "Bitness", "Platform-Version", "Model", "WoW64", "Form-Factors")

TELL = """const names = ["architecture", "bitness", "fullVersionList", "model", "platformVersion", "wow64",
  "formFactors"];
const tell = async place => fetch("/told/" + place, {method: "POST", body: JSON.stringify({
  agent: navigator.userAgent, app: navigator.appVersion, platform: navigator.platform,
  languages: navigator.languages,
  brands: navigator.userAgentData.brands, mobile: navigator.userAgentData.mobile,
  hints: await navigator.userAgentData.getHighEntropyValues(names)})});
"""

PAGE = """<!doctype html><title>identity</title><script src="/tell.js"></script>
<iframe src="/frame"></iframe><iframe src="https://two.test/third"></iframe>
<script>
new Worker("/worker.js"); new SharedWorker("/shared.js").port.start(); navigator.serviceWorker.register("/service.js");
tell("page");
const popup = () => window.open("/popup");
</script>"""


@dataclass
class IdentityWeb:
    """Names, CA, and by place what scripts there told and what headers their request had."""

    names: dict[str, str]
    ca: Path
    pem: Path
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: dict[str, dict[str, str]] = field(default_factory=dict)

    async def all_told(self, places: tuple[str, ...] = PLACES) -> None:
        """Wait until every place has told."""
        while not set(places) <= self.told.keys():  # noqa: ASYNC110 - the dictionary is filled by many, told to none
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def identity_web(folder: Path) -> AsyncIterator[IdentityWeb]:
    """The running server, in this process."""
    authority = trustme.CA()
    leaf = authority.issue_cert("one.test", "two.test")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_and_cert_chain_pem.write_to_path(folder / "leaf.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    web = IdentityWeb(dict.fromkeys(("one.test", "two.test"), address), folder / "ca.pem", folder / "leaf.pem")

    async def answer(request: Request) -> Response:
        path = request.url.path.strip("/")
        if path.startswith("told/"):
            place = path.removeprefix("told/")
            web.told[place] = json.loads(await request.body())
            web.sent[place] = {
                k: v
                for k, v in request.headers.items()
                if k.startswith("sec-ch-") or k in ("user-agent", "accept-language")
            }
            return Response(status_code=204)
        if path == "tell.js":
            return Response(TELL, media_type="text/javascript")
        if path.endswith(".js"):
            who = path.removesuffix(".js")
            return Response(f'importScripts("/tell.js"); tell("{who}");', media_type="text/javascript")
        if path in ("frame", "third", "popup"):
            response: Response = HTMLResponse(f'<script src="/tell.js"></script><script>tell("{path}")</script>')
        else:
            response = HTMLResponse(PAGE) if not path else Response(status_code=404)
        response.headers["accept-ch"] = ", ".join(f"Sec-CH-UA-{name}" for name in ASKED)
        return response

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.certfile = config.keyfile = str(web.pem)
    config.accesslog = config.errorlog = None
    stop = asyncio.Event()
    app: Any = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
    try:
        yield web
    finally:
        stop.set()
        await server
