"""Answers every server of the demo web gives: pixels, scripts, pages, pictures, cookies, CORS."""

import base64
import gzip
import hashlib
import secrets
from pathlib import Path
from typing import cast

import brotli
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from auditor.demo import hosts
from auditor.demo.conditions import Conditions

HERE = Path(__file__).resolve().parent
DAY_S = 86_400
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_templates = Environment(loader=FileSystemLoader(HERE / "pages"), autoescape=True, undefined=StrictUndefined)
_templates.globals["host"] = {name: value for name, value in vars(hosts).items() if isinstance(value, str)}


def serve_under(conditions: Conditions) -> None:
    """From now on, pages and scripts are those of these conditions; until then, of edition 1 without variation."""
    _templates.globals |= {"present": conditions.present, "edition": conditions.edition}


def edition() -> int:
    """Which edition of the web is served."""
    return cast(int, _templates.globals["edition"])


serve_under(Conditions())


def page(template: str, *, status: int = 200, **values: object) -> Response:
    """A page made from a template; never kept by the browser, so that every view is a request."""
    html = _templates.get_template(template).render(values)
    return Response(html, status, {"Cache-Control": "no-store"}, "text/html")


def pixel() -> Response:
    """A transparent GIF of one pixel."""
    return Response(_GIF, headers={"Cache-Control": "no-store"}, media_type="image/gif")


def empty() -> Response:
    """204, the usual answer to a beacon."""
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def redirect(url: str, status: int = 302) -> Response:
    """On to another address."""
    return Response(status_code=status, headers={"Location": url, "Cache-Control": "no-store"})


def static(
    request: Request,
    name: str,
    media_type: str,
    *,
    coding: str = "identity",
    revalidate: bool = False,
    swap: tuple[str, str] | None = None,
) -> Response:
    """A file of `scripts/`, content-encoded when the browser takes it.

    With `revalidate` the browser asks again at each page and is told 304. `swap` is a text and what stands in its
    place.
    """
    content = (HERE / "scripts" / name).read_bytes()
    if swap is not None:
        content = content.replace(swap[0].encode(), swap[1].encode())
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache" if revalidate else f"max-age={DAY_S}"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if coding != "identity" and coding in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, mtime=0) if coding == "gzip" else brotli.compress(content)
        headers |= {"Content-Encoding": coding, "Vary": "Accept-Encoding"}
    return Response(content, headers=headers, media_type=media_type)


def script(
    request: Request,
    name: str,
    *,
    coding: str = "identity",
    revalidate: bool = False,
    swap: tuple[str, str] | None = None,
) -> Response:
    """A JavaScript file of `scripts/`."""
    return static(request, name, "text/javascript", coding=coding, revalidate=revalidate, swap=swap)


def picture(label: str) -> Response:
    """A plain picture whose colour follows its label, so that pages show different ones."""
    hue = int.from_bytes(hashlib.sha256(label.encode()).digest()[:2]) % 360
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180">'
        f'<rect width="320" height="180" fill="hsl({hue} 45% 70%)"/>'
        f'<circle cx="160" cy="90" r="56" fill="hsl({(hue + 40) % 360} 60% 50%)"/></svg>'
    )
    return Response(svg, headers={"Cache-Control": f"max-age={DAY_S}"}, media_type="image/svg+xml")


def favicon() -> Response:
    """What a browser finds at /favicon.ico."""
    return Response(_GIF, headers={"Cache-Control": f"max-age={DAY_S}"}, media_type="image/gif")


def allow_origin(response: Response, request: Request, *, credentials: bool = False) -> Response:
    """Let the asking page's scripts read the answer (CORS); preflights are never kept, so each send has one."""
    origin = request.headers.get("origin")
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Vary"] = "Origin"
        if credentials:
            response.headers["Access-Control-Allow-Credentials"] = "true"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST"
            response.headers["Access-Control-Allow-Headers"] = "content-type, content-encoding"
            response.headers["Access-Control-Max-Age"] = "0"
    return response


def set_cookie(
    response: Response,
    name: str,
    value: str,
    *,
    domain: str | None = None,
    days: float = 400,
    same_site: str = "Lax",
    http_only: bool = False,
    partitioned: bool = False,
) -> Response:
    """Add one Set-Cookie line; `days=0` deletes. (Starlette's own knows `Partitioned` from Python 3.14 only.)"""
    parts = [f"{name}={value}", "Path=/", f"Max-Age={int(days * DAY_S)}", "Secure", f"SameSite={same_site}"]
    parts += [f"Domain={domain}"] if domain else []
    parts += ["HttpOnly"] if http_only else []
    parts += ["Partitioned"] if partitioned else []
    response.headers.append("Set-Cookie", "; ".join(parts))
    return response


def browser_id(request: Request, response: Response, name: str, domain: str) -> str:
    """The browser's third-party identifier: the one that came along, or a new one set with the answer."""
    value = request.cookies.get(name)
    if value is None:
        value = secrets.token_hex(12)
        set_cookie(response, name, value, domain=domain, same_site="None")
    return value
