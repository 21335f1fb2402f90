"""Registrable domains by the Public Suffix List, offline: the snapshot that tldextract carries.

A name under a suffix the list does not know (`shop.test`) follows the list's default rule `*`: its last
label is the suffix, as Chromium does for the same site test (https://publicsuffix.org/list/).
"""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

import tldextract

_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=16384)
def registrable_domain(host: str) -> str:
    """The registrable domain (eTLD+1) of a host, in lower case; an IP address or a bare name is itself."""
    name = host.strip().rstrip(".").lower()
    bare = name.removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    parts = _extract(name)
    if parts.suffix:
        return parts.top_domain_under_public_suffix or name
    return ".".join(name.split(".")[-2:])


def host_of(url: str) -> str:
    """The host of an address in lower case, without port; "" where there is none or it is malformed."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def site_of(url: str) -> str:
    """The registrable domain of an address' host."""
    return registrable_domain(host_of(url)) if host_of(url) else ""


def origin_of(url: str) -> str:
    """scheme://host[:port] of an address (RFC 6454), "" for a malformed one."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{port}" if parts.hostname else ""


def is_within(host: str, domain: str) -> bool:
    """Whether host is the domain or a name below it (RFC 6265 domain-match, names only)."""
    host, domain = host.lower().rstrip("."), domain.lower().strip(".")
    return host == domain or host.endswith("." + domain)
