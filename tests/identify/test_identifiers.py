"""What the visits prove of a value: each property by itself, and the decoys that are no identifiers."""

import hashlib
from collections.abc import Callable

from auditor.evidence import Actor, Exchange, Phase, VisitEvidence, VisitKind, Visitor
from auditor.identify import Holder, HolderKind, IdentifierKind
from auditor.identify.graph import edges
from tests.identify.build import (
    DAY_S,
    SITE,
    at,
    by_name,
    clear,
    cookie,
    evidence,
    exchange,
    identified,
    load,
    stored,
)

ONE, TWO, THREE = "4f1c09ab7d2e8a60", "9b3e75d1c02f46a8", "c7d80e13a5b96f24"
COUNT = "https://t.nazo.test/p"


def twins(make: Callable[[int, str], VisitEvidence]) -> tuple[VisitEvidence, VisitEvidence]:
    return make(1, ONE), make(2, TWO)


def two_pages(repeat: int, value: str, query: str = "v={}") -> list[Exchange]:
    day = repeat - 1
    return [
        load(1, "/", 0, day=day),
        exchange(2, f"{COUNT}?{query.format(value)}", 1, day=day),
        load(3, "/item", 10, day=day),
        exchange(4, f"{COUNT}?{query.format(value)}", 11, day=day, page=f"{SITE}/item"),
    ]


def test_a_cookie_of_four_proofs_is_a_browsers() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        own = cookie("_nz", f"nz.1.{value}", set_at=at(0.5, repeat - 1))
        return evidence(f"v{repeat}", two_pages(repeat, value), cookies=[own], repeat=repeat, day=repeat - 1)

    found = identified(*twins(make))
    assert [i.value for i in found.identifiers] == [ONE, TWO]
    first = found.identifiers[0]
    assert first.kind is IdentifierKind.browser
    assert first.reason == ""
    assert first.lives_days == 365
    assert first.holders == (
        Holder(kind=HolderKind.cookie, place="mise.test", name="_nz", part=".3", party="first"),
        Holder(kind=HolderKind.nothing, place="t.nazo.test", name="v", part="", party="third"),
    )
    assert (first.stays.holds, first.stays.evidence) == (True, ("v1/r00002", "v1/r00004"))
    assert first.differs.shown == "another value at the same place in the twin visit, this one in no other profile"
    assert first.differs.evidence == ("v1", "v2")
    assert first.random.holds
    assert first.lives.shown == "cookie keeps it 365 days, 30 are enough"
    assert first.born is not None
    assert (first.born.how, first.born.at) == ("script", at(0.5))
    (flow,) = first.flows
    assert (flow.request, flow.requests, flow.recipient, flow.host) == ("r00002", 2, "nazo.test", "t.nazo.test")
    assert (flow.carrier, flow.name, flow.layers, flow.phase) == ("query", "v", (), "journey")
    assert not flow.first_party
    (edge,) = edges(found)
    assert (edge.site, edge.recipient, edge.visits, edge.values, edge.requests) == ("mise", "nazo.test", 2, 2, 4)
    assert (edge.holder.name, edge.carriers, edge.example) == ("_nz", ("query v",), "v1/r00002")


def test_without_a_twin_another_visit_tells_and_without_any_nothing_does() -> None:
    one = evidence("v1", two_pages(1, ONE), cookies=[cookie("_nz", ONE)])
    other = evidence(
        "v2", two_pages(1, TWO), cookies=[cookie("_nz", TWO)], visitor=Visitor.logged_in, platform="hiroba"
    )
    alone = identified(one).identifiers[0]
    assert (alone.kind, alone.differs.holds) == (IdentifierKind.unproven, None)
    assert alone.reason == "no other profile has this holder"
    beside = identified(one, other).identifiers[0]
    assert beside.kind is IdentifierKind.browser
    assert "another visit of the site, in a profile of its own" in beside.differs.shown


def test_what_a_load_sends_five_times_does_not_stay() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        day = repeat - 1
        sent = [exchange(n, f"{COUNT}?nonce={value}&n={n}", n, day=day) for n in range(2, 7)]
        return evidence(f"v{repeat}", [load(1, "/", 0, day=day), *sent], repeat=repeat, day=day)

    assert identified(*twins(make)).identifiers == ()


def test_a_value_written_anew_with_each_load_does_not_stay() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        day = repeat - 1
        first, second = hashlib.md5(value.encode()).hexdigest(), hashlib.sha1(value.encode()).hexdigest()
        exchanges = [
            load(1, "/", 0, day=day),
            exchange(2, f"{COUNT}?v={first}", 1, day=day, cookie=f"view={first}"),
            load(3, "/item", 10, day=day, cookie=f"view={second}"),
        ]
        exchanges[1] = exchange(2, f"{SITE}/own?v={first}", 1, day=day, cookie=f"view={first}")
        own = cookie("view", second, set_at=at(9, day))
        return evidence(f"v{repeat}", exchanges, cookies=[own], repeat=repeat, day=day)

    assert identified(*twins(make)).identifiers == ()


def test_session_cookies_and_short_lived_ones_do_not_live() -> None:
    for days in (0.0, 1.0, 29.0):

        def make(repeat: int, value: str, days: float = days) -> VisitEvidence:
            own = cookie("s", value, days=days, set_at=at(0.5, repeat - 1))
            return evidence(f"v{repeat}", two_pages(repeat, value), cookies=[own], repeat=repeat, day=repeat - 1)

        assert identified(*twins(make)).identifiers == ()


def test_a_named_one_that_does_not_live_is_told_as_unproven() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        own = cookie("_kk", value, days=1, set_at=at(0.5, repeat - 1))
        return evidence(f"v{repeat}", two_pages(repeat, value), cookies=[own], repeat=repeat, day=repeat - 1)

    first = identified(*twins(make)).identifiers[0]
    assert (first.kind, first.data_types) == (IdentifierKind.unproven, ("cookie_id",))
    assert first.reason == "not kept long: cookie keeps it 1 days, 30 are enough"


def test_storage_has_no_end_and_the_session_store_has() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        kept = [stored("nz", value), stored("nzs", value[::-1], area="session")]
        exchanges = two_pages(repeat, value, "v={}&s=" + value[::-1])
        return evidence(f"v{repeat}", exchanges, storage=kept, repeat=repeat, day=repeat - 1)

    first = next(i for i in identified(*twins(make)).identifiers if i.value == ONE)
    assert (first.kind, first.lives.shown, first.lives_days) == (
        IdentifierKind.browser,
        "local storage keeps it without end",
        None,
    )
    assert ONE[::-1] not in {i.value for i in identified(*twins(make)).identifiers}


def test_what_is_sent_in_two_loads_and_kept_nowhere_seen_is_unproven() -> None:
    first = identified(
        *twins(lambda r, value: evidence(f"v{r}", two_pages(r, value), repeat=r, day=r - 1))
    ).identifiers[0]
    assert (first.kind, first.reason) == (IdentifierKind.unproven, "kept nowhere that was seen")
    assert first.lives.holds is None


def decoys(repeat: int, nonce: str) -> VisitEvidence:
    """Values no browser is known by; `nonce` is of the visit."""
    day = repeat - 1
    seconds = int(at(0, day).timestamp())
    fresh = [hashlib.sha256(f"{nonce}{n}".encode()).hexdigest()[:20] for n in range(8)]
    kept = {
        "shared": "d3b07384d113edec49eaa6238ad5ff00",
        "container": "7e57d004-2b97-4e7a-b45f-5387367791cd",
        "started": str(seconds + 3),
        "started_ms": f"{seconds + 3}123",
        "expires": str(seconds + 31_536_000),
        "build_and_start": f"1718364952.{seconds + 4}",
        "group": f"checkout_group_{'ab'[repeat - 1]}",
        "consent": f"v2.ads-granted.{seconds + 3}",
        "version": f"3.{repeat}.0",
        "word": ("hakunamatata", "supercalifragilistic")[repeat - 1],
    }
    exchanges = [load(1, "/", 0, day=day)]
    for number, path in enumerate(("/", "/item")):
        if number:
            exchanges.append(load(9, path, 10, day=day))
        query = "&".join(f"{name}={value}" for name, value in kept.items())
        for n in range(2):
            index = 10 * number + 2 + n
            url = f"{COUNT}?{query}&cb={fresh[2 * number + n]}&_={seconds + index}{index:03}"
            exchanges.append(exchange(index, url, 10 * number + 1 + n, day=day, page=f"{SITE}{path}"))
    cookies = [cookie(name, value, set_at=at(0.5, day)) for name, value in kept.items()]
    return evidence(f"v{repeat}", exchanges, cookies=cookies, repeat=repeat, day=day)


def test_decoys_are_no_identifiers() -> None:
    assert identified(decoys(1, "x"), decoys(2, "y")).identifiers == ()


def test_a_click_id_of_every_visitor_is_told_as_such() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        url = "https://t.koku.test/hit?clid=Cj.77aa01c2d9e4&container=4f1c09ab7d2e8a6b"
        exchanges = [load(1, "/?clid=Cj.77aa01c2d9e4", 0), exchange(2, url, 1)]
        return evidence(f"v{repeat}", exchanges, repeat=repeat)

    (only,) = identified(*twins(make)).identifiers
    assert (only.value, only.kind, only.reason) == (
        "77aa01c2d9e4",
        IdentifierKind.unproven,
        "the same in every profile",
    )
    assert {f.visit for f in only.flows} == {"v1", "v2"}


def test_a_time_named_a_session_is_unproven_and_not_looked_for() -> None:
    seconds = int(at(1).timestamp())
    hits = [exchange(n, f"https://t.koku.test/h?uid={seconds}&x={seconds}", n * 5 - 9) for n in (2, 4)]
    visit = evidence("v1", [load(1, "/", 0), hits[0], load(3, "/", 10), hits[1]])
    (only,) = identified(visit).identifiers
    assert (only.kind, only.reason) == (IdentifierKind.unproven, "its value is a time")
    assert [(f.name, f.requests) for f in only.flows] == [("uid", 2)]


def test_an_etag_that_comes_back() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        day = repeat - 1
        url = "https://t.nazo.test/e.js"
        tag = [("etag", f'"{value}"')]
        exchanges = [
            load(1, "/", 0, day=day),
            exchange(2, url, 1, day=day, answer=tag),
            load(3, "/item", 10, day=day),
            exchange(4, url, 11, day=day, headers=[("if-none-match", f'"{value}"')], answer=tag),
        ]
        return evidence(f"v{repeat}", exchanges, repeat=repeat, day=day)

    two = identified(*twins(make))
    assert [i.reason for i in two.identifiers] == ["the tag may be of one server's copy of the file"] * 2
    # Two servers with a tag each for the same file.
    assert identified(make(1, ONE), make(2, TWO), make(3, ONE)).identifiers == ()
    three = identified(make(1, ONE), make(2, TWO), make(3, THREE))
    assert [(i.kind, i.holders[0].kind, i.holders[0].name) for i in three.identifiers] == [
        (IdentifierKind.browser, HolderKind.http_cache, "/e.js")
    ] * 3
    born = three.identifiers[0].born
    assert born is not None
    assert (born.how, born.request, born.host) == ("response", "r00002", "t.nazo.test")


def test_a_value_of_an_answer_sent_later_is_born_there() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        day = repeat - 1
        answer = exchange(9, "https://api.nazo.test/id", 0.5, day=day, response=f'{{"uid": "{value}"}}'.encode())
        return evidence(f"v{repeat}", [answer, *two_pages(repeat, value)], repeat=repeat, day=day)

    born = identified(*twins(make)).identifiers[0].born
    assert born is not None
    assert (born.how, born.request, born.host) == ("response", "r00009", "api.nazo.test")


def test_followed_into_bodies_headers_paths_hashes_and_the_preparation() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        day = repeat - 1
        digest = hashlib.sha256(value.encode()).hexdigest()
        exchanges = [
            exchange(1, "https://hiroba.test/in", -5, day=day, cookie=f"nz={value}", phase=Phase.prepare),
            load(2, "/", 0, day=day),
            exchange(3, f"https://a.aru.test/u/{value}/x.gif", 1, day=day),
            exchange(
                4, "https://b.betsu.test/", 2, day=day, body=f'{{"id":"{value}"}}'.encode(), kind="application/json"
            ),
            exchange(5, "https://c.chigau.test/", 3, day=day, headers=[("x-visitor", value)]),
            exchange(6, f"https://d.dokoka.test/?h={digest}", 4, day=day),
        ]
        own = cookie("_nz", value, set_at=at(0.1, day))
        return evidence(f"v{repeat}", exchanges, cookies=[own], repeat=repeat, day=day)

    first = next(i for i in identified(*twins(make)).identifiers if i.value == ONE)
    assert [(f.recipient, f.carrier, f.name, f.layers, f.phase) for f in first.flows] == [
        ("hiroba.test", "cookie", "nz", (), "prepare"),
        ("aru.test", "path", "", (), "journey"),
        ("betsu.test", "body", "id", (), "journey"),
        ("chigau.test", "header", "x-visitor", (), "journey"),
        ("dokoka.test", "query", "h", ("sha256",), "journey"),
    ]
    assert not any(f.first_party for f in first.flows)


def test_the_browsers_own_requests_are_left_out() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        day = repeat - 1
        own = exchange(8, f"https://update.browser.test/?v={value}", 5, day=day)
        own = own.model_copy(update={"attributed_to": Actor.browser})
        kept = cookie("_nz", value, set_at=at(0.5, day))
        return evidence(f"v{repeat}", [*two_pages(repeat, value), own], cookies=[kept], repeat=repeat, day=day)

    assert {f.recipient for i in identified(*twins(make)).identifiers for f in i.flows} == {"nazo.test"}


def test_an_account_is_the_same_in_its_profiles_and_in_no_other() -> None:
    def make(repeat: int, value: str, visitor: Visitor = Visitor.logged_in) -> VisitEvidence:
        platform = None if visitor is Visitor.no_account else "hiroba"
        login = exchange(
            1, "https://hiroba.test/in", -5, set_cookie=[f"member={value}; Max-Age=31536000"], phase=Phase.prepare
        )
        hit = exchange(3, "https://hiroba.test/like", 1, cookie=f"member={value}")
        own = cookie("member", value, "hiroba.test", set_by="r00001", set_at=at(-4.9))
        name = f"{visitor.value}{repeat}"
        return evidence(
            name, [login, load(2, "/", 0), hit], cookies=[own], repeat=repeat, visitor=visitor, platform=platform
        )

    nobody = evidence("none1", [load(1, "/", 0)])
    (only,) = identified(make(1, ONE), make(2, ONE), nobody).identifiers
    assert (only.value, only.kind) == (ONE, IdentifierKind.account)
    assert {f.visit for f in only.flows} == {"logged_in1", "logged_in2"}
    # The same value in a profile without the account: no account's, and no browser's.
    assert identified(make(1, ONE), make(2, ONE), make(3, ONE, Visitor.no_account)).identifiers == ()
    # One of the account's profiles has another: it is none of the account.
    assert [i.kind for i in identified(make(1, ONE), make(2, ONE), make(3, TWO)).identifiers] == [
        IdentifierKind.browser
    ]


def test_what_came_with_a_kept_state_is_no_accounts_unless_named() -> None:
    def make(repeat: int) -> VisitEvidence:
        hit = exchange(3, "https://hiroba.test/like", 1, cookie=f"hid={ONE}")
        own = cookie("hid", ONE, "hiroba.test", set_by="prepare", set_at=None)
        exchanges = [load(2, "/", 0), hit]
        return evidence(
            f"v{repeat}", exchanges, cookies=[own], repeat=repeat, visitor=Visitor.logged_in, platform="hiroba"
        )

    (only,) = identified(make(1), make(2)).identifiers
    assert only.kind is IdentifierKind.unproven
    assert only.reason == "came with the kept state that all these profiles started from"
    assert only.born is not None
    assert only.born.how == "prepare"


def test_recordings_are_of_no_known_profile() -> None:
    one, two = (
        evidence(f"v{n}", two_pages(n, value), cookies=[cookie("_nz", value)], kind=VisitKind.imported, repeat=n)
        for n, value in ((1, ONE), (2, TWO))
    )
    assert {(i.kind, i.differs.holds) for i in identified(one, two).identifiers} == {(IdentifierKind.unproven, None)}


def test_a_refused_cookie_is_no_identifier() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        hit = exchange(2, "https://t.koku.test/hit", 1, set_cookie=[f"kid={value}; Max-Age=31536000"])
        own = cookie("kid", value, "koku.test", stored=False, set_by="r00002", set_at=at(1.05))
        return evidence(f"v{repeat}", [load(1, "/", 0), hit], cookies=[own], repeat=repeat)

    assert identified(*twins(make)).identifiers == ()


def test_a_value_deleted_by_the_journey_was_an_identifier_until_then() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        day, later = repeat - 1, hashlib.sha256(value.encode()).hexdigest()[:16]
        sent = [f"{SITE}/own", f"{SITE}/item"]
        exchanges = [
            load(1, "/", 0, day=day),
            exchange(2, sent[0], 1, day=day, cookie=f"_sho={value}"),
            load(3, "/item", 5, day=day, cookie=f"_sho={value}"),
            load(4, "/end", 10, day=day),
            exchange(5, sent[0], 12, day=day, cookie=f"_sho={later}", page=f"{SITE}/end"),
        ]
        step = clear(9, ("_sho", "mise.test", value)).model_copy(update={"at": at(9, day)})
        own = cookie("_sho", later, set_at=at(11, day))
        return evidence(f"v{repeat}", exchanges, cookies=[own], steps=[step], repeat=repeat, day=day)

    found = identified(*twins(make))
    assert [i.kind for i in found.identifiers] == [IdentifierKind.browser] * 4
    assert found.respawns == ()


def test_names_are_read_by_part() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        own = cookie("_nz", f"%7B%22uid%22%3A%22{value}%22%7D", set_at=at(0.5, repeat - 1))
        return evidence(f"v{repeat}", two_pages(repeat, value), cookies=[own], repeat=repeat, day=repeat - 1)

    assert len(by_name(identified(*twins(make)))["_nz json uid"]) == 2


def test_thirty_days_less_the_answers_time_are_thirty() -> None:
    def make(repeat: int, value: str) -> VisitEvidence:
        own = cookie("_nz", value, days=30, kept_s=30 * DAY_S - 0.4, set_at=at(0.5, repeat - 1))
        return evidence(f"v{repeat}", two_pages(repeat, value), cookies=[own], repeat=repeat, day=repeat - 1)

    assert {i.kind for i in identified(*twins(make)).identifiers} == {IdentifierKind.browser}
