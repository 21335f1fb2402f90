"""What became of the page's own document, decided on the stored files alone."""

import gzip
from functools import cache
from pathlib import Path

import pytest

from auditor.capture.browser.document import asked_last
from auditor.capture.outcome import judge
from auditor.evidence import Phase, Visit
from auditor.store.wire import RawHeaders, WireWriter, body_of

from .account import PAGE, Account, at
from .test_outcome import GOOD, outcome, visit

NEXT = "https://shop.test/next"
HTML = b"<!doctype html><title>shop</title><p>shop"


class Record:
    """Both witnesses of main-frame documents, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.account, self.number = folder, Account(), 0
        self.writer = WireWriter(folder / "wire.warc.gz")

    def document(
        self,
        url: str = PAGE,
        status: int | None = 200,
        *,
        body: bytes = HTML,
        headers: RawHeaders | None = None,
        error: str | None = None,
        told: str | None = None,
    ) -> "Record":
        """`error` is the proxy's, `told` the browser's net error."""
        self.number += 1
        request, seconds = f"r{self.number:05d}", float(self.number)
        self.account.page(url, seconds=seconds, browser_id=request)
        if told:
            self.account.line("Network.loadingFailed", requestId=request, errorText=told)
        self.writer.request(request, at(seconds), Phase.journey, "GET", url, "HTTP/2.0", [], body_of(b""))
        if status is None:
            self.writer.failure(request, at(seconds), url, error or "")
        else:
            self.writer.response(
                request, at(seconds), url, status, "", "HTTP/2.0", headers or [], body_of(body), error=error
            )
        return self

    def step(self, name: str, asked: str | None = None) -> "Record":
        self.account.line("Auditor.step", None, step=name, asked=asked)
        return self

    def judged(self, *reasons: str, final_url: str = PAGE, html: str | None = None) -> tuple[str, str]:
        self.account.hops(self.folder)
        self.writer.close()
        if html is not None:
            (self.folder / "document.html").write_text(html)
        counters = {**GOOD, "requests": self.number, "responses": self.number}
        made: Visit = judge(visit(final_url=final_url), self.folder, list(reasons), counters)
        return outcome(made)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path)


GOTO = "step_failed: open.0.goto: "
BROKEN = "Client disconnected."


def test_redirects_without_end(record: Record) -> None:
    record.document(status=302, told="net::ERR_TOO_MANY_REDIRECTS")
    assert record.judged(f"{GOTO}x") == ("failed", "redirect_loop: net::ERR_TOO_MANY_REDIRECTS")


def test_an_answer_the_browser_does_not_take(record: Record) -> None:
    record.document(told="net::ERR_RESPONSE_HEADERS_TOO_BIG")
    reason = "browser_refused: net::ERR_RESPONSE_HEADERS_TOO_BIG, after status 200"
    assert record.judged(f"{GOTO}x") == ("failed", reason)


def test_a_document_that_does_not_end(record: Record) -> None:
    record.document(error=BROKEN)
    reason = f"body_endless: the document had not ended after {len(HTML)} bytes"
    assert record.judged(f"{GOTO}Timeout 1 ms exceeded.") == ("incomplete", reason)


def test_a_page_that_moves_on_before_its_document_has_ended(record: Record) -> None:
    """As many do by a script in their head: what counts is where it went."""
    record.document(error=BROKEN, told="net::ERR_ABORTED").document(NEXT)
    assert record.judged(final_url=NEXT, html=HTML.decode()) == ("complete", "")


def test_a_page_that_moves_on_to_one_that_does_not_answer(record: Record) -> None:
    record.document(error=BROKEN).document(NEXT, None, error=BROKEN, told="net::ERR_ABORTED")
    reason = f"unreachable: the server did not answer while the visit waited ({BROKEN})"
    assert record.judged(f"{GOTO}x") == ("failed", reason)


def test_a_download(record: Record) -> None:
    record.document(told="net::ERR_ABORTED")
    text = "open.0.goto: Page.goto: Download is starting"
    reason = f"download: the address is a file to keep, no page: {text}"
    assert record.judged(f"step_failed: {text}", final_url="about:blank", html="<html></html>") == ("failed", reason)


@pytest.mark.parametrize("said", ["Page.goto: Timeout 8000ms exceeded.", "took longer than 8 s"])
def test_a_load_that_does_not_end(record: Record, said: str) -> None:
    text = "the page came, but something of it went on loading"
    told = f"load_timeout: {text}: open.0.goto: {said}"
    assert record.document().judged(GOTO + said, html=HTML.decode()) == ("incomplete", told)


@pytest.mark.parametrize("problem", ["step_failed: journey.0.click: Timeout", "recorder_error: x", "dialog_loop: x"])
def test_other_problems_stay_what_they_are(record: Record, problem: str) -> None:
    assert record.document().judged(problem, html=HTML.decode()) == ("incomplete", problem)


@cache
def bomb_of(megabytes: int) -> bytes:
    return gzip.compress(b" " * (megabytes << 20), 1)


@pytest.mark.parametrize("problem", [f"{GOTO}Timeout", "page_hung: x", "memory: x", "page_crashed: x", "timeout: x"])
def test_a_bomb_is_the_reason_of_what_it_does(record: Record, problem: str) -> None:
    body = bomb_of(300)
    record.document(body=body, headers=[(b"content-encoding", b"gzip")])
    reason = f"decompression_bomb: {len(body)} bytes unpack to more than 256 MiB"
    assert record.judged(problem) == ("incomplete", reason)


def test_a_password_is_asked_for(record: Record) -> None:
    record.document(status=401, headers=[(b"WWW-Authenticate", b'Basic realm="x"')])
    assert record.judged() == ("failed", "http_auth: the site asks for a name and password (Basic)")


@pytest.mark.parametrize("status", [204, 205])
def test_a_document_without_content(record: Record, status: int) -> None:
    record.document(status=status, body=b"", told="net::ERR_ABORTED")
    assert record.judged(f"{GOTO}net::ERR_ABORTED") == ("failed", f"empty_page: status {status}")


def test_a_wall_by_the_answer_alone(record: Record) -> None:
    """The journey may have gone on and failed: what came first says why."""
    record.document(status=403, headers=[(b"cf-mitigated", b"challenge")])
    assert record.judged("step_failed: journey.0.click: x") == (
        "failed",
        "bot_wall: Cloudflare challenge page, status 403",
    )


def test_a_challenge_that_was_passed_is_no_wall(record: Record) -> None:
    record.document(status=202, headers=[(b"x-amzn-waf-action", b"challenge")]).document()
    assert record.judged(html=HTML.decode()) == ("complete", "")


LOGIN = "<title>ログイン</title><form><input name=id><input type=password></form>"


def test_a_journey_that_is_sent_to_a_login_page(record: Record) -> None:
    record.step("open.0.goto", PAGE).document().step("journey.0.goto", NEXT)
    record.document("https://shop.test/login")
    reason = "login_wall: a form to log in, at an address that was not asked for, at https://shop.test/login"
    assert record.judged(final_url="https://shop.test/login#form", html=LOGIN) == ("failed", reason)


def test_a_journey_that_asks_for_the_login_page(record: Record) -> None:
    record.step("open.0.goto", PAGE).document().step("journey.0.click")
    record.document("https://shop.test/login")
    assert record.judged(final_url="https://shop.test/login", html=LOGIN) == ("complete", "")


def test_what_was_asked_for_last(tmp_path: Path) -> None:
    account = Account()

    def asked(*steps: tuple[str, str | None]) -> str | None:
        account.lines.clear()
        for name, url in steps:
            account.line("Auditor.step", None, step=name, asked=url)
        account.hops(tmp_path)
        return asked_last(tmp_path / "events.jsonl.gz", PAGE)

    assert asked() == PAGE
    assert asked(("open.0.goto", NEXT), ("journey.0.scroll", None), ("journey.1.wait", None)) == NEXT
    assert asked(("open.0.goto", PAGE), ("journey.0.press", None)) is None
    assert asked(("journey.0.click", None), ("journey.1.goto", NEXT)) == NEXT
