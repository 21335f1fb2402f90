"""A small font made on the spot, so that the demo's font request answers a font a browser accepts."""

import struct
from functools import cache

_UNITS = 1000
_HEAD = struct.Struct(">IIIIHHqqhhhhHHhhh")


@cache
def build() -> bytes:
    """A TrueType font with two glyphs: the empty one and a square for the digit zero."""
    square = _square()
    tables = {
        b"OS/2": _os2(),
        b"cmap": _cmap(),
        b"glyf": square,
        b"head": _HEAD.pack(0x10000, 0x10000, 0, 0x5F0F3CF5, 3, _UNITS, 0, 0, 100, 0, 900, 800, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">IhhhHhhhhhh4hhH", 0x10000, 800, -200, 0, 1000, 0, 100, 900, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", 1000, 0, 1000, 100),
        b"loca": struct.pack(">III", 0, 0, len(square)),
        b"maxp": struct.pack(">IH13H", 0x10000, 2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": _name(),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -100, 50, 0, 0, 0, 0, 0),
    }
    return _assemble(tables)


def _square() -> bytes:
    corners = ((100, 0), (0, 800), (800, 0), (0, -800))
    header = struct.pack(">hhhhhHH", 1, 100, 0, 900, 800, 3, 0)
    flags = b"\x01" * 4
    return (
        header
        + flags
        + b"".join(struct.pack(">h", x) for x, _ in corners)
        + b"".join(struct.pack(">h", y) for _, y in corners)
    )


def _cmap() -> bytes:
    """Format 4: the digit zero is glyph 1, the closing segment maps nothing."""
    body = struct.pack(">HHHH", 4, 4, 1, 0) + struct.pack(">HHHHH", 0x30, 0xFFFF, 0, 0x30, 0xFFFF)
    body += struct.pack(">HHHH", (1 - 0x30) & 0xFFFF, 1, 0, 0)
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + struct.pack(">HHH", 4, len(body) + 6, 0) + body


def _name() -> bytes:
    names = {1: "Sagasu Maru", 2: "Regular", 4: "Sagasu Maru", 6: "SagasuMaru"}
    records, texts = b"", b""
    for name, text in names.items():
        encoded = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, name, len(encoded), len(texts))
        texts += encoded
    return struct.pack(">HHH", 0, len(names), 6 + len(records)) + records + texts


def _os2() -> bytes:
    sizes = struct.pack(">HhHHH10hh", 3, 1000, 400, 5, 0, 500, 500, 0, 0, 500, 500, 0, 0, 50, 250, 0)
    rest = struct.pack(">10sIIII4sHHHhhhHH", bytes(10), 0, 0, 0, 0, b"DEMO", 0x40, 0x30, 0x30, 800, -200, 0, 800, 200)
    return sizes + rest + struct.pack(">IIhhHHH", 1, 0, 500, 800, 0, 0x20, 0)


def _assemble(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    search = power * 16
    font = struct.pack(">IHHHH", 0x10000, count, search, power.bit_length() - 1, count * 16 - search)
    offset = len(font) + 16 * count
    directory, bodies = b"", b""
    for tag, body in sorted(tables.items()):
        padded = body + bytes(-len(body) % 4)
        directory += struct.pack(">4sIII", tag, _sum(padded), offset + len(bodies), len(body))
        bodies += padded
    whole = bytearray(font + directory + bodies)
    head = whole.index(_HEAD.pack(0x10000, 0x10000, 0, 0x5F0F3CF5, 3, _UNITS, 0, 0, 100, 0, 900, 800, 0, 8, 2, 1, 0))
    struct.pack_into(">I", whole, head + 8, (0xB1B0AFBA - _sum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)


def _sum(data: bytes) -> int:
    words: tuple[int, ...] = struct.unpack(f">{len(data) // 4}I", data)
    return sum(words) & 0xFFFFFFFF
