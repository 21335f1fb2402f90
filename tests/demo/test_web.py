import json
import os
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.demo import hosts
from auditor.demo.accounts import PASSWORDS
from auditor.demo.web import DemoWeb, demo_web
from auditor.errors import CannotFinish
from auditor.scenario import load_scenario, matrix

from .asking import Connection, port_of


def test_every_host_answers_with_a_certificate_of_its_own_authority(web: DemoWeb) -> None:
    for host in hosts.ALL:
        connection = Connection(web, host)
        connection.request("GET", "/favicon.ico")
        assert connection.getresponse().status == 200, host
        connection.close()


def test_a_stranger_does_not_trust_it(web: DemoWeb) -> None:
    with socket.create_connection(("127.0.0.1", port_of(web))) as plain, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(plain, server_hostname=hosts.SHOP)


def test_it_speaks_http2(web: DemoWeb) -> None:
    trust = ssl.create_default_context(cafile=web.ca)
    trust.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", port_of(web))) as plain,
        trust.wrap_socket(plain, server_hostname=hosts.SHOP) as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2"


def test_the_scenario_reaches_it(web: DemoWeb, tmp_path: Path) -> None:
    scenario = load_scenario(web.scenario(tmp_path))
    assert scenario.network.names == web.names
    assert scenario.network.ca == web.ca
    assert scenario.steps is not None and scenario.steps.exists()
    assert len(list(matrix(scenario))) == 70


def test_passwords_are_there_only_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, *others = PASSWORDS
    monkeypatch.setenv(name, "the person's own")
    for other in others:
        monkeypatch.delenv(other, raising=False)
    with demo_web(tmp_path):
        assert os.environ[name] == "the person's own"
        assert all(os.environ[other] == PASSWORDS[other] for other in others)
    assert os.environ[name] == "the person's own"
    assert not any(other in os.environ for other in others)


def test_it_ends_when_its_stdin_closes_and_on_sigterm(tmp_path: Path) -> None:
    for how in ("stdin", "sigterm"):
        command = [sys.executable, "-m", "auditor.demo.serve", "--dir", str(tmp_path / how)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stdin is not None
            assert process.stdout.readline() == b"ready\n"
            told = json.loads((tmp_path / how / "demo.json").read_text())
            assert told["names"][hosts.SHOP] == f"127.0.0.1:{told['port']}"
            if how == "stdin":
                process.stdin.close()
            else:
                process.terminate()
            assert process.wait(10) == 0


def test_a_web_that_cannot_start_says_so(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").mkdir()
    with pytest.raises(CannotFinish, match="did not start"), demo_web(tmp_path):
        pass
