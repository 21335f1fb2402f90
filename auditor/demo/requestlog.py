"""The servers' own account of what reached them: one JSON line for each request and each WebSocket.

It is the other side's truth against which the auditor's request table is held, so it may miss nothing:
unknown hosts, 404 and 304, a client that leaves half way.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

type Record = dict[str, Any]


class RequestLog:
    """ASGI middleware: reads the request to its end, then lets the server answer, and writes one line.

    The line stands before the last byte of the answer goes out, so whoever has the answer finds the line.
    """

    def __init__(self, app: ASGIApp, file: Path):
        self.app = app
        self._out = file.open("a", encoding="utf-8", buffering=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log one connection scope; `lifespan` passes by."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        record = _opening(scope)
        body = bytearray()
        write = self._once(record)
        try:
            whole = await _read_all(receive, body)
            record |= {"body_sha256": hashlib.sha256(body).hexdigest(), "body_bytes": len(body)}
            if whole:
                await self.app(scope, _again(bytes(body), receive), _watched(record, send, write))
        finally:
            record |= {"body_sha256": hashlib.sha256(body).hexdigest(), "body_bytes": len(body)}
            write()

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        record: Record = {"kind": "websocket", **_opening(scope), "messages": []}
        write = self._once(record)

        async def heard() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                record["messages"].append(_spoken("client", message))
            return message

        async def said(message: Message) -> None:
            if message["type"] == "websocket.accept":
                record["status"] = 101
            elif message["type"] == "websocket.close" and record["status"] is None:
                record["status"] = 403
            elif message["type"] == "websocket.send":
                record["messages"].append(_spoken("server", message))
            await send(message)

        try:
            await self.app(scope, heard, said)
        finally:
            write()

    def _once(self, record: Record) -> Callable[[], None]:
        written = False

        def write() -> None:
            nonlocal written
            if not written:
                written = True
                self._out.write(json.dumps(record, ensure_ascii=False) + "\n")
                self._out.flush()

        return write


def _opening(scope: Scope) -> Record:
    headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]]
    host = next((value for name, value in headers if name == "host"), "")
    query = scope.get("query_string", b"").decode("latin-1")
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    return {
        "at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "host": host,
        "method": scope.get("method", "GET"),
        "url": f"https://{host}{path}" + (f"?{query}" if query else ""),
        "http_version": scope.get("http_version", ""),
        "headers": headers,
        "body_sha256": hashlib.sha256(b"").hexdigest(),
        "body_bytes": 0,
        "peer_port": scope["client"][1] if scope.get("client") else None,
        "status": None,
    }


async def _read_all(receive: Receive, body: bytearray) -> bool:
    """Read the request's body; False when the client left before its end."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return False
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return True


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, for the server; after it whatever the connection says."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _watched(record: Record, send: Send, write: Callable[[], None]) -> Callable[[Message], Awaitable[None]]:
    async def watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            record["status"] = message["status"]
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            write()
        await send(message)

    return watched


def _spoken(by: str, message: Message) -> dict[str, str]:
    text = message.get("text")
    return {"from": by, "text": text} if text is not None else {"from": by, "hex": (message.get("bytes") or b"").hex()}
