"""Whole visits: parties, browser traffic, cookies, headers, coverage."""

import pytest

from auditor.decode import Transmission, decode_exchange, decode_visit
from auditor.evidence import Actor, Cause, Coverage, Phase, Source
from auditor.vendors import Carrier, Mark

from .factory import KNOWLEDGE, PAGE, TAXONOMY, evidence, exchange, knowing, rows

GA4 = "v=2&tid=G-TEST000001&cid=1.2&dl=https%3A%2F%2Fshop.example.jp%2Fitem%2F1&en=page_view"


def test_a_known_hit_with_its_marks_and_sources() -> None:
    found = decode_exchange(exchange("https://tr.line.me/tag.gif?e=pv&new=1"), "example.jp", KNOWLEDGE)
    assert found == [
        Transmission(
            visit="v1",
            request="r00001",
            vendor="lycorp",
            recipient="line.me",
            host="tr.line.me",
            first_party=False,
            module="line_tag",
            parameter="e",
            data_type="event",
            value="pv",
            carrier=Carrier.query,
            mark=Mark.replayed,
            source="LINE Tag lt.js 3.4.1 (2025-01), run in Chromium on loopback",
        ),
        found[1],
    ]
    assert rows(found[1:]) == [("new", None, "1")]
    assert found[1].mark is None


def test_first_party_requests_give_nothing_unless_a_grammar_tells_a_vendor() -> None:
    assert decode_exchange(exchange("https://www.example.jp/api?q=1", body=b"x"), "example.jp", KNOWLEDGE) == []
    hit = exchange(
        f"https://m.example.jp/g/collect?{GA4}",
        headers={"Cookie": "FPID=F.1; basket=12345678abcd", "Referer": PAGE, "User-Agent": "Test/1.0"},
    )
    found = decode_exchange(hit, "example.jp", KNOWLEDGE)
    assert {(t.vendor, t.module, t.recipient, t.first_party, t.by_grammar) for t in found} == {
        ("google", "ga4", "example.jp", True, True)
    }
    assert [r for r in rows(found) if r[1]] == [
        ("cid", "cookie_id", "1.2"),
        ("dl", "page_url", "https://shop.example.jp/item/1"),
        ("en", "event", "page_view"),
        ("FPID", "cookie_id", "F.1"),
        ("User-Agent", "user_agent", "Test/1.0"),
    ]


def test_a_grammar_on_any_path_needs_all_of_its_signature() -> None:
    full = exchange(f"https://m.example.jp/x/y?{GA4}&gtm=45")
    assert {t.module for t in decode_exchange(full, "example.jp", KNOWLEDGE)} == {"ga4"}
    assert decode_exchange(exchange(f"https://m.example.jp/x/y?{GA4}"), "example.jp", KNOWLEDGE) == []


def test_without_a_page_the_hit_itself_says_whose_host_it_is() -> None:
    own = decode_exchange(exchange(f"https://m.shop.example.jp/g/collect?{GA4}"), "", KNOWLEDGE)
    other = decode_exchange(exchange(f"https://m.example.net/g/collect?{GA4}"), "", KNOWLEDGE)
    assert ({t.first_party for t in own}, {t.first_party for t in other}) == ({True}, {False})


def test_ga4_batches_count_each_line() -> None:
    batch = exchange(
        "https://region1.google-analytics.com/g/collect?v=2&tid=G-TEST000001&cid=1.2",
        method="POST",
        headers={"Content-Type": "text/plain;charset=UTF-8"},
        body=b"en=page_view&_et=5\r\nen=scroll",
    )
    found = decode_exchange(batch, "example.jp", KNOWLEDGE)
    assert [(t.parameter, t.value, t.carrier) for t in found if t.data_type in ("event", "cookie_id")] == [
        ("cid", "1.2", Carrier.query),
        ("en", "page_view", Carrier.body),
        ("_et", "5", Carrier.body),
        ("en", "scroll", Carrier.body),
    ]


def test_an_unknown_recipient_is_named_by_its_registrable_domain() -> None:
    hit = exchange(
        "https://px.unknown.co.jp/i?u=https%3A%2F%2Fshop.example.jp%2Fitem%2F1%3Fgclid%3DTESTgclid&z=1&fbclid=TESTfb",
        headers={
            "Referer": "https://shop.example.jp/",
            "User-Agent": "Test/1.0",
            "Sec-CH-UA-Platform": '"Linux"',
            "Cookie": "uid=abcd1234efgh; lang=ja",
        },
    )
    found, _ = decode_visit(evidence(hit), KNOWLEDGE)
    assert {(t.vendor, t.recipient, t.host, t.module) for t in found} == {
        (None, "unknown.co.jp", "px.unknown.co.jp", None)
    }
    assert [(*r, t.mark, t.source) for r, t in zip(rows(found), found, strict=True)] == [
        ("u", "page_url", f"{PAGE}?gclid=TESTgclid", None, "by value: address of the page"),
        ("u?gclid", "click_id", "TESTgclid", Mark.capture, found[1].source),
        ("z", None, "1", None, ""),
        ("fbclid", "click_id", "TESTfb", None, "by name: click id fbclid of meta"),
        ("uid", "cookie_id", "abcd1234efgh", None, "by value: third-party cookie"),
        ("lang", None, "ja", None, ""),
        ("Referer", "referrer", "https://shop.example.jp/", Mark.primary, "RFC 9110 HTTP Semantics (2022)"),
        ("User-Agent", "user_agent", "Test/1.0", Mark.primary, "RFC 9110 HTTP Semantics (2022)"),
        ("sec-ch-ua-platform", "user_agent", '"Linux"', Mark.secondary, found[-1].source),
    ]


def test_every_recipient_contacted_appears() -> None:
    found = decode_exchange(exchange("https://cdn.unknown.co.jp/lib.js"), "example.jp", KNOWLEDGE)
    assert [(*r, t.carrier, t.source) for r, t in zip(rows(found), found, strict=True)] == [
        ("(request)", None, "/lib.js", Carrier.path, "the request itself")
    ]


def test_what_is_no_sending_of_the_page_is_left_out_and_counted() -> None:
    hits = (
        exchange("https://update.googleapis.com/x", actor=Actor.browser),
        exchange("https://accounts.google.com/login", phase=Phase.prepare),
        exchange("https://tr.line.me/tag.gif?e=pv").model_copy(update={"source": Source.browser_only}),
        exchange("https://tr.line.me/tag.gif?e=pv", phase=Phase.close),
    )
    found, coverage = decode_visit(evidence(*hits), KNOWLEDGE)
    assert rows(found) == [("e", "event", "pv")]
    assert coverage == (
        Coverage(sensor="decoder", matched=1),
        Coverage(sensor="decoder", skipped=1, reason="made while the visit was prepared"),
        Coverage(sensor="decoder", skipped=1, reason="never left the browser"),
        Coverage(sensor="decoder", skipped=1, reason="the browser's own request"),
    )
    assert [decode_exchange(h, "example.jp", KNOWLEDGE) for h in hits[:3]] == [[], [], []]


def test_what_was_not_understood_is_counted_with_its_reason() -> None:
    binary = {"Content-Type": "application/octet-stream"}
    hits = (
        exchange("https://a.example.net/1", method="POST", headers=binary, body=b"\x00\x01"),
        exchange("https://a.example.net/2", method="POST", headers=binary, body=b"\x00\x02"),
        exchange("https://a.example.net/3", method="POST", body=b"a=1", size=99),
        exchange("https://a.example.net/4", method="POST", headers={"Content-Encoding": "gzip"}, body=b"a=1&b=2"),
        exchange("data:text/plain,x"),
        exchange("https://[::1/x"),
    )
    found, coverage = decode_visit(evidence(*hits), KNOWLEDGE)
    assert {(c.reason.partition(" body: broken gzip")[0], c.undecoded) for c in coverage if c.undecoded} == {
        ("not an address of the web", 2),
        ("request", 1),
        ("request body not kept whole", 1),
        ("request body not understood: application/octet-stream", 2),
    }
    assert coverage[0] == Coverage(sensor="decoder", matched=0)
    assert {t.host for t in found} == {"a.example.net"}


def test_websocket_messages_of_the_client_are_a_body() -> None:
    hit = exchange("wss://ws.example.net/s", sent=(b'{"page":"shop.example.jp/item/1"}',), received=(b'{"x":1}',))
    found, _ = decode_visit(evidence(hit), KNOWLEDGE)
    assert [(*r, t.carrier) for r, t in zip(rows(found), found, strict=True)] == [
        ("page", "page_url", "shop.example.jp/item/1", Carrier.body)
    ]


@pytest.mark.parametrize(("top", "sends"), [("https://other.example.net/", False), (PAGE, True)])
def test_a_page_the_visitor_lands_on_is_no_recipient_but_a_bounce_is(top: str, sends: bool) -> None:
    go = exchange(
        "https://other.example.net/?click=1",
        headers={"Referer": PAGE},
        cause=Cause(resource_type="document", main_frame=True, top_url=PAGE),
    )
    after = exchange("https://other.example.net/a.css", number=2, cause=Cause(resource_type="stylesheet", top_url=top))
    found, _ = decode_visit(evidence(go, after), KNOWLEDGE)
    assert any(t.request == "r00001" for t in found) is sends


def test_a_frames_request_belongs_to_the_page_around_it() -> None:
    inside = exchange(
        "https://www.youtube.com/api/stats/x", cause=Cause(frame_url="https://www.youtube.com/embed/1", top_url=PAGE)
    )
    found, _ = decode_visit(evidence(inside), KNOWLEDGE)
    assert {(t.vendor, t.module, t.first_party) for t in found} == {("google", "youtube", False)}


def test_cookie_sync_is_seen_by_the_other_recipients_cookie() -> None:
    first = exchange("https://a.example.net/p", headers={"Cookie": "uuid=1111aaaa2222bbbb"})
    sync = exchange("https://b.example.org/match?partner_uid=1111aaaa2222bbbb", number=2)
    found, _ = decode_visit(evidence(first, sync), KNOWLEDGE)
    assert [(*r, t.source) for r, t in zip(rows(found), found, strict=True) if t.request == "r00002"] == [
        ("partner_uid", "cookie_id", "1111aaaa2222bbbb", "by value: cookie uuid of example.net")
    ]


def test_clear_addresses_in_texts_of_a_known_tag() -> None:
    hit = exchange("https://www.facebook.com/tr?ev=Lead&dl=https%3A%2F%2Fshop.example.jp%2F%3Fm%3Dtaro%2540example.jp")
    found = decode_exchange(hit, "example.jp", KNOWLEDGE)
    assert rows(found)[1:] == [
        ("dl", "page_url", "https://shop.example.jp/?m=taro%40example.jp"),
        ("dl", "email", "taro@example.jp"),
    ]


def test_a_value_of_nothing_has_no_data_type() -> None:
    hit = exchange("https://tr.line.me/tag.gif?u_id=&b_r=undefined&b_id=null&s_id=1")
    assert [(t.data_type, t.mark) for t in decode_exchange(hit, "example.jp", KNOWLEDGE)] == [
        (None, Mark.replayed),
        (None, Mark.replayed),
        (None, Mark.replayed),
        ("session_id", Mark.replayed),
    ]


def test_json_inside_a_form_field_meets_its_entries() -> None:
    probe = knowing(
        """
modules:
  - id: tag
    name_ja: タグ
    name_en: tag
    kind: tag
    endpoints:
      - host: probe.test
        mark: V
        source: invented
        parameters: [{name: p.ckp, data_type: cookie_id, mark: V, source: invented}]
"""
    )
    hit = exchange(
        "https://probe.test/",
        method="POST",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=b'p={"acc":1,"ckp":"dev-1"}',
    )
    assert rows(decode_exchange(hit, "example.jp", probe)) == [("p.acc", None, "1"), ("p.ckp", "cookie_id", "dev-1")]


def test_firebase_protobuf() -> None:
    inner = b"\x9a\x01\x04adid" + b"\xda\x01\x04idfv" + b"\x72\x03app"
    hit = exchange("https://app-measurement.com/a", method="POST", body=b"\x0a" + bytes([len(inner)]) + inner)
    assert rows(decode_exchange(hit, "", KNOWLEDGE)) == [
        ("1.0.19", "ad_id", "adid"),
        ("1.0.27", "device_id", "idfv"),
        ("1.0.14", "app_info", "app"),
    ]


def test_all_data_types_are_in_the_taxonomy() -> None:
    hit = exchange(
        f"https://px.example.net/?u={PAGE}&m=a%40example.jp&em={'0' * 64}",
        headers={"Referer": PAGE, "Cookie": "a=12345678abc", "User-Agent": "T"},
    )
    found, _ = decode_visit(evidence(hit), KNOWLEDGE)
    codes = {t.data_type for t in found if t.data_type}
    assert codes == {"page_url", "email", "hashed_email", "referrer", "cookie_id", "user_agent"}
    assert all(TAXONOMY.has(code) for code in codes)
