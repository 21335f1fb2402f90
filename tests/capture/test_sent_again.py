"""A request that meets the end of an idle connection is sent again on a new one, as a browser without us would."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
import trustme

from auditor.evidence import Outcome, VisitEvidence
from auditor.scenario import Wait

from .chain import Chain, Loop

pytestmark = [pytest.mark.browser]

PAGE = b"""<!doctype html><title>idle</title><link rel="icon" href="data:,"><script>
(async () => {
  const told = [];
  for (const path of ["/closing", "/after", "/refused"])
    told.push(await fetch(path, {method: "POST", body: path}).then(r => r.status, () => "failed"));
  document.title = told.join(" ");
  document.documentElement.dataset.done = 1;
})();</script>"""


@dataclass
class Idle:
    """What the server was asked, each with the number of its connection."""

    names: dict[str, str]
    ca: Path
    asked: list[tuple[int, str]] = field(default_factory=list)
    connections: int = 0


@contextlib.asynccontextmanager
async def closing_server(folder: Path) -> AsyncIterator[Idle]:
    """HTTP/2. Ends the first connection when it is asked for /closing; ends every one that asks for /refused."""
    authority = trustme.CA()
    leaf = authority.issue_cert("one.test")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    leaf.configure_cert(context)
    context.set_alpn_protocols(["h2"])
    web = Idle({}, folder / "ca.pem")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        web.connections += 1
        number = web.connections
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=False))
        connection.initiate_connection()
        paths: dict[int, str] = {}
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while True:
                writer.write(connection.data_to_send())
                await writer.drain()
                if not (data := await reader.read(65_536)):
                    break
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        paths[event.stream_id] = dict(event.headers)[b":path"].decode()
                    if not isinstance(event, h2.events.StreamEnded):
                        continue
                    path = paths[event.stream_id]
                    web.asked.append((number, path))
                    if path == "/refused" or (path == "/closing" and number == 1):
                        writer.close()
                        return
                    connection.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/html")])
                    connection.send_data(event.stream_id, PAGE if path == "/" else b"", end_stream=True)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    web.names["one.test"] = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield web


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Idle, VisitEvidence]:
    folder = tmp_path_factory.mktemp("idle")
    with Loop() as loop:
        web = loop.run(loop.stack.enter_async_context(closing_server(folder)))
        chain = Chain(loop, folder, web.names, web.ca)
        return web, chain.visit("https://one.test/", (Wait(wait="html[data-done]"),))


def test_the_page_does_not_notice(made: tuple[Idle, VisitEvidence]) -> None:
    _, evidence = made
    assert (evidence.visit.outcome, evidence.visit.reason) == (Outcome.complete, "")
    # What is refused on the new connection, too, has failed: it is not asked a third time.
    assert evidence.visit.title == "200 200 failed"


def test_the_server_gets_it_once_more_on_a_new_connection(made: tuple[Idle, VisitEvidence]) -> None:
    web, _ = made
    closing = [number for number, path in web.asked if path == "/closing"]
    assert len(closing) == 2
    assert len(set(closing)) == 2
    assert len([path for _, path in web.asked if path == "/refused"]) == 2
    assert len([path for _, path in web.asked if path == "/after"]) == 1


def test_it_is_one_exchange_and_is_noted(made: tuple[Idle, VisitEvidence]) -> None:
    _, evidence = made
    sent = [(e.url, e.status, e.request_body.kept) for e in evidence.exchanges if e.method == "POST"]
    assert sent[:2] == [
        ("https://one.test/closing", 200, b"/closing"),
        ("https://one.test/after", 200, b"/after"),
    ]
    assert [(url, status) for url, status, _ in sent[2:]] == [("https://one.test/refused", None)]
    notes = "; ".join(c.reason for c in evidence.coverage if c.sensor == "proxy")
    assert notes.count("had closed the connection: the request was sent on another") == 1
