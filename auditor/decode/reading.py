"""One request read whole: who receives it, by which module, and every item it carries."""

from collections.abc import Sequence
from typing import NamedTuple

from auditor.decode.bodies import parse_body
from auditor.decode.by_value import Facts
from auditor.decode.items import Item, cookie_items, header_items, value_items
from auditor.decode.knowledge import NOBODY, Knowledge, Told
from auditor.decode.parameters import Param, matrix_params, path_params, query_params, split_url
from auditor.decode.request import Request
from auditor.domains import registrable_domain, site_of
from auditor.vendors import BodyFormat, Carrier

_SENDING_SCHEMES = ("http", "https", "ws", "wss")
NO_ADDRESS = "not an address of the web"


class Reading(NamedTuple):
    """A request taken apart: whose it is, and its named values."""

    told: Told
    host: str
    path: str
    recipient: str
    first_party: bool
    params: list[Param]
    problems: tuple[str, ...]


class Decoded(NamedTuple):
    """A request's items. `first_party`: the recipient's registrable domain is the page's."""

    told: Told
    host: str
    recipient: str
    first_party: bool
    items: list[Item]
    problems: tuple[str, ...]


def read_request(request: Request, page_site: str, knowledge: Knowledge, names: Sequence[str] = ()) -> Reading | None:
    """Who a request goes to and what it carries in address and body; None for no address of the web.

    `page_site` is the page's registrable domain, "" if unknown; `names` is the host's CNAME chain.
    """
    parts = split_url(request.url)
    if parts is None or not parts.host or parts.scheme not in _SENDING_SCHEMES:
        return None
    host = parts.host
    recipient = registrable_domain(host)
    first_party = bool(page_site) and recipient == page_site
    params = query_params(parts.query)
    if ";" in parts.path:
        params += matrix_params(parts.path)
    address = len(params)
    problems = request.problems
    if request.body or request.messages:
        body, problems = _body(request, BodyFormat.auto)
        params += body
    path = parts.path or "/"
    told = _told(request.method, host, path, params, knowledge, names, first_party=first_party)
    if (request.body or request.messages) and told.endpoint is not None and told.endpoint.body is not BodyFormat.auto:
        body, problems = _body(request, told.endpoint.body, tuple(told.endpoint.protobuf.items()))
        params[address:] = body
    if told.entries is not None and told.entries.has_segments:
        params += [p for p in path_params(parts.path) if told.entries.find(p) is not None]
    return Reading(told, host, path, recipient, first_party, params, problems)


def decode_request(
    request: Request, page_site: str, knowledge: Knowledge, facts: Facts, names: Sequence[str] = ()
) -> Decoded | None:
    """A request's items; none for one to the page's own site that nothing tells to be a vendor's.

    None for no address of the web. A request that carries nothing known still is a sending: item `(request)`.
    """
    reading = read_request(request, page_site, knowledge, names)
    if reading is None:
        return None
    told, host, path, recipient, first_party, params, problems = reading
    if first_party and not told.told_by:
        return Decoded(told, host, recipient, first_party, [], problems)
    items = value_items(params, told, facts, knowledge)
    if told.told_by and not page_site:
        # A bare request has no page; a hit that names its page tells whether the host is the site's own.
        first_party = any(i.data_type == "page_url" and site_of(i.value) == recipient for i in items)
    items += cookie_items(request, told, host, knowledge, first_party=first_party)
    items += header_items(request, told.entries, knowledge, cross_site=not first_party)
    items += [Item("(body)", None, p, Carrier.body, None, "not decoded") for p in problems if "not understood" in p]
    if not any(i.data_type for i in items):
        items.append(Item("(request)", None, path, Carrier.path, None, "the request itself"))
    return Decoded(told, host, recipient, first_party, items, problems)


def _told(
    method: str,
    host: str,
    path: str,
    params: Sequence[Param],
    knowledge: Knowledge,
    names: Sequence[str],
    *,
    first_party: bool,
) -> Told:
    """By host, unless the request is first-party; by CNAME; by a grammar where the host's vendor has no endpoint."""
    told = NOBODY if first_party else knowledge.told_by_host(host, method, path, params)
    if told.endpoint is not None:
        return told
    if told.vendor is None and names and (found := knowledge.told_by_alias(names, method, path, params)):
        return found
    return knowledge.told_by_grammar(method, path, params) or told


def _body(
    request: Request, body_format: BodyFormat, protobuf: tuple[tuple[str, str], ...] = ()
) -> tuple[list[Param], tuple[str, ...]]:
    """The values of the request's body and of the WebSocket messages the client sent, and what was not understood."""
    params: list[Param] = []
    problems: list[str] = list(request.problems)
    if request.body:
        parsed = parse_body(request.body, request.header("content-type"), body_format, protobuf)
        params += parsed.params
        if parsed.problem:
            problems.append(f"request body {parsed.problem}")
    for message in request.messages:
        parsed = parse_body(message, "", BodyFormat.auto)
        params += parsed.params
        if parsed.problem:
            problems.append(f"WebSocket message {parsed.problem}")
    return params, tuple(sorted(set(problems)))
