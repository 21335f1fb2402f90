"""The scripts a visit loaded: whose, the bytes the browser read, and the version they or their address name."""

import hashlib
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from auditor.compare.drift.model import DriftKind, Sight, State, Thing
from auditor.compare.drift.names import address_form
from auditor.compare.units import page_sites
from auditor.decode.knowledge import Knowledge
from auditor.decode.parameters import query_params
from auditor.decode.transmission import Transmission
from auditor.domains import host_of, registrable_domain
from auditor.evidence import Exchange, Source, VisitEvidence

_TYPE = re.compile(r"(?i)(?:text|application)/(?:x-)?(?:java|ecma)script\b")
_IN_PATH = re.compile(r"(?:@|/v?|[-_.]v?)(\d+(?:\.\d+){1,3})(?=[/.-]|$)")
_IN_QUERY = re.compile(r"v?\d+(?:\.\d+){1,3}")
_IN_TEXT = (
    re.compile(rb"(?i)\bver(?:sion)?[\"']?\s*[:=]\s*[\"']v?(\d+(?:\.\d+){1,3}(?:[+-][\w.]{1,20})?)[\"']"),
    re.compile(rb"(?i)\A\s*/[*/][^\n]{0,120}?\bv?(\d+(?:\.\d+){2,3})\b"),
)
_TOP = 4096  # bytes at a script's beginning in which its own version may be told
_VERSION_NAMES = frozenset(("v", "ver", "version"))


def scripts(
    evidence: VisitEvidence,
    receivers: Mapping[str, Transmission],
    knowledge: Knowledge,
    look: Callable[[Thing], Sight],
) -> None:
    """Add a visit's scripts by address without query; receiver '' for the site's own."""
    sites = page_sites(evidence)
    for exchange in evidence.exchanges:
        if exchange.of_page and exchange.source is not Source.browser_only and is_script(exchange):
            _add(exchange, receivers.get(exchange.request), sites, knowledge, look)


def is_script(exchange: Exchange) -> bool:
    """Whether the browser asked for it as a script, or, where it told nothing, it was sent as one."""
    kind = exchange.cause.resource_type if exchange.cause else "other"
    if kind == "script":
        return True
    return kind == "other" and _TYPE.match(exchange.response_header("content-type") or "") is not None


def _add(
    exchange: Exchange,
    told: Transmission | None,
    sites: frozenset[str],
    knowledge: Knowledge,
    look: Callable[[Thing], Sight],
) -> None:
    host = host_of(exchange.url)
    if not host:
        return
    domain = registrable_domain(host)
    module = None
    if told is not None:
        vendor, receiver, module = told.vendor, told.vendor or told.recipient, told.module
    else:
        owner = knowledge.vendor_of(host)
        vendor = owner.vendor if owner and domain not in sites else None
        receiver = vendor or ("" if domain in sites else domain)
    path = urlsplit(exchange.url).path
    sight = look(Thing(DriftKind.script, receiver, vendor, module, address_form(host, path)))
    sight.requests.add(exchange.request)
    sight.recipients.add(domain)
    if receiver:
        sight.parents.add(Thing(DriftKind.recipient, receiver, vendor))
        if module:
            sight.parents.add(Thing(DriftKind.module, receiver, vendor, module))
        if vendor:
            sight.parents.add(Thing(DriftKind.recipient, receiver, vendor, None, domain, "domain"))
    if state := _state(exchange):
        sight.states.add(state)


def _state(exchange: Exchange) -> State | None:
    """Version and hash of the bytes as the browser read them; None where they were not all received or kept."""
    body = exchange.response_body
    if exchange.status != 200 or exchange.error or not body.size:
        return None
    if body.cut:
        # The hash is of all bytes as they were sent: equal or not is still told.
        return (("version", version_of(exchange.url, body.kept)), ("sha256 as sent", body.sha256 or ""))
    content = exchange.response_content()
    if content.problem:
        return None
    digest = hashlib.sha256(content.data).hexdigest()
    return (("version", version_of(exchange.url, content.data)), ("sha256", digest))


def version_of(url: str, text: bytes) -> str:
    """The version that an address or the beginning of a script names; '' where neither does."""
    parts = urlsplit(url)
    if found := _IN_PATH.search(parts.path):
        return found[1]
    for param in query_params(parts.query):
        if param.name.lower() in _VERSION_NAMES and _IN_QUERY.fullmatch(param.value):
            return param.value.removeprefix("v")
    for pattern in _IN_TEXT:
        if said := pattern.search(text[:_TOP]):
            return said[1].decode()
    return ""
