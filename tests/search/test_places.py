"""Where a value is found in an exchange: each carrier, its name, both sides."""

import base64
import gzip
import hashlib
import json
from typing import Any

from auditor.evidence import Exchange
from auditor.evidence.base import Source
from auditor.evidence.exchange import Body, Message
from auditor.search import Found, Place, Searcher, Side
from tests.bench.traffic import AT

VALUE = "k3Y5v7Zx9Q2w"
SEARCHER = Searcher([{VALUE: ""}])


def body(data: bytes) -> Body:
    return Body(size=len(data), sha256=hashlib.sha256(data).hexdigest(), kept=data)


def found(**fields: Any) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """(side, carrier, name, layers) of all that is found."""
    parts: dict[str, Any] = {"url": "https://r.test/", "method": "GET", **fields}
    exchange = Exchange(visit="v", request="r00001", started_at=AT, source=Source.both, **parts)
    hits = SEARCHER.exchange(exchange)
    assert {(one.key, one.variant) for one in hits} <= {(0, "")}
    return [(one.place.side.value, one.place.carrier, one.place.name, one.layers) for one in hits]


def test_address() -> None:
    assert found(url=f"https://{VALUE}.r.test/") == [("request", "header", "host", ())]
    assert found(url=f"https://r.test/u/{VALUE}/x") == [("request", "path", "", ())]
    assert found(url=f"https://r.test/?a=1&u%5Bid%5D={VALUE}&b") == [("request", "query", "u[id]", ())]
    packed = base64.urlsafe_b64encode(gzip.compress(VALUE.encode(), mtime=0)).decode().rstrip("=")
    told = [("request", "path", "", ("base64url" if set("-_") & set(packed) else "base64", "gzip"))]
    assert found(url=f"https://r.test/u/{packed}/x") == told


def test_headers_and_cookies() -> None:
    assert found(request_headers=(("X-User", VALUE),)) == [("request", "header", "x-user", ())]
    cookies = (("cookie", f"a=1; uid={VALUE}"), ("cookie", f"b={VALUE[::-1]}"))
    assert found(request_headers=cookies) == [
        ("request", "cookie", "uid", ()),
        ("request", "cookie", "b", ("reversed",)),
    ]
    answer = (
        ("Set-Cookie", f"uid={VALUE}; Path=/"),
        ("Location", f"https://p.test/s?to={VALUE}"),
        ("ETag", f'W/"{VALUE}"'),
    )
    assert found(response_headers=answer) == [
        ("response", "cookie", "uid", ()),
        ("response", "location", "to", ()),
        ("response", "header", "etag", ()),
    ]


def test_bodies_and_their_fields() -> None:
    form = (("content-type", "application/x-www-form-urlencoded"),)
    assert found(request_headers=form, request_body=body(f"a=1&id={VALUE}&b=2".encode())) == [
        ("request", "body", "id", ())
    ]
    kind = (("content-type", "application/json"), ("content-encoding", "gzip"))
    inner = json.dumps({"user": {"id": VALUE}})
    sent = gzip.compress(json.dumps({"n": 1, "events": [{"data": inner}]}).encode())
    assert found(request_headers=kind, request_body=body(sent)) == [("request", "body", "id", ())]
    parts = b'--x\r\nContent-Disposition: form-data; name="em"\r\n\r\n' + VALUE.encode() + b"\r\n--x--\r\n"
    multipart = (("content-type", "multipart/form-data; boundary=x"),)
    assert found(request_headers=multipart, request_body=body(parts)) == [("request", "body", "em", ())]
    protobuf = b"\x08\x01\x12" + bytes([len(VALUE)]) + VALUE.encode() + b"\x18\x05"
    assert found(request_body=body(protobuf)) == [("request", "body", "", ())]
    page = f"<p>x</p><script>var id='{VALUE}'</script>".encode()
    assert found(response_headers=(("content-type", "text/html"),), response_body=body(page)) == [
        ("response", "body", "", ())
    ]


def test_messages_both_ways() -> None:
    sent, got = json.dumps({"uid": VALUE}).encode(), b"\x00\x01" + VALUE.encode()
    messages = (
        Message(at=AT, from_client=True, text=True, body=body(sent)),
        Message(at=AT, from_client=False, text=False, body=body(got)),
    )
    assert found(messages=messages) == [("request", "message", "uid", ()), ("response", "message", "", ())]


def test_the_same_body_again_keeps_its_places() -> None:
    data = json.dumps({"fill": "x" * 600, "id": VALUE}).encode()
    exchanges = [
        Exchange(
            visit="v",
            request=f"r{n:05}",
            started_at=AT,
            source=Source.both,
            method="GET",
            url=f"https://r.test/{n}",
            response_headers=(("content-type", "application/json"),),
            response_body=body(data),
        )
        for n in range(3)
    ]
    told = [Found(0, Place(Side.response, "body", "id"), "", ())]
    assert list(SEARCHER.exchanges(exchanges)) == [told, told, told]
    assert SEARCHER.exchange(exchanges[1]) == told


def test_a_field_of_json_within_json_is_named_by_its_own_key() -> None:
    text = '{"kind":"x","payload":"{\\"born\\":\\"k3Y5v7Zx9Q2w\\",\\"n\\":1}"}'
    kind = (("content-type", "application/json"),)
    assert found(method="POST", request_headers=kind, request_body=body(text.encode())) == [
        ("request", "body", "born", ())
    ]
