"""What an entry of a HAR becomes: headers, bodies, messages, the browser's account, pages."""

import base64
import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.evidence import Outcome
from auditor.imports.planning import slug
from auditor.store.run import RunFolder

type Json = dict[str, Any]
Entry = Callable[..., Json]
Har = Callable[..., Path]
Bring = Callable[..., Any]


def test_a_whole_entry(har: Har, entry: Entry, bring: Bring) -> None:
    stored = bring(har(entry("https://shop.test/a?b=1#c", serverIPAddress="[2001:db8::1]")))
    (visit,), (exchange,) = stored.visits, stored.all
    assert (visit.visit, visit.site, visit.page, visit.final_url) == (
        "shop-test",
        "shop-test",
        "https://shop.test/a?b=1",
        "",
    )
    assert (visit.user_agent, visit.screen, visit.language, visit.duration_ms) == ("Test/1.0", "", "", 250)
    assert visit.started_at == datetime(2026, 1, 1, 18, 4, 5, 678000, UTC)
    assert (visit.outcome, visit.coverage[0].matched, visit.source_file) == (Outcome.complete, 1, "shop.test.har")
    assert (exchange.request, exchange.method, exchange.url) == ("r00001", "GET", "https://shop.test/a?b=1")
    assert (exchange.http_version, exchange.server) == ("HTTP/2.0", "2001:db8::1:443")
    assert exchange.request_headers == (("User-Agent", "Test/1.0"),)
    assert (exchange.status, exchange.response_headers) == (200, (("Content-Type", "text/plain"),))
    assert exchange.response_body.kept == b"hello"
    assert exchange.response_body.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert exchange.ended_at == datetime(2026, 1, 1, 18, 4, 5, 928000, UTC)
    assert exchange.page == "https://shop.test/a?b=1"


def test_a_decoded_body_is_not_decoded_again(har: Har, entry: Entry, bring: Bring) -> None:
    one = entry()
    one["response"]["headers"] = [{"name": "Content-Encoding", "value": "br"}]
    (exchange,) = bring(har(one)).all
    assert exchange.response_headers == (("x-auditor-recorded-Content-Encoding", "br"),)
    assert exchange.response_content() == (b"hello", None)


def test_a_body_the_recorder_left_packed_is_decoded(har: Har, entry: Entry, bring: Bring) -> None:
    packed = gzip.compress(b"hello", mtime=0)
    one = entry()
    one["response"]["headers"] = [{"name": "content-encoding", "value": "gzip"}]
    one["response"]["content"] = {"size": 5, "encoding": "base64", "text": base64.b64encode(packed).decode()}
    (exchange,) = bring(har(one)).all
    assert exchange.response_body.kept == packed
    assert exchange.response_content() == (b"hello", None)


@pytest.mark.parametrize(
    ("content", "size", "kept", "undecoded"),
    [
        ({"size": 9}, 9, b"", 0),
        ({"size": -1}, 0, b"", 0),
        ({"size": "9"}, 9, b"", 0),
        ({"size": 1e300}, 0, b"", 0),
        ({"size": 100, "text": "hello"}, 100, b"hello", 1),
        ({"size": 8, "text": "hello"}, 5, b"hello", 0),
        ({"size": 6, "encoding": "base64", "text": "aGVs\r\nbG8h"}, 6, b"hello!", 0),
        ({"size": 99, "encoding": "base64", "text": "aGVsb"}, 99, b"hel", 1),
        ({"size": 7, "encoding": "base64", "text": "no [base64]"}, 7, b"", 1),
        ({"size": 4, "mimeType": "text/html; charset=Shift_JIS", "text": "日本"}, 4, b"\x93\xfa\x96\x7b", 0),
        ({"size": 6, "mimeType": "text/html; charset=Shift_JIS", "text": "日本"}, 6, "日本".encode(), 0),
        ({"size": 5, "mimeType": "text/html; charset=rot13", "text": "hello"}, 5, b"hello", 0),
        ({"text": "\ud800x"}, 4, b"\xed\xa0\x80x", 0),
        ({"text": "a\0b"}, 3, b"a\0b", 0),
    ],
)
def test_response_bodies(
    content: Json, size: int, kept: bytes, undecoded: int, har: Har, entry: Entry, bring: Bring
) -> None:
    one = entry()
    one["response"] |= {"content": content, "headers": []}
    stored = bring(har(one))
    (exchange,) = stored.all
    assert (exchange.response_body.size, exchange.response_body.kept) == (size, kept)
    assert (exchange.response_body.sha256 is None) == exchange.response_body.cut or size == 0
    assert stored.visits[0].coverage[0].undecoded == undecoded
    assert stored.visits[0].outcome is Outcome.complete


URLENCODED = {"name": "Content-Type", "value": "application/x-www-form-urlencoded"}
PARAMS = [{"name": "a", "value": "1 é"}, {"name": "b", "value": "&"}]


@pytest.mark.parametrize(
    ("post", "headers", "kept", "added"),
    [
        ({"text": "a=1"}, [URLENCODED], b"a=1", []),
        ({"text": "aGk=", "encoding": "base64"}, [], b"hi", []),
        ({"text": "", "params": PARAMS}, [URLENCODED], b"a=1+%C3%A9&b=%26", ["rebuilt from params"]),
        (
            {"params": [{"name": "events", "value": {"n": [1]}}], "mimeType": "application/json"},
            [],
            b'{"events":{"n":[1]}}',
            ["rebuilt from params"],
        ),
        (
            {"params": [{"name": "f", "value": "x", "fileName": 'q".txt', "contentType": "text/plain"}]},
            [{"name": "content-type", "value": "multipart/form-data; boundary=XX"}],
            b'--XX\r\nContent-Disposition: form-data; name="f"; filename="q%22.txt"\r\nContent-Type: text/plain'
            b"\r\n\r\nx\r\n--XX--\r\n",
            ["rebuilt from params"],
        ),
        (
            {"params": [{"name": "f", "value": "x"}], "mimeType": "multipart/form-data"},
            [],
            b'[{"name":"f","value":"x","fileName":null,"contentType":null}]',
            ["rebuilt from params"],
        ),
    ],
)
def test_request_bodies(
    post: Json, headers: list[Json], kept: bytes, added: list[str], har: Har, entry: Entry, bring: Bring
) -> None:
    one = entry()
    one["request"] |= {"method": "POST", "postData": post, "headers": headers}
    (exchange,) = bring(har(one)).all
    assert exchange.request_body.kept == kept
    assert exchange.request_content() == (kept, None)
    assert [v for k, v in exchange.request_headers if k == "x-auditor-recorded-body"] == added


def test_a_request_body_the_page_packed_is_kept_packed(har: Har, entry: Entry, bring: Bring) -> None:
    packed = gzip.compress(b"id=1", mtime=0)
    one = entry()
    headers = [{"name": "content-encoding", "value": "gzip"}]
    one["request"] |= {"postData": {"text": packed.decode("latin-1")}, "headers": headers}
    (exchange,) = bring(har(one)).all
    assert exchange.request_body.kept == packed
    assert exchange.request_content() == (b"id=1", None)


def test_a_request_body_left_out_has_its_size(har: Har, entry: Entry, bring: Bring) -> None:
    one = entry()
    one["request"]["bodySize"] = 12
    (exchange,) = bring(har(one)).all
    assert (exchange.request_body.size, exchange.request_body.sha256, exchange.request_body.cut) == (12, None, True)


def test_headers_joined_by_line_ends_are_several(har: Har, entry: Entry, bring: Bring) -> None:
    one = entry()
    one["response"]["headers"] = [{"name": "set-cookie", "value": "a=1; Path=/\nb=2"}, {"name": ":odd: n", "value": 7}]
    (exchange,) = bring(har(one)).all
    assert exchange.response_headers == (("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2"), (":odd:%20n", "7"))


def test_cookies_listed_but_in_no_header_are_not_called_sent(har: Har, entry: Entry, bring: Bring) -> None:
    one = entry()
    one["request"]["cookies"] = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    (exchange,) = bring(har(one)).all
    assert exchange.request_header("cookie") is None
    assert exchange.request_header("x-auditor-recorded-cookie") == "a=1; b=2"


def test_unsafe_characters_of_an_address_are_percent_encoded(har: Har, entry: Entry, bring: Bring) -> None:
    (exchange,) = bring(har(entry("https://shop.test/a b\u2028\ud800é?q=日本\0\n"))).all
    assert exchange.url == "https://shop.test/a%20b%E2%80%A8%ED%A0%80é?q=日本%00"


def test_strange_characters_in_headers_read_back(har: Har, entry: Entry, bring: Bring) -> None:
    one = entry()
    one["request"]["headers"] = [{"name": "x", "value": " \0\x85é日本\r \ud800 "}]
    (exchange,) = bring(har(one)).all
    assert exchange.request_headers == (("x", " \0\x85é日本%0D \\ud800 "),)


def test_websocket_messages(har: Har, entry: Entry, bring: Bring) -> None:
    rows = [
        {"type": "send", "time": 1767290645.5, "opcode": 1, "data": '{"id":"é"}'},
        {"type": "receive", "time": 1767290646, "opcode": 2, "data": "AAH/"},
        {"type": "receive", "data": ""},
        {"type": "error", "time": 1767290647, "data": "closed"},
    ]
    (exchange,) = bring(har(entry("wss://shop.test/s", _webSocketMessages=rows, _resourceType="websocket"))).all
    assert [(m.from_client, m.text, m.body.kept) for m in exchange.messages] == [
        (True, True, '{"id":"é"}'.encode()),
        (False, False, b"\x00\x01\xff"),
        (False, True, b""),
    ]
    assert exchange.messages[0].at == datetime(2026, 1, 1, 18, 4, 5, 500000, UTC)


FRAMES = [{"functionName": "send", "url": "https://t.test/t.js", "lineNumber": 3, "columnNumber": 14}]
STACK = [{"url": "https://t.test/t.js", "line": 3, "column": 14, "function": "send"}]


@pytest.mark.parametrize(
    ("members", "initiator_type", "initiator", "stack"),
    [
        ({}, None, None, []),
        ({"_initiator": {"type": "parser", "url": "https://shop.test/"}}, "parser", "https://shop.test/", []),
        ({"_initiator": {"type": "script", "stack": {"callFrames": FRAMES}}}, "script", "https://t.test/t.js", STACK),
        (
            {"_initiator": {"type": "script", "stack": {"callFrames": [], "parent": {"callFrames": FRAMES}}}},
            "script",
            "https://t.test/t.js",
            STACK,
        ),
        (
            {"_initiator": "https://t.test/t.js", "_initiator_line": "3", "_initiator_column": "14"},
            None,
            "https://t.test/t.js",
            [{"url": "https://t.test/t.js", "line": 3, "column": 14, "function": ""}],
        ),
        ({"_initiator_type": "Other", "_initiator_detail": '{"type":"other"}'}, "other", None, []),
        ({"_initiator": 5}, None, None, []),
        ({"_initiator": {"type": "script", "stack": 5}}, None, None, []),
    ],
)
def test_the_browsers_account(
    members: Json, initiator_type: str, initiator: str, stack: list[Json], har: Har, entry: Entry, bring: Bring
) -> None:
    stored = bring(har(entry(**members, _resourceType="Fetch", _fromCache="disk")))
    assert stored.events == [
        [
            {
                "t": "2026-01-01T18:04:05.678000Z",
                "method": "Import.entry",
                "params": {
                    "request": "r00001",
                    "resource_type": "fetch",
                    "initiator_type": initiator_type,
                    "initiator": initiator,
                    "stack": stack,
                    "page": "https://shop.test/",
                    "from_cache": True,
                    "error": None,
                },
            }
        ]
    ]


@pytest.mark.parametrize(
    ("response", "status", "error"),
    [
        (None, None, "the recording has no response"),
        ({"status": 0, "headers": [], "_error": "net::ERR_ABORTED"}, None, "net::ERR_ABORTED"),
        ({"status": -2, "headers": []}, None, "the recording has no status"),
        ({"status": "200", "headers": []}, 200, None),
        ({"status": 302, "headers": [], "_error": {"code": "MAXREDIRECTS"}}, 302, "MAXREDIRECTS"),
        (
            {"status": 200, "headers": [], "content": 5},
            None,
            "the recorded response cannot be read: response.content is a number, not an object",
        ),
        (5, None, "the recorded response cannot be read: response is a number, not an object"),
    ],
)
def test_a_request_whose_response_is_missing_was_still_sent(
    response: object, status: int | None, error: str | None, har: Har, entry: Entry, bring: Bring
) -> None:
    stored = bring(har(entry(response=response)))
    (exchange,) = stored.all
    assert (exchange.url, exchange.status, exchange.error) == ("https://shop.test/", status, error)
    assert stored.events[0][0]["params"]["error"] == error
    assert stored.visits[0].outcome is Outcome.complete


def _page(key: str, title: str) -> Json:
    return {"id": key, "title": title, "startedDateTime": "2026-01-02T03:04:05Z"}


def test_one_visit_a_page(har: Har, entry: Entry, bring: Bring) -> None:
    redirect = entry("http://shop.test/", pageref="p1", _resourceType="document")
    redirect["response"] |= {"status": 302, "headers": [{"name": "Location", "value": "https://shop.test/home"}]}
    stored = bring(
        har(
            redirect,
            entry("https://t.test/x", pageref="p2"),
            entry("https://shop.test/home", pageref="p1", _resourceType="document"),
            entry("https://other.test/", pageref="unlisted"),
            entry("https://lost.test/"),
            pages=[_page("p1", "https://shop.test/home"), _page("p2", "My page"), _page("p3", "https://e.test")],
        )
    )
    found = zip(stored.visits, stored.exchanges, strict=True)
    assert [(v.visit, v.page, v.final_url, v.title, len(x)) for v, x in found] == [
        ("shop-test-1", "http://shop.test/", "https://shop.test/home", "", 2),
        ("shop-test-2", "https://t.test/x", "", "My page", 1),
        ("shop-test-3", "https://e.test/", "https://e.test/", "", 0),
        ("shop-test-4", "https://other.test/", "", "", 1),
        ("shop-test-5", "https://lost.test/", "", "", 1),
    ]
    empty = stored.visits[2]
    assert empty.reason == "no_entries: the recording lists this page but holds no request of it"
    assert [v.outcome for v in stored.visits if v is not empty] == [Outcome.complete] * 4


def test_a_second_file_of_the_same_name_gets_its_own_visits(har: Har, entry: Entry, bring: Bring) -> None:
    path = har(entry())
    names = [bring(path).visits[0] for _ in range(3)]
    assert [v.visit for v in names] == ["shop-test", "shop-test.2", "shop-test.3"]
    assert {v.site for v in names} == {"shop-test"}


def test_the_files_hash_is_in_the_custody_log(har: Har, entry: Entry, bring: Bring, run: RunFolder) -> None:
    bring(har(entry()))
    last = (run.data / "custody.jsonl").read_text().splitlines()[-1]
    assert '"action": "file_imported"' in last
    assert '"file": "shop.test.har"' in last


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("www.Shop.test", "www-shop-test"),
        ("記録", "import"),
        ("..", "import"),
        ("é" * 99, "e" * 48),
        ("a/b c", "a-b-c"),
    ],
)
def test_slug(stem: str, expected: str) -> None:
    assert slug(stem) == expected
