"""Where a short run of base64 or hex is worth decoding: a form so short that its encoding is one of many such runs.

What base64 makes of some bytes depends on how many stand before them; of each form the characters that only it decides
are looked for, in its three places, and its hex digits; all of them backwards too.
"""

import base64
from collections.abc import Iterator

from auditor.search.written import armoured, in_charsets

_SHORT_64, _SHORT_HEX = 12, 8
_LEAST = 5


def hints_of(text: str) -> Iterator[bytes]:
    """What to look for in traffic so that no short run with `text` in it is left out."""
    raw = text.encode("utf-8", "replace")
    if len(text) >= _SHORT_64:
        return
    backwards = text[::-1].encode("utf-8", "replace")
    inner = [raw, backwards, *(data for _, data in armoured(raw)), *(data for _, data in in_charsets(text))]
    for data in dict.fromkeys(inner):
        if len(data) < _SHORT_64:
            for hint in _in_base64(data):
                yield hint
                yield hint[::-1]
        if len(data) < _SHORT_HEX:
            for digits in (data.hex().encode(), data.hex().upper().encode()):
                yield digits
                yield digits[::-1]


def _in_base64(data: bytes) -> Iterator[bytes]:
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\x00" * before + data)
            first = -(-before * 4 // 3)
            last = (before + len(data)) * 4 // 3
            if last - first >= _LEAST:
                yield whole[first:last]
