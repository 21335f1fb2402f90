"""No input raises: whatever a page sends, the decoder answers with items or with a reason."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import decode_exchange, decode_visit
from auditor.decode.bodies import parse_body
from auditor.decode.protobuf import protobuf_params
from auditor.evidence import VisitEvidence
from auditor.vendors import BodyFormat

from .factory import KNOWLEDGE, evidence, exchange

HOSTS = st.sampled_from(
    ["www.facebook.com", "tr.line.me", "apm.yahoo.co.jp", "www.google-analytics.com", "app-measurement.com", "x.test"]
)
PATHS = st.sampled_from(["/tr", "/tag.gif", "/rt/", "/g/collect", "/a", "/pagead/conversion/1/", "/", "//;;=/%"])
TYPES = st.sampled_from(
    [
        "",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "text/plain",
        "application/x-protobuf",
        "\ud800",
    ]
)
ENCODINGS = st.sampled_from(["", "gzip", "br", "zstd", "deflate", "identity", "gzip, br", "nonsense"])
BODIES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=100).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda c: st.lists(c) | st.dictionaries(st.text(max_size=3), c),
    ).map(lambda d: json.dumps(d).encode()),
)


@settings(max_examples=300, deadline=None)
@given(
    HOSTS, PATHS, st.text(max_size=80), TYPES, ENCODINGS, BODIES, st.text(max_size=40), st.sampled_from(["", "x.test"])
)
def test_no_request_raises(
    host: str, path: str, query: str, content_type: str, encoding: str, body: bytes, cookie: str, site: str
) -> None:
    hit = exchange(
        f"https://{host}{path}?{query}",
        method="POST",
        headers={"Content-Type": content_type, "Content-Encoding": encoding, "Cookie": cookie, "Referer": query},
        body=body,
        sent=(body,),
    )
    found, coverage = decode_visit(evidence(hit), KNOWLEDGE)
    assert sum(c.matched for c in coverage) == int(not any(c.undecoded for c in coverage))
    assert all(t.visit == "v1" and t.request == "r00001" for t in found)
    for t in found:
        json.dumps(t, ensure_ascii=False).encode()
    alone = decode_exchange(hit, site, KNOWLEDGE)
    assert alone or (site == "x.test" and host == site)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=20))
def test_no_address_raises(url: str, page: str) -> None:
    seen: VisitEvidence = evidence(exchange(url), exchange("http://" + url), page=page, final_url=url)
    _, coverage = decode_visit(seen, KNOWLEDGE)
    assert coverage[0].matched + sum(c.undecoded for c in coverage) >= 2


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), TYPES, st.sampled_from(list(BodyFormat)))
def test_no_body_raises(body: bytes, content_type: str, body_format: BodyFormat) -> None:
    parsed = parse_body(body, content_type, body_format)
    assert parsed.problem is None or parsed.problem.startswith("not understood: ")
    assert isinstance(protobuf_params(body), list)


def test_large_inputs_stay_bounded() -> None:
    hit = exchange(
        "https://x.test/?" + "a=1&" * 50_000,
        method="POST",
        headers={"Content-Type": "application/json", "Cookie": "a=1; " * 20_000},
        body=b"[" * 100_000 + b"]" * 100_000,
    )
    found = decode_exchange(hit, "", KNOWLEDGE)
    # Each of the three carriers is bounded, and the body that is too deep says so.
    assert len(found) == 10_002
    assert [t.value for t in found if t.parameter == "(body)"] == ["request body not understood: broken JSON"]
