import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.evidence import Body, Exchange, Phase
from auditor.store.wire import WireWriter, body_of, read_wire

AT = datetime(2026, 11, 23, 1, 2, 3, 456789, UTC)


def write(path: Path) -> None:
    writer = WireWriter(path)
    writer.request(
        "r00001",
        AT,
        Phase.journey,
        "POST",
        "https://a.test/x?q=日本",
        "HTTP/2.0",
        [(b"Host", b"a.test"), (b"x", b"\xff\r\nInjected: 1")],
        body_of(b"abc\r\n\r\nd"),
        local_port=5,
    )
    writer.response(
        "r00001",
        AT,
        "https://a.test/x?q=日本",
        200,
        "OK",
        "HTTP/2.0",
        [(b"Set-Cookie", b"a=1"), (b"set-cookie", b"b=2")],
        body_of(b"z" * 100, 10),
        ended_at=AT,
        server="127.0.0.1:443",
    )
    writer.message("r00001", AT, "https://a.test/x", True, True, body_of("こ".encode()))
    writer.message("r00001", AT, "https://a.test/x", False, False, body_of(b"\x00\xff"))
    writer.request("r00002", AT, Phase.settle, "GET", "https://a.test/", "HTTP/1.1", [], body_of(b""))
    writer.failure("r00002", AT, "https://a.test/", "connection reset")
    writer.close()


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    path = tmp_path / "wire.warc.gz"
    write(path)
    return path


def exchanges(path: Path) -> list[Exchange]:
    found, problem = read_wire(path, "v")
    assert problem is None
    return found


def test_everything_comes_back(wire: Path) -> None:
    first, second = exchanges(wire)
    assert (first.method, first.url, first.http_version) == ("POST", "https://a.test/x?q=日本", "HTTP/2.0")
    assert first.request_body.kept == b"abc\r\n\r\nd"
    assert first.response_headers == (("Set-Cookie", "a=1"), ("set-cookie", "b=2"))
    assert (first.status, first.server, first.local_port) == (200, "127.0.0.1:443", 5)
    assert (first.started_at, first.ended_at) == (AT, AT)
    assert [(m.from_client, m.text, m.body.kept) for m in first.messages] == [
        (True, True, "こ".encode()),
        (False, False, b"\x00\xff"),
    ]
    assert (second.phase, second.status, second.error) == (Phase.settle, None, "connection reset")


def test_a_cut_body_keeps_its_length_and_hash(wire: Path) -> None:
    body = exchanges(wire)[0].response_body
    assert (body.size, body.kept, body.cut) == (100, b"z" * 10, True)
    assert body.sha256 == "bd7475717a88f13dc3864a91c12fb7d155e7cccc8ca9430ef2665db2d2df7f2e"


def test_a_header_cannot_end_its_line(wire: Path) -> None:
    assert exchanges(wire)[0].request_headers == (("Host", "a.test"), ("x", "ÿ%0D%0AInjected: 1"))


def test_another_reader_of_warc_agrees(wire: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(wire)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.count("digest pass")) == (0, 6)


@pytest.mark.parametrize("cut", range(1, 400, 7))
def test_a_cut_tail_costs_only_what_was_cut(wire: Path, cut: int) -> None:
    whole = exchanges(wire)
    wire.write_bytes(wire.read_bytes()[:-cut])
    found, _ = read_wire(wire, "v")
    assert found[0].request_body == whole[0].request_body
    assert len(found) in (1, 2)


def test_what_is_no_warc_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "wire.warc.gz"
    path.write_bytes(b"\x1f\x8bnot really")
    with pytest.raises(InputError, match=r"wire.warc.gz: cannot be read as WARC"):
        read_wire(path, "v")


def test_a_request_whose_body_follows(tmp_path: Path) -> None:
    """Two segments of one request (WARC 1.1 section 7); a killed writer leaves the first alone."""
    path = tmp_path / "wire.warc.gz"
    writer = WireWriter(path)
    first = writer.request("r00001", AT, Phase.journey, "POST", "https://a.test/up", "HTTP/2.0", [], None)
    (before,) = exchanges(path)
    assert (before.request_record, before.request_body) == (first, Body())
    assert before.error == "the record ends before the request's body"
    writer.request_body("r00001", AT, "https://a.test/up", body_of(b"z" * 100, 10))
    writer.close()
    (whole,) = exchanges(path)
    assert (whole.request_body, whole.error) == (body_of(b"z" * 100, 10), None)


def test_what_comes_beside_a_response(tmp_path: Path) -> None:
    path = tmp_path / "wire.warc.gz"
    writer, url = WireWriter(path), "https://a.test/"
    writer.request("r00001", AT, Phase.journey, "GET", url, "HTTP/2.0", [], body_of(b""))
    writer.response(
        *("r00001", AT, url, 101, "", "HTTP/1.1", [], body_of(b"")),
        trailers=[(b"X-Sum", b"\xff")],
        interim=[(103, [(b"link", b"<x>")]), (102, [])],
    )
    writer.closed("r00001", AT, url, 4001, "さようなら", by_client=False)
    writer.close()
    (exchange,) = exchanges(path)
    assert exchange.response_trailers == (("X-Sum", "ÿ"),)
    assert [(i.status, i.headers) for i in exchange.interim] == [(103, (("link", "<x>"),)), (102, ())]
    assert (exchange.close_code, exchange.closed_by) == (4001, "server")
