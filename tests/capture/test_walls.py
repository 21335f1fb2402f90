"""Pages that are not the page, and pages that only look a little like them."""

import pytest

from auditor.capture.browser.walls import RULES, Met, Walls, recognise, walls
from auditor.errors import InputError
from auditor.specs import parse

HOME = "https://shop.test/"
LOREM = "当店の商品をご覧いただきありがとうございます。" * 60
WORDS = "当店の商品をご覧いただきありがとうございます。"


def met(
    body: str = "",
    *,
    title: str = "",
    status: int = 200,
    url: str = HOME,
    asked: str | None = HOME,
    **headers: str,
) -> Met:
    html = f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"
    sent = tuple((name.replace("_", "-").title(), value) for name, value in headers.items())
    return Met(status, sent, html, url, asked)


LOGIN = '<form><input type="email"><input type="password"><button>ログイン</button></form>'
INCAPSULA = (
    '<iframe src="/_Incapsula_Resource?CWUDNSAI=1&incident_id=1-1">'
    "Request unsuccessful. Incapsula incident ID: 1-1</iframe>"
)
RECAPTCHA = (
    '<div class="g-recaptcha" data-sitekey="x"></div><script src="https://www.google.com/recaptcha/api.js"></script>'
)

WALLS = {
    "cloudflare": (
        met("<h1>shop.test</h1>", title="Just a moment...", status=403, cf_mitigated="challenge"),
        "bot_wall",
    ),
    "cloudflare-200": (met("<h1>x</h1>", cf_mitigated="challenge"), "bot_wall"),
    "cloudflare-block": (
        met("<h1>Sorry, you have been blocked</h1>Cloudflare Ray ID: <b>1</b>", status=403, server="cloudflare"),
        "bot_wall",
    ),
    "aws-captcha": (met("<div id=captcha>", status=405, x_amzn_waf_action="captcha"), "captcha"),
    "aws-challenge": (met("<script>x</script>", status=202, x_amzn_waf_action="challenge"), "bot_wall"),
    "human": (met('<div id="px-captcha"></div>', title="Access to this page has been denied", status=403), "bot_wall"),
    "human-200": (met('<div id="px-captcha"></div>', title="Access to this page has been denied."), "bot_wall"),
    "datadome": (met("<p id=cmsg>Please enable JS", status=403, x_dd_b="1"), "bot_wall"),
    "datadome-script": (met('<script src="https://ct.captcha-delivery.com/c.js"></script>', status=403), "bot_wall"),
    "imperva": (met(INCAPSULA), "bot_wall"),
    "akamai": (
        met(
            "<h1>Access Denied</h1>You don't have permission to access x<p>Reference #18.1",
            title="Access Denied",
            status=403,
        ),
        "bot_wall",
    ),
    "kasada": (met("<script>window.KPSDK={}</script>", status=429), "bot_wall"),
    "f5": (met("The requested URL was rejected. Your support ID is: 1", status=403), "bot_wall"),
    "vercel": (met("x", title="Vercel Security Checkpoint", status=429), "bot_wall"),
    "google": (met("unusual traffic", url="https://www.google.com/sorry/index?continue=x"), "captcha"),
    "recaptcha": (met(f"<p>ロボットではないことを確認してください。{RECAPTCHA}"), "captcha"),
    "turnstile": (met('<p>Verify you are human<div class="cf-turnstile"></div>'), "captcha"),
    "login": (met(LOGIN, title="ログイン", url="https://shop.test/login?next=/"), "login_wall"),
    "login-elsewhere": (met(LOGIN, url="https://id.shop.test/"), "login_wall"),
    "login-401": (met(LOGIN, status=401, asked=None), "login_wall"),
    "404": (met("<h1>Not Found</h1>", title="404 Not Found"), "error_page"),
    "nginx": (met("<center><h1>502 Bad Gateway</h1>", title="502 Bad Gateway", status=502), "error_page"),
    "not-found-ja": (met("<p>お探しのページは見つかりません", title="ページが見つかりません | ショップ"), "error_page"),
    "not-found-ja-2": (met("<p>x", title="お探しのページは見つかりませんでした。"), "error_page"),
    "server-error": (met("<p>x", title="Internal Server Error"), "error_page"),
    "system-error": (met("<p>x", title="システムエラー｜ショップ"), "error_page"),
    "error-ja": (met("<p>x", title="エラーが発生しました"), "error_page"),
    "maintenance": (met("<p>しばらくお待ちください", title="ただいまメンテナンス中です"), "error_page"),
    "maintenance-503": (met("<p>現在システムメンテナンス中です", title="ショップ", status=503), "error_page"),
    "crowded": (met("<p>x", title="只今アクセスが集中しております"), "error_page"),
    "empty": (Met(200, (), "<html><head></head><body></body></html>", HOME, HOME), "empty_page"),
    "no-bytes": (Met(200, (), "", HOME, HOME), "empty_page"),
    "blank": (Met(None, (), "<html><head></head><body></body></html>", "about:blank", HOME), "empty_page"),
}

PAGES = {
    "shop": met(LOREM, title="ショップ"),
    "contact-form": met(
        f"<form><input name=a><textarea></textarea>{RECAPTCHA}</form>お問い合わせ。ロボット", title="お問い合わせ"
    ),
    "invisible-recaptcha": met(f'<p>{WORDS}<script src="https://www.google.com/recaptcha/api.js?render=x"></script>'),
    "comment-captcha": met(f"<article>{LOREM}</article><p>ロボットではありません{RECAPTCHA}"),
    "newsletter": met(f"<p>{WORDS}<input type=email>{RECAPTCHA}<p>security check"),
    "cloudflare-site": met(LOREM, title="ショップ", server="cloudflare", cf_ray="1", cf_cache_status="HIT"),
    "cloudflare-script": met(f"{LOREM}<script>/cdn-cgi/challenge-platform/ _cf_chl_opt</script>", server="cloudflare"),
    "datadome-site": met(LOREM, x_datadome="protected", x_dd_b="1"),
    "human-site": met(f"{LOREM}<script>window._pxAppId='x'</script><script src=/captcha.js></script>"),
    "imperva-site": met(f'{LOREM}<script src="/_Incapsula_Resource?SWJIYLWA=1"></script>', x_cdn="Incapsula"),
    "login-link": met(f'<a href="/login">ログイン</a>{WORDS}', title="ショップ"),
    "login-in-header": met(f"{LOGIN}{LOREM}", url="https://shop.test/top"),
    "login-asked-for": met(LOGIN, url="https://shop.test/login", asked="https://shop.test/login/"),
    "login-clicked": met(LOGIN, url="https://shop.test/login", asked=None),
    "login-query": met(LOGIN, url="https://shop.test/?from=1"),
    "maintenance-news": met(LOREM, title="メンテナンスのお知らせ | ショップ"),
    "maintenance-firm": met("<p>車のこと", title="メンテナンス専門店｜車検の山田"),
    "article-on-errors": met(LOREM, title="ページが見つかりません（404）と表示されたら"),
    "404-shop": met("<p>x", title="404 スニーカー専門店"),
    "post-code": met("<p>x", title="500-8701 岐阜市"),
    "error-in-words": met("<p>x", title="エラーコインの買取"),
    "only-scripts": Met(200, (), "<html><head><script src=/a.js></script></head><body></body></html>", HOME, HOME),
    "only-a-picture": Met(200, (), "<html><body><img src=/a.png></body></html>", HOME, HOME),
    "only-a-title": met(title="app"),
    "frames": Met(200, (), "<html><frameset><frame src=/a></frameset></html>", HOME, HOME),
    "json": Met(200, (), '<html><body><pre>{"a": 1}</pre></body></html>', HOME, HOME),
}


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_known(name: str) -> None:
    page, code = WALLS[name]
    found = recognise(page)
    assert found is not None
    assert found[0] == code


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_no_wall(name: str) -> None:
    assert recognise(PAGES[name]) is None


def test_every_rule_has_an_example_here() -> None:
    known = {(wall[0], wall[1]) for page, _ in WALLS.values() if (wall := recognise(page))}
    assert {(wall.code, wall.name) for wall in walls()} == known


def test_what_is_not_proven_may_only_say_more_of_an_error() -> None:
    text = RULES.read_text("utf-8").replace("mark: S", "mark: M")
    with pytest.raises(InputError, match="needs a status of 400 or more"):
        parse(text, Walls, file=RULES)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + "deep",
        "\ud800\udc00\ud800",
        "\0" * 1000,
        "<![CDATA[",
        "<!--",
        "<p>" + "x" * (3 << 20),
        "<?xml?>",
    ],
)
def test_hostile_markup_is_read_all_the_same(html: str) -> None:
    recognise(Met(200, (), html, HOME, HOME))
