"""Which vendor, which module, which entry."""

import pytest

from auditor.decode.parameters import Param
from auditor.vendors import Carrier

from .factory import KNOWLEDGE, knowing, vendor


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.facebook.com", "meta"),
        ("facebook.com", "meta"),
        ("notfacebook.com", None),
        ("facebook.com.example.jp", None),
        ("b91.yahoo.co.jp", "lycorp"),
        ("sp.analytics.yahoo.com", "yahoo_us"),
        ("tr.line.me", "lycorp"),
        ("www.google.se", "google"),
        ("adservice.google.co.jp", "google"),
        ("google.github.io", None),
        ("google.example.com", None),
        ("maps.googleapis.com", "google"),
        ("192.0.2.1", None),
        ("", None),
    ],
)
def test_vendor_by_host(host: str, expected: str | None) -> None:
    found = KNOWLEDGE.vendor_of(host)
    assert (found.vendor if found else None) == expected


@pytest.mark.parametrize(
    ("host", "path", "module"),
    [
        ("securepubads.g.doubleclick.net", "/tag/js/gpt.js", "ad_manager"),
        ("securepubads.g.doubleclick.net", "/gampad/ads", "ad_manager"),
        ("ad.doubleclick.net", "/ddm/adj/x", "doubleclick"),
        ("stats.g.doubleclick.net", "/g/collect", "ga4"),
        ("stats.g.doubleclick.net", "/j/collect", "universal_analytics"),
        ("pagead2.googlesyndication.com", "/pagead/js/adsbygoogle.js", "adsense"),
        ("www.google.com", "/recaptcha/api.js", "recaptcha"),
        ("www.google.com", "/search", None),
        ("connect.facebook.net", "/ja_JP/sdk.js", "social_plugin"),
        ("connect.facebook.net", "/ja_JP/fbevents.js", "pixel"),
    ],
)
def test_module_by_endpoint_then_script_then_whole_host(host: str, path: str, module: str | None) -> None:
    told = KNOWLEDGE.told_by_host(host, "GET", path, [])
    assert (told.module.id if told.module else None) == module


def kinds(*values: str) -> list[Param]:
    return [Param("kind", value, Carrier.query) for value in values]


ENTRIES = """
parameter_sets:
  shared: [{name: "*", data_type: event, mark: C, source: invented}]
modules:
  - id: tag
    name_ja: タグ
    name_en: tag
    kind: tag
    endpoints:
      - host: t.probe.test
        path: /hit
        methods: [POST]
        when: {kind: "p*"}
        mark: V
        source: invented
        use: [shared]
        parameters:
          - {name: id, value: "u-*", data_type: account_id, mark: V, source: invented}
          - {name: "i?", data_type: cookie_id, mark: V, source: invented}
          - {name: path.1, carrier: path, data_type: device_id, mark: V, source: invented}
          - {name: X-Id, carrier: header, data_type: device_id, mark: V, source: invented}
"""


def test_entries_are_tried_in_the_files_order_exact_names_and_globs_alike() -> None:
    told = knowing(ENTRIES).told_by_host("t.probe.test", "POST", "/hit", kinds("x", "pv"))
    assert told.entries is not None

    def code(name: str, value: str, carrier: Carrier) -> str | None:
        entry = told.entries.find(Param(name, value, carrier)) if told.entries else None
        return entry.data_type if entry else None

    assert code("id", "u-1", Carrier.query) == "account_id"
    assert code("id", "1", Carrier.body) == "cookie_id"
    assert code("name", "1", Carrier.body) == "event"
    assert code("path.1", "1", Carrier.path) == "device_id"
    assert code("path.2", "1", Carrier.path) is None
    assert code("matrix", "1", Carrier.path) == "event"
    header = told.entries.header("x-id", "1")
    assert header is not None and header.data_type == "device_id"


@pytest.mark.parametrize(
    ("host", "method", "path", "kind"),
    [
        ("u.probe.test", "POST", "/hit", ["pv"]),
        ("t.probe.test", "GET", "/hit", ["pv"]),
        ("t.probe.test", "POST", "/other", ["pv"]),
        ("t.probe.test", "POST", "/hit", ["x"]),
        ("t.probe.test", "POST", "/hit", []),
    ],
)
def test_every_condition_of_an_endpoint_must_hold(host: str, method: str, path: str, kind: list[str]) -> None:
    told = knowing(ENTRIES).told_by_host(host, method, path, kinds(*kind))
    assert (told.vendor is not None, told.module) == (True, None)


def test_a_sites_cookie_belongs_to_the_narrowest_name() -> None:
    found = {}
    for name in ("_ga", "_ga_TEST", "_gax", "_fbp", "__lt__cid.0123abcd", "_yjsu_yjad", "IDE", "session"):
        told = KNOWLEDGE.site_cookie(name)
        found[name] = (told[0].vendor, told[1].data_type) if told else None
    assert found == {
        "_ga": ("google", "cookie_id"),
        "_ga_TEST": ("google", "session_id"),
        "_gax": None,
        "_fbp": ("meta", "cookie_id"),
        "__lt__cid.0123abcd": ("lycorp", "cookie_id"),
        "_yjsu_yjad": ("lycorp", "cookie_id"),
        "IDE": None,
        "session": None,
    }


def test_a_vendors_cookie_counts_on_its_domain_and_party_only() -> None:
    google = KNOWLEDGE.vendor("google")
    assert google is not None
    known = KNOWLEDGE.cookie_of(google, "DSID", "ad.doubleclick.net", first_party=False)
    assert known is not None and (known.data_type, known.login) == ("account_id", "logged_in")
    assert KNOWLEDGE.cookie_of(google, "DSID", "www.google.com", first_party=False) is None
    assert KNOWLEDGE.cookie_of(google, "DSID", "ad.doubleclick.net", first_party=True) is None
    assert KNOWLEDGE.cookie_of(google, "__Secure-3PSIDTS", "www.youtube.com", first_party=False) is not None


def test_unknown_vendors_are_none() -> None:
    assert KNOWLEDGE.vendor("nobody") is None
    assert vendor("").legal_name == "Probe Inc."
