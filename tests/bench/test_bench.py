"""The bench in its shortest form, so that it cannot rot: what it measures is not asserted, what it proves is."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from auditor.capture import runner

from . import meter, sites, soak
from .server import bench_web

COUNT = 3


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, Any]]]:
    out = tmp_path_factory.mktemp("out")
    command = [sys.executable, "-m", "tests.bench", "--sites", str(COUNT), "--rounds", "0", "--workers", "2"]
    done = subprocess.run(
        [*command, "--out", str(out)], capture_output=True, text=True, check=False, timeout=280, cwd=meter.ROOT
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (out / "bench.txt").read_text()
    return done.stdout, json.loads((out / "bench.json").read_text())


@pytest.mark.browser
def test_everything_is_recorded_and_nothing_else(told: tuple[str, list[dict[str, Any]]]) -> None:
    (found,) = told[1]
    expected = sum(expected_requests(site) for site in range(COUNT))
    assert found["requests_audited"] == [expected]
    # A plain load may lose the beacon of a page that closes: its context closes with it.
    assert expected - COUNT <= found["requests_plain"][0] <= expected
    assert (found["requests_not_recorded"], found["recorded_not_received"]) == (0, 0)
    assert found["visits_not_complete_at_once"] == []


@pytest.mark.browser
def test_every_cost_is_measured(told: tuple[str, list[dict[str, Any]]]) -> None:
    text, (found,) = told
    for key in ("wall_beyond_settle_ratio", "wall_whole_ratio", "cpu_ratio"):
        assert 0 < found[key]["min"] <= found[key]["median"] <= found[key]["max"]
    memory = found["peak_mb"]
    assert 0 < memory["auditor_own_uss"] <= memory["auditor_own_pss"] < memory["audited_tree_pss"]
    assert memory["plain_tree_pss"] > 0
    assert "wall time beyond the settle time, audited : plain" in text


@pytest.mark.browser
def test_the_soak_watches_every_process_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its driver and proxy are started anew on the way, and every visit is complete all the same.
    monkeypatch.setattr(runner, "RENEWED_AFTER", 1)
    samples = soak.soak(3, 1, tmp_path)
    assert set(samples) == {"auditor", "proxies", "drivers"}
    assert len(samples["auditor"]) == 3
    # One that has only just been started is small.
    assert min(max(sizes) for sizes in samples.values()) > 10


def test_a_leak_shows_in_the_slope() -> None:
    flat = [100.0, 140.0, 120.0, 120.0, 120.0, 120.0]
    leaking = [100.0, 140.0, 120.0, 121.0, 122.0, 123.0]
    assert soak.slopes({"flat": flat, "leaking": leaking}, warm=2) == {
        "flat": {"warm_mb": 120.0, "end_mb": 120.0, "max_mb": 140.0, "kb_per_visit": 0.0},
        "leaking": {"warm_mb": 120.0, "end_mb": 123.0, "max_mb": 140.0, "kb_per_visit": 1024.0},
    }


def test_the_set_is_twenty_sites_of_about_seventy_requests() -> None:
    counts = [expected_requests(site) for site in range(sites.COUNT)]
    assert len(counts) == 20
    assert set(counts) == {71, 72}
    assert sites.resources(sites.COUNT) == sites.resources.__wrapped__(sites.COUNT), "not the same twice"


def expected_requests(site: int) -> int:
    """A site's requests, by its parts."""
    own = (
        1 + 3 + 7 + 26 + sites.ASKED + sites.TOLD + 1 + 1 + 1
    )  # page, styles, scripts, pictures, fetches, beacons, icon
    third = 5 + sites.PIXELS + 1 + 3 * sites.SYNCS + 3 * sites.FRAMES  # scripts, pixels, beacon, syncs, frames
    return own + third + sites.has_socket(site)


def test_the_web_logs_what_it_received(tmp_path: Path) -> None:
    import socket
    import ssl

    with bench_web(tmp_path, 1) as web:
        host, _, port = web.names["www.site00.test"].rpartition(":")
        context = ssl.create_default_context(cafile=str(web.ca))
        with (
            socket.create_connection((host, int(port))) as bare,
            context.wrap_socket(bare, server_hostname="www.site00.test") as connection,
        ):
            head = "POST /api/events?n=0 HTTP/1.1", "Host: www.site00.test", "Content-Length: 3", "Connection: close"
            connection.sendall("\r\n".join([*head, "", "abc"]).encode())
            answer = b""
            while data := connection.recv(4096):
                answer += data
        assert answer.startswith(b"HTTP/1.1 204")
        received, end = web.requests()
        assert Counter(received) == Counter([("POST", "https://www.site00.test/api/events?n=0", 3)])
        assert web.requests(end) == ([], end)
