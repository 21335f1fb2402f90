"""Recorded real traffic: every Meta and GA4 hit is told, with its event, page address and identifiers.

What must be found is counted here with `json` and `urllib` alone. Values are compared, never printed: they are real
people's identifiers (assertions are on booleans and numbers).
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from auditor.decode import Transmission, decode_visit
from auditor.evidence import Body, Coverage, Exchange, Source, VisitEvidence

from .factory import KNOWLEDGE, THEN, evidence

REAL = Path(__file__).parents[3] / "shared" / "real" / "har"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the recorded real traffic is not on this machine")

# file: page, requests, Meta hits, GA4 requests
FILES = {
    "edtech/loginpage-www.abcmouse.com.har": ("https://www.abcmouse.com/", 32, 2, 2),
    "edtech/teacher-login-www.classdojo.com.har": ("https://www.classdojo.com/", 32, 3, 0),
    "edtech/click-button-www.kidsa-z.com.har": ("https://www.kidsa-z.com/", 52, 1, 2),
    "edtech/pageview_xtramath.org.har": ("https://xtramath.org/", 54, 1, 3),
    "edtech/search-hello.students.arbitersports.com.har": ("https://students.arbitersports.com/", 48, 2, 0),
    "edtech/click-email-students.arbitersports.com.har": ("https://students.arbitersports.com/", 1, 1, 0),
    "pagexray/ferguson.har": ("https://www.ferguson.com/", 174, 2, 3),
    "pagexray/www.nytimes.com.har": ("http://www.nytimes.com/", 328, 2, 0),
}
META = {"ev": "event", "dl": "page_url", "rl": "referrer", "fbp": "cookie_id", "fbc": "click_id", "ts": "time"}
GA4 = {"en": "event", "dl": "page_url", "dr": "referrer", "cid": "cookie_id", "sid": "session_id", "dt": "page_title"}


@cache
def entries(name: str) -> list[dict[str, Any]]:
    path = next(p for p in (REAL / name, *REAL.rglob(Path(name).name)) if p.is_file())
    log: list[dict[str, Any]] = json.loads(path.read_text("utf-8-sig"))["log"]["entries"]
    return log


@cache
def decoded(name: str) -> tuple[tuple[Transmission, ...], tuple[Coverage, ...]]:
    return decode_visit(seen(name), KNOWLEDGE)


def seen(name: str) -> VisitEvidence:
    page = FILES[name][0]
    return evidence(*(exchange(n, e["request"]) for n, e in enumerate(entries(name), 1)), page=page, final_url=page)


def exchange(number: int, request: dict[str, Any]) -> Exchange:
    body = (request.get("postData") or {}).get("text", "").encode()
    return Exchange(
        visit="v1",
        request=f"r{number:05d}",
        started_at=THEN,
        method=request["method"],
        url=request["url"],
        request_headers=tuple((h["name"], h["value"]) for h in request["headers"]),
        request_body=Body(size=len(body), kept=body),
        source=Source.imported,
    )


def is_meta(url: str) -> bool:
    parts = urlsplit(url)
    return (parts.hostname or "").endswith("facebook.com") and parts.path.rstrip("/") == "/tr"


def is_ga4(url: str) -> bool:
    """By what GA4 sends, wherever it goes: a measurement id and a client id."""
    query = dict(parse_qsl(urlsplit(url).query))
    return query.get("tid", "").startswith("G-") and "cid" in query


def expected(name: str, is_hit: Any, types: dict[str, str]) -> Counter[tuple[str, str, str]]:
    """Request id, parameter and data type of every value these hits carry, counted without the decoder."""
    found: Counter[tuple[str, str, str]] = Counter()
    for number, entry in enumerate(entries(name), 1):
        if is_hit(entry["request"]["url"]):
            lines = [urlsplit(entry["request"]["url"]).query]
            lines += (entry["request"].get("postData") or {}).get("text", "").splitlines()
            for key, value in (pair for line in lines for pair in parse_qsl(line)):
                if key in types and value:
                    found[f"r{number:05d}", key, types[key]] += 1
    return found


def actual(name: str, module: str, types: dict[str, str]) -> Counter[tuple[str, str, str]]:
    hits = (t for t in decoded(name)[0] if t.module == module and t.parameter in types and t.mark is not None)
    return Counter((t.request, t.parameter, t.data_type or "") for t in hits if t.data_type)


def requests(name: str, is_hit: Any) -> list[str]:
    return [f"r{n:05d}" for n, e in enumerate(entries(name), 1) if is_hit(e["request"]["url"])]


@pytest.mark.parametrize("name", FILES)
def test_the_recordings_hold_what_was_counted(name: str) -> None:
    _, number, meta, ga4 = FILES[name]
    assert (len(entries(name)), len(requests(name, is_meta)), len(requests(name, is_ga4))) == (number, meta, ga4)


@pytest.mark.parametrize("name", FILES)
def test_every_meta_hit_is_the_pixels(name: str) -> None:
    told = {t.request: (t.vendor, t.module) for t in decoded(name)[0]}
    assert [told[r] for r in requests(name, is_meta)] == [("meta", "pixel")] * FILES[name][2]
    assert actual_of_hits(name, "pixel", META, is_meta) == expected(name, is_meta, META)


@pytest.mark.parametrize("name", FILES)
def test_every_ga4_hit_is_ga4s(name: str) -> None:
    told = {t.request: (t.vendor, t.module) for t in decoded(name)[0]}
    assert [told[r] for r in requests(name, is_ga4)] == [("google", "ga4")] * FILES[name][3]
    assert actual_of_hits(name, "ga4", GA4, is_ga4) == expected(name, is_ga4, GA4)


def actual_of_hits(name: str, module: str, types: dict[str, str], is_hit: Any) -> Counter[tuple[str, str, str]]:
    hits = set(requests(name, is_hit))
    return Counter({key: n for key, n in actual(name, module, types).items() if key[0] in hits})


def test_the_values_are_the_recorded_ones() -> None:
    """Every value of the hits' identifiers and addresses, unchanged."""
    for name in FILES:
        for is_hit, module, types in ((is_meta, "pixel", META), (is_ga4, "ga4", GA4)):
            wanted = Counter(
                (f"r{n:05d}", key, value)
                for n, e in enumerate(entries(name), 1)
                if is_hit(e["request"]["url"])
                for key, value in parse_qsl(urlsplit(e["request"]["url"]).query)
                if key in types
            )
            hits = set(requests(name, is_hit))
            got = Counter(
                (t.request, t.parameter, t.value)
                for t in decoded(name)[0]
                if t.request in hits
                and t.parameter in types
                and t.carrier == "query"
                and t.mark is not None
                and t.value
            )
            same = wanted == got
            assert same, f"{name}: {module} differs in {len(wanted - got)} and {len(got - wanted)} values"


@pytest.mark.parametrize("name", FILES)
def test_every_third_party_request_names_its_recipient(name: str) -> None:
    told = {t.request for t in decoded(name)[0]}
    site = ".".join(urlsplit(FILES[name][0]).netloc.split(".")[-2:])
    third = {
        f"r{n:05d}"
        for n, e in enumerate(entries(name), 1)
        if not (urlsplit(e["request"]["url"]).hostname or site).rstrip(".").endswith(site)
    }
    assert third <= told
    assert decoded(name)[1] == (Coverage(sensor="decoder", matched=FILES[name][1]),)
