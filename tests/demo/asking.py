"""Plain requests to a demo web, its certificate verified, any host name on the one address it listens on."""

import http.client
import json
import socket
import ssl
import time
from typing import Any

from auditor.demo.web import DemoWeb


class Connection(http.client.HTTPSConnection):
    """To the demo web's port, with the host's name in TLS and in the request."""

    def __init__(self, web: DemoWeb, host: str):
        self.named = host
        self.port_of_web = port_of(web)
        self.trust = ssl.create_default_context(cafile=web.ca)
        super().__init__(host, timeout=10, context=self.trust)

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port_of_web), timeout=10)
        self.sock = self.trust.wrap_socket(plain, server_hostname=self.named)


def port_of(web: DemoWeb) -> int:
    return int(next(iter(web.names.values())).rpartition(":")[2])


def log_lines(web: DemoWeb, host: str, wanted: int = 1) -> list[dict[str, Any]]:
    """The log's lines of one host, once there are as many as wanted."""
    lines: list[dict[str, Any]] = []
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = [line for line in all_lines(web) if line["host"] == host]
        if len(lines) >= wanted:
            break
        time.sleep(0.02)
    return lines


def all_lines(web: DemoWeb) -> list[dict[str, Any]]:
    text = web.log.read_text(encoding="utf-8") if web.log.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def cookies_of(response: http.client.HTTPResponse) -> dict[str, str]:
    """Each Set-Cookie line of an answer by the cookie's name."""
    lines = response.headers.get_all("Set-Cookie") or []
    return {line.partition("=")[0]: line for line in lines}
