"""Content-encoding undone in bounded steps: a small body may unpack to a thousand times its size.

Limits (RELIABILITY.md B34): 16 MiB out. Raw bytes stay in the evidence whatever happens here.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import brotli
import zstandard

MAX_OUT = 16 << 20
_STEP = 1 << 16


class Decoded(NamedTuple):
    """`data` holds what could be decoded; `problem` is None, or says why it is not all."""

    data: bytes
    problem: str | None = None


def decode_content(raw: bytes, content_encoding: str | None) -> Decoded:
    """Undo the codings named in a Content-Encoding header (RFC 9110 8.4), last applied first."""
    data = raw
    codings = [c.strip().lower() for c in (content_encoding or "").split(",") if c.strip()]
    for coding in reversed(codings):
        if coding == "identity" or not data:
            continue
        if (opener := _DECODERS.get(coding)) is None:
            return Decoded(data, f"unknown content-encoding {coding!r}")
        out = bytearray()
        try:
            for piece in opener(data):
                out += piece
                if len(out) > MAX_OUT:
                    return Decoded(bytes(out[:MAX_OUT]), f"{coding} body larger than {MAX_OUT} bytes")
        except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
            return Decoded(bytes(out), f"broken {coding} body: {error}")
        data = bytes(out)
    return Decoded(data)


def whole_text(value: Any) -> Any:
    """JSON data in which every text can be written as UTF-8: a half of a surrogate pair becomes U+FFFD."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [whole_text(one) for one in value]
        case dict():
            return {whole_text(key): whole_text(one) for key, one in value.items()}
    return value


def unpacked_size(raw: bytes, coding: str, enough: int) -> int:
    """How many bytes a body of this one coding unpacks to, not counted much further than `enough`; kept are none."""
    opener, size = _DECODERS.get(coding.strip().lower()), 0
    if opener is None:
        return len(raw)
    try:
        for piece in opener(raw):
            size += len(piece)
            if size > enough:
                break
    except (zlib.error, brotli.error, zstandard.ZstdError, EOFError):
        pass  # what came before the fault counts
    return size


def _inflate(raw: bytes, window_bits: int) -> Iterator[bytes]:
    rest = raw
    while rest:
        machine = zlib.decompressobj(window_bits)
        while rest and not machine.eof:
            yield machine.decompress(rest, _STEP)
            rest = machine.unconsumed_tail
        if not machine.eof:
            yield machine.flush()
            if not machine.eof:
                raise EOFError("ends early")
        rest = machine.unused_data


def _gzip(raw: bytes) -> Iterator[bytes]:
    return _inflate(raw, zlib.MAX_WBITS | 16)


def _deflate(raw: bytes) -> Iterator[bytes]:
    """RFC 9110 means zlib-wrapped; browsers take bare deflate too."""
    return _inflate(raw, zlib.MAX_WBITS if raw[:1] == b"\x78" else -zlib.MAX_WBITS)


def _brotli(raw: bytes) -> Iterator[bytes]:
    machine = brotli.Decompressor()
    yield machine.process(raw, output_buffer_limit=_STEP)
    while not machine.is_finished():
        if machine.can_accept_more_data():
            raise EOFError("ends early")
        yield machine.process(b"", output_buffer_limit=_STEP)


def _zstd(raw: bytes) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, read_across_frames=True) as reader:
        while piece := reader.read(_STEP):
            yield piece


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
