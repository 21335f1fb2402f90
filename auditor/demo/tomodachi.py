"""The platform トモダチ: a social network with a pixel and a like button."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auditor.demo import accounts, hosts, respond

DOMAIN = "tomodachi.test"


NEW_VERSION = ('v: "3.1.0"', 'v: "3.2.0"')
"""Of the pixel's script, from edition 2 on."""


async def _events_script(request: Request) -> Response:
    swap = NEW_VERSION if respond.edition() > 1 else None
    return respond.script(request, "tomodachi/tmevents.js", coding="br", swap=swap)


async def _config(request: Request) -> Response:
    return respond.script(request, "tomodachi/config.js", coding="br")


async def _tr(request: Request) -> Response:
    """The pixel: GET answers an image, a posted form or multipart body an empty page for its hidden frame."""
    if request.method == "GET":
        response = respond.pixel()
    else:
        response = Response("", headers={"Cache-Control": "no-store"}, media_type="text/html")
    respond.browser_id(request, response, "tmr", DOMAIN)
    return response


async def _like(request: Request) -> Response:
    response = respond.page("tomodachi/like.html", href=request.query_params.get("href", ""))
    respond.browser_id(request, response, "tmr", DOMAIN)
    return response


async def _like_style(request: Request) -> Response:
    return respond.static(request, "tomodachi/like.css", "text/css")


async def _like_script(request: Request) -> Response:
    return respond.script(request, "tomodachi/like.js")


async def _thumb(request: Request) -> Response:
    return respond.picture("thumb")


async def _state(request: Request) -> Response:
    friend = "tm_user" in request.cookies
    return JSONResponse({"liked": False, "account": friend}, headers={"Cache-Control": "no-store"})


async def _optout(request: Request) -> Response:
    return respond.page("platform/optout.html", brand="トモダチ", company="株式会社トモダチ・プラットフォームズ")


async def _home(request: Request) -> Response:
    response = respond.page("platform/home.html", brand="トモダチ")
    respond.browser_id(request, response, "tmr", DOMAIN)
    return response


HOSTS: dict[str, list[Route]] = {
    hosts.TOMODACHI: [
        Route("/", _home),
        Route("/optout", _optout),
        Route("/tr/", _tr, methods=["GET", "POST"]),
        Route("/plugins/like", _like),
        Route("/plugins/like.css", _like_style),
        Route("/plugins/like.js", _like_script),
        Route("/plugins/thumb.svg", _thumb),
        Route("/plugins/state", _state, methods=["POST"]),
        *accounts.routes(accounts.TOMODACHI),
    ],
    hosts.TOMODACHI_TAG: [
        Route("/ja_JP/tmevents.js", _events_script),
        Route("/signals/config/{id}.js", _config),
    ],
}
