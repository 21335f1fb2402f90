"""Bytes put into a request at some place, as browsers and tags put them there."""

import base64
import gzip
import json
import random
from urllib.parse import quote, quote_plus

from auditor.evidence import Exchange
from auditor.evidence.base import Source
from auditor.evidence.exchange import Body, Message

from .traffic import AT

_TEXT = (
    "query", "path", "form", "json", "json in json", "json in query", "cookie", "header", "message", "multipart",
    "base64 json", "gzip body", "set-cookie", "location", "response json",
)  # fmt: skip
_BYTES = ("query", "form", "body", "message", "multipart", "protobuf", "cookie", "gzip body")
PLACES = tuple(dict.fromkeys(_TEXT + _BYTES))


def placed(draw: random.Random, data: bytes, number: int) -> tuple[str, Exchange]:
    """(place, exchange): text anywhere, other bytes only where bytes can be."""
    try:
        text = data.decode()
        plain = text.isprintable()
    except UnicodeDecodeError:
        text, plain = "", False
    place = draw.choice(_TEXT if plain else _BYTES)
    url = f"https://t.recipient.test/c?v=2&tid=G-ABC{number}&cb={draw.randrange(10**12)}"
    headers: list[tuple[str, str]] = [("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"), ("accept", "*/*")]
    answer: list[tuple[str, str]] = [("content-type", "application/json")]
    body = response = b""
    messages: tuple[Message, ...] = ()
    match place:
        case "query":
            url += f"&ud={quote(data, safe='')}&z=1"
        case "path":
            url = f"https://t.recipient.test/v1/users/{quote(data, safe='')}/seen?cb={draw.randrange(10**12)}"
        case "form":
            body = f"a=1&ud={quote_plus(data)}&b=2".encode()
            headers.append(("content-type", "application/x-www-form-urlencoded"))
        case "json" | "gzip body" if plain:
            body = json.dumps(
                {"t": AT.isoformat(), "user": {"ud": text, "n": 3}}, ensure_ascii=draw.random() < 0.5
            ).encode()
            headers.append(("content-type", "application/json"))
        case "json in json":
            inner = json.dumps({"ud": text, "n": [1, 2]})
            body = json.dumps({"events": [{"data": inner}], "v": 1}).encode()
            headers.append(("content-type", "text/plain;charset=UTF-8"))
        case "json in query":
            url += "&ev=" + quote(json.dumps([{"ud": text, "n": 1}], ensure_ascii=False), safe="")
        case "cookie":
            headers.append(("cookie", f"a=1; ud={quote(data, safe='')}; b={draw.getrandbits(60)}"))
        case "header":
            headers.append(("x-user", quote(data, safe="/:=+@,") if not data.isascii() else text))
        case "message":
            sent = json.dumps({"type": "track", "ud": text}).encode() if plain else data
            kept = Body(size=len(sent), kept=sent)
            messages = (Message(at=AT, from_client=True, text=plain, body=kept),)
        case "multipart":
            body = b'--b0undary\r\nContent-Disposition: form-data; name="n"\r\n\r\n3\r\n--b0undary\r\n'
            body += b'Content-Disposition: form-data; name="ud"\r\n\r\n' + data + b"\r\n--b0undary--\r\n"
            headers.append(("content-type", "multipart/form-data; boundary=b0undary"))
        case "base64 json":
            body = base64.b64encode(json.dumps({"n": 1, "user": {"ud": text}}, ensure_ascii=False).encode())
            headers.append(("content-type", "text/plain"))
        case "protobuf":
            body = b"\x08\x96\x01\x12" + _varint(len(data)) + data + b"\x18\x01"
            headers.append(("content-type", "application/x-protobuf"))
        case "set-cookie":
            answer.append(("set-cookie", f"ud={quote(data, safe='')}; Path=/; Secure"))
        case "location":
            answer.append(("location", f"https://s.partner.test/sync?ud={quote(data, safe='')}&r=1"))
        case "response json":
            response = json.dumps({"ok": True, "user": {"ud": text}}).encode()
        case _:
            body = data
    if place == "gzip body":
        body = gzip.compress(body)
        headers.append(("content-encoding", "gzip"))
    return place, Exchange(
        visit="v",
        request=f"r{number:05}",
        started_at=AT,
        method="POST" if body else "GET",
        url=url,
        request_headers=tuple(headers),
        request_body=Body(size=len(body), kept=body),
        status=200,
        response_headers=tuple(answer),
        response_body=Body(size=len(response), kept=response),
        messages=messages,
        source=Source.both,
    )


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])
