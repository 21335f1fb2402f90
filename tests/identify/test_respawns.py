"""Cookies that come back after they were deleted, and from where."""

from collections.abc import Sequence

import pytest

from auditor.evidence import Cookie, Exchange, StorageItem
from auditor.identify import Respawn
from tests.identify.build import SITE, at, clear, cookie, evidence, exchange, identified, load, stored, twin_of

ONE, TWO, OTHER = "4f1c09ab7d2e8a60", "9b3e75d1c02f46a8", "c7d80e13a5b96f24"


def respawns(
    exchanges: Sequence[Exchange] = (),
    *,
    cookies: Sequence[Cookie] = (),
    storage: Sequence[StorageItem] = (),
    name: str = "_nz",
    domain: str = "mise.test",
    value: str = ONE,
) -> tuple[Respawn, ...]:
    one = evidence(
        "v1",
        [load(1, "/", 0), *exchanges],
        cookies=cookies,
        storage=storage,
        steps=[clear(5, (name, domain, value))],
    )
    found = identified(one, twin_of(one, ONE, TWO))
    return tuple(r for r in found.respawns if r.visit == "v1")


def before() -> Exchange:
    return exchange(2, f"https://t.nazo.test/p?v={ONE}", 1)


def after(seconds: float = 8) -> Exchange:
    return exchange(9, f"https://t.nazo.test/p?v={ONE}", seconds, page=f"{SITE}/item")


@pytest.mark.parametrize(("area", "source"), [("local", "local_storage"), ("indexeddb", "indexeddb")])
def test_from_a_store(area: str, source: str) -> None:
    exchanges = [before(), load(3, "/item", 6), after()]
    back = cookie("_nz", ONE, set_at=at(7))
    (found,) = respawns(exchanges, cookies=[back], storage=[stored("copy", ONE, area=area)])
    assert (found.value, found.name, found.domain, found.site) == (ONE, "_nz", "mise.test", "mise")
    assert (found.cleared_at, found.back_at) == (at(5), at(7))
    assert (found.source, found.detail) == (source, f"{SITE} copy")


def test_under_another_name_and_in_a_new_envelope() -> None:
    exchanges = [before(), load(3, "/item", 6), after()]
    back = cookie("_nz2", f"1795514407.{ONE}", set_at=at(7))
    (found,) = respawns(exchanges, cookies=[back], storage=[stored("copy", ONE)], value=f"1795514401.{ONE}")
    assert found.source == "local_storage"


def test_from_the_server() -> None:
    line = f"kid={ONE}; Max-Age=31536000"
    exchanges = [
        exchange(2, "https://t.koku.test/hit", 1, set_cookie=[line]),
        exchange(3, "https://t.koku.test/hit", 6, set_cookie=[line]),
    ]
    back = cookie("kid", ONE, "koku.test", set_by="r00003", set_at=at(6.05))
    (found,) = respawns(exchanges, cookies=[back], name="kid", domain="koku.test")
    assert (found.source, found.detail, found.back_at) == ("server", "t.koku.test", at(6.05))
    assert found.evidence == ("v1/r00003",)


def test_the_server_is_told_by_storage() -> None:
    exchanges = [
        exchange(2, "https://t.koku.test/hit", 1, set_cookie=[f"kid={ONE}; Max-Age=31536000"]),
        exchange(3, f"https://t.koku.test/hit?uid={ONE}", 6, set_cookie=[f"kid={ONE}; Max-Age=31536000"]),
    ]
    back = cookie("kid", ONE, "koku.test", set_by="r00003", set_at=at(6.05))
    kept = stored("kid", ONE, "https://f.koku.test")
    (found,) = respawns(exchanges, cookies=[back], storage=[kept], name="kid", domain="koku.test")
    assert (found.source, found.detail) == ("local_storage", "https://f.koku.test kid")


def test_from_an_etag() -> None:
    tag = [("etag", f'"{ONE}"')]
    exchanges = [
        exchange(2, "https://t.koku.test/e", 1, answer=tag, set_cookie=[f"kid={ONE}; Max-Age=31536000"]),
        exchange(
            3,
            "https://t.koku.test/e",
            6,
            headers=[("if-none-match", f'"{ONE}"')],
            answer=tag,
            set_cookie=[f"kid={ONE}; Max-Age=31536000"],
        ),
    ]
    back = cookie("kid", ONE, "koku.test", set_by="r00003", set_at=at(6.05))
    (found,) = respawns(exchanges, cookies=[back], name="kid", domain="koku.test")
    assert (found.source, found.detail) == ("http_cache", "t.koku.test")


def test_a_script_writes_what_an_answer_told() -> None:
    answer = exchange(4, "https://t.nazo.test/who", 6.5, page=f"{SITE}/item", response=f'{{"id":"{ONE}"}}'.encode())
    exchanges = [before(), load(3, "/item", 6), answer, after()]
    (found,) = respawns(exchanges, cookies=[cookie("_nz", ONE, set_at=at(7))])
    assert (found.source, found.detail, found.evidence) == ("server", "t.nazo.test", ("v1/r00004", "v1"))


def test_nobody_knows_from_where() -> None:
    exchanges = [before(), load(3, "/item", 6), after()]
    (found,) = respawns(exchanges, cookies=[cookie("_nz", ONE, set_at=at(7))])
    assert (found.source, found.detail) == ("unknown", "")


def test_no_respawns() -> None:
    exchanges = [before(), load(3, "/item", 6)]
    # Another value; gone for good; a value all visitors have; another company's cookie of the same value.
    assert respawns(exchanges, cookies=[cookie("_nz", OTHER, set_at=at(7))]) == ()
    assert respawns(exchanges, cookies=[cookie("_nz", ONE, set_at=at(1), stored=False)]) == ()
    assert respawns(exchanges, cookies=[cookie("_nz", OTHER, set_at=at(7))], value=OTHER) == ()
    assert respawns(exchanges, cookies=[cookie("consent", "accepted-all", set_at=at(7))], value="accepted-all") == ()
    elsewhere = cookie("kid", ONE, "koku.test", set_by="script", set_at=at(7))
    assert respawns(exchanges, cookies=[elsewhere]) == ()
