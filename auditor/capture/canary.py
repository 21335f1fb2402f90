"""The run's self-test: the browser, the proxy and the record prove themselves on a loopback pair of sites.

What must hold is read from the evidence of the canary's own visits, so the record is tested with the browser.
A run whose canary fails stops. A blank page is the negative control: no page may have sent anything there.
"""

import asyncio
import contextlib
import json
import ssl
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from auditor.evidence import Actor, Consent, CookieMode, Exchange, Phase, Proof, VisitEvidence, Visitor
from auditor.scenario import Goto, PlannedVisit, Site, Wait

ONE, TWO = "canary-one.test", "canary-two.test"

FIRST_PARTY = "<!doctype html><title>two</title><script>localStorage.setItem('k', 'first-party')</script>"

PAGE = f"""<!doctype html><title>canary</title>
<img src="https://{TWO}/echo.gif?cookie"><iframe src="https://{TWO}/frame"></iframe>
<script>
const facts = async () => {{
  const names = ["platform", "fullVersionList", "architecture", "bitness"];
  const hints = await navigator.userAgentData?.getHighEntropyValues(names);
  return {{userAgent: navigator.userAgent, webdriver: navigator.webdriver, languages: navigator.languages,
    platform: navigator.platform, hints: hints && {{...hints}},
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, hints}};
}};
facts().then(f => fetch("/facts", {{method: "POST", body: JSON.stringify(f)}}));
navigator.serviceWorker.register("/worker.js");
addEventListener("pagehide", () => navigator.sendBeacon("/bye", "bye"));
</script>"""

FRAME = """<!doctype html><title>frame</title><script>
let seen;
try { seen = localStorage.getItem("k") ?? "empty"; } catch (e) { seen = "denied"; }
fetch("/partitioned?storage=" + seen);
</script>"""

WORKER = "self.addEventListener('install', e => e.waitUntil(fetch('/from-worker', {method: 'POST', body: 'worker'})));"


async def _answer(request: Request) -> Response:
    await request.body()
    path = request.url.path
    if path == "/first-party":
        response: Response = HTMLResponse(FIRST_PARTY)
        response.headers["set-cookie"] = "third=1; Path=/; Secure; SameSite=None"
        return response
    if path == "/frame":
        response = HTMLResponse(FRAME)
        response.headers["set-cookie"] = "chips=1; Path=/; Secure; SameSite=None; Partitioned"
        return response
    if path == "/worker.js":
        return PlainTextResponse(WORKER, media_type="text/javascript")
    if path == "/":
        return HTMLResponse(PAGE)
    return Response(status_code=204)


@dataclass(frozen=True)
class CanaryWeb:
    """The canary's servers: names for the proxy's map, the CA that signs them."""

    names: dict[str, str]
    ca: Path


@contextlib.asynccontextmanager
async def canary_web(work: Path) -> AsyncIterator[CanaryWeb]:
    """The two sites on loopback, in this process, for as long as the canary needs them."""
    folder = Path(tempfile.mkdtemp(prefix="canary-", dir=work))
    authority = trustme.CA()
    leaf = authority.issue_cert(ONE, TWO)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    for number, pem in enumerate(leaf.cert_chain_pems):
        pem.write_to_path(folder / "cert.pem", append=number > 0)
    config = Config()
    config.bind = ["127.0.0.1:0"]
    config.certfile, config.keyfile = str(folder / "cert.pem"), str(folder / "key.pem")
    config.accesslog = config.errorlog = None
    sockets = config.create_sockets()
    port = sockets.secure_sockets[0].getsockname()[1]
    for one in sockets.secure_sockets:
        one.close()
    config.bind = [f"127.0.0.1:{port}"]
    stop = asyncio.Event()
    app = Starlette(routes=[Route("/{path:path}", _answer, methods=["GET", "POST"])])
    # Hypercorn types its own ASGI framework, not Starlette's.
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    try:
        await _listening(port, folder / "ca.pem")
        yield CanaryWeb({ONE: f"127.0.0.1:{port}", TWO: f"127.0.0.1:{port}"}, folder / "ca.pem")
    finally:
        stop.set()
        await server


async def _listening(port: int, ca: Path) -> None:
    context = ssl.create_default_context(cafile=str(ca))
    for _ in range(200):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=ONE)
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()
            return
        await asyncio.sleep(0.02)
    raise OSError("the canary's server does not answer")


CANARY_SITE = Site(
    id="canary",
    operator="canary",
    url=f"https://{TWO}/first-party",
    journey=(Goto(goto=f"https://{ONE}/"),),
)

BLANK_MS = 4_000
"""How long the blank page is watched: most of the browser's own traffic comes in its first seconds."""

BLANK_SITE = Site.model_construct(
    id="blank", operator="canary", url="about:blank", journey=(Wait(wait=BLANK_MS),), replay=None
)


def canary_plans(modes: tuple[CookieMode, ...], part: int) -> list[tuple[PlannedVisit, Site]]:
    """The canary's visits in one part of a run: one for each cookie mode, and the blank page."""
    plans = [(_plan(f"canary.{mode.value}.{part}", "canary", mode), CANARY_SITE) for mode in modes]
    return [*plans, (_plan(f"canary.blank.{part}", "blank", modes[0]), BLANK_SITE)]


def _plan(visit: str, site: str, mode: CookieMode) -> PlannedVisit:
    return PlannedVisit(
        visit=visit,
        site=site,
        platform=None,
        visitor=Visitor.no_account,
        cookie_mode=mode,
        consent=Consent.ignore,
        repeat=1,
    )


def judge_canary(evidence: VisitEvidence, time_zone: str, language: str) -> list[Proof]:
    """What the canary's visit proves of the browser; every proof must hold for the run to begin."""
    mode = evidence.visit.cookie_mode
    by_path = {e.url.partition(".test")[2]: e for e in evidence.exchanges if e.phase is not Phase.prepare}
    echo = by_path.get("/echo.gif?cookie")
    partitioned = next((e for path, e in by_path.items() if path.startswith("/partitioned")), None)
    storage = partitioned.url.rpartition("=")[2] if partitioned else "no request"
    sent = _cookie_names(echo)
    allowed = mode is CookieMode.allowed
    facts = _facts(by_path.get("/facts"))
    worker, bye = by_path.get("/from-worker"), by_path.get("/bye")
    agents = {e.request_header("user-agent") or "" for e in evidence.exchanges if e.attributed_to is not Actor.browser}
    hints = {e.request_header("sec-ch-ua") or "" for e in evidence.exchanges}
    headless = [text for text in (*agents, *hints, json.dumps(facts)) if "headless" in text.lower()]
    return [
        Proof(
            name="third_party_cookie",
            holds=("third" in sent) is allowed and echo is not None,
            seen=f"mode {mode.value}: the third-party cookie was {'sent' if 'third' in sent else 'not sent'}",
        ),
        Proof(
            name="partitioned_cookie",
            holds="chips" in _cookie_names(partitioned),
            seen="sent" if "chips" in _cookie_names(partitioned) else "not sent",
        ),
        Proof(
            name="storage_partitioned",
            # With partitioning, a third-party frame keeps storage of its own in both modes; some versions deny it.
            holds=storage == "empty" or (storage == "denied" and not allowed),
            seen=f"a third-party frame saw: {storage}",
        ),
        _beacon("service_worker", worker, b"worker", Actor.service_worker),
        _beacon("pagehide_beacon", bye, b"bye", None),
        Proof(name="not_headless", holds=not headless and len(agents) == 1, seen="; ".join(sorted(agents))),
        Proof(name="webdriver", holds=facts.get("webdriver") is False, seen=str(facts.get("webdriver"))),
        _client_hints(by_path.get("/facts"), facts),
        _language(by_path.get("/facts"), facts, language),
        Proof(name="time_zone", holds=facts.get("timeZone") == time_zone, seen=str(facts.get("timeZone"))),
        _own_traffic(evidence),
    ]


def judge_blank(evidence: VisitEvidence) -> list[Proof]:
    """The negative control: what a blank page 'sent'."""
    pages = [e for e in evidence.exchanges if e.of_page]
    return [
        Proof(name="blank_page", holds=not pages, seen=f"{len(pages)} requests by a blank page"),
        _own_traffic(evidence),
    ]


_OURS = (f"https://{ONE}/", f"https://{TWO}/")


def _own_traffic(evidence: VisitEvidence) -> Proof:
    apart = [e for e in evidence.exchanges if e.attributed_to in (Actor.browser, Actor.unknown)]
    foreign = [e.url for e in evidence.exchanges if e.of_page and not e.url.startswith(_OURS)]
    own = sorted({f"{e.url.split('?')[0]} ({e.attributed_to.value})" for e in apart})
    seen = f"set apart: {', '.join(own) or 'none'}"
    return Proof(
        name="own_traffic_apart", holds=not foreign, seen=seen if not foreign else f"taken for the page's: {foreign[0]}"
    )


def _beacon(name: str, exchange: Exchange | None, body: bytes, actor: Actor | None) -> Proof:
    if exchange is None:
        return Proof(name=name, holds=False, seen="not captured")
    right = exchange.request_body.kept == body and (actor is None or exchange.attributed_to is actor)
    return Proof(name=name, holds=right, seen=f"captured, {exchange.source.value}, by {exchange.attributed_to.value}")


def _cookie_names(exchange: Exchange | None) -> set[str]:
    header = exchange.request_header("cookie") if exchange else None
    return {pair.partition("=")[0].strip() for pair in (header or "").split(";")}


def _client_hints(exchange: Exchange | None, facts: dict[str, object]) -> Proof:
    """Client hints, user agent and platform tell of the same browser, in headers and in scripts (UA-CH 3, 4)."""
    hints = facts.get("hints")
    hints = hints if isinstance(hints, dict) else {}
    agent, platform = str(facts.get("userAgent")), str(facts.get("platform"))
    header = {name: (exchange.request_header(f"sec-ch-{name}") or "") if exchange else "" for name in _HINTS}
    brands = ", ".join(f'"{b["brand"]}";v="{b["version"]}"' for b in hints.get("brands", ()))
    version = agent.partition("Chrome/")[2].partition(".")[0]
    full = {b["brand"]: b["version"] for b in hints.get("fullVersionList", ())}
    told = {
        "brands in header and script": header["ua"] == brands,
        "version in brands and user agent": full.get("Chromium", "").partition(".")[0] == version != "",
        "platform in header and script": header["ua-platform"] == f'"{hints.get("platform")}"',
        "platform in hints and user agent": str(hints.get("platform")) in agent and platform.split()[0] in agent,
        "user agent in header and script": exchange is not None and exchange.request_header("user-agent") == agent,
        "no mobile": header["ua-mobile"] == "?0" and hints.get("mobile") is False,
    }
    differ = [what for what, holds in told.items() if not holds]
    seen = f"differ: {'; '.join(differ)}" if differ else f"{header['ua']}, {hints.get('platform')}, {platform}"
    return Proof(name="client_hints", holds=not differ, seen=seen)


_HINTS = ("ua", "ua-mobile", "ua-platform")


def _language(exchange: Exchange | None, facts: dict[str, object], language: str) -> Proof:
    """The visitor's language comes first, in scripts and in the header."""
    told = facts.get("languages")
    languages = [str(one) for one in told] if isinstance(told, list) else []
    header = (exchange.request_header("accept-language") or "") if exchange else ""
    accepted = [part.partition(";")[0].strip() for part in header.split(",")]
    holds = languages[:1] == [language] and accepted == languages
    return Proof(name="language", holds=holds, seen=f"{', '.join(languages)}; Accept-Language: {header}")


def _facts(exchange: Exchange | None) -> dict[str, object]:
    if exchange is None:
        return {}
    try:
        facts = json.loads(exchange.request_body.kept)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
