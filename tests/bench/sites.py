"""Twenty sites of about 70 requests each: the same bytes every time, as large and as mixed as real pages are."""

import gzip
import random
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache

COUNT = 20
TAGS, LIBRARY, ADS, MATCH, WIDGET, CHAT = (
    "tag.analytics.test",
    "cdn.library.test",
    "px.ads.test",
    "sync.match.test",
    "embed.widget.test",
    "live.chat.test",
)
SHARED = (TAGS, LIBRARY, ADS, MATCH, WIDGET, CHAT)
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01"
GIF += b"\x00\x01\x00\x00\x02\x02D\x01\x00;"
PIXELS, SYNCS, FRAMES, ASKED, TOLD = 6, 2, 2, 5, 2
"""Per site: third-party pixels, cookie syncs of three hops, frames, fetches that read, fetches that write."""


@dataclass(frozen=True)
class Resource:
    """What one address answers with."""

    media: str
    body: bytes
    encoding: str | None = None
    cookie: str | None = None


def names(site: int) -> tuple[str, str]:
    """A site's own hosts: its pages and its pictures."""
    return f"www.site{site:02d}.test", f"img.site{site:02d}.test"


def address(site: int) -> str:
    """A site's first page."""
    return f"https://{names(site)[0]}/"


def has_socket(site: int) -> bool:
    """Whether the site keeps a WebSocket to the chat's host."""
    return site % 4 == 0


@lru_cache
def resources(count: int) -> dict[tuple[str, str], Resource]:
    """Every fixed answer of the first `count` sites and of the hosts they share, by host and path."""
    found: dict[tuple[str, str], Resource] = {}
    shared = random.Random("shared")
    for host, path, size in (
        (TAGS, "/tag.js", 95_000),
        (TAGS, "/plugin.js", 30_000),
        (LIBRARY, "/library.js", 88_000),
        (LIBRARY, "/carousel.js", 24_000),
        (ADS, "/ads.js", 70_000),
        (WIDGET, "/widget.js", 40_000),
    ):
        tail = PIXEL_SCRIPT if path == "/tag.js" else SYNC_SCRIPT if path == "/ads.js" else ""
        found[host, path] = _script(shared, size, tail)
    found[WIDGET, "/frame"] = _text("text/html", FRAME)
    for host in (TAGS, ADS, MATCH, WIDGET):
        found[host, "/p.gif"] = Resource("image/gif", GIF, cookie="id=0123456789abcdef; Secure; SameSite=None; Path=/")
    for site in range(count):
        found |= _site(site)
    return found


def _site(site: int) -> dict[tuple[str, str], Resource]:
    draw = random.Random(f"site {site}")
    page, pictures = names(site)
    found: dict[tuple[str, str], Resource] = {}
    styles = [f"/style{n}.css" for n in range(3)]
    scripts = [f"/script{n}.js" for n in range(7)]
    images = [(pictures, f"/photo{n}.png") for n in range(18)] + [(page, f"/icon{n}.png") for n in range(8)]
    for path in styles:
        found[page, path] = _text("text/css", _styles(draw, draw.randrange(15_000, 50_000)))
    for number, path in enumerate(scripts):
        tail = (MAIN_SCRIPT + (SOCKET_SCRIPT if has_socket(site) else "")) if number == 0 else ""
        found[page, path] = _script(draw, draw.randrange(12_000, 90_000), tail)
    for host, path in images:
        side = draw.randrange(30, 140) if host == pictures else draw.randrange(16, 48)
        found[host, path] = Resource("image/png", _png(draw, side))
    for number in range(ASKED):
        items = [{"id": draw.randrange(1 << 30), "name": _words(draw, 6)} for _ in range(draw.randrange(20, 160))]
        found[page, f"/api/items{number}"] = _text("application/json", str(items).replace("'", '"'))
    found[page, "/favicon.ico"] = Resource("image/png", _png(draw, 16))
    found[page, "/"] = _page(draw, site, styles, scripts, images)
    return found


def _page(
    draw: random.Random, site: int, styles: list[str], scripts: list[str], images: list[tuple[str, str]]
) -> Resource:
    third = [(TAGS, "/tag.js"), (TAGS, "/plugin.js"), (LIBRARY, "/library.js"), (LIBRARY, "/carousel.js")]
    third += [(ADS, "/ads.js")]
    head = [f'<link rel="stylesheet" href="{path}">' for path in styles]
    head += [f'<script defer src="https://{host}{path}?site={site}"></script>' for host, path in third]
    head += [f'<script defer src="{path}"></script>' for path in scripts]
    body = []
    for host, path in images:
        body.append(f'<h2>{_words(draw, 5)}</h2><img src="https://{host}{path}" width="80" height="80">')
        body += [f"<p>{_words(draw, 60)}</p>" for _ in range(draw.randrange(2, 7))]
    frames = [f'<iframe src="https://{WIDGET}/frame?site={site}&n={n}"></iframe>' for n in range(FRAMES)]
    top = ['<!doctype html><html lang="ja"><meta charset="utf-8">', f"<title>site {site}</title>"]
    html = "\n".join([*top, *head, f'<body data-site="{site}">', *body, *frames, "</body></html>"])
    return _text("text/html", html, cookie=f"visitor={site:02d}-0123456789; Path=/; Max-Age=3600")


PIXEL_SCRIPT = f"""
(function () {{
  var site = document.body.dataset.site;
  for (var n = 0; n < {PIXELS}; n++)
    new Image().src = 'https://{TAGS}/p.gif?site=' + site + '&n=' + n + '&dl=' + encodeURIComponent(location.href);
  navigator.sendBeacon('https://{TAGS}/collect?site=' + site, 'e=page_view&t=' + encodeURIComponent(document.title));
}})();
"""

SYNC_SCRIPT = f"""
(function () {{
  for (var n = 0; n < {SYNCS}; n++)
    new Image().src = 'https://{ADS}/sync?site=' + document.body.dataset.site + '&n=' + n;
}})();
"""

MAIN_SCRIPT = f"""
(async function () {{
  for (let n = 0; n < {ASKED}; n++) {{
    const items = await (await fetch('/api/items' + n)).json();
    const list = document.createElement('ul');
    for (const item of items.slice(0, 10)) {{
      const line = document.createElement('li');
      line.textContent = item.name;
      list.append(line);
    }}
    document.body.append(list);
  }}
  for (let n = 0; n < {TOLD}; n++)
    await fetch('/api/events?n=' + n, {{method: 'POST', body: JSON.stringify({{event: n, padding: 'x'.repeat(400)}})}});
  navigator.sendBeacon('/seen', 'done');
}})();
addEventListener('pagehide', () => navigator.sendBeacon('/bye', 'bye'));
"""

SOCKET_SCRIPT = f"""
(function () {{
  const socket = new WebSocket('wss://{CHAT}/socket?site=' + document.body.dataset.site);
  let left = 3;
  socket.onopen = () => socket.send('hello ' + left);
  socket.onmessage = () => --left ? socket.send('hello ' + left) : socket.close();
}})();
"""

FRAME = f"""<!doctype html><meta charset="utf-8"><title>widget</title>
<script>
const query = location.search;
const script = document.createElement('script');
script.src = 'https://{WIDGET}/widget.js' + query;
document.head.append(script);
new Image().src = 'https://{WIDGET}/p.gif' + query;
</script>"""


def _text(media: str, text: str, cookie: str | None = None) -> Resource:
    return Resource(f"{media}; charset=utf-8", gzip.compress(text.encode(), 6, mtime=0), "gzip", cookie)


def _script(draw: random.Random, size: int, tail: str) -> Resource:
    lines, length = ["var library = {};"], 0
    while length < size:
        name = f"{draw.choice(WORDS)}{draw.randrange(1 << 16):x}"
        line = (
            f"library.{name} = function (a, b) {{ var c = a * {draw.randrange(99)} + b.length; "
            f"if (c > {draw.randrange(9999)}) return '{_words(draw, 4)}'.slice(c); return c + '{name}'; }};"
        )
        lines.append(line)
        length += len(line)
    return _text("text/javascript", "\n".join(lines) + tail)


def _styles(draw: random.Random, size: int) -> str:
    lines, length = [], 0
    while length < size:
        line = f".{draw.choice(WORDS)}{draw.randrange(1 << 12):x} {{ margin: {draw.randrange(40)}px; color: #333; }}"
        lines.append(line)
        length += len(line)
    return "\n".join(lines)


def _png(draw: random.Random, side: int) -> bytes:
    """A picture of noise: its size on the wire is its size."""
    rows = b"".join(b"\0" + draw.randbytes(side * 3) for _ in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


WORDS = (
    "item price view cart shop news user page list menu photo search login order detail event review".split()  # noqa: SIM905 - prose
)


def _words(draw: random.Random, count: int) -> str:
    return " ".join(draw.choice(WORDS) for _ in range(count))
