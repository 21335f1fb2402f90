"""Techniques told by values: what was kept, and where the same value was sent."""

from auditor.compare import TechniqueUse, technique_uses
from auditor.decode import Knowledge
from auditor.evidence import (
    Cookie,
    Outcome,
)
from auditor.identify import (
    Holder,
    HolderKind,
    Identified,
    IdentifierKind,
    Leak,
    Sync,
)
from auditor.vendors import Mark, Module, ModuleKind, Script
from tests.check.factory import KNOWLEDGE, TAXONOMY, sent, vendor, visit

from .seen import AT, BLOCKED, COOKIE, ID, LOCAL, exchange, flow, identifier, uses


def test_a_row_counts_visits_and_shows_blocked_ones_first() -> None:
    cookie = Cookie(name="_own", domain="shop.example", value=ID, stored=True)
    visits = (
        visit("a", cookies=(cookie,)),
        visit("b", mode=BLOCKED, cookies=(cookie,), repeat=1),
        visit("c", mode=BLOCKED, repeat=2),
        visit("d", mode=BLOCKED, cookies=(cookie,), repeat=3, outcome=Outcome.incomplete),
        visit("n", site="news"),
    )
    items = [sent(visit=name, parameter="su", value=ID, request=r) for name in "abcd" for r in ("r1", "r2")]
    assert technique_uses(visits, items, KNOWLEDGE, Identified()) == (
        TechniqueUse(
            vendor="adcom",
            recipient="adcom.example",
            technique="first_party_cookie",
            strength="shown",
            site="shop",
            items=("query su",),
            allowed_in=1,
            allowed_of=1,
            blocked_in=1,
            blocked_of=2,
            evidence=("b/r1", "b/r2", "a/r1", "a/r2"),
        ),
    )


def test_identifiers_of_recipients_no_file_describes() -> None:
    """By the places that hold the value; what came by a synchronisation is told as one, the unproven not at all."""
    seen = visit(exchanges=(exchange("https://t.nobody.example/?uid=1"),))
    proven = identifier(flow("nobody.example"), flow("shop.example"), holders=(COOKIE, LOCAL))
    assert uses(seen, identified=Identified(identifiers=(proven,))) == [
        (None, "nobody.example", "first_party_cookie", "shown", ("query uid",), ("v1/r00001",)),
        (None, "nobody.example", "local_storage", "shown", ("query uid",), ("v1/r00001",)),
    ]
    sync = Sync(
        value=ID, visit="v1", site="shop", from_recipient="a.example", to_recipient="nobody.example", how="redirect"
    )
    assert uses(seen, identified=Identified(identifiers=(proven,), syncs=(sync,))) == []
    unproven = identifier(flow("nobody.example"), holders=(COOKIE,), kind=IdentifierKind.unproven)
    assert uses(seen, identified=Identified(identifiers=(unproven,))) == []


def test_an_address_that_holds_an_identifier_is_no_technique_of_who_gets_it() -> None:
    page = "https%3A%2F%2Fwww.shop.example%2F%3Fx%3D" + ID
    seen = visit(exchanges=(exchange(f"https://t.nobody.example/?dl={page}"),))
    told = Identified(identifiers=(identifier(flow("nobody.example", name="dl"), holders=(COOKIE,)),))
    assert uses(seen, identified=told) == []
    posted = visit(exchanges=(exchange("https://t.nobody.example/"),))
    body = sent("page_url", vendor=None, host="t.nobody.example", parameter="dl", value=f"https://x.example/?x={ID}")
    assert uses(posted, sent=(body,), identified=told) == []


def test_partitioned_cookie_and_cache_of_an_identifier() -> None:
    part = Holder(kind=HolderKind.cookie, place="nobody.example", name="p", party="partitioned")
    third = Holder(kind=HolderKind.cookie, place="nobody.example", name="t", party="third")
    cookies = identifier(
        flow("nobody.example", "cookie", "p"), flow("nobody.example", "cookie", "t"), holders=(part, third)
    )
    tag = identifier(flow("cache.example", "header", "If-None-Match"), value="other")
    page = identifier(flow("shop.example", "header", "if-none-match"), value="of the site's own page")
    seen = visit(exchanges=(exchange("https://t.nobody.example/"),))
    assert uses(seen, identified=Identified(identifiers=(cookies, tag, page))) == [
        (None, "nobody.example", "partitioned_cookie", "shown", ("cookie p",), ("v1/r00001",)),
        (None, "cache.example", "http_cache", "shown", ("header if-none-match",), ("v1/r00001",)),
    ]


def test_an_identifier_added_to_a_link_and_sent_on_from_there() -> None:
    town = "https://www.town.example/?_asl=x"
    exchanges = (
        exchange("https://t.nobody.example/?uid=1", request="r1"),
        exchange(town, request="r2", kind="document", main=True, initiator="https://www.shop.example/", top=town),
        exchange("https://t.nobody.example/?uid=2", request="r3", top=town),
    )
    followed = identifier(
        flow("nobody.example", request="r1"),
        flow("town.example", name="_asl", request="r2", late=1),
        flow("nobody.example", name="lnk", request="r3", late=2),
        holders=(COOKIE,),
    )
    assert uses(visit(exchanges=exchanges), identified=Identified(identifiers=(followed,))) == [
        (None, "nobody.example", "first_party_cookie", "shown", ("query uid",), ("v1/r1",)),
        (None, "nobody.example", "link_decoration", "shown", ("query lnk",), ("v1/r3",)),
    ]


def test_an_address_with_anothers_click_id_is_no_technique_of_who_gets_it() -> None:
    items = (
        sent("click_id", parameter="u?adclid", value="CLICK.12345678"),
        sent("click_id", vendor="guessed", host="guessed.example", parameter="u?adclid", value="CLICK.12345678"),
    )
    assert uses(visit(), sent=items) == [
        ("adcom", "adcom.example", "link_decoration", "shown", ("query u?adclid",), ("v1/r00001",))
    ]


def test_hashed_contact_by_its_name_and_by_the_seeded_person() -> None:
    leak = Leak(
        visit="v1",
        site="shop",
        request="r00002",
        at=AT,
        field="email",
        layers=("hex", "sha256"),
        recipient="nobody.example",
        host="t.nobody.example",
        first_party=False,
        carrier="body",
        name="e",
        when="before_submit",
    )
    plain = leak.model_copy(update={"layers": ("base64",), "name": "plain"})
    # the hash of what was searched for is no contact data
    other = leak.model_copy(update={"field": "search_words", "name": "q"})
    items = (sent("hashed_email", parameter="em", value="a" * 64),)
    assert uses(visit(), sent=items, identified=Identified(leaks=(leak, plain, other))) == [
        ("adcom", "adcom.example", "hashed_contact", "shown", ("query em",), ("v1/r00001",)),
        (None, "nobody.example", "hashed_contact", "shown", ("body e",), ("v1/r00002",)),
    ]


def test_cname_and_the_sites_own_host() -> None:
    disguised = sent(host="metrics.shop.example", first_party=True, parameter="uid")
    items = (
        disguised._replace(told_by="cname: x.adcom.example"),
        sent(host="www.shop.example", first_party=True, by_grammar=True, vendor="guessed", parameter="cid"),
        sent(host="www.shop.example", first_party=True, vendor="heard", parameter="cid"),
    )
    assert uses(visit(), sent=items) == [
        ("adcom", "shop.example", "cname", "shown", ("query uid",), ("v1/r00001",)),
        ("guessed", "shop.example", "first_party_proxy", "shown", ("query cid",), ("v1/r00001",)),
    ]


def test_an_id_out_of_scripts_reach_set_by_the_sites_own_collector_is_a_hint() -> None:
    collector = "https://www.shop.example/sst/c"
    exchanges = (
        exchange("https://www.shop.example/", request="r1", kind="document", main=True),
        exchange(f"{collector}?ev=view", request="r2", kind="fetch"),
        exchange(f"{collector}?ev=ready", request="r3", kind="fetch").model_copy(
            update={"request_headers": (("cookie", f"_fpid={ID}"),)}
        ),
    )

    def found(set_by: str, http_only: bool = True) -> list[object]:
        cookie = Cookie(name="_fpid", domain="shop.example", value=ID, stored=True, http_only=http_only, set_by=set_by)
        born = identifier(flow("shop.example", "cookie", "_fpid", request="r3"), holders=(COOKIE,))
        seen = visit(exchanges=exchanges, cookies=(cookie,))
        return [*uses(seen, identified=Identified(identifiers=(born,)))]

    assert found("r2") == [(None, "shop.example", "first_party_proxy", "hint", ("cookie _fpid",), ("v1/r3",))]
    assert found("r1") == found("script") == found("r2", http_only=False) == []


def test_a_vendors_script_on_the_sites_own_host_is_a_hint() -> None:
    script = Script(host="cdn.adcom.example", path="/tags/adcom.js", mark=Mark.vendor, source="test")
    named = vendor("adcom", "adcom.example", legal="アドコム株式会社", brand="アドタグ")
    module = Module(id="tag", name_ja="t", name_en="t", kind=ModuleKind.tag, scripts=(script,))
    knowledge = Knowledge((named.model_copy(update={"modules": (module,)}),), TAXONOMY)
    exchanges = (
        exchange("https://www.shop.example/tags/adcom.js?v=2", request="r1", kind="script"),
        exchange("https://www.shop.example/other/adcom.js", request="r2", kind="script"),
        exchange("https://cdn.adcom.example/tags/adcom.js", request="r3", kind="script"),
    )
    assert uses(visit(exchanges=exchanges), knowledge=knowledge) == [
        ("adcom", "shop.example", "first_party_proxy", "hint", ("path /tags/adcom.js",), ("v1/r1",))
    ]


def test_hints_of_sending_from_servers() -> None:
    cookies = (
        Cookie(name="_gtmeec", domain="shop.example", value="x", stored=True, set_by="r00009"),
        Cookie(name="_gtmeec", domain="adcom.example", value="x", stored=True, set_by="r00009"),
        Cookie(name="FPID", domain="shop.example", value="x", stored=True, set_by="prepare"),
    )
    items = (
        sent("event", parameter="event_id", value="1"),
        sent("event", parameter="eid", value="1"),
        sent("event", parameter="eid", value="1", vendor="meta", host="m.example"),
        sent("event", parameter="event_id", value="1", host="www.shop.example", first_party=True),
    )
    assert uses(visit(cookies=cookies), sent=items) == [
        ("adcom", "adcom.example", "server_side", "hint", ("query event_id",), ("v1/r00001",)),
        (
            "meta",
            "m.example, shop.example",
            "server_side",
            "hint",
            ("cookie _gtmeec", "query eid"),
            ("v1/r00001", "v1/r00009"),
        ),
    ]
