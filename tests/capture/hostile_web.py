"""A TLS web of pages that do harm: each path is one way to do it, answered byte by byte on HTTP/1.1."""

import asyncio
import contextlib
import datetime
import socket
import ssl
import struct
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .hostile_pages import PAGES

HOST = "hostile.test"
OTHER = "other.test"
BIG = 200 << 20
MB = b"\0" * (1 << 20)

type Answer = Callable[["Asked"], Awaitable[None]]


@dataclass
class Hostile:
    """The running servers: their names, who vouches for them, what they received."""

    names: dict[str, str]
    ca: Path
    seen: Counter[str] = field(default_factory=Counter)
    """How often each path was asked for, query left out."""


@dataclass
class Asked:
    """One request, and the connection to answer on."""

    method: str
    host: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    writer: asyncio.StreamWriter

    async def head(self, status: str, *headers: str) -> None:
        await self.raw("\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1"))

    async def raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def whole(self, body: bytes, *headers: str, status: str = "200 OK", kind: str = "text/html") -> None:
        await self.head(status, f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers)
        await self.raw(body)

    async def forever(self, kind: str, first: bytes, piece: bytes, pause_s: float = 0) -> None:
        """An answer of chunks that never ends."""
        await self.head("200 OK", f"Content-Type: {kind}", "Transfer-Encoding: chunked")
        await self.raw(b"%x\r\n%b\r\n" % (len(first), first))
        while True:
            await self.raw(b"%x\r\n%b\r\n" % (len(piece), piece))
            await asyncio.sleep(pause_s)


async def again(asked: Asked) -> None:
    number = int(asked.query or 0)
    await asked.head("302 Found", f"Location: /again?{number + 1}", "Content-Length: 0")


async def endless_html(asked: Asked) -> None:
    await asked.forever("text/html", b"<!doctype html><title>endless</title><p>", b"<!--" + b"x" * 65_529 + b"-->")


async def endless_image(asked: Asked) -> None:
    await asked.forever("image/png", b"\x89PNG\r\n\x1a\n", MB[:65_536])


async def drip(asked: Asked) -> None:
    await asked.forever("text/html", b"<!doctype html><title>drip</title><p>", b"x", 1)


async def drip_image(asked: Asked) -> None:
    await asked.forever("image/png", b"\x89PNG\r\n\x1a\n", b"\0", 1)


async def big(asked: Asked) -> None:
    await asked.head("200 OK", "Content-Type: application/octet-stream", f"Content-Length: {BIG}")
    for _ in range(BIG >> 20):
        await asked.raw(MB)


async def bomb(asked: Asked) -> None:
    """1 GiB of spaces in about 1 MiB of gzip."""
    await asked.whole(_bomb(), "Content-Encoding: gzip")


@cache
def _bomb() -> bytes:
    head, spaces = b"<!doctype html><title>bomb</title><p>", b"<!--" + b" " * ((1 << 20) - 7) + b"-->"
    machine = zlib.compressobj(9, wbits=31)
    packed = machine.compress(head) + machine.flush(zlib.Z_FULL_FLUSH)
    # Fully flushed, each piece is packed on its own: one may be repeated.
    piece = machine.compress(spaces) + machine.flush(zlib.Z_FULL_FLUSH)
    check = zlib.crc32(head)
    for _ in range(1024):
        check = zlib.crc32(spaces, check)
    return packed + piece * 1024 + b"\x03\x00" + struct.pack("<II", check, (len(head) + (1 << 30)) & 0xFFFFFFFF)


async def cookies(asked: Asked) -> None:
    """500 Set-Cookie lines; ten of these make 5,000 cookies."""
    part = int(asked.query)
    lines = [f"Set-Cookie: c{n:04d}={n}; Path=/; Secure" for n in range(part * 500, part * 500 + 500)]
    await asked.whole(b"ok", *lines, kind="text/plain")


def wide(kilobytes: int) -> Answer:
    async def answer(asked: Asked) -> None:
        lines = [f"X-Wide-{n}: {'w' * 1000}" for n in range(kilobytes)]
        await asked.whole(PAGES["/plain"].encode(), *lines)

    return answer


async def attachment(asked: Asked) -> None:
    name = 'attachment; filename="../../../../tmp/evil.sh"'
    await asked.whole(b"#!/bin/sh\n", f"Content-Disposition: {name}", kind="application/octet-stream")


async def basic(asked: Asked) -> None:
    await asked.whole(b"no", 'WWW-Authenticate: Basic realm="hostile"', status="401 Unauthorized")


async def silence(asked: Asked) -> None:
    await asyncio.Event().wait()


async def bytes_of_no_encoding(asked: Asked) -> None:
    body = b"<!doctype html><meta charset=utf-8><title>\xff\xfe \x80</title><p>\xc3\x28\xa0\xa1 \xed\xa0\x80"
    body += b"<img src='/plain.gif?\xff\xfe'><script>document.title += '\\ud800';"
    body += b"localStorage.setItem('\\udc00', '\\ud800'); fetch('/plain.gif', {method: 'POST', body: '\\ud800'});"
    body += b"document.cookie = 'odd=\\ud800; path=/'; document.cookie = 'caf\xe9=\\x80';"
    body += b"fetch('/plain.gif?\xe9=\\ud800'); setTimeout(() => fetch('/late'), 50)</script>"
    lines = ["Set-Cookie: na\xefve=\xff\xfe; Path=/", "X-Bytes: \x80\xff", "Set-Cookie: \xe3\x81=1"]
    await asked.whole(body, *lines, status="200 \xff\xfe")


async def forbidden(asked: Asked) -> None:
    """As a site behind a bot wall answers, in the marks its documentation names."""
    await asked.whole(
        PAGES["/challenge"].encode(), "cf-mitigated: challenge", "Server: cloudflare", status="403 Forbidden"
    )


async def to_login(asked: Asked) -> None:
    await asked.head("302 Found", "Location: /login?next=/members", "Content-Length: 0")


async def maintenance(asked: Asked) -> None:
    await asked.whole(PAGES["/maintenance"].encode(), status="503 Service Unavailable")


async def nothing(asked: Asked) -> None:
    await asked.whole(b"")


ANSWERS: dict[str, Answer] = {
    "/again": again,
    "/endless-html": endless_html,
    "/endless.png": endless_image,
    "/drip": drip,
    "/drip.png": drip_image,
    "/big": big,
    "/bomb": bomb,
    "/set": cookies,
    "/wide": wide(160),
    "/too-wide": wide(480),
    "/attachment": attachment,
    "/basic": basic,
    "/silence": silence,
    "/bytes": bytes_of_no_encoding,
    "/forbidden": forbidden,
    "/members": to_login,
    "/maintenance": maintenance,
    "/nothing": nothing,
}


@contextlib.asynccontextmanager
async def hostile_web(folder: Path) -> AsyncIterator[Hostile]:
    """All servers, in this process."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    web = Hostile({}, folder / "ca.pem")
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    leaves = {
        HOST: authority.issue_cert(HOST, OTHER, "*.hostile.test"),
        "expired.test": authority.issue_cert("expired.test", not_after=past),
        "wrong-host.test": authority.issue_cert("another.test"),
    }
    async with contextlib.AsyncExitStack() as stack:
        for name, leaf in leaves.items():
            leaf.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
            web.names[name] = await stack.enter_async_context(_serving(web, folder / f"{name}.pem"))
        _self_signed(folder / "self-signed.pem", "self-signed.test")
        web.names["self-signed.test"] = await stack.enter_async_context(_serving(web, folder / "self-signed.pem"))
        web.names[OTHER] = web.names["*.hostile.test"] = web.names[HOST]
        # Connections are taken by the system, and nobody ever reads from them.
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        web.names["silent.test"] = f"127.0.0.1:{silent.getsockname()[1]}"
        yield web


@contextlib.asynccontextmanager
async def _serving(web: Hostile, pem: Path) -> AsyncIterator[str]:
    tasks: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while True:
                await _exchange(web, reader, writer)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        except asyncio.CancelledError:
            pass  # the end of the web
        finally:
            tasks.discard(task)
            writer.transport.abort()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = await asyncio.start_server(connection, "127.0.0.1", 0, ssl=context, limit=1 << 22)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _exchange(web: Hostile, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
    path, _, query = target.partition("?")
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    web.seen[path] += 1
    asked = Asked(method, headers["host"], path, query, headers, body, writer)
    if (answer := ANSWERS.get(path)) is not None:
        await answer(asked)
    elif path in PAGES:
        await asked.whole(PAGES[path].encode())
    elif path == "/favicon.ico":
        await asked.whole(b"", status="404 Not Found")
    else:
        await asked.head("204 No Content")


def _self_signed(pem: Path, name: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
