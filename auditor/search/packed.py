"""Compressed bytes inside other bytes: told by their first bytes, or tried; nothing here raises."""

import re
from collections.abc import Iterator
from itertools import islice

import zstandard

from auditor.content import MAX_OUT, decode_content
from auditor.search.text import Armoured, Origin, Text

# RFC 1952 2.3.1; RFC 1950 2.2 with a window of 32 KiB; RFC 8878 3.1.1.
_MAGIC = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|\x78[\x01\x5e\x9c\xda]")
_NAMES = {0x1F: ("gzip", "gzip"), 0x28: ("zstd", "zstd"), 0x78: ("zlib", "deflate")}
PACKERS = frozenset(("gzip", "zlib", "deflate", "brotli", "zstd"))
_TRIED = (("brotli", "br"), ("deflate", "deflate"))
_LEAST, _MOST = 6, 1 << 20
_TRIES = 4096
_KNOWN = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"wOF2", b"wOFF", b"\x00\x01\x00\x00", b"OTTO", b"%PDF")


def unpacked(text: Text) -> Iterator[Text]:
    """What was compressed in `text`.

    Brotli and bare deflate have no mark of their own: tried where something was encoded as a whole, and believed only
    where they end as they should.
    """
    data = text.data
    for match in islice(_MAGIC.finditer(data), _TRIES):
        layer, coding = _NAMES[data[match.start()]]
        raw = data[match.start() : match.start() + _MOST]
        out = _one_frame(raw) if layer == "zstd" else decode_content(raw, coding).data
        if len(out) >= _LEAST:
            yield _whole(text, layer, out, match.start(), len(data))
    for start, end in islice(text.runs(), _TRIES):
        raw = data[start : min(end, start + _MOST)]
        if len(raw) < _LEAST or raw.startswith(_KNOWN) or raw.isascii() or _MAGIC.match(raw):
            continue
        for layer, coding in _TRIED:
            done = decode_content(raw, coding)
            if done.problem is None and len(done.data) >= _LEAST:
                yield _whole(text, layer, done.data, start, end)


def _one_frame(raw: bytes) -> bytes:
    """The first zstd frame; what follows it is something else."""
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw) as reader:
            return reader.read(MAX_OUT)
    except zstandard.ZstdError:
        return b""


def _whole(text: Text, layer: str, out: bytes, start: int, end: int) -> Text:
    return Armoured(out, text, (layer,), [0], [Origin(start, end)], 0)
