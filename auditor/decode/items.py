"""One request to its items: every value it carries, named by the vendor's file, else recognised by value.

An item without data type is technical (its entry says so: it has a mark) or not understood (no mark).
"""

from collections.abc import Iterator
from typing import NamedTuple

from auditor.decode.by_value import Facts, emails_in, hashed_contact, is_id
from auditor.decode.grammar import KEEPS_WHOLE, split_value
from auditor.decode.knowledge import Entries, Knowledge, Told
from auditor.decode.parameters import MAX_VALUE, Param, cookie_pairs, is_segment, nested, query_params, split_url
from auditor.evidence import Headers
from auditor.vendors import Carrier, Mark, Parameter

# Entries that say only "some text of the site's": the text itself is looked through as well.
_FREE_TEXT = (None, "event", "purchase", "search_query", "page_url", "referrer", "form_content")
_USER_AGENT = ("user-agent", "RFC 9110 10.1.5")
_REFERER = ("referer", "RFC 9110 10.1.3")
_CLIENT_HINTS = "https://developer.mozilla.org/docs/Web/API/User-Agent_Client_Hints_API"

# A parameter without a value sends nothing about anybody.
_NOTHING = ("", "undefined", "null")


class Item(NamedTuple):
    """One data item of a request, before it is tied to visit and recipient."""

    parameter: str
    data_type: str | None
    value: str
    carrier: Carrier
    mark: Mark | None = None
    source: str = ""


def value_items(params: list[Param], told: Told, facts: Facts, knowledge: Knowledge) -> Iterator[Item]:
    """The items of query, body and path."""
    for param in params:
        entry = told.entries.find(param) if told.entries else None
        if entry is not None:
            yield from _described(param, entry)
            if entry.data_type in _FREE_TEXT:
                yield from _addresses(param)
        elif is_segment(param):
            continue
        elif inner := nested(param):
            for child in inner:
                entry = told.entries.find(child) if told.entries else None
                yield from _described(child, entry) if entry else _by_value(child, facts, knowledge)
                yield from _click_ids(child.name, child.value, child.carrier, knowledge)
            continue
        else:
            yield from _by_value(param, facts, knowledge)
        yield from _click_ids(param.name, param.value, param.carrier, knowledge)


def _described(param: Param, entry: Parameter) -> Iterator[Item]:
    data_type = None if param.value in _NOTHING else entry.data_type
    whole = Item(param.name, data_type, param.value, param.carrier, entry.mark, entry.source)
    if entry.split is None:
        yield whole
        return
    parts = split_value(entry.split, param.value)
    if entry.split in KEEPS_WHOLE:
        yield whole
    elif not parts:
        yield whole._replace(data_type=None)
    for part in parts:
        name = f"{param.name}.{part.name}"
        yield Item(name, part.data_type, part.value, param.carrier, entry.mark, entry.source)


def _by_value(param: Param, facts: Facts, knowledge: Knowledge) -> Iterator[Item]:
    if seen := facts.recognise(param.value) or hashed_contact(param.name, param.value):
        yield Item(param.name, seen.data_type, seen.value, param.carrier, None, seen.source)
    elif param.name in knowledge.click_ids and len(param.value) > 1:
        vendor, click_id = knowledge.click_ids[param.name]
        source = f"by name: click id {param.name} of {vendor.vendor}"
        yield Item(param.name, click_id.data_type, param.value, param.carrier, None, source)
    elif addresses := list(_addresses(param)):
        yield from addresses
    else:
        yield Item(param.name, None, param.value, param.carrier)


def _addresses(param: Param) -> Iterator[Item]:
    """E-mail addresses in clear; they hide in addresses of pages and in texts of events."""
    if "@" in param.value or "%40" in param.value:
        for address in dict.fromkeys(emails_in(param.value)):
            yield Item(param.name, "email", address, param.carrier, None, "by value: e-mail address in clear")


def _click_ids(name: str, value: str, carrier: Carrier, knowledge: Knowledge) -> Iterator[Item]:
    """Click ids in the query of a value that is an address: `dl?gclid`."""
    if "=" not in value or "?" not in value or not value[:8].lower().startswith(("http://", "https://", "//")):
        return
    if (parts := split_url(value)) is None:
        return
    for field, content, _ in query_params(parts.query):
        if content and (known := knowledge.click_ids.get(field)):
            click_id = known[1]
            yield Item(f"{name}?{field}", click_id.data_type, content, carrier, click_id.mark, click_id.source)


def header_items(
    headers: Headers, entries: Entries | None, knowledge: Knowledge, *, cross_site: bool
) -> Iterator[Item]:
    """Referer (cross-site only), User-Agent and client hints, and headers the endpoint's entries name."""
    for name, value in headers:
        low = name.lower()
        value = value[:MAX_VALUE]
        if entries is not None and (entry := entries.header(low, value)):
            yield Item(name, entry.data_type, value, Carrier.header, entry.mark, entry.source)
        elif low == _REFERER[0] and cross_site and value:
            yield Item("Referer", "referrer", value, Carrier.header, Mark.primary, _REFERER[1])
            yield from _click_ids("Referer", value, Carrier.header, knowledge)
        elif low == _USER_AGENT[0] and value:
            yield Item("User-Agent", "user_agent", value, Carrier.header, Mark.primary, _USER_AGENT[1])
        elif low.startswith("sec-ch-ua") and value:
            yield Item(name, "user_agent", value, Carrier.header, Mark.secondary, _CLIENT_HINTS)


def cookie_items(headers: Headers, told: Told, host: str, knowledge: Knowledge, *, first_party: bool) -> Iterator[Item]:
    """The cookies sent. On the site's own host only those the vendor's file names: the others are the site's."""
    for header, line in headers:
        if header.lower() != "cookie":
            continue
        for name, value in cookie_pairs(line):
            own = knowledge.cookie_of(told.vendor, name, host, first_party=first_party) if told.vendor else None
            if own is not None:
                yield Item(name, own.data_type, value, Carrier.cookie, own.mark, own.source)
            elif not first_party:
                source = "by value: third-party cookie" if is_id(value) else ""
                yield Item(name, "cookie_id" if is_id(value) else None, value, Carrier.cookie, None, source)
