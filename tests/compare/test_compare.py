from datetime import UTC, datetime

import pytest

from auditor.compare import Change, compare_groups, compare_run
from auditor.compare.technique import same_value
from auditor.decode import Transmission
from auditor.evidence import (
    Cause,
    Consent,
    ConsentStatus,
    Cookie,
    CookieMode,
    CookieUse,
    Exchange,
    Outcome,
    Source,
    StorageItem,
    VisitEvidence,
    Visitor,
)
from auditor.vendors import Carrier
from tests.check.factory import KNOWLEDGE, sent, visit

BLOCKED = CookieMode.blocked
ID = "3f2a9c71-5b7e-4c1d-9a60-0d3b2e4f5a6b"


def short(changes: tuple[Change, ...]) -> list[tuple[str, str, str, str, str]]:
    return [(c.item, c.change, c.before, c.after, c.technique) for c in changes]


def modes(
    before: list[Transmission],
    after: list[Transmission],
    *,
    cookies: tuple[Cookie, ...] = (),
    storage: tuple[StorageItem, ...] = (),
    exchanges: tuple[Exchange, ...] = (),
) -> tuple[Change, ...]:
    visits = (visit("a"), visit("b", mode=BLOCKED, cookies=cookies, storage=storage, exchanges=exchanges))
    items = [t._replace(visit="a") for t in before] + [t._replace(visit="b") for t in after]
    return compare_run(visits, items, KNOWLEDGE)


def third_party(value: str = "v" * 24) -> Transmission:
    return sent("cookie_id", parameter="UID", value=value, carrier=Carrier.cookie)


def test_gone_added_and_kept() -> None:
    changes = modes(
        [third_party(), sent("page_url", parameter="u", value="x" * 9), sent("click_id", value=ID)],
        [
            sent("event", parameter="e", value="pv"),
            sent("page_url", parameter="u", value="yy"),
            sent("click_id", value="y" * 10),
        ],
    )
    assert short(changes) == [
        ("cookie UID", "gone", "cookie third-party, 24 characters", "", ""),
        ("query e", "added", "", "query, 2 characters", ""),
        ("query id", "kept", "query, 36 characters", "query, 10 characters", "link_decoration"),
    ]
    assert changes[0].model_dump() == {
        "kind": "cookie_mode",
        "site": "shop",
        "vendor": "adcom",
        "recipient": "adcom.example",
        "module": None,
        "data_type": "cookie_id",
        "item": "cookie UID",
        "before_visit": "a",
        "after_visit": "b",
        "before": "cookie third-party, 24 characters",
        "after": "",
        "change": "gone",
        "technique": "",
        "evidence": ("a/r00001",),
        "before_in": 1,
        "before_of": 1,
        "after_in": 0,
        "after_of": 1,
        "word": "once/never",
        "p_value": None,
        "p_adjusted": None,
        "established": False,
        "established_by": "",
    }


def test_replaced_by_the_value_of_a_first_party_cookie() -> None:
    cookie = Cookie(name="_adid", domain="shop.example", value=f"1700000000.{ID}", stored=True)
    changes = modes([third_party()], [sent(parameter="su", value=ID)], cookies=(cookie,))
    assert short(changes) == [
        (
            "cookie UID",
            "replaced",
            "cookie third-party, 24 characters",
            "query su: query, 36 characters",
            "first_party_cookie",
        ),
        ("query su", "added", "", "query, 36 characters", "first_party_cookie"),
    ]
    assert changes[0].evidence == ("a/r00001", "b/r00001")


def test_another_vendors_item_replaces_nothing() -> None:
    changes = modes([third_party()], [sent(vendor="guessed", host="guessed.example", parameter="su")])
    assert [(c.vendor, c.change) for c in changes] == [("adcom", "gone"), ("guessed", "added")]


def test_partitioned_cookie() -> None:
    use = CookieUse(name="P", value="p" * 20, domain="t.adcom.example", path="/", partition_key="https://shop.example")
    exchange = Exchange(
        visit="b",
        request="r00001",
        started_at=visit().visit.started_at,
        method="GET",
        url="https://t.adcom.example/",
        source=Source.both,
        cause=Cause(cookies=(use,)),
    )
    cookie = sent(parameter="P", value="p" * 20, carrier=Carrier.cookie)
    changes = modes([third_party()], [cookie], exchanges=(exchange,))
    assert short(changes)[1] == (
        "cookie UID",
        "replaced",
        "cookie third-party, 24 characters",
        "cookie P: cookie partitioned, 20 characters",
        "partitioned_cookie",
    )
    assert short(changes)[0] == ("cookie P", "added", "", "cookie partitioned, 20 characters", "partitioned_cookie")


@pytest.mark.parametrize(
    ("origin", "area", "technique"),
    [
        ("https://frame.adcom.example", "local", "local_storage"),
        ("https://www.shop.example", "local", "local_storage"),
        ("https://frame.adcom.example", "session", ""),
        ("https://other.example", "local", ""),
    ],
)
def test_local_storage(origin: str, area: str, technique: str) -> None:
    item = StorageItem(origin=origin, top_site="shop.example", area=area, key="k", value=f'{{"id":"{ID}"}}')
    changes = modes([], [sent(parameter="ls", value=ID)], storage=(item,))
    assert [c.technique for c in changes] == [technique]


@pytest.mark.parametrize(
    ("item", "cookie", "technique"),
    [
        (sent("click_id", parameter="ac", value="CLICK.12345678"), None, "link_decoration"),
        (sent("cookie_id", parameter="adclid", value="CLICK.12345678"), None, "link_decoration"),
        (sent("cookie_id", parameter="x", value="CLICK.12345678"), "_adc", "link_decoration"),
        (sent("cookie_id", parameter="x", value="CLICK.12345678"), "_own", "first_party_cookie"),
        (sent("hashed_email", parameter="em", value="a" * 64), None, "hashed_contact"),
        (sent("event", parameter="ev", value="CLICK.12345678"), "_own", ""),
        (sent("cookie_id", parameter="x", value="1700000000"), "_time", ""),
        (sent("cookie_id", parameter="x", value="12345678"), "_none", ""),
    ],
)
def test_technique(item: Transmission, cookie: str | None, technique: str) -> None:
    values = {"_adc": "CLICK.12345678", "_own": "CLICK.12345678", "_time": "1700000000.1", "_none": "912345678"}
    cookies = (Cookie(name=cookie, domain="www.shop.example", value=values[cookie], stored=True),) if cookie else ()
    assert [c.technique for c in modes([], [item], cookies=cookies)] == [technique]


@pytest.mark.parametrize(
    ("sent_value", "kept", "answer"),
    [
        ("111111111.1700000000", "GA1.1.111111111.1700000000", True),
        ("fb.1.1700000000000.123456789", "fb.1.1700000000000.123456789", True),
        ("a%3Db%3D%3Dcdefgh", "a=b==cdefgh", True),
        ("prefix~abcdefgh~x", "abcdefgh", True),
        ("abcdefgh", "abcdefghi", False),
        ("1.2", "GA1.1.1.2", False),
        ("1700000000", "x.1700000000", False),
        ("1700000000123", "x.1700000000123", False),
        ("", "", False),
    ],
)
def test_same_value(sent_value: str, kept: str, answer: bool) -> None:
    assert same_value(sent_value, kept) is answer


def kinds(visits: list[VisitEvidence]) -> list[tuple[str, str, str]]:
    items = [sent("event", visit=v.visit.visit, parameter=f"of {v.visit.visit.removesuffix('2')}") for v in visits]
    return list(dict.fromkeys((c.kind, c.before_visit, c.after_visit) for c in compare_run(visits, items, KNOWLEDGE)))


def test_pairs_differ_in_one_coordinate_only() -> None:
    out, member = Visitor.logged_out, Visitor.logged_in
    visits = [
        visit("na"),
        visit("nb", mode=BLOCKED),
        visit("oa", visitor=out, platform="p"),
        visit("ia", visitor=member, platform="p"),
        visit("ib", visitor=member, platform="p", mode=BLOCKED),
        visit("qa", visitor=member, platform="q"),
        visit("ca", consent=Consent.accept),
        visit("ra", consent=Consent.reject),
        visit("na2", repeat=2),
        visit("nb2", repeat=2, mode=BLOCKED, outcome=Outcome.incomplete),
        visit("other", site="news", mode=BLOCKED),
    ]
    expected = [
        ("cookie_mode", "ia", "ib"),
        ("cookie_mode", "na", "nb"),
        ("visitor", "na", "oa"),
        ("visitor", "na", "ia"),
        ("visitor", "na", "qa"),
        ("visitor", "nb", "ib"),
        ("visitor", "oa", "ia"),
        ("consent", "na", "ca"),
        ("consent", "na", "ra"),
    ]
    assert kinds(visits) == expected
    assert kinds(visits[::-1]) == expected


@pytest.mark.parametrize("status", [s for s in ConsentStatus if s is not ConsentStatus.made])
def test_a_choice_that_was_not_made_is_not_compared_as_one(status: ConsentStatus) -> None:
    """But such a visit is one of a visitor who ignored the banner: with another of these it is."""
    visits = [
        visit("na"),
        visit("ra", consent=Consent.reject, status=status),
        visit("rb", consent=Consent.reject, status=status, mode=BLOCKED),
        visit("ca", consent=Consent.accept, status=status),
        visit("cb", consent=Consent.accept, mode=BLOCKED),
    ]
    assert kinds(visits) == [("cookie_mode", "ra", "rb")]


def test_visitor_pairs_have_no_technique_and_tell_a_value_sent_before() -> None:
    visits = (visit("a"), visit("b", visitor=Visitor.logged_in, platform="p"))
    items = [
        sent(visit="a", value=ID),
        sent(visit="b", value=ID),
        sent("page_url", visit="a", parameter="u", value="same"),
        sent("page_url", visit="b", parameter="u", value="same"),
        sent("account_id", visit="b", parameter="acc", carrier=Carrier.cookie, value="m" * 9),
    ]
    assert short(compare_run(visits, items, KNOWLEDGE)) == [
        ("cookie acc", "added", "", "cookie third-party, 9 characters", ""),
        ("query id", "kept", "query, 36 characters", "query, 36 characters, a value sent before too", ""),
    ]


def test_what_is_kept_is_told_of_identifiers_only() -> None:
    """And of consent only after a refusal, of visitors only with the same value, sent as an item of its own."""
    items = [
        sent(value=ID),
        sent("click_id", parameter="u?adclid", value="CLICK.12345678"),
        sent("page_url", parameter="u", value="same"),
        sent("event", parameter="ev", value="pv"),
    ]

    def kept(other: VisitEvidence, *, value: str = ID) -> list[str]:
        again = [t._replace(visit="b", value=value if t.value == ID else t.value) for t in items]
        first = [t._replace(visit="a") for t in items]
        return [c.item for c in compare_run((visit("a"), other), [*first, *again], KNOWLEDGE)]

    assert kept(visit("b", mode=BLOCKED)) == ["query id", "query u?adclid"]
    assert kept(visit("b", consent=Consent.reject)) == ["query id", "query u?adclid"]
    # Sent before the refusal only: not kept in spite of it.
    early = Exchange(
        visit="b",
        request="r00001",
        started_at=datetime(2026, 11, 1, tzinfo=UTC),
        method="GET",
        url="https://t.adcom.example/",
        source=Source.both,
        consent_choice="before",
    )
    assert kept(visit("b", consent=Consent.reject, exchanges=(early,))) == []
    assert kept(visit("b", consent=Consent.accept)) == []
    assert kept(visit("b", visitor=Visitor.logged_in, platform="p")) == ["query id"]
    assert kept(visit("b", visitor=Visitor.logged_in, platform="p"), value="other-value") == []


def test_technical_items_and_the_sites_own_traffic_are_not_compared() -> None:
    assert modes([sent(None)], [sent("cookie_id", vendor=None, host="api.shop.example", first_party=True)]) == ()


def test_no_value_is_in_the_answer() -> None:
    secret = "very-secret-value-0123456789"
    cookie = Cookie(name="c", domain="shop.example", value=secret, stored=True)
    changes = modes([third_party(secret)], [sent(value=secret)], cookies=(cookie,))
    assert changes
    assert not any(secret in c.model_dump_json() for c in changes)


def test_several_values_and_the_order_of_input() -> None:
    many = [sent(value="a" * 5), sent(value="b" * 7, request="r00002"), sent(value="c" * 5, request="r00003")]
    assert [c.before for c in modes(many, [])] == ["query, 5-7 characters, 3 values"]
    assert modes(many, []) == modes(many[::-1], [])


def repeated(before: int, after: int, of: int = 4, *, values: str = "v") -> tuple[Change, ...]:
    """Cells of three visitor states at one site; the item is sent in so many visits of so many on each side."""
    visits, items = [], []
    for who in ("", "p", "q"):
        for mode, number in ((CookieMode.allowed, before), (BLOCKED, after)):
            for n in range(1, of + 1):
                name = f"{who or 'none'}.{mode.value}.{n}"
                state = Visitor.logged_in if who else Visitor.no_account
                visits.append(visit(name, visitor=state, platform=who or None, mode=mode, repeat=n))
                items.append(sent("event", visit=name, parameter="ev", value="pv"))
                if n > of - number:
                    items.append(third_party(values * 24)._replace(visit=name, request=f"r{n:05}"))
    found = compare_run(visits[::-1], items, KNOWLEDGE)
    return tuple(c for c in found if c.kind == "cookie_mode")


def told(change: Change) -> tuple[object, ...]:
    counts = (change.before_in, change.before_of, change.after_in, change.after_of)
    return change.change, *counts, change.word, change.established, change.established_by


def test_one_change_for_all_repetitions_of_two_cells() -> None:
    changes = repeated(3, 0)
    assert [told(c) for c in changes] == [("gone", 3, 4, 0, 4, "usually/never", True, "site")] * 3
    first = changes[0]
    assert (first.before_visit, first.after_visit) == ("none.allowed.2", "none.blocked.1")
    assert first.evidence == tuple(f"none.allowed.{n}/r{n:05}" for n in (2, 3, 4))
    assert first.p_value == pytest.approx(10 / 70)
    assert first.p_adjusted is not None and first.p_adjusted < 0.001


def test_an_item_of_both_cells_is_no_change_unless_it_is_established() -> None:
    assert [told(c)[0] for c in repeated(3, 2)] == ["kept"] * 3  # an identifier that goes on
    assert [c.established for c in repeated(3, 2)] == [False] * 3
    assert [told(c) for c in repeated(8, 1, 8)] == [("less", 8, 8, 1, 8, "always/once", True, "site")] * 3
    assert [told(c) for c in repeated(1, 8, 8)] == [("more", 1, 8, 8, 8, "once/always", True, "site")] * 3


def test_with_one_repetition_a_change_is_seen_once() -> None:
    assert [told(c) for c in repeated(1, 0, 1)] == [("gone", 1, 1, 0, 1, "once/never", False, "")] * 3


def test_opt_out_is_compared_with_the_same_cell_of_its_base() -> None:
    visits = [
        visit("a"),
        visit("ab", mode=BLOCKED),
        visit("o", site="shop-out"),
        visit("other", site="news"),
        visit("om", site="shop-out", visitor=Visitor.logged_in, platform="p"),
    ]
    items = [sent(visit=v.visit.visit, value=ID) for v in visits] + [
        sent("event", visit="a", parameter="ad", value="pv")
    ]
    found = compare_run(visits, items, KNOWLEDGE, {"shop-out": "shop"})
    assert [(c.site, c.before_visit, c.after_visit, c.item, c.change) for c in found if c.kind == "opt_out"] == [
        ("shop", "a", "o", "query ad", "gone"),
        ("shop", "a", "o", "query id", "kept"),
    ]
    assert [c for c in compare_run(visits, items, KNOWLEDGE) if c.kind == "opt_out"] == []


def test_two_groups_of_one_cell() -> None:
    visits = [visit(f"v{n}", repeat=n) for n in range(1, 9)]
    items = [sent(visit=f"v{n}", value=ID) for n in range(1, 9)]
    items += [sent("event", visit=f"v{n}", parameter="now and then") for n in (1, 2, 3)]
    found = compare_groups(visits[:4], visits[4:], items, KNOWLEDGE)
    assert [(c.kind, c.item, *told(c)) for c in found] == [
        ("repeat", "query now and then", "gone", 3, 4, 0, 4, "usually/never", False, "")
    ]
    assert [c.change for c in compare_groups(visits[::2], visits[1::2], items, KNOWLEDGE)] == []
