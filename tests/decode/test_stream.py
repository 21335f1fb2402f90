"""Lines in, lines out: no input stops them, and the same input has the same answer."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode.stream import Asked, asked_in, decode_asked, line_of
from auditor.pipeline.decoding import batches, bounded_lines, is_recording

from .factory import KNOWLEDGE

URLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["https://www.facebook.com/tr/?", "https://tr.line.me/tag.gif?", "https://[::1", "wss://x.test/"]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "url": URLS | VALUES,
        "method": st.sampled_from(["GET", "POST", "", "\ud800"]) | VALUES,
        "headers": VALUES | st.dictionaries(st.sampled_from(["Cookie", "Referer", "content-encoding"]), st.text()),
        "body": st.text(max_size=60) | VALUES,
        "body_base64": st.sampled_from(["AAEC", "x", "H4sIAAAAAAAA"]) | VALUES,
        "page": URLS | VALUES,
    },
)


def answers(line: bytes) -> list[bytes]:
    return [line_of(asked, decode_asked(asked, KNOWLEDGE)) for asked in asked_in([line])]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | OBJECTS.map(lambda x: json.dumps(x).encode()))
def test_no_line_raises_and_the_same_line_has_the_same_answer(line: bytes) -> None:
    found = answers(line)
    assert answers(line) == found
    for answer in found:
        if answer:
            told = json.loads(answer)
            assert ("problem" in told) != ("items" in told)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"")), max_size=12), st.booleans())
def test_batches_are_the_lines_with_their_numbers(lines: list[bytes], ends: bool) -> None:
    data = b"\n".join(lines) + (b"\n" if ends and lines else b"")
    single = [(n, line.rstrip(b"\n")) for n, line in enumerate(bounded_lines(io.BytesIO(data)), 1)]
    batched = [
        (n, line) for first, batch in batches(io.BytesIO(data)) for n, line in enumerate(batch.split(b"\n"), first)
    ]
    assert [x for x in batched if x[1]] == [x for x in single if x[1]]


class Endless(io.RawIOBase):
    """So many megabytes without an end of line, then an address."""

    def __init__(self, megabytes: int) -> None:
        self.left = [b"x" * (1 << 20)] * megabytes + [b"\nhttps://x.test/\n"]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self.left:
            return 0
        piece = self.left.pop(0)
        take = min(len(buffer), len(piece))
        buffer[:take] = piece[:take]
        if take < len(piece):
            self.left.insert(0, piece[take:])
        return take


def test_a_line_without_end_is_let_go() -> None:
    for split in (whole, single):
        tracemalloc.start()
        told = [asked.problem for asked in split(io.BufferedReader(Endless(100)))]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert told == ["longer than 33554432 bytes", ""]
        assert peak < 150 << 20


def whole(file: io.BufferedReader) -> Iterator[Asked]:
    for first, batch in batches(file):
        yield from asked_in(batch.split(b"\n"), first)


def single(file: io.BufferedReader) -> Iterator[Asked]:
    yield from asked_in(bounded_lines(file))


def test_what_a_file_is_shows_at_its_beginning() -> None:
    recordings = [
        b'{"log": {',
        b'{\n "log": {',
        b'\xef\xbb\xbf{"log":{"entries":[]}}',
        b"\x1f\x8b\x08",
        b"1024:9:websocket",
    ]
    lines = [
        b"https://x.test/\n",
        b'{"url": "https://x.test/"}\n',
        b'{"url": "https://x.test/',
        b"# notes\n",
        b"",
        b"x",
    ]
    assert [is_recording(head) for head in recordings] == [True] * 5
    assert [is_recording(head) for head in lines] == [False] * 6
