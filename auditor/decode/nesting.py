"""Values inside values: JSON, query strings, escaped once more, base64 of them, gzip in base64.

`nested` opens a value layer by layer (at most MAX_LAYERS) and names what it finds after it: `data.events.0.name`. It is
cheap for the many values that hold nothing, and never raises. A value that only looks encoded stays what it is.
"""

import base64
import binascii
import re
import zlib
from typing import Any

from auditor.decode.parameters import MAX_VALUE, Param, clean, flatten, load_json, query_params

MAX_LAYERS = 4
_MAX_UNPACKED = 1 << 18
SHORTEST = 7
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
# Two fields at least, the first at the beginning: `a=1&b=2`. Texts and addresses do not look so.
_QUERY = re.compile(r"[\w.\-\[\]$~]{1,64}=[^&\s]*(&[\w.\-\[\]$~%]{1,64}=[^&\s]*)+&?")
_PACKED = (b"\x1f\x8b", b"\x78\x9c", b"\x78\x01", b"\x78\xda")
_CONTROLS = bytes([*range(9), *range(14, 32), 127])
_ESCAPED = re.compile(r"(?i)%(7b|5b|22|25|3d|26)")


def nested(param: Param) -> list[Param]:
    """The values inside a value, by their full names; empty where it holds none."""
    value = param.value
    if len(value) < SHORTEST or len(value) >= MAX_VALUE:
        return []
    opened = _open(value, 0)
    if opened is None:
        return []
    if isinstance(opened, str):
        return [Param(f"{param.name}.{p.name}", p.value, param.carrier) for p in query_params(opened)]
    return flatten(opened, param.carrier, param.name)


def _open(value: str, layer: int) -> Any | None:
    """JSON data (dict or list, not empty), a query string, or None."""
    text = value.strip()
    first = text[:1]
    if first in ("{", "["):
        return _json(text)
    if layer >= MAX_LAYERS:
        return None
    if first == '"' and text.endswith('"'):
        # JSON written into a JSON string.
        try:
            inner = load_json(text)
        except ValueError:
            return None
        return _open(clean(inner), layer + 1) if isinstance(inner, str) and len(inner) >= SHORTEST else None
    if "%" in text and _ESCAPED.search(text[:64]):
        plain = query_params("v=" + text.replace("+", "%2B"))[0].value
        return _open(plain, layer + 1) if plain != text else None
    if "=" in text and "&" in text and _QUERY.fullmatch(text):
        return text
    if len(text) >= 12 and _BASE64.fullmatch(text) and (unpacked := _from_base64(text)) is not None:
        return _open(unpacked, layer + 1)
    return None


def _json(text: str) -> Any | None:
    try:
        data = load_json(text)
    except ValueError:
        return None
    return data if isinstance(data, dict | list) and data else None


def _from_base64(text: str) -> str | None:
    """The text in it, unpacked when it is gzip or zlib; None when it holds no printable text."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    # Random bytes show within the first nine: the usual case ends here.
    head = binascii.a2b_base64(plain[:12])
    if not head.startswith(_PACKED) and head.translate(None, _CONTROLS) != head:
        return None
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if raw.startswith(_PACKED):
        unpacker = zlib.decompressobj(wbits=47)
        try:
            raw = unpacker.decompress(raw, _MAX_UNPACKED)
        except zlib.error:
            return None
    try:
        found = raw.decode()
    except UnicodeDecodeError:
        return None
    return found if found[:200].isprintable() or found[:1] in "{[" else None
