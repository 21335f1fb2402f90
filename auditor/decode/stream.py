"""Addresses and JSON lines to decoded requests, one at a time: a million need no more memory than a thousand.

A line is an address, or a JSON object: `url`; `method`, `headers` (object, or list of pairs), `body` or `body_base64`,
`page` (address of the page that sent it) where they are known. A line that is neither is told with its place, and the
others are decoded all the same.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import orjson

from auditor.content import decode_content
from auditor.decode.facts import facts_of_request
from auditor.decode.knowledge import Knowledge
from auditor.decode.reading import NO_ADDRESS, Decoded, decode_request
from auditor.decode.request import Request
from auditor.domains import site_of

MAX_LINE = 32 << 20
_NO_PAIR = "`headers` holds something that is not a name and a value"
_SCHEMES = ("http://", "https://", "ws://", "wss://")


class Asked(NamedTuple):
    """A request to decode, or why there is none (`problem`). `place` names it: `line 3`, `entry 7`."""

    place: str
    request: Request | None
    page: str = ""
    problem: str = ""


def asked_in(lines: Iterable[bytes], first: int = 1) -> Iterator[Asked]:
    """The requests of lines (numbered from `first`); empty lines and `#` comments are passed over."""
    for number, raw in enumerate(lines, first):
        line = raw.strip()
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line and not line.startswith(b"#"):
            yield _asked(line, f"line {number}")


def _asked(line: bytes, place: str) -> Asked:
    if len(line) > MAX_LINE:
        return Asked(place, None, problem=f"longer than {MAX_LINE} bytes")
    if not line.startswith(b"{"):
        text = line.decode("utf-8", "replace")
        if not text[:8].lower().startswith(_SCHEMES):
            return Asked(place, None, problem="neither an address (https://...) nor a JSON object with `url`")
        return Asked(place, Request("GET", text))
    try:
        return _object(orjson.loads(line), place)
    except ValueError as error:
        return Asked(place, None, problem=str(error) if isinstance(error, _Wrong) else "is not valid JSON")


class _Wrong(ValueError):
    """A JSON object that is not a request: says which field."""


def _object(data: Any, place: str) -> Asked:
    url, method, page = (_text(data, key) for key in ("url", "method", "page"))
    if not url:
        raise _Wrong("has no `url`")
    headers = _headers(data.get("headers") or ())
    body = _text(data, "body").encode("utf-8", "replace")
    if encoded := _text(data, "body_base64"):
        try:
            body = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise _Wrong("`body_base64` is not base64") from None
    problems: tuple[str, ...] = ()
    request = Request((method or "GET").upper(), url, headers, body)
    if body and (coding := request.header("content-encoding")):
        content = decode_content(body, coding)
        body, problems = content.data, (f"request body: {content.problem}",) if content.problem else ()
    return Asked(place, request._replace(body=body, problems=problems), page)


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Wrong(f"`{key}` is not text")
    return value


def _headers(given: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(given, dict):
        pairs = list(given.items())
    elif isinstance(given, list | tuple):
        pairs = [_pair(one) for one in given]
    else:
        raise _Wrong("`headers` is neither an object nor a list")
    for _, value in pairs:
        if type(value) is not str:
            raise _Wrong(_NO_PAIR)
    return tuple([(name.lower(), value) for name, value in pairs])


def _pair(one: Any) -> tuple[str, Any]:
    """Name and value of a header written as `{"name", "value"}` or `[name, value]`."""
    match one:
        case {"name": str(name), "value": value}:
            return name, value
        case [str(name), value]:
            return name, value
    raise _Wrong(_NO_PAIR)


def decode_asked(asked: Asked, knowledge: Knowledge) -> Decoded | None:
    """The items of one request; None where there is no request or it goes to no address of the web."""
    if asked.request is None:
        return None
    site = site_of(asked.page) if asked.page else ""
    facts = facts_of_request(asked.request, asked.page, site, knowledge)
    return decode_request(asked.request, site, knowledge, facts)


def line_of(asked: Asked, decoded: Decoded | None) -> bytes:
    """The JSON line that answers: who receives it and each item; for what could not be read, its place and why.

    Nothing for a request of the site to itself that nothing tells to be a vendor's: it sends nothing to anybody else.
    """
    if decoded is None:
        problem = asked.problem or NO_ADDRESS
        return orjson.dumps({"place": asked.place, "problem": problem}, option=orjson.OPT_APPEND_NEWLINE)
    if not decoded.items:
        return b""
    told = decoded.told
    items = [
        {
            "parameter": item.parameter,
            "data_type": item.data_type,
            "value": item.value,
            "carrier": item.carrier,
            "source": item.source,
            "mark": item.mark,
        }
        for item in decoded.items
    ]
    answer: dict[str, Any] = {
        "url": asked.request.url if asked.request else "",
        "vendor": told.vendor.vendor if told.vendor else None,
        "recipient": decoded.recipient,
        "module": told.module.id if told.module else None,
        "items": items,
    }
    if told.told_by:
        answer["told_by"] = told.told_by
    if decoded.problems:
        answer["problems"] = decoded.problems
    try:
        return orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        # Half a surrogate pair, left by broken bytes: only escaped can it be written.
        return json.dumps(answer).encode() + b"\n"
