"""mitmproxy's dumps: what each kind of flow becomes, and dumps with damaged bytes."""

import io
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.evidence import Outcome
from auditor.imports.flows import DumpRecording
from auditor.imports.recorded import BreaksOff, LeftOut, Quarantined, Recorded

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mitmproxy.flow import Flow
    from mitmproxy.http import HTTPFlow
    from mitmproxy.io import FlowWriter
    from mitmproxy.test import tflow, tutils


def _dump(*flows: Flow) -> bytes:
    file = io.BytesIO()
    writer = FlowWriter(file)
    for flow in flows:
        writer.add(flow)
    return file.getvalue()


def _http(url: str = "https://shop.test/a", **members: Any) -> HTTPFlow:
    request = tutils.treq(content=b"id=1", headers=((b"User-Agent", b"Test/1.0"), (b"x", b"\xff")))
    flow = tflow.tflow(req=request, resp=members.pop("resp", True), **members)
    flow.request.url = url
    return flow


@pytest.fixture
def dump(tmp_path: Path) -> Callable[..., Path]:
    def write(*flows: Flow, tail: bytes = b"") -> Path:
        path = tmp_path / "app.mitm"
        path.write_bytes(_dump(*flows) + tail)
        return path

    return write


def test_flows(dump: Callable[..., Path], bring: Callable[..., Any]) -> None:
    unanswered = _http("https://shop.test/b", resp=False, err=True)
    socket = tflow.twebsocketflow()
    stored = bring(dump(_http(), unanswered, socket))
    (visit,) = stored.visits
    assert (visit.visit, visit.page, visit.user_agent) == ("app", "https://shop.test/a", "Test/1.0")
    assert (visit.outcome, visit.coverage[0].matched, visit.coverage[0].skipped) == (Outcome.complete, 3, 0)
    first, second, third = stored.all
    assert (first.method, first.url, first.request_body.kept) == ("GET", "https://shop.test/a", b"id=1")
    assert first.request_headers == (("User-Agent", "Test/1.0"), ("x", "ÿ"))
    assert (first.status, first.response_body.kept, first.server) == (200, b"message", "192.168.0.1:22")
    assert (second.status, second.error) == (None, "error")
    assert [(m.from_client, m.text, m.body.kept) for m in third.messages] == [
        (True, False, b"hello binary"),
        (True, True, b"hello text"),
        (False, True, b"it's me"),
    ]


def test_flows_that_are_not_http(dump: Callable[..., Path], bring: Callable[..., Any]) -> None:
    stored = bring(dump(tflow.tdnsflow(), _http(), tflow.ttcpflow()))
    (visit,) = stored.visits
    assert visit.outcome is Outcome.incomplete
    assert visit.reason == "partial_import: 1 entries of the file, whose page is unknown, quarantined"
    row = visit.coverage[0]
    assert (row.matched, row.skipped) == (1, 1)
    assert row.reason == "entry 2: is a tcp flow, not HTTP; dns flow left out"


def test_a_body_the_proxy_did_not_keep(dump: Callable[..., Path], bring: Callable[..., Any]) -> None:
    flow = _http()
    flow.request.raw_content = None
    (visit,) = bring(dump(flow)).visits
    assert visit.outcome is Outcome.incomplete
    assert visit.coverage[0].reason == "the request's body was not kept"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("method", "GET /"), "request.method is not a method's name"),
        (("timestamp_start", float("nan")), "request.timestamp_start is missing"),
        (("timestamp_start", -1e18), "request.timestamp_start is not a time"),
    ],
)
def test_a_flow_without_a_request_is_quarantined(
    change: tuple[str, Any], reason: str, dump: Callable[..., Path], bring: Callable[..., Any]
) -> None:
    broken = _http()
    setattr(broken.request, *change)
    stored = bring(dump(broken, _http()))
    assert stored.visits[0].coverage[0].reason == f"entry 0: {reason}"
    assert (stored.taken, stored.skipped) == (1, 1)


@pytest.mark.parametrize("tail", [b"12:", b"999:abc", b"garbage", b"4:true!", b"999999999999:"])
def test_a_damaged_tail(tail: bytes, dump: Callable[..., Path], bring: Callable[..., Any]) -> None:
    stored = bring(dump(_http(), tail=tail))
    assert len(stored.all) == 1
    assert stored.visits[0].outcome is Outcome.incomplete
    assert stored.visits[0].reason.startswith("partial_import: the dump cannot be read beyond flow 1: Invalid ")


WHOLE = _dump(_http(), tflow.twebsocketflow(), _http("https://shop.test/b", resp=False, err=True))


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(st.tuples(st.integers(0, len(WHOLE)), st.binary(max_size=3)), min_size=1, max_size=4))
def test_damaged_bytes_never_raise(changes: list[tuple[int, bytes]]) -> None:
    raw = WHOLE
    for at, new in changes:
        raw = raw[:at] + new + raw[at + len(new) :]
    with tempfile.TemporaryFile() as file:
        file.write(raw)
        items = list(DumpRecording(file).items())
    assert len(items) <= 4
    assert all(isinstance(item, Recorded | Quarantined | LeftOut | BreaksOff) for item in items)
    assert [n for n, item in enumerate(items) if isinstance(item, BreaksOff)] in ([], [len(items) - 1])
