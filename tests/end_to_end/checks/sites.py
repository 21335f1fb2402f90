"""The sites of the checks' web: one that lacks nothing, and others that each lack something."""

from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tests.check.chain import line
from tests.end_to_end.pages_web import Answer

from .pages import (
    ADCOM,
    CONTENT,
    FOOT,
    GUARD,
    HEAD,
    PARTNER,
    SEND,
    SEVEN,
    banner,
    disclosure,
    good,
    hit,
    hits,
    page,
)

SYNC = hits(ADCOM, path="/sync")
MAIL_HIT = hits(ADCOM, "&em=" + "0123456789abcdef" * 4)
PDF = Path(__file__).parents[2] / "disclosures" / "pages" / "pdf_table.pdf"


class Shop(NamedTuple):
    """A site: its pages by path, and what the scenario says of it besides."""

    pages: dict[str, str | Answer]
    more: str = "disclosure: {find: 1}"


def shop(home: str, external: str | None = None, more: str = "disclosure: {find: 1}", **pages: str | Answer) -> Shop:
    """A site with a first page, a disclosure where it has one, and further pages by the names of their paths."""
    privacy = f"{HEAD}<title>プライバシーポリシー</title><h1>プライバシーポリシー</h1><p>大切に扱います。</p>"
    found: dict[str, str | Answer] = {"/": home, "/privacy": privacy, "/hit": picture}
    found |= {"/x": picture} | {f"/{name}": value for name, value in pages.items()}
    return Shop(found | ({"/external": external} if external is not None else {}), more)


def picture(_request: Request) -> Response:
    """What a tag's server answers."""
    return Response(b"GIF89a", media_type="image/gif")


def partner(_request: Request) -> Response:
    """A cookie match: on to the partner."""
    return RedirectResponse(f"https://{PARTNER}/hit?id=0123456789abcdef")


def opted_out(_request: Request) -> Response:
    """The way out: a cookie of the tag's company."""
    answer = Response("<p>停止しました。</p>", media_type="text/html")
    answer.set_cookie("out", "1", domain="adcom.test", secure=True, samesite="none")
    return answer


def tag(request: Request) -> Response:
    """A script that sends, but for those who opted out."""
    text = "" if request.cookies.get("out") else SEND
    return Response(text, media_type="text/javascript")


def login(_request: Request) -> Response:
    """The platform's account page."""
    answer = Response("<p>ようこそ</p>", media_type="text/html")
    answer.set_cookie("adc_user", "0123456789abcdef0123", domain="adcom.test", secure=True, samesite="none")
    return answer


def logout(_request: Request) -> Response:
    """Takes the account's cookie away."""
    answer = Response("<p>さようなら</p>", media_type="text/html")
    answer.delete_cookie("adc_user", domain="adcom.test", secure=True, samesite="none")
    return answer


RECIPIENTS: dict[str, dict[str, str | Answer]] = {
    ADCOM: {"/hit": picture, "/sync": partner, "/tag.js": tag},
    "adcom.test": {
        "/optout": opted_out,
        "/privacy": "<title>方針</title><p>当社は広告のためにCookieと閲覧したページのURLを利用します。</p>",
        "/en": "<title>Policy</title><p>We use cookies to measure.</p>",
        "/login": login,
        "/logout": logout,
    },
    PARTNER: {"/hit": picture},
    GUARD: {"/hit": picture},
    "t.mystery.test": {"/hit": picture},
    "data.aliased.test": {"/hit": picture},
}
POLICY = '<a href="https://adcom.test/{path}">プライバシーポリシー</a>'
TAG_JS = f'<script src="https://{ADCOM}/tag.js"></script>'
STOPS = "オプトアウトすると送信を停止します。"
OUT = 'before: [{goto: "https://adcom.test/optout"}]'
ITEM_MAJOR = f"""{HEAD}<title>外部送信について</title><h1>外部送信について</h1>
<h2>送信先</h2><ul><li>アドコム株式会社</li><li>連携広告株式会社</li></ul>
<h2>送信される情報</h2><ul><li>各種のデータ</li></ul><h2>利用目的</h2><ul><li>閲覧の分析</li><li>広告の配信</li></ul>"""
ENGLISH = f"""{HEAD}<title>Cookie policy</title><h1>Cookie policy</h1>
<p>We send information about visitors to others.</p>
<table><tr><th>Recipient</th><th>Service</th><th>Information sent</th><th>Purpose</th></tr>
<tr><td>アドコム株式会社</td><td>Adtag</td><td>Cookie ID, URL of the page</td><td>to measure visits</td></tr></table>"""
SMALL = "font-size: 8px"

PLAIN: dict[str, Shop] = {
    "good": shop(
        page(hits("good.test", "&adcomv=1", "/x"), SYNC, MAIL_HIT, FOOT),
        disclosure(good(), line("連携広告株式会社", service="レンケイ"), after=SEVEN),
        'disclosure: {find: 1}\n    service_type: "4"',
    ),
    "bare": shop(page(hits(ADCOM))),
    "policy": shop(page(hits(ADCOM), '<a href="/privacy">プライバシーポリシー</a>'), more=""),
    "far": shop(
        page(hits(ADCOM), '<a href="/terms">サイトのご利用について</a>'),
        disclosure(
            good(
                recipient="アドシステム株式会社",
                content="Cookie ID、閲覧したページのURLなど",
                own="当社がビーコンで測るため",
            ),
            line("防犯株式会社", service="ボウハン"),
            style=SMALL,
        ),
        "disclosure: {url: https://far.test/external}\n    journey: [{goto: https://far.test/terms}]",
        terms=page('<a href="/external">外部送信について</a>'),
    ),
    "lost": shop(page(hits(ADCOM)), disclosure(good()), "disclosure: {url: https://lost.test/external}"),
    "lacks": shop(
        page(SYNC, MAIL_HIT, hits(GUARD), FOOT),
        disclosure(
            line("アドタグ", "Cookie ID", service="", own="", theirs=""),
            line("防犯株式会社", "", service="ボウハン"),
        ),
    ),
    "unsure": shop(page(hits(ADCOM), hits(PARTNER), hits("t.mystery.test"), FOOT), ITEM_MAJOR),
    "english": shop(page(hits(ADCOM), FOOT), ENGLISH),
    "mixed": shop(
        page(hits(ADCOM), FOOT),
        ENGLISH.replace("to measure visits", "計測のため").replace("Adtag", POLICY.format(path="en")),
    ),
    "vague": shop(
        page(MAIL_HIT, hits(GUARD), FOOT),
        disclosure(
            line(content="Cookie ID、閲覧したページのURL、お客様の登録内容", opt_out="停止できます"),
            line("防犯株式会社", service="ボウハン"),
        ),
    ),
    "pdf": shop(
        page(hits(ADCOM), '<footer><a href="/pdf">外部送信について</a></footer>'),
        pdf=lambda _request: Response(PDF.read_bytes(), media_type="application/pdf"),
    ),
    "lumped": shop(
        page(hits(ADCOM), FOOT),
        disclosure(
            good(theirs="", own="広告の配信", opt_out=""),
            line("提携先の広告会社", service="", theirs=""),
            after=SEVEN.replace("オプトアウトすると、おすすめの表示を利用できなくなります。", ""),
        ),
    ),
    "listing": shop(
        page(hits(ADCOM), FOOT),
        f"""{HEAD}<title>外部送信について</title><h2>送信先</h2><table>
<tr><th>送信先事業者</th><th>送信される情報</th></tr><tr><td>アドコム株式会社</td><td>{CONTENT}</td></tr></table>
<h2>利用目的</h2><ul><li>閲覧の分析</li><li>広告の配信</li></ul>""",
    ),
    "linking": shop(
        page(hits(ADCOM), FOOT),
        f"""{HEAD}<title>外部送信について</title><table>
<tr><th>送信先事業者</th><th>送信される情報</th><th>プライバシーポリシー</th><th>オプトアウト</th></tr>
<tr><td>アドコム株式会社</td><td></td><td>{POLICY.format(path="privacy")}</td>
<td><a href="https://adcom.test/gone">停止の手続き</a></td></tr></table>""",
    ),
    "aliased": shop(
        page(hits("data.aliased.test"), hits(GUARD), FOOT), disclosure(line("防犯株式会社", service="ボウハン"))
    ),
    "proxied": shop(
        page(hits("proxied.test", "&adcomv=1", "/x"), hits(PARTNER), FOOT),
        disclosure(line("連携広告株式会社", service="レンケイ")),
    ),
    "flagged": shop(
        page(hits(ADCOM, "&config.isExternalTransmission=true"), FOOT),
        disclosure(line(own="広告の効果を測るため", theirs="広告を配信するため", opt_out="停止できます")),
    ),
    "stop": shop(page(TAG_JS, FOOT), disclosure(good())),
    "still": shop(page(hits(ADCOM), FOOT), disclosure(good(opt_out=STOPS))),
}
"""One visit each. `stop` and `still` are visited once more after the way out (see OPTED)."""

OPTED = {"stop-out": "stop", "still-out": "still"}

ASKS = "当サイトはCookieにより閲覧の情報を外部の事業者に送信します。"
CHOOSING: dict[str, Shop] = {
    "asks": shop(page(banner(ASKS, accepted=SEND), FOOT), disclosure(good())),
    "early": shop(page(banner("当サイトはCookieを使います。", early=SEND)), more=""),
    "told": shop(page(banner(ASKS, early=SEND), '<a href="/privacy">プライバシーポリシー</a>'), more=""),
    "refused": shop(
        page(hit(PARTNER, 1), banner(ASKS, accepted=SEND, refused=SEND), FOOT),
        disclosure(line("連携広告株式会社", service="レンケイ")),
    ),
    "listed": shop(page(banner(ASKS, early=SEND, refused=SEND), FOOT), disclosure(good())),
    "framed": shop(
        page(hits(ADCOM), '<iframe src="/frame" style="position: fixed; bottom: 0; height: 200px"></iframe>'),
        more="",
        frame=HEAD + banner(ASKS),
    ),
}
"""Visited without a choice, with acceptance, and with refusal."""

MEMBERS: dict[str, Shop] = {
    "member": shop(page(hits(ADCOM), FOOT), disclosure(good())),
    "stranger": shop(page(hits(GUARD), FOOT), disclosure(line("防犯株式会社", CONTENT, service="ボウハン"))),
}
"""Visited without an account and logged in at adcom."""
