"""How often a visit is tried, by why its attempt was lost; when a run gives up; how a process' end is told."""

import signal

import pytest

from auditor.capture.attempts import ATTEMPTS, ATTEMPTS_KILLED, IN_A_ROW, Attempts, Patience
from auditor.capture.ending import DRIVER_GONE, how_ended
from auditor.errors import CannotFinish

KILLED = f"browser_lost: the browser has gone: {how_ended(-signal.SIGKILL)}"
CRASHED = f"browser_lost: the browser has gone: {how_ended(-signal.SIGSEGV)}"


def attempts(*reasons: str) -> int:
    """How many attempts are made when they end so, the last reason for ever."""
    one = Attempts()
    for number in range(100):
        if not one.again(reasons[min(number, len(reasons) - 1)]):
            return number + 1
    raise AssertionError("no end")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("", 1),
        ("step_failed: open.0.goto", 1),
        ("unreachable: x", 1),
        (CRASHED, ATTEMPTS),
        ("page_crashed: the process of a page ended", ATTEMPTS),
        ("recorder_error: x", ATTEMPTS),
        ("proxy_lost: the proxy does not answer 'open'", ATTEMPTS),
        (KILLED, ATTEMPTS_KILLED),
        (f"browser_lost: {DRIVER_GONE}", ATTEMPTS_KILLED),
        ("cookie_store_lost: canary_cookie: the jar was lost", ATTEMPTS_KILLED),
    ],
)
def test_attempts_by_reason(reason: str, expected: int) -> None:
    assert attempts(reason) == expected


def test_what_others_do_does_not_use_up_what_the_page_is_allowed() -> None:
    assert attempts(KILLED, KILLED, KILLED, CRASHED, "") == 5
    assert attempts(CRASHED, KILLED, KILLED, KILLED, KILLED) == 5
    assert attempts(CRASHED, KILLED, CRASHED) == 3


def test_the_attempts_are_numbered() -> None:
    one = Attempts()
    assert one.number == 1
    assert one.again(KILLED)
    assert one.number == 2


def test_a_run_gives_up_when_no_browser_stays_alive() -> None:
    patience = Patience()
    for number in range(IN_A_ROW - 1):
        patience.ended(f"v{number}", KILLED)
    with pytest.raises(CannotFinish, match=f"^{IN_A_ROW} visits in a row were lost, the last is v9: browser_lost"):
        patience.ended("v9", KILLED)


def test_a_visit_that_was_measured_in_between_shows_that_the_machine_works() -> None:
    patience = Patience()
    for number in range(IN_A_ROW * 3):
        patience.ended(f"v{number}", KILLED if number % IN_A_ROW else "http_error: status 404")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "it ended with code 0"),
        (21, "it ended with code 21"),
        (-9, "killed from outside (SIGKILL)"),
        (-15, "killed from outside (SIGTERM)"),
        (-11, "it crashed (SIGSEGV)"),
        (-5, "it crashed (SIGTRAP)"),
    ],
)
def test_how_a_process_ended(code: int, words: str) -> None:
    assert how_ended(code) == words
