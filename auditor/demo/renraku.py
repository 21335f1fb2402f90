"""The platform レンラク (merged with ミヤコ検索): messenger and portal, with a tag, retargeting and cookie sync.

The portal itself is an audited site (item 5-1): its pages are in `sites`.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auditor.demo import accounts, hosts, respond

PORTAL_DOMAIN = "miyako-portal.test"


async def _tag(request: Request) -> Response:
    return respond.script(request, "renraku/rt.js", coding="gzip")


async def _hit(request: Request) -> Response:
    response = respond.pixel() if request.method == "GET" else respond.empty()
    respond.browser_id(request, response, "RB", "renraku.test")
    return response


async def _log(request: Request) -> Response:
    return respond.allow_origin(respond.empty(), request)


async def _button(request: Request) -> Response:
    response = respond.page("renraku/button.html", url=request.query_params.get("url", ""))
    respond.browser_id(request, response, "RB", "renraku.test")
    return response


async def _button_picture(request: Request) -> Response:
    return respond.picture("renraku button")


async def _retarget(request: Request) -> Response:
    response = JSONResponse({"ok": True}, headers={"Cache-Control": "no-store"})
    respond.browser_id(request, response, "MB", PORTAL_DOMAIN)
    return respond.allow_origin(response, request, credentials=True)


async def _matched(request: Request) -> Response:
    """Whether the cookie of the answer before came back: what tells the tag that cookies are blocked."""
    response = JSONResponse({"matched": "MB" in request.cookies}, headers={"Cache-Control": "no-store"})
    return respond.allow_origin(response, request, credentials=True)


async def _local(request: Request) -> Response:
    return respond.allow_origin(respond.empty(), request, credentials=True)


async def _sync(request: Request) -> Response:
    response = respond.redirect("")
    value = respond.browser_id(request, response, "MB", PORTAL_DOMAIN)
    query = urlencode({"sg_nid": "miyako", "sg_hm": value})
    response.headers["Location"] = f"https://{hosts.SAGASU_ADS}/cm/pixel?{query}"
    return response


async def _sync_done(request: Request) -> Response:
    return respond.pixel()


HOSTS: dict[str, list[Route]] = {
    hosts.RENRAKU_ACCOUNT: accounts.routes(accounts.RENRAKU),
    hosts.RENRAKU_TAG: [Route("/n/rt.js", _tag)],
    hosts.RENRAKU_HITS: [Route("/tag.gif", _hit), Route("/b", _hit, methods=["POST"])],
    hosts.RENRAKU_LOG: [Route("/v1/event", _log, methods=["POST", "OPTIONS"])],
    hosts.RENRAKU_SOCIAL: [Route("/button", _button), Route("/button.svg", _button_picture)],
    hosts.RENRAKU_ADS: [
        Route("/rt/", _retarget),
        Route("/rt/match", _matched),
        Route("/rt/local", _local),
    ],
    hosts.RENRAKU_SYNC: [Route("/sync", _sync), Route("/done", _sync_done)],
}
