"""The orchestrator's end of the proxy's process (`auditor.capture.network.proxy`)."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from auditor.capture.ending import dies_with_us, how_ended
from auditor.capture.network.authority import Authority
from auditor.errors import CannotFinish
from auditor.evidence import Phase
from auditor.scenario import Limits

ANSWER_S = 10.0


class ProxyLost(Exception):
    """The proxy's process has gone, or does not answer."""


class ProxyProcess:
    """One mitmproxy child; it serves one visit at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._next = 0
        self.on_limit: Callable[[str], None] = lambda reason: None
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, authority: Authority, names: Mapping[str, str], errors: Path) -> "ProxyProcess":
        """Start the child; its standard error goes to the file `errors`. Raises CannotFinish."""
        with errors.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *dies_with_us(),
                sys.executable,
                "-m",
                "auditor.capture.network.proxy",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                limit=1 << 24,
            )
        config = {"confdir": str(authority.confdir), "trust": str(authority.trust), "names": dict(names)}
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(config).encode() + b"\n")
        try:
            async with asyncio.timeout(60):
                line = await process.stdout.readline()
        except TimeoutError:
            line = b""
        if not line:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise CannotFinish(f"the proxy does not start, see {errors}")
        return cls(process)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child still runs."""
        return self._process.returncode is None

    async def open(self, folder: Path, phase: Phase, replay: Path | None = None, limits: Limits | None = None) -> int:
        """A listener for one visit, recorded into `folder`. Returns its port. Raises ProxyLost.

        `on_limit` is called with a reason for each time one of the limits is reached.
        """
        limits = limits or Limits()
        line = {
            "do": "open",
            "folder": str(folder),
            "phase": phase.value,
            "replay": str(replay) if replay else None,
            "requests_max": limits.requests_max,
            "body_bytes_max": limits.body_max_mb << 20,
            "body_bytes_kept": limits.body_kept_bytes,
        }
        return int((await self._ask(line))["port"])

    async def open_unrecorded(self) -> int:
        """A listener that lets everything pass and writes nothing: for a person's login. Returns its port."""
        return int((await self._ask({"do": "open_unrecorded"}))["port"])

    async def phase(self, phase: Phase) -> None:
        """What begins from now on belongs to this phase."""
        await self._ask({"do": "phase", "phase": phase.value})

    async def settle(self, quiet_ms: int, max_ms: int) -> bool:
        """Wait for the network to be quiet; False when the limit ran out first."""
        answer = await self._ask({"do": "settle", "quiet_ms": quiet_ms, "max_ms": max_ms}, max_ms / 1000)
        return bool(answer["quiet"])

    async def close(self) -> dict[str, Any]:
        """End the visit's record; its counters."""
        return await self._ask({"do": "close"})

    async def stop(self) -> None:
        """End the child: by its input's end, then by a kill of its process group."""
        assert self._process.stdin
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            async with asyncio.timeout(3):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader

    async def _ask(self, line: dict[str, Any], extra_s: float = 0.0) -> dict[str, Any]:
        self._next += 1
        number = self._next
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        assert self._process.stdin
        try:
            if not self.alive:
                raise ConnectionError("it is not there any more")
            self._process.stdin.write(json.dumps({"id": number, **line}).encode() + b"\n")
            async with asyncio.timeout(ANSWER_S + extra_s):
                answer = await future
        except TimeoutError:
            raise ProxyLost(f"the proxy does not answer {line['do']!r}") from None
        except (ConnectionError, RuntimeError) as error:
            ended = self._process.returncode
            raise ProxyLost(f"the proxy has gone: {error if ended is None else how_ended(ended)}") from None
        finally:
            self._waiting.pop(number, None)
        if not answer["ok"]:
            raise ProxyLost(f"the proxy could not {line['do']}: {answer['error']}")
        return answer

    async def _read(self) -> None:
        assert self._process.stdout
        while raw := await self._process.stdout.readline():
            line = json.loads(raw)
            if "reached" in line:
                self.on_limit(line["reached"])
                continue
            future = self._waiting.get(line.get("id", -1))
            if future is not None and not future.done():
                future.set_result(line)
        await self._process.wait()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("process ended"))
