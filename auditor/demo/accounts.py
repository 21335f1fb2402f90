"""Sign-in and sign-out of the demo platforms: one set of pages, each platform with its own cookies."""

import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auditor.demo import respond

MEMBER_EMAIL = "hanako@kaiin.test"
MEMBER_PASSWORD_ENV = "AUDITOR_DEMO_MEMBER_PASSWORD"  # noqa: S105 - a name
MEMBER_PASSWORD = "ichiba-hanako-7"  # noqa: S105 - of an invented account


@dataclass(frozen=True)
class Accounts:
    """How one platform keeps its members: credentials and the names of its cookies.

    `session` is for the platform's own pages only; `account` also goes along from other sites' pages, and
    `browser` goes along too but stays after logout.
    """

    brand: str
    domain: str
    email: str
    password: str
    password_env: str
    session: str
    account: str
    browser: str


SAGASU = Accounts(
    *("サガス", "sagasu.test", "demo@sagasu.test", "sagasu-demo-1", "AUDITOR_DEMO_SAGASU_PASSWORD"),
    *("SGSID", "__Secure-3PSG", "SNID"),
)
TOMODACHI = Accounts(
    *("トモダチ", "tomodachi.test", "demo@tomodachi.test", "tomodachi-demo-2", "AUDITOR_DEMO_TOMODACHI_PASSWORD"),
    *("tm_xs", "tm_user", "tmr"),
)
RENRAKU = Accounts(
    *("レンラク", "renraku.test", "demo@renraku.test", "renraku-demo-3", "AUDITOR_DEMO_RENRAKU_PASSWORD"),
    *("RSESSION", "RA", "RB"),
)
ALL = (SAGASU, TOMODACHI, RENRAKU)
PASSWORDS = {a.password_env: a.password for a in ALL} | {MEMBER_PASSWORD_ENV: MEMBER_PASSWORD}


def form(body: bytes) -> dict[str, str]:
    """The fields of a posted form, the last of each name."""
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def routes(accounts: Accounts) -> list[Route]:
    """/signin, /signout and /account of a platform."""
    sessions: set[str] = set()

    async def signin(request: Request) -> Response:
        if request.method == "GET":
            response = respond.page("platform/signin.html", brand=accounts.brand, wrong=False)
            respond.browser_id(request, response, accounts.browser, accounts.domain)
            return response
        fields = form(await request.body())
        if (fields.get("email"), fields.get("password")) != (accounts.email, accounts.password):
            return respond.page("platform/signin.html", status=401, brand=accounts.brand, wrong=True)
        response = respond.redirect("/account", 303)
        sessions.add(session := secrets.token_hex(16))
        respond.set_cookie(response, accounts.session, session, days=30, http_only=True)
        account = f"{secrets.token_hex(4)}.{secrets.token_hex(12)}"
        respond.set_cookie(
            response, accounts.account, account, domain=accounts.domain, days=365, same_site="None", http_only=True
        )
        return response

    async def signout(request: Request) -> Response:
        if request.method == "GET":
            return respond.page("platform/signout.html", brand=accounts.brand)
        response = respond.redirect("/account", 303)
        respond.set_cookie(response, accounts.session, "", days=0, http_only=True)
        respond.set_cookie(
            response, accounts.account, "", domain=accounts.domain, days=0, same_site="None", http_only=True
        )
        return response

    async def account(request: Request) -> Response:
        inside = request.cookies.get(accounts.session) in sessions
        email = accounts.email if inside else ""
        return respond.page("platform/account.html", brand=accounts.brand, email=email)

    return [
        Route("/signin", signin, methods=["GET", "POST"]),
        Route("/signout", signout, methods=["GET", "POST"]),
        Route("/account", account),
    ]
