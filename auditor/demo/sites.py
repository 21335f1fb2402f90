"""The audited sites: their pages, their member's checkout, their own pictures and scripts."""

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auditor.demo import hosts, respond
from auditor.demo.accounts import MEMBER_EMAIL, MEMBER_PASSWORD, form

_orders: set[str] = set()


def _page(path: str, template: str) -> Route:
    async def view(request: Request) -> Response:
        consent = request.cookies.get("rs_consent", "")
        return respond.page(template, query=request.query_params.get("q", ""), consent=consent)

    return Route(path, view)


def _script(path: str, name: str, *, revalidate: bool = False) -> Route:
    async def view(request: Request) -> Response:
        return respond.script(request, name, coding="gzip", revalidate=revalidate)

    return Route(path, view)


def _style(path: str, name: str) -> Route:
    async def view(request: Request) -> Response:
        return respond.static(request, name, "text/css", coding="br", revalidate=True)

    return Route(path, view)


async def _picture(request: Request) -> Response:
    return respond.picture(request.path_params["name"])


async def _cart_add(request: Request) -> Response:
    return respond.redirect("/cart", 303)


async def _checkout(request: Request) -> Response:
    """The member signs in and buys; the order is known by a cookie of the shop alone."""
    fields = form(await request.body())
    if (fields.get("email"), fields.get("password")) != (MEMBER_EMAIL, MEMBER_PASSWORD):
        return respond.page("shop/cart.html", status=401, query="")
    _orders.add(order := f"KI-{secrets.token_hex(4)}")
    return respond.set_cookie(respond.redirect("/thanks", 303), "ki_order", order, days=1, http_only=True)


async def _thanks(request: Request) -> Response:
    order = request.cookies.get("ki_order", "")
    if order not in _orders:
        return respond.redirect("/cart", 303)
    return respond.page("shop/thanks.html", order=order, email=MEMBER_EMAIL)


async def _plans(request: Request) -> Response:
    return JSONResponse({"plans": ["朝市めぐり", "湯けむりの宿", "灯台への道"]}, headers={"Cache-Control": "no-store"})


_images = Route("/img/{name}.svg", _picture)

HOSTS: dict[str, list[Route]] = {
    hosts.SHOP: [
        _page("/", "shop/home.html"),
        _page("/item/yunomi", "shop/item.html"),
        _page("/cart", "shop/cart.html"),
        Route("/cart/add", _cart_add, methods=["POST"]),
        Route("/checkout", _checkout, methods=["POST"]),
        Route("/thanks", _thanks),
        _page("/external-transmission", "shop/disclosure.html"),
        _images,
    ],
    hosts.SHOP_CDN: [_style("/shop.css", "sites/shop.css"), _script("/shop.js", "sites/shop.js"), _images],
    hosts.NEWS: [
        _page("/", "news/home.html"),
        _page("/article/minato", "news/article.html"),
        _page("/userdata", "news/disclosure.html"),
        _script("/sw.js", "sites/news-sw.js"),
    ],
    hosts.NEWS_CDN: [_style("/news.css", "sites/news.css"), _images],
    hosts.BLOG: [
        _page("/", "blog/home.html"),
        _page("/privacy/external", "blog/disclosure.html"),
        _style("/blog.css", "sites/blog.css"),
        _images,
    ],
    hosts.TRAVEL: [
        _page("/", "travel/home.html"),
        _page("/external-rules", "travel/disclosure.html"),
        Route("/api/plans", _plans),
    ],
    hosts.TRAVEL_CDN: [
        _style("/travel.css", "sites/travel.css"),
        _script("/consent.js", "sites/consent.js", revalidate=True),
        _images,
    ],
    hosts.PORTAL: [
        _page("/", "portal/home.html"),
        _page("/search", "portal/search.html"),
        _page("/external-transmission", "portal/disclosure.html"),
        _page("/optout", "portal/optout.html"),
        _style("/portal.css", "sites/portal.css"),
        _images,
    ],
}
