import gzip
import zlib

import brotli
import pytest
import zstandard

from auditor.content import MAX_OUT, Decoded, decode_content

TEXT = b"hello" * 1000


@pytest.mark.parametrize(
    ("coding", "raw"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT[:99], mtime=0) + gzip.compress(TEXT[99:], mtime=0)),
        ("br", brotli.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("zstd", zstandard.compress(TEXT)),
        ("identity", TEXT),
        (None, TEXT),
        ("gzip, br", brotli.compress(gzip.compress(TEXT, mtime=0))),
    ],
)
def test_codings(coding: str | None, raw: bytes) -> None:
    assert decode_content(raw, coding) == Decoded(TEXT)


@pytest.mark.parametrize(
    ("coding", "raw", "problem"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9], "broken gzip body: ends early"),
        ("br", brotli.compress(TEXT)[:-2], "broken br body: ends early"),
        ("gzip", b"junk", "broken gzip body: Error -3 while decompressing data: incorrect header check"),
        ("snappy", b"junk", "unknown content-encoding 'snappy'"),
    ],
)
def test_broken_bodies_say_so(coding: str, raw: bytes, problem: str) -> None:
    assert decode_content(raw, coding).problem == problem


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_bombs_stop_at_the_limit(coding: str) -> None:
    compress = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress, "deflate": zlib.compress}
    got = decode_content(compress[coding](b"0" * (MAX_OUT + 1)), coding)
    assert got.problem == f"{coding} body larger than {MAX_OUT} bytes"
    assert len(got.data) == MAX_OUT
