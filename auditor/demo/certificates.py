"""A certificate authority of the demo web's own, and one certificate for all its hosts."""

from pathlib import Path
from typing import NamedTuple

import trustme

from auditor.demo import hosts


class Certificates(NamedTuple):
    """The files: `ca` for who must trust, the others for the server."""

    ca: Path
    chain: Path
    key: Path


def issue(folder: Path) -> Certificates:
    """Make a new authority and certificate; the authority's key is kept nowhere."""
    authority = trustme.CA(organization_name="auditor demo web")
    leaf = authority.issue_cert(*hosts.ALL, organization_name="auditor demo web")
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority.cert_pem.write_to_path(files.ca)
    files.chain.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    files.key.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(files.key)
    return files
