"""The company ワク: a frame that asks for its cookies (Storage Access), and federated login (FedCM)."""

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from auditor.demo import hosts, respond

ORIGIN = f"https://{hosts.WAKU}"
CONFIG = "/fedcm/config.json"
NEVER_KEPT = {"Cache-Control": "no-store"}


async def _box(request: Request) -> Response:
    response = respond.page("waku/box.html")
    respond.browser_id(request, response, "wk", "waku.test")
    return response


async def _who(request: Request) -> Response:
    """Where the browser has leave to send its cookies and did not, it is asked to do so."""
    response = respond.empty()
    respond.browser_id(request, response, "wk", "waku.test")
    if request.headers.get("sec-fetch-storage-access") == "inactive":
        response.headers["Activate-Storage-Access"] = f'retry; allowed-origin="{ORIGIN}"'
    return respond.allow_origin(response, request, credentials=True)


async def _script(request: Request) -> Response:
    return respond.script(request, f"waku/{request.path_params['name']}.js")


async def _well_known(request: Request) -> Response:
    told = {
        "provider_urls": [f"{ORIGIN}{CONFIG}"],
        "accounts_endpoint": f"{ORIGIN}/fedcm/accounts",
        "login_url": f"{ORIGIN}/",
    }
    return JSONResponse(told, headers=NEVER_KEPT)


async def _config(request: Request) -> Response:
    config = {
        "accounts_endpoint": "/fedcm/accounts",
        "client_metadata_endpoint": "/fedcm/client",
        "id_assertion_endpoint": "/fedcm/assertion",
        "login_url": "/",
    }
    return JSONResponse(config, headers=NEVER_KEPT)


async def _accounts(request: Request) -> Response:
    account = {"id": "w-1", "name": "広場 みかん", "email": "mikan@hiroba-machi.test", "approved_clients": ["hiroba-1"]}
    return JSONResponse({"accounts": [account]}, headers=NEVER_KEPT)


async def _client(request: Request) -> Response:
    answer = JSONResponse({"privacy_policy_url": f"https://{hosts.HIROBA}/"}, headers=NEVER_KEPT)
    return respond.allow_origin(answer, request)


async def _assertion(request: Request) -> Response:
    answer = JSONResponse({"token": secrets.token_hex(16)}, headers=NEVER_KEPT)
    return respond.allow_origin(answer, request, credentials=True)


WELL_KNOWN: list[BaseRoute] = [Route("/.well-known/web-identity", _well_known)]
FRAMES: list[BaseRoute] = [
    Route("/box", _box),
    Route("/who", _who),
    Route("/{name:str}.js", _script),
    *WELL_KNOWN,
    Route(CONFIG, _config),
    Route("/fedcm/accounts", _accounts),
    Route("/fedcm/client", _client),
    Route("/fedcm/assertion", _assertion, methods=["POST"]),
]
