"""Encoders of our own, each written without the product's: what the search must undo."""

import base64
import gzip
import hashlib
import zlib
from collections.abc import Callable

import brotli
import zstandard

type Encoder = Callable[[bytes], bytes]
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


def _percent(form: str, *, every: bool = False, plus: bool = False) -> Encoder:
    def encode(data: bytes) -> bytes:
        return b"".join(
            b"+"
            if plus and byte == 0x20
            else bytes([byte])
            if byte in _UNRESERVED and not every
            else (form % byte).encode()
            for byte in data
        )

    return encode


def _units(data: bytes) -> list[int]:
    wide = data.decode().encode("utf-16-be")
    return [wide[at] << 8 | wide[at + 1] for at in range(0, len(wide), 2)]


def _json_short(data: bytes) -> bytes:
    """Only what must be escaped, `/` as PHP writes it."""
    named = {0x22: '\\"', 0x5C: "\\\\", 0x2F: "\\/"}
    return "".join(named.get(u) or (chr(u) if 0x20 <= u < 0x7F else f"\\u{u:04x}") for u in _units(data)).encode()


def _json_all(form: str) -> Encoder:
    return lambda data: "".join(form % unit for unit in _units(data)).encode()


def _html_short(data: bytes) -> bytes:
    named = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
    return "".join(named.get(c) or (c if ord(c) < 0x7F else f"&#{ord(c)};") for c in data.decode()).encode()


def _html_all(form: str) -> Encoder:
    return lambda data: "".join(form % ord(char) for char in data.decode()).encode()


def _hash(algorithm: str, written: Callable[[bytes], bytes]) -> Encoder:
    return lambda data: written(hashlib.new(algorithm, data, usedforsecurity=False).digest())


def _bare_deflate(data: bytes) -> bytes:
    machine = zlib.compressobj(6, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


def _charset(codec: str) -> Encoder:
    return lambda data: data.decode().encode(codec)


def _unpadded(encode: Encoder) -> Encoder:
    return lambda data: encode(data).replace(b"=", b"")


HASHES = ("md5", "sha1", "sha256", "sha512")

ESCAPES: dict[str, tuple[str, Encoder]] = {
    "url upper": ("url", _percent("%%%02X")),
    "url lower": ("url", _percent("%%%02x")),
    "url plus": ("url", _percent("%%%02X", plus=True)),
    "url all upper": ("url", _percent("%%%02X", every=True)),
    "url all lower": ("url", _percent("%%%02x", every=True)),
    "json": ("json", _json_short),
    "json all": ("json", _json_all("\\u%04x")),
    "json all upper": ("json", _json_all("\\u%04X")),
    "html": ("html", _html_short),
    "html decimal": ("html", _html_all("&#%d;")),
    "html hex": ("html", _html_all("&#x%x;")),
}
ARMOURS: dict[str, tuple[str, Encoder]] = {
    "base64": ("base64", base64.standard_b64encode),
    "base64 unpadded": ("base64", _unpadded(base64.standard_b64encode)),
    "base64url": ("base64url", base64.urlsafe_b64encode),
    "base64url unpadded": ("base64url", _unpadded(base64.urlsafe_b64encode)),
    "hex lower": ("hex", lambda data: b"".join(b"%02x" % byte for byte in data)),
    "hex upper": ("hex", lambda data: b"".join(b"%02X" % byte for byte in data)),
}
REVERSED: dict[str, tuple[str, Encoder]] = {
    "reversed": ("reversed", lambda data: data.decode()[::-1].encode()),
}
CHARSETS: dict[str, tuple[str, Encoder]] = {
    "shift_jis": ("shift_jis", _charset("shift_jis")),
    "euc-jp": ("euc-jp", _charset("euc_jp")),
    "utf-16le": ("utf-16", _charset("utf-16-le")),
    "utf-16be": ("utf-16", _charset("utf-16-be")),
}
PACKED: dict[str, tuple[str, Encoder]] = {
    "gzip": ("gzip", lambda data: gzip.compress(data, mtime=1_700_000_000)),
    "zlib": ("zlib", zlib.compress),
    "deflate": ("deflate", _bare_deflate),
    "brotli": ("brotli", lambda data: brotli.compress(data)),
    "zstd": ("zstd", lambda data: zstandard.ZstdCompressor().compress(data)),
}
DIGESTS: dict[str, tuple[str, Encoder]] = {}
for _name in HASHES:
    DIGESTS[f"{_name} hex"] = (_name, _hash(_name, lambda raw: raw.hex().encode()))
    DIGESTS[f"{_name} HEX"] = (_name, _hash(_name, lambda raw: raw.hex().upper().encode()))
    DIGESTS[f"{_name} base64"] = (_name, _hash(_name, base64.standard_b64encode))
    DIGESTS[f"{_name} base64 unpadded"] = (_name, _hash(_name, _unpadded(base64.standard_b64encode)))
    DIGESTS[f"{_name} base64url"] = (_name, _hash(_name, base64.urlsafe_b64encode))
    DIGESTS[f"{_name} base64url unpadded"] = (_name, _hash(_name, _unpadded(base64.urlsafe_b64encode)))
    DIGESTS[f"{_name} raw"] = (_name, _hash(_name, lambda raw: raw))

ALL = {**ESCAPES, **ARMOURS, **REVERSED, **CHARSETS, **PACKED, **DIGESTS}


def chain(outer: str, inner: str, value: bytes) -> bytes | None:
    """`value` written by `inner`, then by `outer`; None where that cannot be or nobody could find it.

    Escapes, a reversal and charsets are of text: what raw bytes they cannot be taken of. A hash of something compressed
    depends on the compressor, a charset is chosen last of what is done to text.
    """
    if inner in CHARSETS and (outer in CHARSETS or outer in REVERSED or outer.startswith("html")):
        return None
    try:
        first = ALL[inner][1](value)
        if outer in DIGESTS and (inner in PACKED or (inner in DIGESTS and not inner.lower().endswith("hex"))):
            return None
        return ALL[outer][1](first)
    except UnicodeError:
        return None


def layers_of(value: bytes, *names: str) -> tuple[str, ...]:
    """The layers, outermost first, that writing `value` by these encoders (outermost first) should be told as."""
    told: list[str] = []
    inner_raw = names[-1].endswith("raw")
    for name in reversed(names):
        layer, encode = ALL[name]
        written = encode(value)
        if name.startswith("hex") and inner_raw and told[:1] and told[0] in HASHES:
            pass  # raw digest in hex: how digests are written
        elif layer == "url" and written in (value.replace(b"=", b"%3D"), value.replace(b"=", b"%3d")):
            pass  # only the padding is escaped, which is no part of the value
        elif written != value:
            told[:0] = _told(name, layer, written)
        value = written
    if told[:2] == ["reversed", "reversed"]:
        told = told[2:]
    return tuple(told)


def _told(name: str, layer: str, written: bytes) -> list[str]:
    if "base64" not in name:
        return [layer]
    alphabet = "base64url" if b"-" in written or b"_" in written else "base64"
    return [alphabet, layer] if name in DIGESTS else [alphabet]
