"""The demo web's own name server: the addresses of its hosts, and the aliases (CNAME) some of them are."""

import asyncio

import dns.exception
import dns.message
import dns.rcode
import dns.rrset

from auditor.demo import hosts

TTL_S = 60


def answer(query: dns.message.Message) -> dns.message.Message:
    """What a resolver says: the whole chain of aliases and the address at its end, or that there is no such name."""
    response = dns.message.make_response(query, recursion_available=True)
    name = query.question[0].name.to_text(omit_final_dot=True).lower()
    while (target := hosts.CNAMES.get(name)) is not None:
        response.answer.append(dns.rrset.from_text(f"{name}.", TTL_S, "IN", "CNAME", f"{target}."))
        name = target
    if name in hosts.ALL:
        response.answer.append(dns.rrset.from_text(f"{name}.", TTL_S, "IN", "A", "127.0.0.1"))
    else:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response


class _Server(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            query = dns.message.from_wire(data)
            if query.question:
                self._transport.sendto(answer(query).to_wire(), addr)
        except dns.exception.DNSException:
            return  # not a question: no answer


async def serve_names() -> tuple[asyncio.DatagramTransport, int]:
    """Answer on a free UDP port of loopback; returns what to close, and the port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(_Server, local_addr=("127.0.0.1", 0))
    return transport, transport.get_extra_info("sockname")[1]
