"""Traffic made up by a seed: requests as tags send them, bodies as sites answer, with known values planted in it."""

import base64
import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

from auditor.evidence import Exchange
from auditor.evidence.base import Source
from auditor.evidence.exchange import Body

AT = datetime(2026, 11, 1, tzinfo=UTC)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_TEXT = """
function return window document const value event cookie length prototype undefined addEventListener page view click
product price item category userAgent screen width height referrer session storage consent purpose vendor banner image
script style margin padding display container wrapper header footer navigation button input submit createElement
getElementsByTagName querySelectorAll XMLHttpRequest encodeURIComponent お知らせ 商品 価格 送料無料 カート
"""
_WORDS = _TEXT.split()

_SIZES = (0.02, 0.1, 0.3, 1, 2, 3.3)
_REQUEST_BYTES = 1_350
"""Of a request without its answer's body, in the middle; and what a body's last part adds."""


class Planted(NamedTuple):
    """A value put into a request: its number, carrier, name and layers."""

    key: int
    carrier: str
    name: str
    layers: tuple[str, ...]


class Made(NamedTuple):
    """A request and what it carries of the known values."""

    exchange: Exchange
    planted: tuple[Planted, ...]


def values(seed: int, count: int) -> list[str]:
    """Identifiers in the shapes that tags give them."""
    draw = random.Random(f"values {seed}")
    return [_value(draw, n) for n in range(count)]


def _value(draw: random.Random, n: int) -> str:
    match n % 6:
        case 0:
            return f"fb.1.{draw.randrange(10**12, 2 * 10**12)}.{draw.randrange(10**9, 10**10)}"
        case 1:
            return f"{draw.randrange(10**9, 10**10)}.{draw.randrange(10**9, 2 * 10**9)}"
        case 2:
            raw = f"{draw.getrandbits(128):032x}"
            return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"
        case 3:
            return "".join(draw.choices(_LETTERS, k=draw.randint(16, 43)))
        case 4:
            return f"{draw.getrandbits(80):020x}"
    return "".join(draw.choices(_LETTERS, k=draw.randint(8, 12)))


def _random_id(draw: random.Random) -> str:
    return _value(draw, draw.randrange(6))


def requests(seed: int, known: list[str], count: int, size: int) -> Iterator[Made]:
    """`count` requests with response bodies, together about `size` bytes; four in five bodies are seen once."""
    draw = random.Random(f"requests {seed}")
    mean = max(100.0, size / count - _REQUEST_BYTES) / (sum(_SIZES) / len(_SIZES))
    shared: list[bytes] = []
    sharing = max(4, count // 200)
    for n in range(count):
        if shared and draw.random() < 0.2:
            body = draw.choice(shared)
        else:
            body = response(draw, known, int(mean * draw.choice(_SIZES)))
            if len(shared) < sharing:
                shared.append(body)
        yield request(draw, known, n, body)


def request(draw: random.Random, known: list[str], n: int, body: bytes) -> Made:
    """One request with one to four known values, each in another place, as it is or encoded."""
    planted: list[Planted] = []

    def put(carrier: str, name: str) -> str:
        key = draw.randrange(len(known))
        layers, text = _written(draw, known[key])
        planted.append(Planted(key, carrier, name, layers))
        return text

    query = [f"v={n}", f"dl={quote('https://shop.example.test/items/' + str(draw.randrange(10**6)), safe='')}"]
    query += [f"p{at}={_random_id(draw)}" for at in range(draw.randint(2, 12))]
    if draw.random() < 0.6:
        query.append(f"cid={put('query', 'cid')}")
    cookies = [f"c{at}={_random_id(draw)}" for at in range(draw.randint(0, 6))]
    if draw.random() < 0.7:
        cookies.append(f"uid={put('cookie', 'uid')}")
    headers = [
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0"),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
        ("referer", f"https://shop.example.test/items/{draw.randrange(10**6)}"),
        ("cookie", "; ".join(cookies)),
    ]
    sent = b""
    if draw.random() < 0.3:
        fields = ", ".join(f'"f{at}": "{_random_id(draw)}"' for at in range(draw.randint(1, 20)))
        sent = f'{{"events": [{{{fields}}}], "id": "{put("body", "id")}"}}'.encode()
        headers.append(("content-type", "application/json"))
    exchange = Exchange(
        visit="v",
        request=f"r{n:05}",
        started_at=AT,
        method="POST" if sent else "GET",
        url=f"https://t{n % 40}.recipient.test/collect/{draw.randrange(10**4)}?{'&'.join(query)}",
        request_headers=tuple(headers),
        request_body=_body(sent),
        status=200,
        response_headers=(("content-type", "text/html"), ("etag", f'"{draw.getrandbits(64):016x}"')),
        response_body=_body(body),
        source=Source.both,
    )
    return Made(exchange, tuple(planted))


def _written(draw: random.Random, value: str) -> tuple[tuple[str, ...], str]:
    kind = draw.random()
    if kind < 0.7:
        return (), value
    if kind < 0.8:
        return ("base64",), base64.b64encode(value.encode()).decode().rstrip("=")
    if kind < 0.9:
        return ("sha256",), hashlib.sha256(value.encode()).hexdigest()
    if kind < 0.95:
        return ("hex",), value.encode().hex()
    return ("url",), "".join(f"%{byte:02X}" for byte in value.encode())


def _body(data: bytes) -> Body:
    return Body(size=len(data), sha256=hashlib.sha256(data).hexdigest(), kept=data) if data else Body()


def _markup(draw: random.Random) -> str:
    named, ref = f"{draw.choice(_WORDS)}-{draw.choice(_WORDS)}", draw.choice(_WORDS)
    link = f"/items/{draw.randrange(10**6)}?ref={ref}&amp;n={draw.randrange(99)}"
    return f'<div class="{named}"><a href="{link}">{" ".join(draw.choices(_WORDS, k=12))}</a></div>\n'


def _script(draw: random.Random) -> str:
    a, b, c, d = draw.choices(_WORDS, k=4)
    called = f'function {a}{draw.randrange(99)}(e,t){{var n=e.{b}||"{c}";'
    return called + f'return t&&n.{d}("\\u3042{c}/{a}")?{draw.randrange(10**6)}:null}}'


def _record(draw: random.Random) -> str:
    address = f"https:\\/\\/cdn.example.test\\/{draw.getrandbits(64):016x}.jpg"
    return f'{{"id":"{_random_id(draw)}","name":"{" ".join(draw.choices(_WORDS, k=3))}","url":"{address}"}},\n'


def _picture(draw: random.Random) -> str:
    data = base64.b64encode(draw.randbytes(draw.randint(300, 3000))).decode()
    text = " ".join(draw.choices(_WORDS, k=40))
    return f'<img alt="{draw.choice(_WORDS)}" src="data:image/png;base64,{data}">\n<p>{text}</p>'


_PARTS = (_markup, _script, _record, _picture)


def response(draw: random.Random, known: list[str], size: int) -> bytes:
    """A page, a script, JSON, or a page full of base64 pictures."""
    parts: list[str] = []
    length, kind = 0, draw.randrange(4)
    while length < size:
        part = _PARTS[kind](draw)
        parts.append(part)
        length += len(part)
    if draw.random() < 0.05:
        parts.insert(draw.randrange(len(parts) + 1), f'"{draw.choice(known)}"')
    return "".join(parts).encode()
