"""URL escapes, JSON escapes and HTML entities undone, in the words that have any; nothing here raises."""

import html
import re
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from auditor.search.text import SEPARATOR, Escaped, Text, Words

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
    words = [word for word in _words(data, np.array(marks), ends) if not also or also in data[word[0] : word[1]]]
    if not words:
        return
    cut = SEPARATOR.join(data[start:end] for start, end in words)
    parts: list[bytes] = []
    spans: list[tuple[int, int]] = []
    known: dict[bytes, bytes] = {}
    done = 0
    for match in escape.finditer(cut):
        begun, ended = match.span()
        written = cut[begun:ended]
        if (made := known.get(written)) is None:
            made = known[written] = plain(written)
        parts += (cut[done:begun], made)
        spans.append((begun, ended))
        done = ended
    parts.append(cut[done:])
    where, width = _way_back(parts, spans)
    starts = np.array([start for start, _ in words], dtype=np.int64)
    lengths = np.array([end - start for start, end in words], dtype=np.int64) + len(SEPARATOR)
    yield Escaped(b"".join(parts), text, (layer,), where, width, Words(np.cumsum(lengths) - lengths, lengths, starts))


def _way_back(parts: list[bytes], spans: list[tuple[int, int]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each byte of the parts (plain text and undone escapes in turn) where it stood, and how wide it was there."""
    begun, ended = np.array(spans, dtype=np.int32).T
    stood, wide = np.zeros(len(parts), dtype=np.int32), np.zeros(len(parts), dtype=np.int32)
    stood[1::2], stood[2::2] = begun, ended
    # An escape is wider than one, or a form's plus, which counts as one too.
    wide[1::2] = np.maximum(ended - begun, 2)
    counts = np.array([len(part) for part in parts], dtype=np.int64)
    where, width = np.repeat(stood, counts), np.repeat(wide, counts)
    plain = width == 0
    where[plain] += (np.arange(len(where)) - np.repeat(np.cumsum(counts) - counts, counts))[plain].astype(np.int32)
    width[plain] = 1
    return where, width


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
