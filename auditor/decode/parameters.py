"""The named values of a request's address: query, matrix parameters (`;src=1`), path segments.

Every function bounds its work: at most MAX_PARAMETERS values a request, MAX_VALUE characters each. Bytes that are
not UTF-8 (Shift_JIS queries) become replacement characters; the evidence keeps the originals.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from auditor.vendors import Carrier

MAX_PARAMETERS = 5000
MAX_VALUE = 16384
MAX_DEPTH = 40

_MAX_SEGMENTS = 64
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


class Param(NamedTuple):
    """One named value and where it travelled."""

    name: str
    value: str
    carrier: Carrier


def split_url(url: str) -> SplitResult | None:
    """The address in parts, None for a malformed one (such as a broken IPv6 host)."""
    try:
        parts = urlsplit(url)
        if "[" in parts.netloc:
            _ = parts.hostname
    except ValueError:
        return None
    return parts


def query_params(query: str, carrier: Carrier = Carrier.query) -> list[Param]:
    """The fields of a query string or an urlencoded body, in order, empty values included (WHATWG URL 5.1)."""
    if not query:
        return []
    found: list[Param] = []
    for piece in query.split("&", MAX_PARAMETERS)[:MAX_PARAMETERS]:
        if piece:
            name, _, value = piece.partition("=")
            # Most names and many values hold nothing to unescape.
            if "%" in piece or "+" in piece or len(piece) > MAX_VALUE:
                name, value = _text(name), _text(value)
            found.append(Param(name, value, carrier))
    return found


def path_params(path: str) -> list[Param]:
    """Segments as `path.1`, `path.2`, ...; they count only where a vendor file names them."""
    segments = path.strip("/").split("/", _MAX_SEGMENTS)[:_MAX_SEGMENTS]
    return [
        Param(f"path.{number}", unescaped(segment.partition(";")[0])[:MAX_VALUE], Carrier.path)
        for number, segment in enumerate(segments, 1)
    ]


def matrix_params(path: str) -> list[Param]:
    """Matrix parameters (`activityi;src=1;type=x`) by their names."""
    found: list[Param] = []
    if ";" in path:
        for segment in path.split("/", _MAX_SEGMENTS)[:_MAX_SEGMENTS]:
            for piece in segment.split(";")[1:256]:
                name, equals, value = piece.partition("=")
                if equals:
                    found.append(Param(_text(name), _text(value), Carrier.path))
    return found


def cookie_pairs(header: str) -> list[tuple[str, str]]:
    """Name and value of each cookie in a Cookie header (RFC 6265 5.4)."""
    pairs = (piece.strip().partition("=") for piece in header.split(";")[:MAX_PARAMETERS])
    return [(name, value[:MAX_VALUE]) for name, equals, value in pairs if name and equals]


def flatten(data: Any, carrier: Carrier, prefix: str = "") -> list[Param]:
    """JSON data as dotted paths (`events.0.name`), in order, iteratively: depth and number are bounded."""
    found: list[Param] = []
    pending: list[tuple[str, Any, int]] = [(prefix, data, 0)]
    while pending and len(found) < MAX_PARAMETERS:
        name, value, depth = pending.pop()
        children: Iterable[tuple[str, Any]]
        if isinstance(value, dict) and depth < MAX_DEPTH:
            children = value.items()
        elif isinstance(value, list) and depth < MAX_DEPTH:
            children = ((str(i), item) for i, item in enumerate(value[:MAX_PARAMETERS]))
        else:
            found.append(Param(clean(name), _scalar(value), carrier))
            continue
        level = [(f"{name}.{key}" if name else key, item, depth + 1) for key, item in children]
        pending.extend(reversed(level))
    return found


def load_json(text: str) -> Any:
    """The JSON value with its numbers as written; ValueError for anything else, too deep nesting included."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _scalar(value: Any) -> str:
    match value:
        case str():
            return clean(value)
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case _:
            return clean(json.dumps(value, ensure_ascii=False)) if isinstance(value, int | float) else "..."


def unescaped(text: str) -> str:
    """A text with its `%XX` undone (RFC 3986 2.1), run by run: urllib does it byte by byte, at five times the cost."""
    return _ESCAPES.sub(_run, text) if "%" in text else text


class _Runs(dict[str, str]):
    """Runs of `%XX` and what they stand for; a few (`%3A`, `%2F`) are most of all there are."""

    def __missing__(self, run: str) -> str:
        text = bytes.fromhex(run.replace("%", "")).decode("utf-8", "replace")
        if len(self) < _RUNS_KEPT and len(run) < 32:
            self[run] = text
        return text


_RUNS_KEPT = 8192
_runs = _Runs()


def _run(match: re.Match[str]) -> str:
    return _runs[match[0]]


def _text(escaped: str) -> str:
    return unescaped(escaped.replace("+", " "))[:MAX_VALUE]


def clean(text: str) -> str:
    """No lone surrogates: JSON can write them, no table can hold them."""
    text = text[:MAX_VALUE]
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
