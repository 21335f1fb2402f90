"""Techniques told by interfaces, fingerprints, redirects and caches."""

import pytest

from auditor.compare import all_techniques
from auditor.decode import Transmission
from auditor.evidence import (
    CookieMode,
    Exchange,
    Signal,
    SignalKind,
    VisitEvidence,
)
from auditor.identify import (
    Identified,
)
from auditor.vendors import Carrier
from tests.check.factory import sent, visit

from .seen import BLOCKED, exchange, flow, identifier, signal, uses, with_signals


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
