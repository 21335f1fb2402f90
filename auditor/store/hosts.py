"""The facts of a visit's hosts back: hosts.json, and for hosts it does not tell of, what the exchanges say."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from auditor.domains import host_of
from auditor.errors import InputError
from auditor.evidence import Coverage, Exchange, Source, VisitKind
from auditor.hosts import Cname, CnameStatus, Host, parse_hosts

SAID = (CnameStatus.answered, CnameStatus.nxdomain, CnameStatus.not_asked)
"""Outcomes that leave nothing open: the chain is known, or nobody wanted to know it."""


def read_hosts(path: Path, exchanges: Iterable[Exchange], kind: VisitKind) -> tuple[Host, ...]:
    """One Host for every host that was asked for, sorted. Raises InputError for a damaged file."""
    told: dict[str, Host] = {}
    if path.exists():
        try:
            told = {host.host: host for host in parse_hosts(path.read_bytes()).hosts}
        except ValueError as error:
            raise InputError(f"is not what was written: {error}", file=path) from None
    servers: dict[str, dict[str, None]] = {}
    for exchange in exchanges:
        if exchange.source is Source.browser_only:
            continue
        if host := host_of(exchange.url):
            servers.setdefault(host, {})
            if exchange.server:
                servers[host].setdefault(exchange.server)
    reason = "imported" if kind is VisitKind.imported else "not among the hosts the proxy kept facts of"
    for host, addresses in servers.items():
        told.setdefault(host, Host(host=host, addresses=tuple(addresses), cname=Cname(reason=reason)))
    return tuple(told[host] for host in sorted(told))


def unanswered(hosts: Iterable[Host]) -> list[Coverage]:
    """A row for the hosts whose chain was asked for and is not known; [] where there is none."""
    counts = Counter(host.cname.status for host in hosts)
    missing = {status.value: n for status, n in counts.items() if status not in SAID}
    if not missing:
        return []
    reason = "; ".join(f"CNAME chain not known: {status} ({n})" for status, n in sorted(missing.items()))
    answered = counts[CnameStatus.answered] + counts[CnameStatus.nxdomain]
    return [Coverage(sensor="dns", matched=answered, skipped=sum(missing.values()), reason=reason)]
