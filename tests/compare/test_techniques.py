from datetime import UTC, datetime, timedelta

import pytest

from auditor.compare import TechniqueUse, all_techniques, technique_uses
from auditor.decode import Knowledge, Transmission
from auditor.evidence import (
    Actor,
    Body,
    Cause,
    Cookie,
    CookieMode,
    Exchange,
    Outcome,
    Signal,
    SignalKind,
    Source,
    StackFrame,
    VisitEvidence,
)
from auditor.identify import (
    Flow,
    Holder,
    HolderKind,
    Identified,
    Identifier,
    IdentifierKind,
    Leak,
    Property,
    Sync,
)
from auditor.vendors import Carrier, Mark, Module, ModuleKind, Script
from tests.check.factory import KNOWLEDGE, TAXONOMY, sent, vendor, visit

AT = datetime(2026, 11, 1, tzinfo=UTC)
ID = "3f2a9c71-5b7e-4c1d-9a60-0d3b2e4f5a6b"
BLOCKED = CookieMode.blocked


def exchange(
    url: str,
    *,
    request: str = "r00001",
    kind: str = "image",
    main: bool = False,
    headers: tuple[tuple[str, str], ...] = (),
    answer: tuple[tuple[str, str], ...] = (),
    status: int = 200,
    after: str | None = None,
    initiator: str | None = None,
    top: str = "https://www.shop.example/",
    body: bytes = b"",
    sha256: str | None = None,
    actor: Actor = Actor.page,
) -> Exchange:
    return Exchange(
        visit="v1",
        request=request,
        started_at=AT,
        method="GET",
        url=url,
        source=Source.both,
        request_headers=headers,
        response_headers=answer,
        response_body=Body(size=len(body), kept=body, sha256=sha256),
        status=status,
        attributed_to=actor,
        cause=Cause(resource_type=kind, main_frame=main, redirected_from=after, initiator=initiator, top_url=top),
    )


def signal(
    group: str,
    name: str,
    *,
    kind: SignalKind = SignalKind.header,
    value: str | None = None,
    host: str = "t.adcom.example",
    script: str = "",
) -> Signal:
    frame = StackFrame(url=script, line=1, column=1) if script else None
    requests = ("r00001",) if kind is SignalKind.header else ()
    return Signal(
        visit="v1", kind=kind, group=group, name=name, value=value, host=host, at=AT, script=frame, requests=requests
    )


def with_signals(name: str, *signals: Signal, mode: CookieMode = CookieMode.allowed) -> VisitEvidence:
    return visit(name, mode=mode).model_copy(update={"signals": signals})


def flow(
    recipient: str,
    carrier: str = "query",
    name: str = "uid",
    *,
    visit: str = "v1",
    request: str = "r00001",
    late: int = 0,
) -> Flow:
    return Flow(
        visit=visit,
        site="shop",
        request=request,
        at=AT + timedelta(seconds=late),
        recipient=recipient,
        host=f"t.{recipient}",
        first_party=recipient == "shop.example",
        carrier=carrier,
        name=name,
    )


def identifier(
    *flows: Flow, holders: tuple[Holder, ...] = (), kind: IdentifierKind = IdentifierKind.browser, value: str = ID
) -> Identifier:
    proof = Property(holds=True, shown="test")
    return Identifier(
        value=value, kind=kind, holders=holders, stays=proof, differs=proof, random=proof, lives=proof, flows=flows
    )


COOKIE = Holder(kind=HolderKind.cookie, place="shop.example", name="_own", party="first")
LOCAL = Holder(kind=HolderKind.local_storage, place="https://www.shop.example", name="copy", party="first")


def uses(
    *visits: VisitEvidence,
    sent: tuple[Transmission, ...] = (),
    identified: Identified | None = None,
    knowledge: Knowledge = KNOWLEDGE,
) -> list[tuple[str | None, str, str, str, tuple[str, ...], tuple[str, ...]]]:
    found = technique_uses(visits, sent, knowledge, identified or Identified())
    return [(u.vendor, u.recipient, u.technique, u.strength, u.items, u.evidence) for u in found]


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


@pytest.mark.parametrize(
    ("seen", "mode", "expected"),
    [
        (signal("storage_access", "Sec-Fetch-Storage-Access", value="active"), CookieMode.allowed, None),
        (
            signal("storage_access", "Sec-Fetch-Storage-Access", value="active"),
            BLOCKED,
            ("storage_access", "shown", "header sec-fetch-storage-access"),
        ),
        (
            signal("storage_access", "document.requestStorageAccess", kind=SignalKind.api),
            BLOCKED,
            ("storage_access", "shown", "call document.requestStorageAccess"),
        ),
        (
            signal("storage_access", "document.hasStorageAccess", kind=SignalKind.api),
            BLOCKED,
            ("storage_access", "hint", "call document.hasStorageAccess"),
        ),
        (
            signal("fedcm", "Sec-Fetch-Dest", value="webidentity"),
            CookieMode.allowed,
            ("fedcm", "shown", "header sec-fetch-dest"),
        ),
        (
            signal("credentials", "credentials.get", kind=SignalKind.api),
            CookieMode.allowed,
            ("fedcm", "hint", "call credentials.get"),
        ),
        (
            signal("attribution", "Attribution-Reporting-Register-Source"),
            CookieMode.allowed,
            ("privacy_sandbox", "shown", "header attribution-reporting-register-source"),
        ),
        (signal("client_hints", "Accept-CH"), CookieMode.allowed, None),
        (signal("topics", "Observe-Browsing-Topics", host="www.shop.example"), CookieMode.allowed, None),
    ],
)
def test_signals(seen: Signal, mode: CookieMode, expected: tuple[str, str, str] | None) -> None:
    evidence = ("v1/r00001",) if seen.kind is SignalKind.header else ()
    rows = [] if expected is None else [("adcom", "adcom.example", *expected[:2], expected[2:], evidence)]
    assert uses(with_signals("v1", seen, mode=mode)) == rows


def test_what_is_shown_leaves_the_hints_out() -> None:
    asked = signal("storage_access", "document.hasStorageAccess", kind=SignalKind.api)
    shown = signal("storage_access", "Activate-Storage-Access")
    assert uses(with_signals("v1", asked, shown)) == [
        ("adcom", "adcom.example", "storage_access", "shown", ("header activate-storage-access",), ("v1/r00001",))
    ]


SCRIPT = "https://f.nobody.example/f.js"
SURFACES = ("canvas", "webgl", "audio")


def drawn(name: str, *, groups: tuple[str, ...] = SURFACES, body: bytes = b"") -> VisitEvidence:
    read = [signal(g, g, kind=SignalKind.surface, host="f.nobody.example", script=SCRIPT) for g in groups]
    seen = visit(name, exchanges=(exchange(SCRIPT, kind="script", body=body),))
    return seen.model_copy(update={"signals": tuple(read)})


def hashes(*values: str) -> tuple[Transmission, ...]:
    host = "f.nobody.example"
    return tuple(
        sent(None, visit=f"v{n}", vendor=None, host=host, parameter="fp", value=v) for n, v in enumerate(values, 1)
    )


def test_surfaces_and_a_value_that_is_the_same_in_every_profile_hint_at_a_fingerprint() -> None:
    same = "0123456789abcdef0123456789abcdef"
    both = (drawn("v1"), drawn("v2"))
    assert uses(*both, sent=hashes(same, same)) == [
        (None, "nobody.example", "fingerprinting", "hint", ("query fp",), ("v1/r00001", "v2/r00001"))
    ]
    assert uses(*both, sent=hashes(same, "f" + same[1:])) == []
    assert uses(*both, sent=hashes("version-one-of-it", "version-one-of-it")) == []
    assert uses(both[0], sent=hashes(same)) == []
    assert uses(*both) == []
    few = (drawn("v1", groups=SURFACES[:2]), drawn("v2", groups=SURFACES[:2]))
    assert uses(*few, sent=hashes(same, same)) == []
    # A key that the script itself holds was not made of the device.
    key = (drawn("v1", body=f"key='{same}'".encode()), drawn("v2"))
    assert uses(*key, sent=hashes(same, same)) == []


def hop(*, cookie: bool = True, status: int = 302, to: str = "https://www.town.example/") -> tuple[Exchange, ...]:
    answer = (("location", to), ("set-cookie", "hb=1; Path=/")) if cookie else (("location", to),)
    start = "https://www.shop.example/"
    first = exchange(
        "https://r.adcom.example/go?to=town",
        request="r1",
        kind="document",
        main=True,
        status=status,
        answer=answer,
        initiator=start,
    )
    return first, exchange(to, request="r2", kind="document", main=True, after="r1", initiator=start)


def test_a_navigation_that_passes_another_company() -> None:
    assert uses(visit(exchanges=hop())) == [
        ("adcom", "adcom.example", "bounce_redirect", "shown", ("cookie hb",), ("v1/r1",))
    ]
    assert uses(visit(exchanges=hop(cookie=False))) == []
    assert uses(visit(exchanges=hop(to="https://www.adcom.example/"))) == []
    assert uses(visit(exchanges=hop()[:1])) == []
    carried = Identified(identifiers=(identifier(flow("adcom.example", request="r1")),))
    assert uses(visit(exchanges=hop(cookie=False)), identified=carried) == [
        ("adcom", "adcom.example", "bounce_redirect", "shown", ("host r.adcom.example",), ("v1/r1",))
    ]


def cached(name: str, etag: str, *, body: str = "a" * 64, url: str = "https://e.nobody.example/t.gif") -> VisitEvidence:
    answer = (("etag", f'"{etag}"'),)
    first = exchange(url, request="r1", answer=answer, sha256=body)
    again = exchange(url, request="r2", answer=answer, status=304, headers=(("if-none-match", f'"{etag}"'),))
    return visit(name, exchanges=(first, again))


def test_an_etag_of_each_profiles_own_that_comes_back_is_a_hint() -> None:
    tags = ("0a1b2c3d4e5f", "1a1b2c3d4e5f", "2a1b2c3d4e5f")
    assert uses(*(cached(f"v{n}", tag) for n, tag in enumerate(tags))) == [
        (None, "nobody.example", "http_cache", "hint", ("header if-none-match",), ("v0/r2", "v1/r2", "v2/r2"))
    ]
    assert uses(*(cached(f"v{n}", tag) for n, tag in enumerate(tags[:2]))) == []
    assert uses(*(cached(f"v{n}", tag, body=f"{n}" * 64) for n, tag in enumerate(tags))) == []
    assert uses(*(cached(f"v{n}", tags[0]) for n in range(3))) == []
    own = "https://www.shop.example/t.gif"
    assert uses(*(cached(f"v{n}", tag, url=own) for n, tag in enumerate(tags))) == []


def test_no_row_without_a_technique() -> None:
    items = (sent(carrier=Carrier.cookie, parameter="UID"), sent("page_url", parameter="u", value="https://x"))
    assert uses(visit(), sent=items) == []


def test_every_technique_is_described_in_both_languages_with_its_source() -> None:
    assert [t.technique for t in all_techniques()] == [
        "first_party_cookie",
        "local_storage",
        "link_decoration",
        "hashed_contact",
        "partitioned_cookie",
        "storage_access",
        "fedcm",
        "cname",
        "first_party_proxy",
        "server_side",
        "bounce_redirect",
        "http_cache",
        "fingerprinting",
        "privacy_sandbox",
    ]
    assert all(t.ja and t.en and t.shown_ja and t.shown_en and t.dated for t in all_techniques())
    assert all(f.dated for t in all_techniques() for f in (*t.signals, *t.names))
