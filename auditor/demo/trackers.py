"""Recipients of the sites in `towns`: each keeps hold of a browser in a way of its own, or only seems to."""

import json
import secrets
from collections import defaultdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from auditor.demo import federated, hosts, respond

ASIATO_DOMAIN = "asiato.test"
BOUNCES = {"tayori": f"https://{hosts.NI}/tayori", "hiroba": f"https://{hosts.HIROBA}/kiji"}
SOURCE = {"source_event_id": "412444888111012", "destination": f"https://{hosts.SHOP}", "expiry": "604800"}
_numbers: defaultdict[str, str] = defaultdict(lambda: secrets.token_hex(12))


def _scripts(company: str) -> Route:
    async def view(request: Request) -> Response:
        return respond.script(request, f"{company}/{request.path_params['name']}.js")

    return Route("/{name:str}.js", view)


def _hit(cookie: str = "", domain: str = "") -> Route:
    """Any other path: a beacon's answer, with a browser's third-party id where the company uses one."""

    async def view(request: Request) -> Response:
        response = respond.empty()
        if cookie:
            respond.browser_id(request, response, cookie, domain)
        return respond.allow_origin(response, request)

    return Route("/{rest:path}", view, methods=["GET", "POST", "OPTIONS"])


async def _footprint(request: Request) -> Response:
    """アシアト: a third-party cookie, and one partitioned by site with a value of its own."""
    response = respond.empty()
    respond.browser_id(request, response, "asu", ASIATO_DOMAIN)
    if "asp" not in request.cookies:
        value = f"p.{secrets.token_hex(12)}"
        respond.set_cookie(response, "asp", value, same_site="None", http_only=True, partitioned=True)
    return response


async def _measured(request: Request) -> Response:
    """ハンコ計測 under the site's name: its cookie is the site's."""
    response = respond.empty()
    if "_hm" not in request.cookies:
        respond.set_cookie(response, "_hm", f"hm.{secrets.token_hex(12)}", domain="hiroba-machi.test", http_only=True)
    return respond.allow_origin(response, request, credentials=True)


async def _bounce(request: Request) -> Response:
    """On the way to another site the browser passes by, as if its own page had been opened."""
    response = respond.redirect(BOUNCES.get(request.query_params.get("to", ""), BOUNCES["hiroba"]))
    respond.browser_id(request, response, "hb", "hanko-id.test")
    return response


def _numbered(request: Request, *, told: bool) -> Response:
    """An answer whose ETag is the browser's number: the one that came back, or a new one."""
    number = request.headers.get("if-none-match", "").strip('"')
    headers = {"ETag": f'"{number or secrets.token_hex(12)}"', "Cache-Control": "private, no-cache"}
    if number:
        answer = Response(status_code=304, headers=headers)
    elif told:
        answer = JSONResponse({"id": headers["ETag"].strip('"')}, headers=headers)
    else:
        answer = Response("GIF89a", headers=headers, media_type="image/gif")
    return respond.allow_origin(answer, request)


async def _etag(request: Request) -> Response:
    return _numbered(request, told=False)


async def _storehouse(request: Request) -> Response:
    return _numbered(request, told=True)


async def _remembered(request: Request) -> Response:
    """The number this server gave the ticket; the ticket itself is another value."""
    answer = JSONResponse(
        {"id": _numbers[request.query_params.get("ticket", "")]}, headers={"Cache-Control": "no-store"}
    )
    return respond.allow_origin(answer, request)


async def _ad_hit(request: Request) -> Response:
    response = respond.pixel()
    respond.browser_id(request, response, "kk", "kokan-ad.test")
    response.headers["Observe-Browsing-Topics"] = "?1"
    response.headers["Attribution-Reporting-Register-Source"] = json.dumps(SOURCE)
    return response


async def _hand_over(request: Request) -> Response:
    """Cookie sync by redirect: the partner gets our cookie's value."""
    response = respond.redirect("")
    value = respond.browser_id(request, response, "kk", "kokan-ad.test")
    response.headers["Location"] = f"https://{hosts.AITE}/match?partner=kokan&puid={value}"
    return response


async def _partner(request: Request) -> Response:
    response = respond.pixel()
    respond.browser_id(request, response, "at", "aite-dsp.test")
    return response


async def _live(socket: WebSocket) -> None:
    """ロクガ: takes what is typed, and answers nothing."""
    await socket.accept()
    try:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
    except WebSocketDisconnect:
        return


_measuring: list[BaseRoute] = [_scripts("hanko"), Route("/m", _measured)]

HOSTS: dict[str, list[BaseRoute]] = {
    hosts.ASIATO_TAG: [_scripts("asiato")],
    hosts.ASIATO: [Route("/h", _footprint)],
    hosts.WAKU: federated.FRAMES,
    hosts.WAKU_ROOT: federated.WELL_KNOWN,
    hosts.HIROBA_METRICS: _measuring,
    hosts.HANKO_ALIAS: _measuring,
    hosts.HANKO_BOUNCE: [Route("/go", _bounce)],
    hosts.OKIBA: [
        _scripts("okiba"),
        Route("/tag.gif", _etag),
        Route("/kura.json", _storehouse),
        Route("/oki.json", _remembered),
        _hit(),
    ],
    hosts.SHIMON: [_scripts("shimon"), _hit()],
    hosts.KOKAN: [_scripts("kokan"), Route("/k", _ad_hit), Route("/sync", _hand_over)],
    hosts.AITE: [_scripts("aite"), Route("/px", _partner), Route("/match", _partner), _hit()],
    hosts.FUKKATSU: [_scripts("fukkatsu"), _hit()],
    hosts.SHOJIKI: [_scripts("shojiki"), _hit()],
    hosts.ROKUGA: [_scripts("rokuga"), WebSocketRoute("/live", _live), _hit()],
    hosts.TEGAMI: [_scripts("tegami"), _hit()],
    hosts.ANGO: [_scripts("ango"), _hit()],
    hosts.KAZARI: [_scripts("kazari"), _hit()],
}
