"""Facts of the hosts a visit spoke to: addresses, TLS, certificate, and the chain of names behind them.

`hosts.json` of a visit holds them: what the proxy saw of its connections, and what a resolver said of the
names, asked by the auditor itself once the visit was over.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.domains import registrable_domain


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CnameStatus(StrEnum):
    """How the question for a host's CNAME chain ended; only `answered` says all of it, or that there is none."""

    answered = "answered"
    nxdomain = "nxdomain"
    timeout = "timeout"
    failed = "failed"
    loop = "loop"
    too_long = "too_long"
    no_resolver = "no_resolver"
    not_asked = "not_asked"


class Cname(_Fact):
    """The names a host's name stands for (RFC 1034 3.6.2), as one resolver told them."""

    status: CnameStatus = CnameStatus.not_asked
    chain: tuple[str, ...] = Field((), description="each alias' target in turn, lower case, without the host itself")
    reason: str = Field("", description="why the chain is not (wholly) known")
    resolver: str | None = Field(None, description="ip:port that was asked")
    asked_at: datetime | None = None

    @property
    def last_site(self) -> str | None:
        """Registrable domain of the last name of the chain; None without a chain."""
        return registrable_domain(self.chain[-1]) if self.chain else None


class Certificate(_Fact):
    """A server's certificate (X.509, RFC 5280) as the proxy received it."""

    sha256: str = Field(description="hex, of the DER form")
    subject: str = Field(description="RFC 4514; '' when it cannot be read")
    issuer: str
    names: int = Field(0, description="how many subject alternative names it holds")
    not_before: datetime
    not_after: datetime


class Host(_Fact):
    """One host of a visit's requests. Several values: several connections that differed, first seen first."""

    host: str
    addresses: tuple[str, ...] = Field((), description="ip:port the proxy spoke to")
    tls: tuple[str, ...] = Field((), description="TLS versions with the server, such as TLSv1.3")
    alpn: tuple[str, ...] = Field((), description="protocols the server agreed to, such as h2")
    browser_alpn: tuple[str, ...] = Field((), description="protocols the browser agreed to with the proxy")
    certificates: tuple[Certificate, ...] = ()
    cname: Cname = Cname()


class Hosts(_Fact):
    """What hosts.json holds. Hosts beyond those the proxy could keep facts of are not in it."""

    hosts: tuple[Host, ...] = ()


def parse_hosts(data: bytes) -> Hosts:
    """hosts.json back. Raises ValueError with its first fault."""
    try:
        return Hosts.model_validate_json(data)
    except ValidationError as error:
        raise ValueError(str(error).splitlines()[0]) from None
