"""Compressed bytes inside other bytes: told by their first bytes, or tried; nothing here raises."""

import zlib
from collections.abc import Iterator
from itertools import islice

import brotli
import numpy as np
import zstandard

from auditor.content import MAX_OUT, decode_content
from auditor.search.text import Armoured, Kind, Text

PACKERS = frozenset(("gzip", "zlib", "deflate", "brotli", "zstd"))
# RFC 1952 2.3.1; RFC 8878 3.1.1; RFC 1950 2.2 with a window of 32 KiB.
_MAGIC = (
    (b"\x1f\x8b\x08", "gzip", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd", "zstd"),
    (b"\x78\x9c", "zlib", "deflate"),
    (b"\x78\x01", "zlib", "deflate"),
    (b"\x78\x5e", "zlib", "deflate"),
    (b"\x78\xda", "zlib", "deflate"),
)
_LEAST, _MOST, _TRIES, _TRIED_OUT, _STEP = 6, 1 << 20, 4096, 1 << 20, 1 << 16
_SEVERAL = 1024
# RFC 7932 9.1: windows of 22 bits (the encoder's own default) and 24 bits.
_BROTLI_WINDOWS = (0xB, 0xF)


def unpacked(text: Text) -> Iterator[Text]:
    """What was compressed in `text`.

    Brotli and bare deflate have no mark of their own: tried where something was encoded as a whole, and believed only
    where they end as they should.
    """
    data = text.data
    for magic, layer, coding in _MAGIC:
        for start in islice(_all(data, magic), _TRIES):
            raw = data[start : start + _MOST]
            out = _one_frame(raw) if layer == "zstd" else decode_content(raw, coding).data
            if len(out) >= _LEAST:
                yield _whole(text, layer, out, start, len(data))
    for start, end in islice(text.runs(), 16 * _TRIES):
        first = data[start] if end - start >= _LEAST else 0x78
        as_brotli, as_deflate = first & 0xF in _BROTLI_WINDOWS, first != 0x78 and _may_be_deflate(data, start, end)
        if (as_brotli or as_deflate) and not data[start:end].isascii():
            if as_brotli and (out := _brotli(data[start : min(end, start + _MOST)])):
                yield _whole(text, "brotli", out, start, end)
            if as_deflate and (out := _bare_deflate(data[start:end])):
                yield _whole(text, "deflate", out, start, end)


def _may_be_deflate(data: bytes, start: int, end: int) -> bool:
    """By the first block (RFC 1951 3.2.3): the last, or of a long text the first of several."""
    match data[start] & 7:
        case 3 | 5:
            return True
        case 1:
            return data[start + 1] ^ data[start + 3] == 0xFF == data[start + 2] ^ data[start + 4]
        case 4:
            return end - start >= _SEVERAL
    return False


def _all(data: bytes, magic: bytes) -> Iterator[int]:
    at = data.find(magic)
    while at >= 0:
        yield at
        at = data.find(magic, at + 1)


def _brotli(raw: bytes) -> bytes:
    """Nothing, where it does not end as it should."""
    machine = brotli.Decompressor()
    try:
        out = bytes(machine.process(raw, output_buffer_limit=_STEP))
        while len(out) < _TRIED_OUT and not machine.is_finished() and not machine.can_accept_more_data():
            out += machine.process(b"", output_buffer_limit=_STEP)
    except brotli.error:
        return b""
    return out if len(out) >= _LEAST and machine.is_finished() else b""


def _bare_deflate(raw: bytes) -> bytes:
    """Nothing, where it does not end as it should."""
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        out = machine.decompress(raw, _TRIED_OUT)
    except zlib.error:
        return b""
    return out if len(out) >= _LEAST and machine.eof and not machine.unused_data else b""


def _one_frame(raw: bytes) -> bytes:
    """The first zstd frame; what follows it is something else."""
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw) as reader:
            return reader.read(MAX_OUT)
    except zstandard.ZstdError:
        return b""


def _whole(text: Text, layer: str, out: bytes, start: int, end: int) -> Text:
    return Armoured(out, text, Kind[layer], np.array([0]), np.array([len(out)]), np.array([start]), np.array([end]), 1)
