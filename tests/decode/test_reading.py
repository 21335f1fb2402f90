"""Whose a request is where the host does not say it, and what the headers tell."""

from auditor.decode import decode_visit
from auditor.decode.facts import facts_of_request
from auditor.decode.reading import Decoded, decode_request
from auditor.decode.request import Request
from auditor.hosts import Cname, CnameStatus, Host

from .factory import KNOWLEDGE, evidence, exchange, knowing

ALIAS = """
aliases: [{host: "*.cname.probe.test", mark: S, source: "invented, 2026"}]
modules:
  - id: tag
    name_ja: タグ
    name_en: tag
    kind: tag
    scripts: [{host: "cdn.probe.test", path: "/tag.js", mark: V, source: "invented, 2026"}]
    endpoints:
      - host: t.probe.test
        path: /hit
        mark: V
        source: "invented, 2026"
        parameters: [{name: vid, data_type: cookie_id, mark: V, source: "invented, 2026"}]
"""


def decoded(url: str, page_site: str = "", names: tuple[str, ...] = (), **headers: str) -> Decoded:
    request = Request("GET", url, tuple((k.replace("_", "-"), v) for k, v in headers.items()))
    found = decode_request(request, page_site, KNOWLEDGE, facts_of_request(request, "", page_site, KNOWLEDGE), names)
    assert found is not None
    return found


def test_a_sites_own_host_is_its_recipients_by_cname() -> None:
    known = knowing(ALIAS)
    hit = exchange("https://m.example.jp/hit?vid=abcd1234&x=1")
    script = exchange("https://m.example.jp/tag.js", number=2)
    other = exchange("https://m.example.jp/about", number=3)
    own = exchange("https://www.example.jp/hit?vid=abcd1234", number=4)
    chain = Cname(status=CnameStatus.answered, chain=("m-example.cname.probe.test",))
    seen = evidence(hit, script, other, own, page="https://www.example.jp/", final_url="https://www.example.jp/")
    found, _ = decode_visit(seen.model_copy(update={"hosts": (Host(host="m.example.jp", cname=chain),)}), known)
    assert [(t.request, t.vendor, t.module, t.parameter, t.first_party, t.told_by) for t in found] == [
        ("r00001", "probe", "tag", "vid", True, "cname: m-example.cname.probe.test"),
        ("r00001", "probe", "tag", "x", True, "cname: m-example.cname.probe.test"),
        ("r00002", "probe", "tag", "(request)", True, "cname: m-example.cname.probe.test"),
        ("r00003", "probe", None, "(request)", True, "cname: m-example.cname.probe.test"),
    ]
    assert decode_visit(seen, known)[0] == ()


def test_a_content_networks_name_is_nobodys_alias() -> None:
    names = ("d111111abcdef8.cloudfront.net",)
    assert decoded("https://img.example.jp/a.png", "example.jp", names).items == []


def test_a_grammar_says_what_gave_it_away() -> None:
    hit = decoded("https://metrics.shop.example.jp/g/collect?v=2&tid=G-TEST000001&cid=1.2&gcs=G111&en=page_view")
    assert hit.told.vendor is not None and hit.told.vendor.vendor == "google"
    assert hit.told.told_by.startswith("grammar: ")
    assert "tid=G-*" in hit.told.told_by


def test_headers_tell_what_they_tell() -> None:
    hit = decoded(
        "https://px.unknown.example/i",
        "example.jp",
        (),
        origin="https://www.example.jp",
        user_agent="Test/1.0",
        accept_language="ja,en;q=0.8",
        authorization="Bearer SECRETSECRET",
        sec_browsing_topics="(1);v=chrome.1:1:2",
        device_memory="8",
        sec_gpc="1",
        x_other="1",
    )
    assert [(i.parameter, i.data_type, i.carrier.value) for i in hit.items] == [
        ("Origin", "referrer", "header"),
        ("User-Agent", "user_agent", "header"),
        ("Accept-Language", "language", "header"),
        ("Authorization", "credential", "header"),
        ("sec-browsing-topics", "interest", "header"),
        ("device-memory", "hardware", "header"),
        ("sec-gpc", "consent_state", "header"),
    ]
    both = decoded("https://px.unknown.example/i", "example.jp", (), origin="https://a.jp", referer="https://a.jp/x")
    assert [i.parameter for i in both.items] == ["Referer"]


def test_a_body_that_is_not_understood_is_a_row_that_says_so() -> None:
    request = Request("POST", "https://px.unknown.example/i", (), b"\x00\x01\x02\xff")
    found = decode_request(request, "", KNOWLEDGE, facts_of_request(request, "", "", KNOWLEDGE))
    assert found is not None
    assert [(i.parameter, i.value) for i in found.items if i.parameter == "(body)"] == [
        ("(body)", "request body not understood: binary")
    ]
    assert found.problems == ("request body not understood: binary",)


def test_a_login_in_an_address_is_no_mailbox() -> None:
    hit = decoded("https://px.unknown.example/i?dsn=https%3A%2F%2Fkey%40o1.errors.example.com%2F1&m=taro%40example.jp")
    assert [(i.parameter, i.data_type) for i in hit.items] == [("dsn", None), ("m", "email")]


def test_an_identifier_in_a_field_for_anything_is_an_identifier() -> None:
    known = knowing(
        ALIAS.replace("[{name: vid, data_type: cookie_id,", "[{name: label, data_type: event, meaning: any text,")
    )
    request = Request("GET", "https://t.probe.test/hit?label=zz99zz99zz99", (("cookie", "tuid=zz99zz99zz99"),))
    found = decode_request(request, "example.jp", known, facts_of_request(request, "", "example.jp", known))
    assert found is not None
    [item] = [i for i in found.items if i.parameter == "label"]
    assert (item.data_type, item.mark) == ("cookie_id", None)
    assert item.source == "by value: cookie tuid of probe.test; the parameter: invented, 2026"


def test_an_order_number_kept_in_a_cookie_stays_an_order_number() -> None:
    known = knowing(
        ALIAS.replace("[{name: vid, data_type: cookie_id,", "[{name: oid, data_type: purchase, meaning: order,")
    )
    request = Request("GET", "https://t.probe.test/hit?oid=ORDER-0001", (("cookie", "last=ORDER-0001"),))
    found = decode_request(request, "example.jp", known, facts_of_request(request, "", "example.jp", known))
    assert found is not None
    assert [(i.parameter, i.data_type) for i in found.items if i.parameter == "oid"] == [("oid", "purchase")]


def test_what_says_that_there_is_no_identifier_is_none() -> None:
    for value, data_type in (
        ("N", None),
        ("none", None),
        ("0", None),
        ("00000000-0000-0000-0000-000000000000", None),
        ("n1", "cookie_id"),
        ("00000000-0000-4000-8000-000000000000", "cookie_id"),
    ):
        request = Request("GET", f"https://t.probe.test/hit?vid={value}")
        known = knowing(ALIAS)
        found = decode_request(request, "example.jp", known, facts_of_request(request, "", "example.jp", known))
        assert found is not None
        assert [i.data_type for i in found.items if i.parameter == "vid"] == [data_type]


def test_a_pages_name_in_a_cookie_is_no_identifier_where_anything_may_stand() -> None:
    known = knowing(
        ALIAS.replace("[{name: vid, data_type: cookie_id,", "[{name: label, data_type: event, meaning: any text,")
    )
    request = Request(
        "GET", "https://t.probe.test/hit?label=electronics-and-more", (("cookie", "l=electronics-and-more"),)
    )
    found = decode_request(request, "example.jp", known, facts_of_request(request, "", "example.jp", known))
    assert found is not None
    assert [i.data_type for i in found.items if i.parameter == "label"] == ["event"]
