"""What the recipients of scenarios/demo-changes.yaml answer, and the web's own name server."""

import json
import socket

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from auditor.demo import hosts
from auditor.demo.web import DemoWeb

from .asking import Connection, cookies_of


def ask(
    web: DemoWeb, host: str, path: str, headers: dict[str, str] | None = None, method: str = "GET", body: str = ""
) -> tuple[int, dict[str, str], dict[str, str], bytes]:
    """Status, headers (lower case), Set-Cookie lines by name, body."""
    connection = Connection(web, host)
    connection.request(method, path, body or None, headers or {})
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    told = answer.status, found, cookies_of(answer), answer.read()
    connection.close()
    return told


def test_an_etag_is_the_browsers_number(web: DemoWeb) -> None:
    first, second = ask(web, hosts.OKIBA, "/tag.gif"), ask(web, hosts.OKIBA, "/tag.gif")
    assert (first[0], second[0]) == (200, 200)
    assert first[1]["etag"] != second[1]["etag"]
    again = ask(web, hosts.OKIBA, "/tag.gif", {"If-None-Match": first[1]["etag"]})
    assert (again[0], again[1]["etag"], again[3]) == (304, first[1]["etag"], b"")


def test_the_storehouse_tells_its_etag_and_the_ticket_its_number(web: DemoWeb) -> None:
    _, headers, _, body = ask(web, hosts.OKIBA, "/kura.json")
    assert f'"{json.loads(body)["id"]}"' == headers["etag"]
    one, again, other = (ask(web, hosts.OKIBA, f"/oki.json?ticket={t}")[3] for t in ("a", "a", "b"))
    assert one == again != other
    assert json.loads(one)["id"] not in ("a", "b")


def test_ids_are_set_once(web: DemoWeb) -> None:
    _, _, cookies, _ = ask(web, hosts.ASIATO, "/h?aid=1")
    assert "Partitioned" in cookies["asp"] and "Partitioned" not in cookies["asu"]
    assert cookies["asp"].split(";")[0].removeprefix("asp=p.") != cookies["asu"].split(";")[0].removeprefix("asu=")
    assert ask(web, hosts.ASIATO, "/h", {"Cookie": "asu=1; asp=2"})[2] == {}
    _, _, cookies, _ = ask(web, hosts.HIROBA, "/sst/c", method="POST")
    assert "HttpOnly" in cookies["_fpid"] and "Domain=hiroba-machi.test" in cookies["_fpid"]
    assert "_hm" in ask(web, hosts.HIROBA_METRICS, "/m")[2]


def test_sync_and_bounce_lead_on(web: DemoWeb) -> None:
    status, headers, _, _ = ask(web, hosts.KOKAN, "/sync", {"Cookie": "kk=abc"})
    assert (status, headers["location"]) == (302, f"https://{hosts.AITE}/match?partner=kokan&puid=abc")
    status, headers, cookies, _ = ask(web, hosts.HANKO_BOUNCE, "/go?to=tayori")
    assert (status, headers["location"], set(cookies)) == (302, f"https://{hosts.NI}/tayori", {"hb"})


def test_storage_access_is_asked_for_where_it_was_granted(web: DemoWeb) -> None:
    wanted = 'retry; allowed-origin="https://www.waku.test"'
    for state, answer in (("inactive", wanted), ("active", None), ("none", None)):
        _, headers, _, _ = ask(web, hosts.WAKU, "/who", {"Sec-Fetch-Storage-Access": state})
        assert headers.get("activate-storage-access") == answer


def test_a_registration_is_kept_for_its_thanks(web: DemoWeb) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, headers, cookies, _ = ask(web, hosts.KAIIN, "/touroku", form, "POST", "email=a%40b.example&name=x")
    assert (status, headers["location"]) == (303, "/kanryo?mail=a%40b.example")
    ticket = cookies["kaiin_ticket"].split(";")[0]
    page = ask(web, hosts.KAIIN, headers["location"], {"Cookie": ticket})[3].decode()
    assert '{"email": "a@b.example", "name": "x"}' in page
    assert ask(web, hosts.KAIIN, "/kanryo")[0] == 303


def test_the_name_server_knows_the_webs_names(web: DemoWeb) -> None:
    address, _, port = web.resolver.rpartition(":")

    def answer(name: str) -> dns.message.Message:
        return dns.query.udp(dns.message.make_query(name, "A"), address, timeout=10, port=int(port))

    alias = answer(hosts.HIROBA_METRICS)
    assert [(r.name.to_text(), r.rdtype, r[0].to_text()) for r in alias.answer] == [
        (f"{hosts.HIROBA_METRICS}.", dns.rdatatype.CNAME, f"{hosts.HANKO_ALIAS}."),
        (f"{hosts.HANKO_ALIAS}.", dns.rdatatype.A, "127.0.0.1"),
    ]
    plain = answer(hosts.HIROBA)
    assert [(r.rdtype, r[0].to_text()) for r in plain.answer] == [(dns.rdatatype.A, "127.0.0.1")]
    assert answer("nowhere.test").rcode() == dns.rcode.NXDOMAIN


def test_nonsense_is_not_answered(web: DemoWeb) -> None:
    address, _, port = web.resolver.rpartition(":")
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.settimeout(0.5)
        sender.sendto(b"\x00", (address, int(port)))
        with pytest.raises(TimeoutError):
            sender.recv(512)
