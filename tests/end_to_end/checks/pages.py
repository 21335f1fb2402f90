"""Pages of the checks' web: tags, disclosures and banners, put together from parts."""

from collections.abc import Sequence

from tests.check.chain import line, table

HEAD = '<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
FOOT = '<footer><a href="/external">外部送信について</a> <a href="/privacy">プライバシーポリシー</a></footer>'
ADCOM, PARTNER, GUARD = "t.adcom.test", "s.partner.test", "t.guard.test"
CONTENT = "Cookie ID、閲覧したページのURL、ハッシュ化（元に戻せない文字への置き換え）したメールアドレス"


def hit(host: str, number: int, more: str = "", path: str = "/hit") -> str:
    """A tag's picture: its identifier, the page's address, and what more it sends."""
    return f"""<script>new Image().src = "https://{host}{path}?id=abcdef012345678{number}&u="
 + encodeURIComponent(location.href) + "{more}"</script>"""


def hits(host: str, more: str = "", path: str = "/hit") -> str:
    """Two of them: what two independent exchanges show."""
    return hit(host, 1, more, path) + hit(host, 2, more, path)


def page(*parts: str) -> str:
    """A page of the site."""
    return f"{HEAD}<title>店</title><h1>くつの店</h1><p>いらっしゃいませ。</p>{''.join(parts)}"


def disclosure(*rows: Sequence[str], before: str = "", after: str = "", style: str = "") -> str:
    """A disclosure in the form of a table."""
    return f'{HEAD}<body style="{style}">{table(*rows, before=before, after=after)}</body>'


def good(**changed: str) -> tuple[str, ...]:
    """A row that lacks nothing."""
    stated = {
        "content": CONTENT,
        "theirs": "送信先の広告を配信するため、提携する事業者と照合するため",
        "opt_out": '<a href="https://adcom.test/optout">停止の手続き</a>',
    }
    return line(**{**stated, **changed})


SEVEN = (
    "当サイトは電気通信事業法27条の12第4号のオプトアウト措置を講じています。お申し出により情報の送信を停止します。"
    "オプトアウトのお手続きはこちらのページから行えます。オプトアウトすると、おすすめの表示を利用できなくなります。"
)
BANNER = """<section id="banner" style="position: fixed; bottom: 0; left: 0; right: 0; background: #eee">
<p>{words}</p><button onclick="chosen('yes')">同意する</button><button onclick="chosen('no')">拒否する</button>
</section>
<script>
  const begin = () => {{ {accepted} }}, refused = () => {{ {refused} }};
  const chosen = value => {{ document.cookie = "choice=" + value + "; path=/"; banner.remove();
    value === "yes" ? begin() : refused(); }};
  if (document.cookie.includes("choice=")) banner.remove();
  {early}
</script>"""
SEND = """for (const n of [1, 2]) new Image().src = "https://t.adcom.test/hit?id=abcdef012345678" + n + "&u="
 + encodeURIComponent(location.href);"""


def banner(words: str, *, early: str = "", accepted: str = "", refused: str = "") -> str:
    """A consent banner, and the scripts it runs before and after the choice."""
    return BANNER.format(words=words, early=early, accepted=accepted, refused=refused)
