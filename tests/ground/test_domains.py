import pytest

from auditor.domains import host_of, is_within, origin_of, registrable_domain, site_of


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.co.jp", "example.co.jp"),
        ("EXAMPLE.CO.JP.", "example.co.jp"),
        ("a.b.shop.test", "shop.test"),
        ("foo.github.io", "foo.github.io"),
        ("co.jp", "co.jp"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("region1.google-analytics.com", "google-analytics.com"),
        ("www.city.chiyoda.tokyo.jp", "city.chiyoda.tokyo.jp"),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_parts_of_addresses() -> None:
    assert host_of("https://WWW.Example.jp:8443/x?y#z") == "www.example.jp"
    assert host_of("https://[broken/") == ""
    assert site_of("https://a.example.co.jp/") == "example.co.jp"
    assert site_of("about:blank") == ""
    assert origin_of("https://a.test:8443/x") == "https://a.test:8443"
    assert origin_of("https://a.test:99999/") == ""


def test_is_within() -> None:
    assert is_within("a.b.test", "b.test")
    assert is_within("b.test", ".b.test")
    assert not is_within("ab.test", "b.test")
