"""CNAME chains asked of a real resolver on loopback: chains, ends in nothing, loops, silence, nonsense."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from auditor.capture.network import cnames as cnames_module
from auditor.capture.network.cnames import DEAD_AFTER, MAX_CHAIN, Cnames
from auditor.errors import InputError
from auditor.hosts import Cname, CnameStatus, Host, Hosts
from auditor.scenario import Network, Scenario
from auditor.specs import parse

from .chain import WebChain

ALIASES = {
    "metrics.shop.example": "shop.data.adobe.example",
    "shop.data.adobe.example": "lb7.omtrdc.example",
    "dangling.shop.example": "gone.example",
    "loop.example": "loop2.example",
    "loop2.example": "loop.example",
    "split.example": "split2.example",
    "split2.example": "end.example",
    "UPPER.example": "Mixed.Case.Example",
    **{f"n{n}.long.example": f"n{n + 1}.long.example" for n in range(40)},
}
ALIASES |= {"one.test": "one.cdn.example"}
NAMES = {"one.cdn.example", "third.test", "plain.example", "lb7.omtrdc.example", "end.example", "mixed.case.example"}


class Resolver(asyncio.DatagramProtocol):
    """Answers as a recursive resolver does; `asked` counts the questions by name."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.silent = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self.transport = transport

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if self.silent or name.startswith("silent"):
            return
        if name.startswith("nonsense"):
            self.transport.sendto(data[:2] + b"\x81\x80" + b"\xff" * 40, peer)
            return
        self.transport.sendto(answer(query, name, cut=False), peer)


def answer(query: dns.message.Message, name: str, *, cut: bool) -> bytes:
    """The whole chain at once, but of `split` one alias an answer; `big` does not fit into a datagram."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    if name.startswith("refused"):
        response.set_rcode(dns.rcode.REFUSED)
        return response.to_wire()
    if name.startswith("big") and not cut:
        response.flags |= dns.flags.TC
        return response.to_wire()
    aliases = {key.lower(): value for key, value in ALIASES.items()}
    seen = set()
    while (target := aliases.get(name)) is not None and name not in seen:
        seen.add(name)
        response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{target}."))
        name = target.lower()
        if "split" in response.question[0].name.to_text():
            break
    if name in NAMES or name.startswith("big"):
        response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "A", "192.0.2.1"))
    elif name not in aliases:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire(max_size=65535)


@contextlib.asynccontextmanager
async def resolver() -> AsyncIterator[tuple[Resolver, Network]]:
    """A resolver for UDP and TCP on one port, and the network settings that name it."""

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2))
        query = dns.message.from_wire(await reader.readexactly(length))
        wire = answer(query, query.question[0].name.to_text(omit_final_dot=True).lower(), cut=True)
        writer.write(len(wire).to_bytes(2) + wire)
        await writer.drain()
        writer.close()

    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(stream, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport, protocol = await loop.create_datagram_endpoint(Resolver, local_addr=("127.0.0.1", port))
    try:
        yield protocol, Network(resolver=f"127.0.0.1:{port}")
    finally:
        transport.close()
        server.close()
        await server.wait_closed()


def hosts_of(*names: str) -> Hosts:
    return Hosts(hosts=tuple(Host(host=name) for name in names))


async def ask(cnames: Cnames, *names: str) -> dict[str, Cname]:
    return {host.host: host.cname for host in (await cnames.complete(hosts_of(*names))).hosts}


async def test_every_way_a_question_can_end() -> None:
    async with resolver() as (_, network):
        names = (
            *("metrics.shop.example", "plain.example", "dangling.shop.example", "missing.example", "loop.example"),
            *(
                "split.example",
                "upper.example",
                "n0.long.example",
                "refused.example",
                "nonsense.example",
                "big.example",
            ),
        )
        found = await ask(Cnames(network), *names)
    told = {name: (cname.status.value, cname.chain) for name, cname in found.items()}
    assert told == {
        "metrics.shop.example": ("answered", ("shop.data.adobe.example", "lb7.omtrdc.example")),
        "plain.example": ("answered", ()),
        "dangling.shop.example": ("nxdomain", ("gone.example",)),
        "missing.example": ("nxdomain", ()),
        "loop.example": ("loop", ("loop2.example",)),
        "split.example": ("answered", ("split2.example", "end.example")),
        "upper.example": ("answered", ("mixed.case.example",)),
        "n0.long.example": ("too_long", tuple(f"n{n}.long.example" for n in range(1, MAX_CHAIN + 1))),
        "refused.example": ("failed", ()),
        "nonsense.example": ("failed", ()),
        "big.example": ("answered", ()),
    }
    assert found["metrics.shop.example"].last_site == "omtrdc.example"
    assert found["metrics.shop.example"].resolver == network.resolver
    assert found["dangling.shop.example"].reason == "gone.example does not exist"
    assert found["loop.example"].reason == "loop2.example leads back to loop.example"
    assert found["refused.example"].reason == "the resolver answered REFUSED"


async def test_a_name_is_asked_once_a_run_and_again_only_after_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cnames_module, "QUERY_S", 0.05)
    async with resolver() as (server, network):
        cnames = Cnames(network)
        for _ in range(2):
            found = await ask(cnames, "plain.example", "silent.example")
        assert found["silent.example"].status is CnameStatus.timeout
        assert found["silent.example"].reason == "no answer in time"
        assert (server.asked.count("plain.example"), server.asked.count("silent.example")) == (1, 4)


async def test_a_dead_resolver_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cnames_module, "QUERY_S", 0.05)
    async with resolver() as (server, network):
        server.silent = True
        cnames = Cnames(network)
        await ask(cnames, *(f"silent{n}.example" for n in range(DEAD_AFTER)))
        before = len(server.asked)
        found = await ask(cnames, "plain.example")
        assert len(server.asked) == before
    reason = f"the resolver did not answer {DEAD_AFTER} names in a row"
    assert found["plain.example"] == Cname(status=CnameStatus.no_resolver, reason=reason)


async def test_what_is_not_asked() -> None:
    async with resolver() as (server, network):
        names = {"*.private.example": "127.0.0.1:8443"}
        mapped = Cnames(Network(names=names, resolver=None, dns=True))
        found = await ask(mapped, "www.private.example")
        assert found["www.private.example"].reason == "answered by network.names"
        off = await ask(Cnames(network.model_copy(update={"dns": False})), "plain.example")
        assert off["plain.example"].reason == "switched off in the scenario"
        # A resolver that is named is asked for mapped names, too: it is the private web's own.
        cnames = Cnames(network.model_copy(update={"names": names}))
        found = await ask(cnames, "192.0.2.1", "[2001:db8::1]", "localhost", "x.private.example")
        replay = await cnames.complete(hosts_of("plain.example"), "a recording answered")
        assert server.asked == ["x.private.example"]
    assert {name: cname.reason for name, cname in found.items() if cname.status is CnameStatus.not_asked} == {
        "192.0.2.1": "an address, not a name",
        "[2001:db8::1]": "an address, not a name",
        "localhost": "a name without a domain",
    }
    assert replay.hosts[0].cname.reason == "a recording answered"


@pytest.mark.parametrize("name", ["x" * 64 + ".example", "a..example", "*.example", "例え.example"])
async def test_names_that_are_none_do_no_harm(name: str) -> None:
    async with resolver() as (_, network):
        found = await ask(Cnames(network), name)
    assert found[name].status in (CnameStatus.failed, CnameStatus.nxdomain)


@pytest.mark.browser
def test_a_visits_hosts_are_asked_for_once_it_is_over(chain: WebChain) -> None:
    """The visit's own record knows nothing of it."""
    before = len(chain.web.seen)
    server, network = chain.loop.run(chain.loop.stack.enter_async_context(resolver()))
    evidence = chain.visit("https://one.test/", cnames=Cnames(network))
    found = {host.host: host for host in evidence.hosts}
    assert (found["one.test"].cname.chain, found["one.test"].cname.last_site) == (("one.cdn.example",), "cdn.example")
    assert found["third.test"].cname.status is CnameStatus.answered
    assert found["third.test"].cname.chain == ()
    assert found["one.test"].addresses == (chain.web.names["one.test"],)
    assert sorted(server.asked) == ["one.test", "third.test"]
    assert len([e for e in evidence.exchanges if e.request.startswith("r")]) == len(chain.web.seen) - before


@pytest.mark.parametrize(
    ("text", "valid"),
    [("192.0.2.53", True), ("192.0.2.53:5353", True), ("[2001:db8::1]:53", True), ("2001:db8::1", True),
     ("ns.example", False), ("192.0.2.53:0", False), ("192.0.2.53:", False), ("1:2:3", False)],
)  # fmt: skip
def test_a_resolver_is_an_address(text: str, valid: bool) -> None:
    written = (
        f"scenario: s\nsites: [{{id: a, operator: o, url: 'https://a.example/'}}]\nnetwork: {{resolver: '{text}'}}\n"
    )
    if valid:
        assert parse(written, Scenario, file="s.yaml").network.resolver == text
    else:
        with pytest.raises(InputError, match="not ip or ip:port"):
            parse(written, Scenario, file="s.yaml")
