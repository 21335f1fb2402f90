"""Cookies from their three witnesses, put together on accounts made by hand."""

from datetime import timedelta
from typing import Any

import pytest

from auditor.evidence import Cause, Cookie, CookieRefusal, CookieUse, Exchange, Phase
from auditor.store.jar import CANARY_DOMAIN, cookies_of

from .account import at, in_jar, wire

T = "https://t.test/"
TOP = "https://shop.test"


def told(*uses: CookieUse, refused: tuple[tuple[str, str], ...] = (), partition: str | None = None) -> Cause:
    lines = tuple(CookieRefusal(line=line, reasons=(reason,)) for line, reason in refused)
    return Cause(cookies=uses, cookies_refused=lines, cookie_partition=partition)


def use(name: str, domain: str = "t.test", *reasons: str, **more: Any) -> CookieUse:
    return CookieUse(name=name, value="1", domain=domain, path="/", blocked_reasons=reasons, **more)


def rows(*exchanges: Exchange, jar: list[dict[str, Any]] | None = None) -> dict[tuple[str, str | None], Cookie]:
    found = cookies_of(exchanges, jar)
    made = {(c.name, c.partition_key): c for c in found}
    assert len(made) == len(found)
    return made


def one(*exchanges: Exchange, jar: list[dict[str, Any]] | None = None) -> Cookie:
    (found,) = cookies_of(exchanges, jar)
    return found


def test_a_cookie_set_kept_and_sent() -> None:
    line = "id=1; Domain=.T.test; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=None"
    kept = in_jar("id", domain=".t.test", session=False, expires=at(60).timestamp(), sameSite="None", httpOnly=True)
    found = one(
        wire("r1", T, sets=[line]), wire("r2", "https://a.t.test/x", seconds=1, headers={"Cookie": "id=1"}), jar=[kept]
    )
    assert (found.set_by, found.set_at, found.stored, found.host_only) == ("r1", at(0), True, False)
    assert (found.domain, found.path, found.same_site, found.secure, found.http_only) == (
        "t.test",
        "/",
        "None",
        True,
        True,
    )
    assert (found.max_age_s, found.expires_at) == (60.0, at(60))
    assert (found.sent_to, found.sent_in, found.blocked_reason) == (("a.t.test",), ("r2",), None)


def test_a_refused_line_is_a_row_with_the_browsers_reason() -> None:
    line = "id=1; SameSite=None; Secure"
    found = one(wire("r1", T, sets=[line], cause=told(refused=((line, "UserPreferences"),))), jar=[])
    assert (found.set_by, found.stored, found.blocked_reason) == ("r1", False, "UserPreferences")


def test_a_refused_line_does_not_replace_what_was_set() -> None:
    first, second = "id=old; Secure", "id=new"
    found = one(
        wire("r1", T, sets=[first]),
        wire("r2", T, seconds=1, sets=[second], cause=told(refused=((second, "OverwriteSecure"),))),
        jar=[in_jar("id", "old", "t.test")],
    )
    assert (found.value, found.set_by, found.stored, found.blocked_reason) == ("old", "r1", True, "OverwriteSecure")


def test_more_lines_in_one_header_are_cookies_each() -> None:
    found = rows(wire("r1", T, sets=["a=1\nb=2; Path=/", "c=3"]))
    assert {name for name, _ in found} == {"a", "b", "c"}
    assert {c.stored for c in found.values()} == {False}


def test_a_partitioned_cookie_is_a_row_for_each_top_site() -> None:
    line = "id=1; Path=/; Secure; SameSite=None; Partitioned"
    other = "https://news.test"
    keys = [{"topLevelSite": top, "hasCrossSiteAncestor": True} for top in (TOP, other)]
    kept = [in_jar("id", domain="t.test", partitionKey=key) for key in keys]
    found = rows(
        wire("r1", T, sets=[line], cause=told(partition=TOP)),
        wire("r2", T, seconds=1, sets=[line], cause=told(partition=other)),
        wire("r3", T, seconds=2, headers={"cookie": "id=1"}, cause=told(use("id", partition_key=other))),
        jar=kept,
    )
    assert found.keys() == {("id", TOP), ("id", other)}
    assert [(c.set_by, c.sent_in, c.stored) for c in found.values()] == [("r2", ("r3",), True), ("r1", (), True)]


def test_a_cookie_without_the_attribute_is_not_partitioned() -> None:
    found = rows(wire("r1", T, sets=["id=1"], cause=told(partition=TOP)), jar=[in_jar("id", domain="t.test")])
    assert [(key, c.stored) for key, c in found.items()] == [(("id", None), True)]


def test_a_cookie_only_the_jar_knows_was_set_by_a_script() -> None:
    found = one(wire("r1", T, headers={"cookie": "js=1"}), jar=[in_jar("js", domain="t.test", sameSite="Lax")])
    assert (found.set_by, found.set_at, found.stored, found.same_site) == ("script", None, True, "Lax")
    assert (found.sent_in, found.host_only, found.expires_at) == (("r1",), True, None)


def test_a_header_alone_is_read_with_the_jar_beside_it() -> None:
    """A last beacon is known by its header only: the cookie it carries is the jar's, whatever its domain."""
    kept = in_jar("js", domain=".t.test", path="/")
    found = one(wire("r1", "https://www.t.test/beacon", headers={"cookie": "js=1"}), jar=[kept])
    assert (found.domain, found.set_by, found.stored) == ("t.test", "script", True)
    assert (found.sent_to, found.sent_in) == (("www.t.test",), ("r1",))


def test_crumbs_of_a_split_header_are_put_together() -> None:
    """HTTP/2 may send one Cookie field for each cookie (RFC 9113 8.2.3)."""
    split = (("cookie", "a=1"), ("accept", "*/*"), ("cookie", "b=2; c=3"))
    found = rows(wire("r1", T, request_headers=split))
    assert {name: c.value for (name, _), c in found.items()} == {"a": "1", "b": "2", "c": "3"}
    assert {c.sent_in for c in found.values()} == {("r1",)}


def test_the_browsers_account_outranks_the_header() -> None:
    """It knows domain, path and partition of each cookie, and which it held back."""
    uses = (use("a", "t.test"), use("b", "t.test", "UserPreferences"), use("c", "t.test", "NotOnPath"))
    found = rows(wire("r1", T, headers={"cookie": "a=1"}, cause=told(*uses)))
    assert found.keys() == {("a", None), ("b", None)}
    assert (found["a", None].sent_in, found["a", None].blocked_reason) == (("r1",), None)
    assert (found["b", None].sent_in, found["b", None].blocked_reason) == ((), "UserPreferences")


@pytest.mark.parametrize(
    ("phase", "sent"), [(Phase.prepare, ()), (Phase.journey, ("r2",)), (Phase.settle, ("r2",)), (Phase.close, ("r2",))]
)
def test_what_the_login_sent_is_not_the_pages_doing(phase: Phase, sent: tuple[str, ...]) -> None:
    found = one(wire("r1", T, sets=["id=1"]), wire("r2", T, seconds=1, phase=phase, headers={"cookie": "id=1"}))
    assert found.sent_in == sent


def test_the_visits_own_cookie_is_nobodys() -> None:
    assert cookies_of([], [in_jar("auditor", domain=CANARY_DOMAIN)]) == ()


def test_a_jar_that_was_not_taken_keeps_nothing() -> None:
    found = one(wire("r1", T, sets=["id=1; Max-Age=10"]), jar=None)
    assert (found.stored, found.expires_at) == (False, at(0) + timedelta(seconds=10))


def test_the_jars_value_is_the_last_one() -> None:
    found = one(wire("r1", T, sets=["id=1"]), jar=[in_jar("id", "changed by a script", "t.test")])
    assert (found.value, found.set_by, found.stored) == ("changed by a script", "r1", True)
