"""URL escapes, JSON escapes and HTML entities undone, in the words that have any; nothing here raises."""

import html
import re
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from auditor.search.text import SEPARATOR, Escaped, Text

_URL = re.compile(rb"%(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
_URL_OR_PLUS = re.compile(rb"%(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})|\+")
_JSON = re.compile(
    rb"\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[\"'\\/bfnrt])"
)
_HTML = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CONTROL = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def _table(ends: bytes) -> NDArray[np.bool_]:
    table = np.zeros(256, dtype=bool)
    table[np.frombuffer(ends, dtype=np.uint8)] = True
    return table


_SPACES = bytes(range(0x21))
_URL_ENDS = _table(_SPACES + b'"<>&`')
_JSON_ENDS = _table(b"\x00\r\n<>`")
_HTML_ENDS = _table(b'\x00\r\n<>"`')


def undone(text: Text) -> Iterator[Text]:
    """The text's words with escapes, one kind undone at a time; with a form's `+` for a space also the other way."""
    data = text.data
    if b"%" in data:
        yield from _undo(text, "url", _URL, _URL_ENDS, _from_url)
        if b"+" in data:
            yield from _undo(text, "url", _URL_OR_PLUS, _URL_ENDS, _from_url, needs=_URL, also=b"+")
    if b"\\" in data:
        yield from _undo(text, "json", _JSON, _JSON_ENDS, _from_json)
    if b"&" in data:
        yield from _undo(text, "html", _HTML, _HTML_ENDS, _from_html)


def _undo(
    text: Text,
    layer: str,
    escape: re.Pattern[bytes],
    ends: NDArray[np.bool_],
    plain: Callable[[bytes], bytes],
    *,
    needs: re.Pattern[bytes] | None = None,
    also: bytes = b"",
) -> Iterator[Text]:
    data = text.data
    marks = [match.start() for match in (needs or escape).finditer(data)]
    if not marks:
        return
    parts: list[bytes] = []
    lengths: list[int] = []
    stood: list[int] = []
    wide: list[int] = []  # 0: as it is, else the width of the escape

    size = 0

    def add(part: bytes, at: int, width: int) -> None:
        nonlocal size
        size += len(part)
        parts.append(part)
        lengths.append(len(part))
        stood.append(at)
        wide.append(width)

    words: list[tuple[int, int]] = []
    for start, end in _words(data, np.array(marks), ends):
        if also and also not in data[start:end]:
            continue
        done, begun = start, size
        for match in escape.finditer(data, start, end):
            if match.start() > done:
                add(data[done : match.start()], done, 0)
            add(plain(match.group()), match.start(), match.end() - match.start())
            done = match.end()
        if done < end:
            add(data[done:end], done, 0)
        words.append((begun, size))
        add(SEPARATOR, end, 0)
    if not parts:
        return
    counts = np.array(lengths, dtype=np.int64)
    width = np.repeat(np.array(wide, dtype=np.int32), counts)
    where = np.repeat(np.array(stood, dtype=np.int32), counts)
    offset = np.repeat(np.cumsum(counts) - counts, counts)
    literal = width == 0
    where[literal] += (np.arange(len(where)) - offset)[literal].astype(np.int32)
    width[literal] = 1
    # An escape may be as wide as what it stands for only where it is one byte of a form's plus.
    width[~literal] = np.maximum(width[~literal], 2)
    yield Escaped(b"".join(parts), text, (layer,), where, width, words)


def _words(data: bytes, marks: NDArray[np.int64], ends: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The words, as bounded by `ends`, that hold any of the marks; each once."""
    stops = np.flatnonzero(ends[np.frombuffer(data, dtype=np.uint8)])
    after = np.unique(np.searchsorted(stops, marks))
    edges = np.concatenate(([-1], stops, [len(data)]))
    return [(int(edges[at]) + 1, int(edges[at + 1])) for at in after]


def _from_url(escape: bytes) -> bytes:
    if escape == b"+":
        return b" "
    if escape[1] in b"u":
        return _character(int(escape[2:], 16))
    return bytes((int(escape[1:], 16),))


def _from_json(escape: bytes) -> bytes:
    kind = escape[1:2]
    if kind == b"u":
        if len(escape) > 6:
            pair = bytes.fromhex((escape[2:6] + escape[8:12]).decode())
            return pair.decode("utf-16-be").encode()
        return _character(int(escape[2:], 16))
    if kind == b"x":
        return _character(int(escape[2:], 16))
    return _CONTROL.get(kind, kind)


def _from_html(escape: bytes) -> bytes:
    if escape[1:2] == b"#" and not escape[2:-1].strip(b"xX0"):
        return b"\x00"  # which HTML does not allow, and writes as U+FFFD
    return html.unescape(escape.decode()).encode("utf-8", "replace")


def _character(point: int) -> bytes:
    return chr(point).encode("utf-8", "replace")
