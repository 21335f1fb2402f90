"""The demo web's process: `python -m auditor.demo.serve --dir DIR`.

Writes DIR/ca.pem and DIR/demo.json, says "ready" on stdout, logs every request to DIR/server.log.jsonl, and
ends when its stdin closes (so it cannot outlive who started it) or on SIGTERM.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import cast

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import Framework

from auditor.demo import hosts
from auditor.demo.application import application
from auditor.demo.certificates import Certificates, issue
from auditor.demo.conditions import EDITIONS, Conditions
from auditor.demo.resolver import serve_names

LOG = "server.log.jsonl"
HOUR_S = 3600


def _config(listener: socket.socket, certificates: Certificates) -> Config:
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.certfile = str(certificates.chain)
    config.keyfile = str(certificates.key)
    config.alpn_protocols = ["h2", "http/1.1"]
    # A server that hangs up first races with the proxy's next request on the same connection.
    config.keep_alive_timeout = HOUR_S
    config.graceful_timeout = 0.5
    config.shutdown_timeout = 1
    config.include_server_header = False
    config.loglevel = "WARNING"
    return config


async def _run(folder: Path, conditions: Conditions) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    threading.Thread(target=_until_stdin_closes, args=(loop, ended), daemon=True).start()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    port = listener.getsockname()[1]
    config = _config(listener, issue(folder))
    names = dict.fromkeys(hosts.ALL, f"127.0.0.1:{port}")
    resolver, resolver_port = await serve_names()
    told = {"port": port, "resolver": f"127.0.0.1:{resolver_port}", "names": names}
    (folder / "demo.json").write_text(json.dumps(told, indent=2), encoding="utf-8")
    app = cast(Framework, application(folder / LOG, conditions))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await serve(app, config, shutdown_trigger=ended.wait)
    resolver.close()
    listener.detach()  # hypercorn has closed the descriptor


def _until_stdin_closes(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    # os.read, as a buffered reader blocked in a daemon thread aborts the interpreter at its end.
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    loop.call_soon_threadsafe(ended.set)


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m auditor.demo.serve", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="folder for certificates, names and the log")
    parser.add_argument("--edition", type=int, default=1, choices=EDITIONS, help="which edition of the web")
    parser.add_argument("--variation", type=int, metavar="SEED", help="leave a random half of the tags out")
    arguments = parser.parse_args()
    folder: Path = arguments.dir
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_run(folder, Conditions(arguments.edition, arguments.variation)))


if __name__ == "__main__":
    main()
