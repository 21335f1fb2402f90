"""A small client of the Chrome DevTools Protocol: one WebSocket to the browser, flat sessions.

Playwright drives the page; this listens beside it. Its own CDP sessions cannot address the sessions of
workers and out-of-process frames, and those are where tags hide (https://chromedevtools.github.io/devtools-protocol/).
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

type Listener = Callable[[str, str | None, dict[str, Any]], None]


class CdpError(Exception):
    """The browser refused a command, went away, or did not answer in time."""


class CdpTimeout(CdpError):
    """The browser, or the page it asked, did not answer in time."""


class CdpClient:
    """Commands out, events to one listener as (method, session, params), in the order they came."""

    def __init__(self, socket: ClientConnection, listener: Listener) -> None:
        self._socket, self._listener = socket, listener
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._answered: dict[int, Callable[[], None]] = {}
        self._sends: set[asyncio.Task[None]] = set()
        self.closed = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, address: str, listener: Listener) -> "CdpClient":
        """Connect to a browser's ws:// endpoint. Raises CdpError."""
        try:
            socket = await connect(address, max_size=1 << 28, compression=None, ping_interval=None)
        except (OSError, TimeoutError, WebSocketException) as error:
            raise CdpError(f"no connection: {type(error).__name__}") from None
        return cls(socket, listener)

    async def send(
        self,
        method: str,
        params: dict[str, Any] | None = None,
        session: str | None = None,
        timeout_s: float = 5.0,
        answered: Callable[[], None] | None = None,
    ) -> dict[str, Any]:
        """Send a command and wait for its result; `answered` is called before any later event is. Raises CdpError."""
        number = next(self._ids)
        if answered is not None:
            self._answered[number] = answered
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        message: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        try:
            async with asyncio.timeout(timeout_s):
                await self._socket.send(json.dumps(message))
                answer = await future
        except TimeoutError:
            raise CdpTimeout(f"{method}: no answer in {timeout_s:g} s") from None
        except ConnectionClosed:
            raise CdpError(f"{method}: the browser has gone") from None
        finally:
            self._waiting.pop(number, None)
            self._answered.pop(number, None)
        if "error" in answer:
            raise CdpError(f"{method}: {answer['error'].get('message', 'refused')}")
        result: dict[str, Any] = answer.get("result", {})
        return result

    def send_soon(self, method: str, params: dict[str, Any] | None = None, session: str | None = None) -> None:
        """Send without waiting; a refusal (the target has gone already) is no error."""

        async def go() -> None:
            with contextlib.suppress(CdpError):
                await self.send(method, params, session)

        task = asyncio.create_task(go())
        self._sends.add(task)
        task.add_done_callback(self._sends.discard)

    async def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(TimeoutError, ConnectionClosed):
            async with asyncio.timeout(2):
                await self._socket.close()
        self._reader.cancel()
        for task in (self._reader, *self._sends):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _read(self) -> None:
        try:
            async for raw in self._socket:
                message = json.loads(raw)
                if "id" in message:
                    if (answered := self._answered.get(message["id"])) is not None:
                        answered()
                    future = self._waiting.get(message["id"])
                    if future is not None and not future.done():
                        future.set_result(message)
                else:
                    self._listener(message["method"], message.get("sessionId"), message.get("params", {}))
        except ConnectionClosed:
            pass
        finally:
            self.closed.set()
            for future in self._waiting.values():
                if not future.done():
                    future.set_result({"error": {"message": "the browser has gone"}})
