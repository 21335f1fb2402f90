"""The sites that scenarios/demo-changes.yaml visits: ヒロバ, the two マチ, カイイン and モドリ."""

import secrets
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auditor.demo import hosts, respond
from auditor.demo.accounts import form

_registered: dict[str, dict[str, str]] = {}


def _page(path: str, template: str) -> Route:
    async def view(request: Request) -> Response:
        return respond.page(template)

    return Route(path, view)


def _own_script(path: str, name: str) -> Route:
    async def view(request: Request) -> Response:
        return respond.script(request, name)

    return Route(path, view)


async def _server_side(request: Request) -> Response:
    """The site's own server measures: its id is a cookie no script can read."""
    response = respond.empty()
    if "_fpid" not in request.cookies:
        respond.set_cookie(response, "_fpid", f"fp.{secrets.token_hex(12)}", domain="hiroba-machi.test", http_only=True)
    return response


async def _register(request: Request) -> Response:
    """Keeps what was registered, and carelessly writes the e-mail address into the next page's."""
    fields = form(await request.body())
    _registered[ticket := secrets.token_hex(16)] = fields
    response = respond.redirect(f"/kanryo?{urlencode({'mail': fields.get('email', '')})}", 303)
    return respond.set_cookie(response, "kaiin_ticket", ticket, days=1, http_only=True)


async def _registered_page(request: Request) -> Response:
    person = _registered.get(request.cookies.get("kaiin_ticket", ""))
    if person is None:
        return respond.redirect("/touroku", 303)
    return respond.page("kaiin/kanryo.html", person=person)


async def _asked(request: Request) -> Response:
    return respond.redirect("/", 303)


async def _delivery(request: Request) -> Response:
    return respond.page("kaiin/haisou.html", kept=request.method == "POST")


async def _shop_page(request: Request) -> Response:
    return respond.page("modori/page.html", number=request.path_params.get("number", 1))


_done = _own_script("/done.js", "sites/done.js")

HOSTS: dict[str, list[Route]] = {
    hosts.HIROBA: [
        _page("/", "hiroba/home.html"),
        _page("/kiji", "hiroba/kiji.html"),
        _own_script("/sst/t.js", "sites/sst.js"),
        Route("/sst/c", _server_side, methods=["POST"]),
        _done,
    ],
    hosts.ICHI: [_page("/", "ichi/home.html"), _done],
    hosts.NI: [_page("/", "ni/home.html"), _page("/tayori", "ni/tayori.html"), _done],
    hosts.KAIIN: [
        _page("/", "kaiin/home.html"),
        _page("/kensaku", "kaiin/kensaku.html"),
        _page("/touroku", "kaiin/touroku.html"),
        Route("/touroku", _register, methods=["POST"]),
        Route("/kanryo", _registered_page),
        _page("/toiawase", "kaiin/toiawase.html"),
        Route("/toiawase", _asked, methods=["POST"]),
        Route("/haisou", _delivery, methods=["GET", "POST"]),
        _done,
    ],
    hosts.MODORI: [Route("/", _shop_page), Route("/{number:int}", _shop_page), _done],
}
