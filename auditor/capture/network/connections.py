"""What the proxy's own connections tell of each host: its addresses, TLS, protocol and certificate."""

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from mitmproxy import connection

from auditor.hosts import Certificate, Host, Hosts

MAX_HOSTS = 5_000
"""A page that makes up host names must not fill the memory; of further ones only their exchanges tell."""

MAX_VALUES = 20
"""Different values kept of one host's connections."""


class Connections:
    """Collects one visit's facts, host by host, in the order they were first spoken to."""

    def __init__(self) -> None:
        self._hosts: dict[str, Host] = {}
        self._seen: set[tuple[str, str, str]] = set()

    def saw(self, host: str, client: connection.Client, server: connection.Server) -> None:
        """A request to `host` went (or was to go) over this connection."""
        if (known := self._hosts.get(host)) is None:
            if len(self._hosts) >= MAX_HOSTS:
                return
            known = Host(host=host)
            self._hosts[host] = known
        pair = (host, client.id, server.id)
        if server.peername is None or pair in self._seen:
            return
        self._seen.add(pair)
        peer = f"{server.peername[0]}:{server.peername[1]}"
        leaf = server.certificate_list[0].to_cryptography() if server.certificate_list else None
        self._hosts[host] = known.model_copy(
            update={
                "addresses": _with(known.addresses, peer),
                "tls": _with(known.tls, server.tls_version),
                "alpn": _with(known.alpn, _text(server.alpn)),
                "browser_alpn": _with(known.browser_alpn, _text(client.alpn)),
                "certificates": _with(known.certificates, certificate_of(leaf) if leaf else None),
            }
        )

    def facts(self) -> Hosts:
        """All of it, sorted by host."""
        return Hosts(hosts=tuple(self._hosts[host] for host in sorted(self._hosts)))


def _with[T](values: tuple[T, ...], value: T | None) -> tuple[T, ...]:
    if value is None or value in values or len(values) >= MAX_VALUES:
        return values
    return (*values, value)


def _text(alpn: bytes | None) -> str | None:
    return alpn.decode("ascii", "replace") if alpn else None


def certificate_of(certificate: x509.Certificate) -> Certificate:
    """The facts kept of a certificate; what its owner wrote against the rules is left empty."""
    return Certificate(
        sha256=certificate.fingerprint(SHA256()).hex(),
        subject=_name(certificate, "subject"),
        issuer=_name(certificate, "issuer"),
        names=_alternatives(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def _name(certificate: x509.Certificate, part: str) -> str:
    try:
        name: x509.Name = getattr(certificate, part)
        return name.rfc4514_string()
    except ValueError:
        return ""


def _alternatives(certificate: x509.Certificate) -> int:
    try:
        return len(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return 0
