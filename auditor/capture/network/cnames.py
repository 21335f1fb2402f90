"""The CNAME chains of a visit's hosts, asked of a resolver by ourselves once the visit is over.

The visit's own record gains nothing by it: the questions go past the proxy, and only the names of hosts it
spoke to are asked. Each name is asked once a run; what a name stood for can change, so each answer keeps its
time and its resolver.
"""

import asyncio
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from ipaddress import ip_address

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver

from auditor.hosts import Cname, CnameStatus, Hosts
from auditor.scenario import Network, resolver_address

MAX_CHAIN = 16
"""Aliases followed; resolvers stop at about as many."""

QUERY_S = 1.5
ATTEMPTS = 2
HOST_S = 4.0
"""Longest time for one name, all its questions together."""

SIDE_BY_SIDE = 16
DEAD_AFTER = 16
"""After so many names in a row without any answer, the resolver is not asked again in this run."""


class Cnames:
    """The resolver of one run, with what it said. Never raises for what a resolver says or does not say."""

    def __init__(self, network: Network) -> None:
        self._names = tuple(pattern.lower() for pattern in network.names) if network.resolver is None else ()
        self._servers = _servers(network)
        self._off = "" if network.dns else "switched off in the scenario"
        self._asked: dict[str, asyncio.Task[Cname]] = {}
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._silent = 0

    async def complete(self, hosts: Hosts, why_not: str = "") -> Hosts:
        """The same hosts with their chains; `why_not`: none may be asked."""
        found = await asyncio.gather(*(self._of(host.host, why_not) for host in hosts.hosts))
        known = zip(hosts.hosts, found, strict=True)
        return Hosts(hosts=tuple(host.model_copy(update={"cname": cname}) for host, cname in known))

    async def _of(self, host: str, why_not: str) -> Cname:
        if reason := why_not or self._off or self._not_for(host):
            return Cname(reason=reason)
        task = self._asked.get(host)
        # A question that nobody answered may be answered the next time.
        if task is None or (task.done() and task.result().status is CnameStatus.timeout):
            task = self._asked[host] = asyncio.create_task(self._ask(host))
        return await asyncio.shield(task)

    def _not_for(self, host: str) -> str:
        """Why this host is not asked; '' when it is."""
        if any(fnmatchcase(host, pattern) for pattern in self._names):
            return "answered by network.names"
        try:
            ip_address(host.strip("[]"))
        except ValueError:
            return "" if "." in host.strip(".") else "a name without a domain"
        return "an address, not a name"

    async def _ask(self, host: str) -> Cname:
        async with self._room:
            if not self._servers:
                return Cname(status=CnameStatus.no_resolver, reason="the system names no resolver")
            if self._silent >= DEAD_AFTER:
                reason = f"the resolver did not answer {DEAD_AFTER} names in a row"
                return Cname(status=CnameStatus.no_resolver, reason=reason)
            chain = _Chain(self._servers)
            asked_at = datetime.now(UTC)
            try:
                async with asyncio.timeout(HOST_S):
                    status, reason = await chain.follow(host)
            except (TimeoutError, dns.exception.Timeout):
                status, reason = CnameStatus.timeout, "no answer in time"
            except (dns.exception.DNSException, OSError, EOFError) as error:
                status, reason = CnameStatus.failed, f"no usable answer: {type(error).__name__}"
            self._silent = self._silent + 1 if status is CnameStatus.timeout else 0
            return Cname(
                status=status, chain=tuple(chain.names), reason=reason, resolver=chain.resolver, asked_at=asked_at
            )


class _Chain:
    """One name followed through its aliases; `names` holds those found, whatever stops the following."""

    def __init__(self, servers: list[tuple[str, int]]) -> None:
        self._servers = servers
        self.names: list[str] = []
        self.resolver: str | None = None

    async def follow(self, host: str) -> tuple[CnameStatus, str]:
        """How it ended, and why the chain is not whole. Raises DNSException, OSError, EOFError, TimeoutError."""
        name = dns.name.from_text(host)
        seen = {name}
        for _ in range(MAX_CHAIN + 1):
            answer = await self._query(name)
            code = answer.rcode()
            if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                return CnameStatus.failed, f"the resolver answered {dns.rcode.to_text(code)}"
            aliases = _aliases(answer)
            begun_at = name
            while (target := aliases.get(name)) is not None:
                if target in seen:
                    return CnameStatus.loop, f"{_text(name)} leads back to {_text(target)}"
                if len(self.names) >= MAX_CHAIN:
                    return CnameStatus.too_long, f"more than {MAX_CHAIN} aliases"
                self.names.append(_text(target))
                seen.add(target)
                name = target
            if code == dns.rcode.NXDOMAIN:
                return CnameStatus.nxdomain, f"{_text(name)} does not exist"
            if (
                name == begun_at
                or answer.get_rrset(answer.answer, name, dns.rdataclass.IN, dns.rdatatype.A) is not None
            ):
                return CnameStatus.answered, ""
        return CnameStatus.too_long, f"more than {MAX_CHAIN} questions"

    async def _query(self, name: dns.name.Name) -> dns.message.Message:
        question = dns.message.make_query(name, dns.rdatatype.A)
        for attempt in range(ATTEMPTS):
            where, port = self._servers[attempt % len(self._servers)]
            self.resolver = f"[{where}]:{port}" if ":" in where else f"{where}:{port}"
            try:
                answer, _ = await dns.asyncquery.udp_with_fallback(
                    question, where, timeout=QUERY_S, port=port, ignore_unexpected=True
                )
            except dns.exception.Timeout:
                continue
            return answer
        raise TimeoutError


def _aliases(answer: dns.message.Message) -> dict[dns.name.Name, dns.name.Name]:
    return {rrset.name: rrset[0].target for rrset in answer.answer if rrset.rdtype == dns.rdatatype.CNAME}


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _servers(network: Network) -> list[tuple[str, int]]:
    if network.resolver is not None:
        return [resolver_address(network.resolver)]
    if not network.dns:
        return []
    try:
        system = dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        return []
    return [(str(server), system.port) for server in system.nameservers]
