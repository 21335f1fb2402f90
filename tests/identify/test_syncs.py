"""Identifiers that one company holds and another receives."""

from collections.abc import Sequence

from auditor.evidence import Cookie, Exchange, StackFrame, StorageItem
from auditor.identify import Sync
from tests.identify.build import SITE, at, cookie, evidence, exchange, identified, load, stored, twin_of

ONE, TWO = "4f1c09ab7d2e8a60", "9b3e75d1c02f46a8"
KOKU_SCRIPT = "https://s.koku-cdn.test/k.js"
OTHER_SCRIPT = "https://s.nazo.test/n.js"


def syncs(
    exchanges: Sequence[Exchange] = (), *, cookies: Sequence[Cookie] = (), storage: Sequence[StorageItem] = ()
) -> tuple[Sync, ...]:
    one = evidence("v1", [load(1, "/", 0), *exchanges], cookies=cookies, storage=storage)
    found = identified(one, twin_of(one, ONE, TWO))
    return tuple(s for s in found.syncs if s.visit == "v1")


def koku_cookie() -> Cookie:
    return cookie("kid", ONE, "koku.test", set_by="r00002", set_at=at(1.05))


def told(found: Sequence[Sync]) -> list[tuple[str, str | None, str, str | None, str, str]]:
    return [(s.from_recipient, s.from_vendor, s.to_recipient, s.to_vendor, s.how, s.name) for s in found]


def test_by_redirect() -> None:
    exchanges = [
        exchange(2, "https://t.koku.test/hit", 1, set_cookie=[f"kid={ONE}; Max-Age=31536000"]),
        exchange(
            3,
            "https://t.koku.test/sync",
            2,
            cookie=f"kid={ONE}",
            answer=[("location", f"https://p.renketsu.test/m?pid={ONE}")],
        ),
        exchange(4, f"https://p.renketsu.test/m?pid={ONE}", 3, redirected_from="r00003"),
    ]
    found = syncs(exchanges, cookies=[koku_cookie()])
    assert told(found) == [("koku.test", "koku", "renketsu.test", "renketsu", "redirect", "pid")]
    assert found[0].evidence == ("v1/r00002", "v1/r00004")
    assert found[0].value == ONE


def test_by_parameter_and_hashed_too() -> None:
    exchanges = [
        exchange(2, "https://t.koku.test/hit", 1, set_cookie=[f"kid={ONE}; Max-Age=31536000"]),
        exchange(3, f"https://x.nazo.test/m?k={ONE}", 2),
    ]
    found = syncs(exchanges, cookies=[koku_cookie()])
    assert told(found) == [("koku.test", "koku", "nazo.test", None, "parameter", "k")]


def test_from_a_frames_storage() -> None:
    kept = stored("kid", ONE, "https://f.koku.test")
    found = syncs([exchange(2, f"https://x.nazo.test/m?k={ONE}", 2)], storage=[kept])
    assert told(found) == [("koku.test", "koku", "nazo.test", None, "parameter", "k")]


def test_a_tag_reads_anothers_first_party_cookie() -> None:
    own = cookie("_kk", f"1795514400.{ONE}", set_by_script=StackFrame(url=KOKU_SCRIPT, line=1, column=1))
    found = syncs(
        [
            exchange(2, f"https://x.nazo.test/m?k={ONE}", 2, script=OTHER_SCRIPT),
            exchange(3, f"https://t.koku.test/hit?uid={ONE}", 2, script=KOKU_SCRIPT),
        ],
        cookies=[own],
    )
    assert told(found) == [("koku-cdn.test", "koku", "nazo.test", None, "cookie_read", "_kk")]


def test_a_tag_hands_its_own_cookie_to_another_company() -> None:
    own = cookie("_kk", ONE, set_by_script=StackFrame(url=KOKU_SCRIPT, line=1, column=1))
    found = syncs([exchange(2, f"https://x.nazo.test/m?k={ONE}", 2, script=KOKU_SCRIPT)], cookies=[own])
    assert told(found) == [("koku-cdn.test", "koku", "nazo.test", None, "parameter", "k")]


def test_within_one_company_only_another_modules_reading_is_told() -> None:
    writer = StackFrame(url="https://s.dai-one.test/a.js", line=1, column=1)
    own = cookie("_dai", ONE, set_by_script=writer)
    url = f"https://t.dai-two.test/m?k={ONE}"
    found = syncs([exchange(2, url, 2, script="https://s.dai-two.test/b.js")], cookies=[own])
    assert told(found) == [("dai-one.test", "dai", "dai-two.test", "dai", "cookie_read", "_dai")]
    assert syncs([exchange(2, url, 2, script="https://s.dai-one.test/a.js")], cookies=[own]) == ()


def test_no_synchronisations() -> None:
    koku = StackFrame(url=KOKU_SCRIPT, line=1, column=1)
    nazo_cdn = StackFrame(url="https://cdn-nazo.test/n.js", line=1, column=1)
    to_nazo = f"https://x.nazo.test/m?k={ONE}"
    set_by_site = cookie("uid", ONE, set_by="r00001", set_at=at(0.05))
    set_by_own_script = cookie("uid", ONE, set_by_script=StackFrame(url=f"{SITE}/own.js", line=1, column=1))
    # The visited site's own identifier, given to a tag.
    assert syncs([exchange(2, to_nazo, 2, script=OTHER_SCRIPT)], cookies=[set_by_site]) == ()
    assert syncs([exchange(2, to_nazo, 2, script=OTHER_SCRIPT)], cookies=[set_by_own_script]) == ()
    # A tag's own cookie to its own domains: known by its vendor file, or by the script being the same.
    own = cookie("_kk", ONE, set_by_script=koku)
    assert syncs([exchange(2, f"https://t.koku.test/h?uid={ONE}", 2, script=KOKU_SCRIPT)], cookies=[own]) == ()
    unknown = cookie("_nz", ONE, set_by_script=nazo_cdn)
    assert syncs([exchange(2, to_nazo, 2, script=nazo_cdn.url)], cookies=[unknown]) == ()
    # Written by a tag manager: whose code it ran nobody can tell.
    boxed = cookie("_bx", ONE, set_by_script=StackFrame(url="https://s.tagbox.test/b.js", line=1, column=1))
    assert syncs([exchange(2, to_nazo, 2, script=OTHER_SCRIPT)], cookies=[boxed]) == ()
    # In the address of the page, which every request names.
    there = exchange(2, "https://x.nazo.test/m", 2, headers=[("referer", f"{SITE}/?uid={ONE}")])
    assert syncs([there], storage=[stored("kid", ONE, "https://f.koku.test")]) == ()
    # The recipient's own cookie going back to it; a cookie the browser refused.
    back = exchange(2, "https://t.koku.test/hit", 2, cookie=f"kid={ONE}")
    assert syncs([back], cookies=[koku_cookie()]) == ()
    refused = cookie("kid", ONE, "koku.test", stored=False, set_by="r00002", set_at=at(1.05))
    assert syncs([exchange(3, f"https://p.renketsu.test/m?pid={ONE}", 2)], cookies=[refused]) == ()
    # Sent before the other had it: it was no gift of the other's.
    early = [
        exchange(2, to_nazo, 0.2, script=OTHER_SCRIPT),
        exchange(3, f"https://t.koku.test/hit?uid={ONE}", 3, set_cookie=[f"kid={ONE}; Max-Age=31536000"]),
    ]
    assert syncs(early, cookies=[cookie("kid", ONE, "koku.test", set_by="r00003", set_at=at(3.05))]) == ()
