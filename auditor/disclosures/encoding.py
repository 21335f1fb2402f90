"""Bytes of a page to text, with the encoding that was used: nothing is dropped silently.

Order: byte order mark; the escape sequences of ISO-2022-JP; valid UTF-8 (bytes that are valid UTF-8 and not
ASCII are UTF-8 whatever the page says); what the page or the server says; Shift_JIS or EUC-JP by look.
"""

import codecs
import re

from charset_normalizer import from_bytes

from auditor.errors import InputError

MAX_BYTES = 10 << 20

# WHATWG labels (https://encoding.spec.whatwg.org/) to the codec that reads what browsers read under them.
_LABELS = {
    "shift_jis": ("shift_jis", "cp932"),
    "shift-jis": ("shift_jis", "cp932"),
    "sjis": ("shift_jis", "cp932"),
    "x-sjis": ("shift_jis", "cp932"),
    "windows-31j": ("shift_jis", "cp932"),
    "ms_kanji": ("shift_jis", "cp932"),
    "cp932": ("shift_jis", "cp932"),
    "euc-jp": ("euc-jp", "euc_jp"),
    "x-euc-jp": ("euc-jp", "euc_jp"),
    "iso-2022-jp": ("iso-2022-jp", "iso2022_jp_ext"),
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16be", "utf-16"),
)
_BINARY = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP (Office) file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"\xd0\xcf\x11\xe0": "an Office file",
}
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_ISO_2022_JP = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
_KANA = re.compile(r"[ぁ-んァ-ヶー]")
_ODD = re.compile(r"[\uff61-\uff9f\ue000-\uf8ff\ufffd]")


def decode_page(data: bytes, *, address: str, content_type: str | None = None) -> tuple[str, str]:
    """The text and the name of its encoding. Raises InputError for an empty, binary or too large file."""
    if len(data) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES >> 20} MB", file=address)
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise InputError(
                f"is {what}, no page of text", file=address, cure="save it as HTML or text, or write it as YAML"
            )
    for bom, name, codec in _BOMS:
        if data.startswith(bom):
            return data.decode(codec, "replace"), name
    if not data.strip(b"\0 \t\r\n"):
        raise InputError("is empty", file=address)
    if data.count(b"\0") > len(data) // 100:
        raise InputError("is binary, no page of text", file=address)
    if any(escape in data for escape in _ISO_2022_JP):
        return data.decode("iso2022_jp_ext", "replace"), "iso-2022-jp"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    for label in _declared(data, content_type):
        name, codec = _LABELS.get(label, (label, label))
        try:
            return data.decode(codec), name
        except (UnicodeDecodeError, LookupError):
            continue
    return _by_look(data)


def _declared(data: bytes, content_type: str | None) -> list[str]:
    labels = [m.group(1).lower() for m in [_HEADER.search(content_type or "")] if m]
    return labels + [m.group(1).decode("ascii").lower() for m in [_META.search(data[:4096])] if m]


def _by_look(data: bytes) -> tuple[str, str]:
    """Shift_JIS or EUC-JP: the one that reads as kana, without half-width and private characters."""
    readings = []
    for name, codec in (("shift_jis", "cp932"), ("euc-jp", "euc_jp")):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        readings.append((len(_KANA.findall(text)) - 2 * len(_ODD.findall(text)), name, text))
    if readings:
        _, name, text = max(readings)
        return text, name
    best = from_bytes(data[: 1 << 18]).best()
    if best is not None:
        return data.decode(best.encoding, "replace"), f"{best.encoding.replace('_', '-')} (guessed)"
    return data.decode("utf-8", "replace"), "utf-8 (with characters replaced)"
