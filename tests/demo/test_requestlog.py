import hashlib
import socket
import ssl
import time
from datetime import datetime

from websockets.sync.client import connect

from auditor.demo import hosts
from auditor.demo.web import DemoWeb

from .asking import Connection, log_lines, port_of


def test_a_line_says_exactly_what_arrived(web: DemoWeb) -> None:
    body = b"\x00\xff not text"
    connection = Connection(web, hosts.YOMITOKI)
    connection.request("POST", "/v1/hit?b=2&a=%E3%81%82+x&a=", body, {"X-Mixed-Case": "Ä".encode().decode("latin-1")})
    assert connection.getresponse().status == 204
    local_port = connection.sock.getsockname()[1]
    connection.close()
    (line,) = log_lines(web, hosts.YOMITOKI)
    assert line["url"] == f"https://{hosts.YOMITOKI}/v1/hit?b=2&a=%E3%81%82+x&a="
    assert (line["method"], line["http_version"], line["status"]) == ("POST", "1.1", 204)
    assert line["body_sha256"] == hashlib.sha256(body).hexdigest()
    assert line["body_bytes"] == len(body)
    assert line["peer_port"] == local_port
    assert ["x-mixed-case", "Ä".encode().decode("latin-1")] in line["headers"]
    assert datetime.fromisoformat(line["at"]).utcoffset() is not None


def test_not_found_and_not_modified_have_their_lines(web: DemoWeb) -> None:
    connection = Connection(web, hosts.SHOP_CDN)
    connection.request("GET", "/shop.css")
    first = connection.getresponse()
    first.read()
    connection.request("GET", "/shop.css", headers={"If-None-Match": first.headers["ETag"]})
    assert connection.getresponse().read() == b""
    connection.request("GET", "/nothing-here")
    connection.getresponse().read()
    connection.request("DELETE", "/shop.css")
    connection.getresponse().read()
    connection.close()
    lines = log_lines(web, hosts.SHOP_CDN, 4)
    assert [line["status"] for line in lines] == [200, 304, 404, 405]
    assert len({line["peer_port"] for line in lines}) == 1


def test_unknown_hosts_are_logged(web: DemoWeb) -> None:
    connection = Connection(web, hosts.SHOP)
    connection.request("GET", "/x?y=1", headers={"Host": "nowhere.example"})
    assert connection.getresponse().status == 404
    connection.close()
    (line,) = log_lines(web, "nowhere.example")
    assert line["url"] == "https://nowhere.example/x?y=1"


def test_a_slow_client_and_one_that_leaves_are_not_lost(web: DemoWeb) -> None:
    trust = ssl.create_default_context(cafile=web.ca)
    head = f"POST /b HTTP/1.1\r\nHost: {hosts.RENRAKU_HITS}\r\nContent-Length: 10\r\n\r\n".encode()
    for rest in (b"567890", b""):
        with (
            socket.create_connection(("127.0.0.1", port_of(web))) as plain,
            trust.wrap_socket(plain, server_hostname=hosts.RENRAKU_HITS) as secure,
        ):
            secure.sendall(head + b"1234")
            time.sleep(0.3)
            if rest:
                secure.sendall(rest)
                assert secure.recv(100).startswith(b"HTTP/1.1 204")
    whole, left = log_lines(web, hosts.RENRAKU_HITS, 2)
    assert (whole["body_bytes"], whole["status"]) == (10, 204)
    assert (left["body_bytes"], left["status"]) == (4, None)


def test_a_websocket_is_one_line_with_its_messages(web: DemoWeb) -> None:
    trust = ssl.create_default_context(cafile=web.ca)
    plain = socket.create_connection(("127.0.0.1", port_of(web)))
    address = f"wss://{hosts.EIZO_LIVE}/ws?x=1"
    with connect(address, sock=plain, ssl=trust, server_hostname=hosts.EIZO_LIVE) as live:
        live.send("こんにちは")
        live.recv()
        live.send(b"\x01\x02")
        assert live.recv() == b"\x02\x01"
    (line,) = log_lines(web, hosts.EIZO_LIVE)
    assert (line["kind"], line["status"], line["url"]) == ("websocket", 101, f"https://{hosts.EIZO_LIVE}/ws?x=1")
    assert line["messages"] == [
        {"from": "client", "text": "こんにちは"},
        {"from": "server", "text": '{"type":"welcome","bitrate":1200}'},
        {"from": "client", "hex": "0102"},
        {"from": "server", "hex": "0201"},
    ]
