"""The run's own certificate authority, and what the browser and the proxy are told to trust.

The browser trusts the proxy's CA by the hash of its public key alone (DESIGN.md 4, fact 3); the proxy
verifies the sites' certificates against the public roots and, for private test webs, the scenario's CA.
"""

import base64
import hashlib
from pathlib import Path
from typing import NamedTuple

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mitmproxy.certs import CertStore

from auditor.errors import InputError


class Authority(NamedTuple):
    """`confdir`: mitmproxy's folder with the CA; `spki`: its key's hash; `trust`: roots for upstream."""

    confdir: Path
    spki: str
    trust: Path


def make_authority(folder: Path, extra_cas: tuple[Path, ...] = ()) -> Authority:
    """Make a fresh CA in `folder` and the bundle of roots to verify sites with. Raises InputError for a bad CA."""
    folder.mkdir(parents=True, exist_ok=True)
    CertStore.create_store(folder, "mitmproxy", 2048, organization="auditor", cn="auditor (this run only)")
    certificate = x509.load_pem_x509_certificate((folder / "mitmproxy-ca-cert.pem").read_bytes())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    roots = [Path(certifi.where()).read_bytes()]
    for ca in extra_cas:
        pem = ca.read_bytes()
        try:
            x509.load_pem_x509_certificates(pem)
        except ValueError as error:
            raise InputError(f"is not a PEM certificate: {error}", file=ca, field="network.ca") from None
        roots.append(pem)
    trust = folder / "trust.pem"
    trust.write_bytes(b"\n".join(roots))
    return Authority(folder, base64.b64encode(hashlib.sha256(key).digest()).decode(), trust)


def forget_key(authority: Authority) -> None:
    """Remove every file of the CA that holds its private key."""
    for path in authority.confdir.glob("mitmproxy-ca*"):
        path.unlink()
