"""Smaller recipients: a video host, an analytics company, a tracker and a counter that no vendor file describes."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from auditor.demo import hosts, respond

EIZO_DOMAIN = "eizo-haishin.test"


async def _embed(request: Request) -> Response:
    response = respond.page("eizo/embed.html", video=request.path_params["video"])
    respond.browser_id(request, response, "eizo_vid", EIZO_DOMAIN)
    return response


async def _player(request: Request) -> Response:
    return respond.script(request, "eizo/player.js")


async def _player_style(request: Request) -> Response:
    return respond.static(request, "eizo/player.css", "text/css", coding="gzip")


async def _poster(request: Request) -> Response:
    return respond.picture(f"poster {request.path_params['video']}")


async def _watch(request: Request) -> Response:
    return JSONResponse({"ok": True}, headers={"Cache-Control": "no-store"})


async def _live(socket: WebSocket) -> None:
    """Says hello to a text message and echoes a binary one, then the player hangs up."""
    await socket.accept()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") is not None:
                await socket.send_text('{"type":"welcome","bitrate":1200}')
            else:
                await socket.send_bytes(bytes(reversed(message["bytes"])))
    except WebSocketDisconnect:
        return


async def _analytics(request: Request) -> Response:
    return respond.script(request, f"yomitoki/{request.path_params['name']}.js", coding="br")


async def _batch(request: Request) -> Response:
    return respond.allow_origin(respond.empty(), request)


async def _nazo_script(request: Request) -> Response:
    return respond.script(request, "nazo/n.js")


async def _nazo_hit(request: Request) -> Response:
    response = respond.pixel()
    respond.browser_id(request, response, "nz", "nazo-keisoku.test")
    return response


async def _count(request: Request) -> Response:
    return respond.pixel()


HOSTS: dict[str, list[BaseRoute]] = {
    hosts.EIZO: [
        Route("/embed/{video}", _embed),
        Route("/player.js", _player),
        Route("/player.css", _player_style),
        Route("/poster/{video}.svg", _poster),
        Route("/api/stats/watch", _watch),
    ],
    hosts.EIZO_LIVE: [WebSocketRoute("/ws", _live)],
    hosts.YOMITOKI_CDN: [Route("/{name:str}.js", _analytics)],
    hosts.YOMITOKI: [Route("/v1/{kind}", _batch, methods=["POST", "OPTIONS"])],
    hosts.NAZO: [Route("/n.js", _nazo_script), Route("/p", _nazo_hit)],
    hosts.KAZOE: [Route("/1.gif", _count)],
}
