from urllib.parse import urlencode

import pytest

from auditor.demo import accounts, hosts
from auditor.demo.accounts import Accounts
from auditor.demo.web import DemoWeb

from .asking import Connection, cookies_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PLATFORMS = [
    pytest.param(accounts.SAGASU, hosts.SAGASU_ACCOUNT, id="sagasu"),
    pytest.param(accounts.TOMODACHI, hosts.TOMODACHI, id="tomodachi"),
    pytest.param(accounts.RENRAKU, hosts.RENRAKU_ACCOUNT, id="renraku"),
]


@pytest.mark.parametrize(("platform", "host"), PLATFORMS)
def test_login_sets_the_cookies_and_logout_clears_the_account(web: DemoWeb, platform: Accounts, host: str) -> None:
    connection = Connection(web, host)
    connection.request("GET", "/signin")
    page = connection.getresponse()
    page.read()
    browser = cookies_of(page)
    assert set(browser) == {platform.browser}
    assert "SameSite=None" in browser[platform.browser] and "Secure" in browser[platform.browser]

    fields = urlencode({"email": platform.email, "password": platform.password})
    connection.request("POST", "/signin", fields, FORM)
    answer = connection.getresponse()
    answer.read()
    signed_in = cookies_of(answer)
    assert (answer.status, set(signed_in)) == (303, {platform.session, platform.account})
    assert "SameSite=Lax" in signed_in[platform.session] and "HttpOnly" in signed_in[platform.session]
    assert f"Domain={platform.domain}" in signed_in[platform.account]
    assert "SameSite=None" in signed_in[platform.account]

    session = signed_in[platform.session].partition(";")[0]
    connection.request("GET", "/account", headers={"Cookie": session})
    assert 'id="signed-in"' in connection.getresponse().read().decode()
    connection.request("GET", "/account")
    assert 'id="signed-out"' in connection.getresponse().read().decode()

    connection.request("POST", "/signout", b"", FORM | {"Cookie": session})
    answer = connection.getresponse()
    answer.read()
    cleared = cookies_of(answer)
    assert set(cleared) == {platform.session, platform.account}, "the browser's id stays"
    assert all("Max-Age=0" in line for line in cleared.values())
    connection.close()


@pytest.mark.parametrize(("platform", "host"), PLATFORMS)
def test_a_wrong_password_gets_no_cookie(web: DemoWeb, platform: Accounts, host: str) -> None:
    connection = Connection(web, host)
    connection.request("POST", "/signin", urlencode({"email": platform.email, "password": "x"}), FORM)
    answer = connection.getresponse()
    assert answer.status == 401
    assert not cookies_of(answer)
    connection.close()
