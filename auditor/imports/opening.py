"""Opens a recorded file, unpacks it when it is compressed, and tells by its content what it is."""

import re
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO

import brotli
import zstandard

from auditor.errors import CannotFinish, InputError

MAX_UNPACKED = 4 << 30
MAX_RATIO = 200  # RELIABILITY.md B34; for what unpacks to more than MIN_BOMB only: small files may repeat a lot
MIN_BOMB = 64 << 20
_STEP = 1 << 16
_HEAD = 4096
_DUMP = re.compile(rb"[1-9][0-9]{0,11}:")
_CURE = "give it a HAR or a mitmproxy dump"


type _Unpack = Callable[[IO[bytes]], Iterator[bytes]]


class Format(StrEnum):
    """What a recorded file is."""

    har = "har"
    dump = "dump"


class _Broken(Exception):
    """The compressed data is not what its first bytes say."""


@contextmanager
def opened(path: Path, scratch: Path) -> Iterator[tuple[IO[bytes], Format]]:
    """The file's bytes, unpacked, and its format. `scratch` is a folder for what is unpacked.

    Raises InputError for a file that cannot be read or is no recording.
    """
    try:
        if not path.is_file():
            raise InputError("no such file" if not path.exists() else "is not a file", file=path)
        file: IO[bytes] = path.open("rb")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    with file, tempfile.TemporaryFile(dir=scratch) as unpacked:
        head = file.read(_HEAD)
        found = _format(head)
        if found is None and (unpack := _unpacker(head)):
            file.seek(0)
            _unpack(unpack(file), unpacked, path)
            head = unpacked.read(_HEAD)
            file = unpacked
            found = _format(head)
        if found is None:
            raise InputError(_what(head), file=path, cure=_CURE)
        file.seek(0)
        yield file, found


def _format(head: bytes) -> Format | None:
    if head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(b"{"):
        return Format.har
    return Format.dump if _DUMP.match(head) else None


def _what(head: bytes) -> str:
    """What a file is that is no recording."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "is empty"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is UTF-16 text, not UTF-8"
    if text.startswith(b"<"):
        return "is an HTML or XML page, not a recording"
    if head.startswith(b"PK\x03\x04"):
        return "is a ZIP archive: unpack it first"
    if text.startswith(b"["):
        return "is a JSON list, not a HAR, which is an object"
    return "is neither a HAR nor a mitmproxy dump"


def _unpacker(head: bytes) -> _Unpack | None:
    """How to unpack a file that begins like this; Brotli has no mark of its own and is tried last."""
    if head.startswith(b"\x1f\x8b"):
        return _inflate
    if len(head) > 1 and head[0] & 0x0F == 8 and head[0] >> 4 <= 7 and int.from_bytes(head[:2]) % 31 == 0:
        return _inflate
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return _unzstd
    return _unbrotli if head and _brotli_begins(head) else None


def _inflate(file: IO[bytes]) -> Iterator[bytes]:
    """gzip (of several members too) or zlib, told apart by zlib itself."""
    machine = zlib.decompressobj(zlib.MAX_WBITS | 32)
    fresh = True
    while piece := file.read(_STEP):
        while piece:
            if machine.eof:
                machine, fresh = zlib.decompressobj(zlib.MAX_WBITS | 32), True
            yield machine.decompress(piece, _STEP * 16)
            fresh = False
            piece = machine.unused_data if machine.eof else machine.unconsumed_tail
    if not machine.eof and not fresh:
        raise _Broken("ends early")


def _unzstd(file: IO[bytes]) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file, read_across_frames=True) as reader:
        while piece := reader.read(_STEP):
            yield piece


def _unbrotli(file: IO[bytes]) -> Iterator[bytes]:
    machine = brotli.Decompressor()
    while piece := file.read(_STEP):
        yield machine.process(piece, output_buffer_limit=_STEP)
        while not machine.can_accept_more_data():
            yield machine.process(b"", output_buffer_limit=_STEP)
    if not machine.is_finished():
        raise _Broken("ends early")


def _brotli_begins(head: bytes) -> bool:
    """Whether these bytes are the beginning of a recording under Brotli."""
    try:
        return _format(brotli.Decompressor().process(head, output_buffer_limit=_HEAD)) is not None
    except brotli.error:
        return False


def _unpack(pieces: Iterator[bytes], into: IO[bytes], path: Path) -> None:
    packed = path.stat().st_size
    size = 0
    try:
        for piece in pieces:
            size += len(piece)
            if size > MAX_UNPACKED or (size > MIN_BOMB and size > MAX_RATIO * packed):
                raise InputError(f"unpacks to more than {size} bytes", file=path, cure="unpack it yourself")
            into.write(piece)
        into.seek(0)
    except (zlib.error, brotli.error, zstandard.ZstdError, _Broken) as error:
        raise InputError(f"is broken compressed data: {error}", file=path, cure="record or export it again") from None
    except OSError as error:
        raise CannotFinish(f"{path.name}: cannot be unpacked: {error.strerror}") from None
