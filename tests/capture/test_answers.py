"""What a recording answers in a replay, and what it does not."""

import json
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # deprecations inside mitmproxy are none of ours
    from mitmproxy import ctx
    from mitmproxy.addons.serverplayback import ServerPlayback
    from mitmproxy.http import HTTPFlow, Request, Response
    from mitmproxy.options import Options
    from mitmproxy.proxy.server_hooks import ServerConnectionHookData
    from mitmproxy.test import tflow

    from auditor.capture.network.answers import Answers

type Json = dict[str, Any]

THEN = datetime(2024, 5, 1, tzinfo=UTC)


class Desk:
    """Asks the addons as mitmproxy does."""

    def __init__(self, playback: ServerPlayback, file: Path, entries: tuple[Json, ...]) -> None:
        file.write_text(json.dumps({"log": {"entries": entries}}))
        self.answers, self.playback = Answers(), playback
        self.answers.use(file, playback)

    def ask(
        self, url: str, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[HTTPFlow, Response]:
        fields = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        flow = tflow.tflow(req=Request.make(method, url, body, fields))
        self.playback.request(flow)
        self.answers.request(flow)
        assert flow.response is not None
        return flow, flow.response


def entry(url: str, text: str | None = "hello", *, method: str = "GET", status: int = 200, **more: Any) -> Json:
    headers = [{"name": n, "value": v} for n, v in more.get("headers", {"Content-Type": "text/plain"}).items()]
    content = {"size": more.get("size", len(text or "")), "mimeType": "text/plain"}
    return {
        "startedDateTime": THEN.isoformat(),
        "time": 0,
        "request": {"method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": [], **more.get("request", {})},
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "HTTP/2",
            "headers": headers,
            "content": content if text is None else content | {"text": text},
        },
    }


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Desk]:
    playback, settings = ServerPlayback(), Options()
    playback.load(settings)
    settings.update(server_replay_reuse=True, server_replay_refresh=False, server_replay_extra="204")
    addons = SimpleNamespace(trigger=lambda _hook: None)
    monkeypatch.setattr(ctx, "options", settings, raising=False)
    monkeypatch.setattr(ctx, "master", SimpleNamespace(addons=addons), raising=False)
    return lambda *entries: Desk(playback, tmp_path / "made.har", entries)


def test_several_answers_come_in_their_turn_and_the_last_for_good(desk: Callable[..., Desk]) -> None:
    found = desk(entry("https://a.test/", "one"), entry("https://a.test/", "two"))
    assert [found.ask("https://a.test/")[1].text for _ in range(4)] == ["one", "two", "two", "two"]
    assert found.answers.unanswered == 0


def test_only_the_very_request_is_answered(desk: Callable[..., Desk]) -> None:
    post = {"postData": {"mimeType": "text/plain", "text": "b=1"}}
    found = desk(entry("https://a.test/x?a=1"), entry("https://a.test/x", method="POST", request=post))
    asked = [
        ("https://a.test/x?a=1", "GET", b""),
        ("https://a.test/x", "POST", b"b=1"),
        ("https://a.test/x?a=2", "GET", b""),
        ("https://b.test/x?a=1", "GET", b""),
        ("http://a.test/x?a=1", "GET", b""),
        ("https://a.test/x?a=1", "POST", b""),
        ("https://a.test/x", "POST", b"b=2"),
    ]
    assert [found.ask(*a)[0].metadata["answer"] for a in asked] == ["recording", "recording", *["empty"] * 5]
    assert found.answers.unanswered == 5


def test_a_recorded_204_is_an_answer_of_the_recording(desk: Callable[..., Desk]) -> None:
    flow, response = desk(entry("https://a.test/", "", status=204, headers={})).ask("https://a.test/")
    assert (flow.metadata["answer"], response.status_code, list(response.headers.fields)) == ("recording", 204, [])


def test_an_empty_answer_lets_scripts_and_preflights_pass(desk: Callable[..., Desk]) -> None:
    asked = {"Origin": "https://shop.test", "Access-Control-Request-Method": "POST"}
    _, response = desk(entry("https://a.test/")).ask("https://b.test/", "OPTIONS", headers=asked)
    assert (response.status_code, response.content) == (204, b"")
    assert {k: v for k, v in response.headers.items() if k.startswith("access")} == {
        "access-control-allow-origin": "https://shop.test",
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "POST",
    }


def test_headers_are_those_that_can_be_sent_again(desk: Callable[..., Desk]) -> None:
    headers = {
        ":status": "200",
        "Content-Type": "text/plain",
        "Content-Encoding": "br",
        "Content-Length": "999",
        "Transfer-Encoding": "chunked",
        "Connection": "close",
        "Set-Cookie": "a=1\nb=2",
        "ETag": '"1"',
    }
    _, response = desk(entry("https://a.test/", headers=headers)).ask("https://a.test/")
    assert list(response.headers.fields) == [
        (b"Content-Type", b"text/plain"),
        (b"Set-Cookie", b"a=1"),
        (b"Set-Cookie", b"b=2"),
        (b"ETag", b'"1"'),
        (b"content-length", b"5"),
    ]


def test_dates_are_as_far_from_now_as_they_were(desk: Callable[..., Desk]) -> None:
    year = format_datetime(THEN + timedelta(days=365), usegmt=True)
    lines = f"a=1; Expires={year}; Path=/\nb=2; expires=Thu, 01-Jan-1970 00:00:01 GMT\nc=3; expires=never"
    headers = {"Date": format_datetime(THEN, usegmt=True), "Expires": "0", "Set-Cookie": lines}
    _, response = desk(entry("https://a.test/", headers=headers)).ask("https://a.test/")
    now = datetime.now(UTC)
    long, past, never = response.headers.get_all("set-cookie")
    name, expires, path = long.split("; ")
    assert (name, path) == ("a=1", "Path=/")
    assert abs(parsedate_to_datetime(expires.partition("=")[2]) - now - timedelta(days=365)) < timedelta(minutes=1)
    assert abs(parsedate_to_datetime(response.headers["date"]) - now) < timedelta(minutes=1)
    assert parsedate_to_datetime(past.partition("expires=")[2]) < now
    assert (never, response.headers["expires"]) == ("c=3; expires=never", "0")


@pytest.mark.parametrize(
    "made",
    [
        entry("https://a.test/", None, size=5),
        entry("https://a.test/", "hel", size=50),
        entry("https://a.test/", "", status=304),
        entry("https://a.test/", "", status=0, headers={}),
        entry("https://a.test/", None, size=5, status=404),
    ],
    ids=["no body", "cut", "not modified", "failed", "error page"],
)
def test_what_is_not_held_whole_is_no_answer(desk: Callable[..., Desk], made: Json) -> None:
    assert desk(made, entry("https://a.test/2")).ask("https://a.test/")[0].metadata["answer"] == "empty"


def test_a_redirect_needs_no_body(desk: Callable[..., Desk]) -> None:
    made = entry("https://a.test/", None, size=5, status=302, headers={"Location": "/2"})
    _, response = desk(made).ask("https://a.test/")
    assert (response.status_code, response.headers["location"], response.content) == (302, "/2", b"")


def test_a_recording_without_answers_lets_nothing_through(desk: Callable[..., Desk]) -> None:
    found = desk(entry("https://a.test/", "", status=304))
    assert found.ask("https://a.test/")[0].metadata["answer"] == "empty"


def test_no_connection_is_made(desk: Callable[..., Desk]) -> None:
    flow = tflow.tflow()
    data = ServerConnectionHookData(server=flow.server_conn, client=flow.client_conn)
    data.server.error = None
    desk(entry("https://a.test/")).answers.server_connect(data)
    assert data.server.error == "a replay makes no connections"
    data.server.error = None
    Answers().server_connect(data)
    assert data.server.error is None
