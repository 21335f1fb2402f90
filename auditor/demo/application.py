"""The whole demo web as one ASGI application: the Host header tells the server."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from auditor.demo import recipients, renraku, requestlog, respond, sagasu, sites, tomodachi, towns, trackers
from auditor.demo.conditions import Conditions


async def _favicon(request: Request) -> Response:
    return respond.favicon()


class Web:
    """Hands a request to the server its Host names; an unknown host answers 404 to everything."""

    def __init__(self, servers: dict[str, list[BaseRoute]]):
        icon = Route("/favicon.ico", _favicon)
        self._servers = {host: Router([icon, *routes], redirect_slashes=False) for host, routes in servers.items()}
        self._nowhere = Router()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        host = next((value for name, value in scope.get("headers", ()) if name == b"host"), b"").decode("latin-1")
        server = self._servers.get(host.partition(":")[0].lower(), self._nowhere)
        await server(scope, receive, send)


def application(log: Path, conditions: Conditions) -> ASGIApp:
    """All servers, their requests logged to `log`."""
    respond.serve_under(conditions)
    servers: dict[str, list[BaseRoute]] = {}
    parts = (sites, sagasu, tomodachi, renraku, recipients, towns, trackers)
    for part in parts:
        for host, routes in part.HOSTS.items():
            servers[host] = [*servers.get(host, ()), *routes]
    return requestlog.RequestLog(Web(servers), log)
