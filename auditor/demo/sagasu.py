"""The platform サガス: search, tag, analytics, advertising and fonts, on a registrable domain each."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auditor.demo import accounts, font, hosts, respond

ADS_DOMAIN = "sagasu-koukoku.test"
LANDINGS = {"tabi": f"https://{hosts.TRAVEL}/", "ichiba": f"https://{hosts.SHOP}/"}


async def _tag(request: Request) -> Response:
    return respond.script(request, "sagasu/stag.js", coding="gzip")


async def _collect(request: Request) -> Response:
    return respond.allow_origin(respond.empty(), request)


def _with_ads_ids(request: Request, response: Response) -> str:
    """Both browser ids of the ad host: the third-party one, and the one partitioned by site (CHIPS)."""
    value = respond.browser_id(request, response, "SDE", ADS_DOMAIN)
    if "SDP" not in request.cookies:
        respond.set_cookie(response, "SDP", f"p.{value}", same_site="None", http_only=True, partitioned=True)
    return value


async def _frame(request: Request) -> Response:
    response = respond.page("sagasu/frame.html")
    _with_ads_ids(request, response)
    return response


async def _frame_script(request: Request) -> Response:
    return respond.script(request, "sagasu/frame.js")


async def _ad(request: Request) -> Response:
    ad = request.query_params.get("ad", "tabi")
    response = respond.page("sagasu/ad.html", ad=ad, link=f"/click?{urlencode({'ad': ad})}")
    _with_ads_ids(request, response)
    return response


async def _ad_picture(request: Request) -> Response:
    response = respond.picture(f"ad {request.path_params['name']}")
    _with_ads_ids(request, response)
    return response


async def _click(request: Request) -> Response:
    """A click on an ad: the landing page's address gets a click id (link decoration)."""
    response = respond.redirect("")
    value = _with_ads_ids(request, response)
    landing = LANDINGS.get(request.query_params.get("ad", ""), LANDINGS["tabi"])
    response.headers["Location"] = f"{landing}?{urlencode({'sgclid': f'CjDemo.{value}'})}"
    return response


def _onward(path: str) -> Route:
    """An ad hit that the ad host hands on to the platform's main domain, where the account cookie is."""

    async def hit(request: Request) -> Response:
        target = request.url.path.replace(f"/pagead/{path}/", f"/pagead/1p-{path}/")
        response = respond.redirect(f"https://{hosts.SAGASU}{target}?{request.url.query}")
        _with_ads_ids(request, response)
        return response

    return Route(f"/pagead/{path}/{{id}}/", hit)


async def _ad_view(request: Request) -> Response:
    response = respond.pixel()
    _with_ads_ids(request, response)
    return response


async def _match(request: Request) -> Response:
    """Cookie sync: a partner hands over its id and gets ours, by redirect."""
    response = respond.redirect("")
    value = _with_ads_ids(request, response)
    response.headers["Location"] = f"https://{hosts.RENRAKU_SYNC}/done?{urlencode({'pt': 'sagasu', 'sg_gid': value})}"
    return response


async def _main_hit(request: Request) -> Response:
    response = respond.pixel()
    respond.browser_id(request, response, "SNID", "sagasu.test")
    return response


async def _home(request: Request) -> Response:
    response = respond.page("platform/home.html", brand="サガス")
    respond.browser_id(request, response, "SNID", "sagasu.test")
    return response


async def _optout(request: Request) -> Response:
    return respond.page("platform/optout.html", brand="サガス", company="サガス合同会社")


async def _font_css(request: Request) -> Response:
    return respond.static(request, "sagasu/font.css", "text/css", coding="br")


async def _font(request: Request) -> Response:
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": f"max-age={respond.DAY_S}"}
    return Response(font.build(), headers=headers, media_type="font/ttf")


HOSTS: dict[str, list[Route]] = {
    hosts.SAGASU_ACCOUNT: accounts.routes(accounts.SAGASU),
    hosts.SAGASU: [
        Route("/", _home),
        Route("/optout", _optout),
        Route("/pagead/1p-viewthrough/{id}/", _main_hit),
        Route("/pagead/1p-conversion/{id}/", _main_hit),
        Route("/ccm/form-data/{id}", _main_hit),
    ],
    hosts.SAGASU_TAG: [Route("/stag.js", _tag)],
    hosts.SAGASU_COLLECT: [Route("/s/collect", _collect, methods=["GET", "POST", "OPTIONS"])],
    hosts.SAGASU_ADS: [
        Route("/frame", _frame),
        Route("/frame.js", _frame_script),
        Route("/ad", _ad),
        Route("/ad/{name}.svg", _ad_picture),
        Route("/click", _click),
        _onward("viewthrough"),
        _onward("conversion"),
        Route("/pagead/adview", _ad_view),
        Route("/cm/pixel", _match),
    ],
    hosts.SAGASU_FONTS: [Route("/css2", _font_css), Route("/s/maru.ttf", _font)],
}
