"""The proxy's process: mitmproxy with our recorder, told what to do by JSON lines on its standard input.

A process of its own: mitmproxy is CPU-bound Python, and must not share the interpreter with the browser's
driver (DESIGN.md 4, fact 9). Each visit gets a listener of its own, so that a connection belongs to a visit
without anything added to its requests (fact 5). Names of test webs are answered in the resolver (fact 15).

Commands: open, phase, settle, close. Each is answered by one line {"id", "ok", ...}; a limit of the visit that
is reached is told unasked, {"reached": reason}. The process ends when its standard input does.
"""

import asyncio
import contextlib
import fnmatch
import json
import logging
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from mitmproxy import options
from mitmproxy.addons import core, next_layer, proxyserver, serverplayback, tlsconfig
from mitmproxy.master import Master
from mitmproxy.proxy import mode_specs

from auditor.capture.network import interim
from auditor.capture.network.answers import Answers
from auditor.capture.network.recorder import Recorder
from auditor.capture.network.tee import Caps
from auditor.evidence import Phase

POLL_S = 0.02


def map_names(names: dict[str, str]) -> None:
    """Answer these names (`host` or `*.domain`) with ip:port in this process' resolver, before any other."""
    real = socket.getaddrinfo

    def mapped(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        for pattern, address in names.items():
            if fnmatch.fnmatchcase(name.lower().rstrip("."), pattern.lower()):
                ip, _, mapped_port = address.rpartition(":")
                return real(ip.strip("[]"), int(mapped_port), *args, **kwargs)
        return real(host, port, *args, **kwargs)

    socket.getaddrinfo = mapped


class Proxy:
    """mitmproxy's master and our commands on it."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.recorder = Recorder()
        self.answers = Answers()
        self.server = proxyserver.Proxyserver()
        self.master = Master(options.Options(confdir=config["confdir"], mode=[]))
        self.playback = serverplayback.ServerPlayback()
        addons = [core.Core(), self.server, next_layer.NextLayer(), tlsconfig.TlsConfig()]
        self.master.addons.add(*addons, self.recorder, self.playback, self.answers)
        self.master.options.update(
            # Headers a strict reader refuses are the site's business, not ours to hide.
            validate_inbound_headers=False,
            ssl_verify_upstream_trusted_ca=config["trust"],
            http3=False,
            server_replay_reuse=True,
            server_replay_refresh=False,
            server_replay_extra="204",
        )
        map_names(config["names"])
        interim.install()

    async def command(self, line: dict[str, Any]) -> dict[str, Any]:
        """Carry out one command."""
        match line["do"]:
            case "open":
                return await self.open(line)
            case "open_unrecorded":
                return await self.open_unrecorded()
            case "phase":
                if self.recorder.recording is not None:
                    self.recorder.recording.phase = Phase(line["phase"])
                return {}
            case "settle":
                return {"quiet": await self.settle(line["quiet_ms"] / 1000, line["max_ms"] / 1000)}
            case "close":
                return await self.close()
        raise ValueError(f"unknown command {line['do']!r}")

    async def open(self, line: dict[str, Any]) -> dict[str, Any]:
        """A listener and a record for one visit."""
        replay = line.get("replay")
        self.answers.use(Path(replay) if replay else None, self.playback)
        self.master.options.update(connection_strategy="lazy" if replay else "eager", upstream_cert=not replay)
        for _ in range(20):
            port = _free_port()
            await self.server.servers.update([mode_specs.ProxyMode.parse(f"regular@127.0.0.1:{port}")])
            if any(address[1] == port for address in self.server.listen_addrs()):
                caps = Caps(line["requests_max"], line["body_bytes_max"], line["body_bytes_kept"], _reached)
                self.recorder.begin(port, Path(line["folder"]), Phase(line["phase"]), caps, replay=bool(replay))
                return {"port": port}
        raise OSError("no port to listen on")

    async def open_unrecorded(self) -> dict[str, Any]:
        """A listener whose traffic passes unwritten: what a person types to log in is no evidence."""
        port = _free_port()
        self.recorder.unrecorded = port
        await self.server.servers.update([mode_specs.ProxyMode.parse(f"regular@127.0.0.1:{port}")])
        return {"port": port}

    async def settle(self, quiet_s: float, max_s: float) -> bool:
        """Wait until nothing is under way and nothing has moved for `quiet_s` from now; False when `max_s` ran out.

        From now: what has just been brought about (a click, the end of a page) may still be on its way here.
        """
        begun = time.monotonic()
        while (recording := self.recorder.recording) is not None:
            waited = time.monotonic() - begun
            if min(recording.quiet_for(), waited) >= quiet_s:
                return True
            if waited >= max_s:
                return False
            await asyncio.sleep(POLL_S)
        return False

    async def close(self) -> dict[str, Any]:
        """End the record and the listener; what was counted."""
        recording = self.recorder.end()
        await self.server.servers.update([])
        return {
            "requests": recording.requests,
            "responses": recording.responses,
            "failures": recording.failures,
            "unfinished": recording.unfinished,
            "blocked": recording.blocked,
            "bodies_cut": recording.store.cut,
            "error": recording.error,
            "notes": recording.notes,
            "unanswered": self.answers.unanswered,
            "hosts": recording.connections.facts().model_dump(mode="json"),
        }

    async def serve(self) -> None:
        """Answer commands until standard input ends."""
        running = asyncio.create_task(self.master.run())
        reader = asyncio.StreamReader(limit=1 << 24)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        tasks: set[asyncio.Task[None]] = set()
        _say({"ready": True})
        while line := await reader.readline():
            task = asyncio.create_task(self._answer(json.loads(line)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        self.master.shutdown()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    async def _answer(self, line: dict[str, Any]) -> None:
        try:
            _say({"id": line["id"], "ok": True, **await self.command(line)})
        except Exception as error:  # whatever it is, whoever asked must have an answer
            _say({"id": line["id"], "ok": False, "error": f"{type(error).__name__}: {error}"})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _reached(reason: str) -> None:
    _say({"reached": reason})


def _say(line: dict[str, Any]) -> None:
    os.write(1, json.dumps(line).encode() + b"\n")


def main() -> None:
    """Read the configuration (one JSON line), then serve."""
    os.umask(0o077)
    config = json.loads(sys.stdin.buffer.readline())
    # mitmproxy's log holds addresses with identifiers; what matters of it is in the record.
    logging.disable(logging.CRITICAL)

    async def run() -> None:
        await Proxy(config).serve()

    asyncio.run(run())


if __name__ == "__main__":
    main()
