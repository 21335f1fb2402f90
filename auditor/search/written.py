"""The ways a text is written by an encoder: what a hash may have been taken of, and what may have been reversed.

Each way has one name for reports, and as many writings as encoders differ in (case of digits, padding, what they leave
as it is). Only what a value's bytes alone decide is here: compression is not, its output depends on who compresses.
"""

import base64
import html
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

CHARSETS = (("shift_jis", "cp932"), ("euc-jp", "euc_jp"), ("utf-16", "utf-16-le"), ("utf-16", "utf-16-be"))
_ASCII_CHARSETS = (("utf-16", "utf-16-le"), ("utf-16", "utf-16-be"))
# What encodeURIComponent leaves, and what a form's encoder leaves (URL standard, 1.3 and 5.2).
_URI, _FORM = "!'()*~", "*"


def encoded(text: str) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every way of writing `text` that differs from its UTF-8, each once."""
    raw = text.encode()
    seen = {raw}
    for name, data in _ways(text, raw):
        if data not in seen:
            seen.add(data)
            yield name, data


def in_charsets(text: str) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) in the charsets of Japanese pages; only UTF-16 for ASCII, which the others write as UTF-8 does."""
    for name, codec in _ASCII_CHARSETS if text.isascii() else CHARSETS:
        try:
            yield name, text.encode(codec)
        except UnicodeEncodeError:
            continue


def escaped(text: str) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of URL escapes, JSON escapes and HTML entities."""
    raw = text.encode()
    for upper in (quote(text, safe=_URI), quote(text, safe=""), quote_plus(text, safe=_FORM)):
        yield "url", upper.encode()
        yield "url", _lower_escapes(upper).encode()
    yield "url", "".join(f"%{byte:02X}" for byte in raw).encode()
    yield "url", "".join(f"%{byte:02x}" for byte in raw).encode()
    in_json = json.dumps(text)[1:-1]
    units = text.encode("utf-16-be", "surrogatepass")
    each = [units[at : at + 2].hex() for at in range(0, len(units), 2)]
    yield "json", in_json.encode()
    yield "json", in_json.replace("/", "\\/").encode()
    yield "json", json.dumps(text, ensure_ascii=False)[1:-1].replace("/", "\\/").encode()
    yield "json", "".join(f"\\u{unit}" for unit in each).encode()
    yield "json", "".join(f"\\u{unit.upper()}" for unit in each).encode()
    yield "html", html.escape(text).encode()
    yield "html", html.escape(text, quote=False).encode()
    yield "html", text.encode("ascii", "xmlcharrefreplace")
    yield "html", "".join(f"&#{ord(char)};" for char in text).encode()
    yield "html", "".join(f"&#x{ord(char):x};" for char in text).encode()
    yield "html", "".join(f"&#x{ord(char):X};" for char in text).encode()


def armoured(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) in base64, both alphabets, with and without padding, and in hex."""
    for name, armour in (("base64", base64.b64encode(raw)), ("base64url", base64.urlsafe_b64encode(raw))):
        yield name, armour
        yield name, armour.rstrip(b"=")
    yield "hex", raw.hex().encode()
    yield "hex", raw.hex().upper().encode()


def _ways(text: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    yield "reversed", text[::-1].encode()
    yield from armoured(raw)
    yield from escaped(text)
    yield from in_charsets(text)


def _lower_escapes(text: str) -> str:
    parts = text.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])
