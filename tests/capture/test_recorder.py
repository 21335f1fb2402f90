"""The proxy's addon on flows made by hand: what is written, and that it fails closed."""

import hashlib
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.capture.network.recorder import Recorder, Recording
from auditor.capture.network.tee import Caps, Store, Tee
from auditor.evidence import Body, Exchange, Phase
from auditor.store.wire import read_wire

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mitmproxy.flow import Error
    from mitmproxy.http import HTTPFlow
    from mitmproxy.test import tflow, tutils

PORT = 4711


def make_flow(port: int = PORT, **members: Any) -> HTTPFlow:
    flow: HTTPFlow = tflow.tflow(**members)
    flow.client_conn.sockname = ("127.0.0.1", port)
    return flow


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    made = Recorder()
    made.begin(PORT, tmp_path, Phase.journey)
    begun = made.recording
    yield made
    assert begun is not None
    begun.writer.close()


def recording(recorder: Recorder) -> Recording:
    assert recorder.recording is not None
    return recorder.recording


def written(folder: Path) -> list[Exchange]:
    found, problem = read_wire(folder / "wire.warc.gz", "v")
    assert problem is None
    return found


def answer(recorder: Recorder, flow: HTTPFlow, *pieces: bytes) -> None:
    """All hooks of one exchange, in mitmproxy's order."""
    recorder.requestheaders(flow)
    recorder.request(flow)
    recorder.responseheaders(flow)
    assert flow.response is not None
    stream = flow.response.stream
    assert callable(stream)
    assert [stream(piece) for piece in pieces] == list(pieces)
    flow.response.raw_content = None
    recorder.response(flow)


def was_killed(flow: HTTPFlow) -> bool:
    return flow.error is not None and flow.error.msg == Error.KILLED_MESSAGE


def tee_for(limit: int = 5) -> Tee:
    return Tee(Store(limit), 100, lambda: None)


def test_a_tee_changes_nothing_and_keeps_the_start() -> None:
    tee, pieces = tee_for(), [b"abc", b"", b"defg", b"h"]
    assert [tee(piece) for piece in pieces] == pieces
    assert tee.body() == Body(size=8, sha256=hashlib.sha256(b"abcdefgh").hexdigest(), kept=b"abcde")
    assert tee_for().body() == Body()


def test_an_exchange_is_written_as_it_passes(recorder: Recorder, tmp_path: Path) -> None:
    flow = make_flow(resp=True)
    recorder.requestheaders(flow)
    assert recording(recorder).quiet_for() == 0.0
    recorder.request(flow)
    # On disk before it is forwarded.
    assert [(e.request, e.status, e.request_body.kept) for e in written(tmp_path)] == [("r00001", None, b"content")]
    recorder.responseheaders(flow)
    assert flow.response is not None
    assert callable(flow.response.stream)
    for piece in (b"one", b"two"):
        flow.response.stream(piece)
    flow.response.raw_content = None
    recorder.response(flow)
    ended = recorder.end()
    (exchange,) = written(tmp_path)
    assert (exchange.method, exchange.url, exchange.status) == ("GET", "http://address:22/path", 200)
    assert exchange.response_body == Body(size=6, sha256=hashlib.sha256(b"onetwo").hexdigest(), kept=b"onetwo")
    assert exchange.phase is Phase.journey
    assert (ended.requests, ended.responses, ended.failures, ended.unfinished, ended.error) == (1, 1, 0, 0, None)
    assert recorder.recording is None


def test_a_body_over_the_limit_keeps_its_length_and_hash(recorder: Recorder, tmp_path: Path) -> None:
    small = recording(recorder)
    small.caps, small.store = Caps(kept_bytes=4), Store(4)
    # Nothing says how long the body is, and its method has none: it is taken whole.
    answer(recorder, make_flow(req=tutils.treq(content=b"question", headers=()), resp=True), b"ans", b"wer")
    recorder.end()
    (exchange,) = written(tmp_path)
    assert (exchange.request_body.kept, exchange.response_body.kept) == (b"ques", b"answ")
    assert (exchange.request_body.size, exchange.response_body.size) == (8, 6)
    assert exchange.request_body.sha256 == hashlib.sha256(b"question").hexdigest()
    assert exchange.response_body.sha256 == hashlib.sha256(b"answer").hexdigest()
    assert exchange.request_body.cut
    assert exchange.response_body.cut


def test_a_request_whose_body_never_came_is_in_the_record(recorder: Recorder, tmp_path: Path) -> None:
    """What is counted is written: nothing of it was forwarded, and it says so."""
    flow = make_flow(req=tutils.treq(method=b"POST"))
    recorder.requestheaders(flow)
    ended = recorder.end()
    (exchange,) = written(tmp_path)
    assert (ended.requests, ended.unfinished, ended.error) == (1, 1, None)
    assert (exchange.method, exchange.url, exchange.status) == ("POST", "http://address:22/path", None)
    assert exchange.request_body == Body()
    assert exchange.error == "unfinished when the visit ended; the request's body had not come"


def test_an_answer_that_breaks_off_is_kept_with_its_error(recorder: Recorder, tmp_path: Path) -> None:
    flow = make_flow(resp=True)
    recorder.requestheaders(flow)
    recorder.request(flow)
    recorder.responseheaders(flow)
    assert flow.response is not None
    assert callable(flow.response.stream)
    flow.response.stream(b"half")
    flow.response.raw_content = None
    flow.error = Error("peer closed connection")
    recorder.error(flow)
    ended = recorder.end()
    (exchange,) = written(tmp_path)
    assert (exchange.status, exchange.error, exchange.response_body.kept) == (200, "peer closed connection", b"half")
    assert (ended.responses, ended.failures, ended.unfinished) == (0, 1, 0)


def test_what_is_under_way_at_the_end_is_written_so(recorder: Recorder, tmp_path: Path) -> None:
    flow = make_flow()
    recorder.requestheaders(flow)
    recorder.request(flow)
    ended = recorder.end()
    assert [(e.status, e.error) for e in written(tmp_path)] == [(None, "unfinished when the visit ended")]
    assert (ended.requests, ended.unfinished) == (1, 1)


def test_a_connection_that_ends_after_its_answer_is_no_failure(recorder: Recorder, tmp_path: Path) -> None:
    flow = make_flow(resp=True)
    answer(recorder, flow, b"x")
    flow.error = Error("connection closed")
    recorder.error(flow)
    ended = recorder.end()
    assert (ended.responses, ended.failures) == (1, 0)
    assert [e.error for e in written(tmp_path)] == [None]


@pytest.mark.parametrize("port", [PORT, 99])
def test_nothing_passes_that_belongs_to_no_visit(recorder: Recorder, tmp_path: Path, port: int) -> None:
    """After the visit's end, or from another listener."""
    if port == PORT:
        recorder.end()
    flow = make_flow(port)
    recorder.requestheaders(flow)
    assert was_killed(flow)
    assert (tmp_path / "wire.warc.gz").read_bytes() == b""


HOOKS: dict[str, Callable[[Recorder, HTTPFlow], None]] = {
    "request": Recorder.request,
    "response": Recorder.response,
    "error": Recorder.error,
    "websocket_message": Recorder.websocket_message,
}


@pytest.mark.parametrize("name", list(HOOKS))
def test_a_hook_that_cannot_record_kills_the_flow(recorder: Recorder, name: str) -> None:
    flow = make_flow(resp=True, ws=True) if name == "websocket_message" else make_flow(resp=True)
    recorder.requestheaders(flow)
    if name != "request":
        recorder.request(flow)
    recording(recorder).writer.close()
    HOOKS[name](recorder, flow)
    assert was_killed(flow)
    assert recording(recorder).error == f"{name}: ValueError: I/O operation on closed file"


@pytest.mark.parametrize("name", ["requestheaders", "responseheaders"])
def test_a_hook_that_raises_early_kills_the_flow(
    recorder: Recorder, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Recording:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(recorder, "_now", broken)
    flow = make_flow(resp=True)
    getattr(recorder, name)(flow)
    assert was_killed(flow)
    assert recording(recorder).error == f"{name}: RuntimeError: on purpose"


def test_the_first_fault_is_kept_and_the_record_still_closes(recorder: Recorder) -> None:
    flow = make_flow()
    recorder.requestheaders(flow)
    recording(recorder).writer.close()
    recorder.request(flow)
    recorder.error(flow)
    # Nobody waits for the flow that was killed.
    assert recording(recorder).quiet_for() > 0.0
    ended = recorder.end()
    assert ended.error == "request: ValueError: I/O operation on closed file"
    assert ended.requests > ended.responses
    assert recorder.recording is None


def test_a_stream_of_events_does_not_keep_the_network_busy(recorder: Recorder) -> None:
    flow = make_flow(resp=tutils.tresp(headers=((b"content-type", b"Text/Event-Stream; charset=utf-8"),)))
    recorder.requestheaders(flow)
    recorder.request(flow)
    assert recording(recorder).quiet_for() == 0.0
    recorder.responseheaders(flow)
    time.sleep(0.001)
    assert recording(recorder).quiet_for() > 0.0
    assert recorder.end().unfinished == 1


def test_websocket_messages_are_written_and_let_go(recorder: Recorder, tmp_path: Path) -> None:
    flow = make_flow(resp=True, ws=True)
    assert flow.websocket is not None
    messages = list(flow.websocket.messages)
    flow.websocket.messages.clear()
    recorder.requestheaders(flow)
    recorder.request(flow)
    for message in messages:
        flow.websocket.messages.append(message)
        recorder.websocket_message(flow)
        assert flow.websocket.messages == [message]
    recorder.end()
    (exchange,) = written(tmp_path)
    told = [(m.from_client, m.text, m.body.kept) for m in exchange.messages]
    assert told == [(m.from_client, m.is_text, m.content) for m in messages]
    assert len(told) == 3


def test_notes_are_bounded(recorder: Recorder) -> None:
    flow = make_flow(err=True)
    for _ in range(300):
        recorder.http_connect_error(flow)
    assert recorder.end().notes == ["address:22: error"] * 200


def upload(recorder: Recorder, length: str | None = "20") -> HTTPFlow:
    """A POST of more than the limit, as far as its headers."""
    small = recording(recorder)
    small.caps, small.store = Caps(kept_bytes=4), Store(4)
    headers = () if length is None else ((b"content-length", length.encode()),)
    flow = make_flow(req=tutils.treq(method=b"POST", content=None, headers=headers), resp=True)
    recorder.requestheaders(flow)
    return flow


def send(flow: HTTPFlow, *pieces: bytes) -> None:
    assert callable(flow.request.stream)
    assert [flow.request.stream(piece) for piece in pieces] == list(pieces)


@pytest.mark.parametrize("length", ["20", None])
def test_a_large_request_is_written_before_its_body_is_sent(
    recorder: Recorder, tmp_path: Path, length: str | None
) -> None:
    flow = upload(recorder, length)
    assert [(e.method, e.request_body, e.status) for e in written(tmp_path)] == [("POST", Body(), None)]
    send(flow, b"0123456789", b"0123456789")
    recorder.request(flow)
    (exchange,) = written(tmp_path)
    digest = hashlib.sha256(b"0123456789" * 2).hexdigest()
    assert exchange.request_body == Body(size=20, sha256=digest, kept=b"0123")
    assert recording(recorder).uploads == {}


@pytest.mark.parametrize("length", ["4", "0"])
def test_a_small_request_is_written_whole(recorder: Recorder, tmp_path: Path, length: str) -> None:
    flow = upload(recorder, length)
    assert flow.request.stream is False
    assert written(tmp_path) == []


def test_an_upload_that_breaks_off_keeps_what_was_sent(recorder: Recorder, tmp_path: Path) -> None:
    flow = upload(recorder)
    send(flow, b"01234")
    flow.response = None
    flow.error = Error("peer closed connection")
    recorder.error(flow)
    (exchange,) = written(tmp_path)
    assert (exchange.request_body.size, exchange.request_body.kept) == (5, b"0123")
    assert exchange.error == "peer closed connection"


@pytest.mark.parametrize("answered", [True, False])
def test_an_upload_under_way_at_the_end_keeps_what_was_sent(recorder: Recorder, tmp_path: Path, answered: bool) -> None:
    flow = upload(recorder)
    send(flow, b"01234")
    if answered:
        recorder.responseheaders(flow)
        recorder.response(flow)
    assert recorder.end().unfinished == (0 if answered else 1)
    (exchange,) = written(tmp_path)
    assert (exchange.request_body.size, exchange.status) == (5, 200 if answered else None)


def test_a_replay_streams_nothing(recorder: Recorder) -> None:
    recording(recorder).replay = True
    assert upload(recorder).request.stream is False
