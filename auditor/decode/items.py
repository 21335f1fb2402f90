"""One request to its items: every value it carries, named by the vendor's file, else recognised by value.

An item without data type is technical (its entry says so: it has a mark) or not understood (no mark).
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from auditor.decode.by_value import MIN_ID, Facts, emails_in, hashed_contact, is_id
from auditor.decode.entries import Entries
from auditor.decode.globs import has_wildcard
from auditor.decode.grammar import KEEPS_WHOLE, split_value
from auditor.decode.knowledge import Knowledge, Told
from auditor.decode.nesting import MAX_LAYERS, SHORTEST, nested
from auditor.decode.parameters import (
    MAX_PARAMETERS,
    MAX_VALUE,
    Param,
    cookie_pairs,
    query_params,
    split_url,
)
from auditor.decode.request import Request
from auditor.vendors import Carrier, HeaderWhen, Mark, Parameter

# Entries that say only "some text of the site's": the text itself is looked through as well.
_ANYTHING = frozenset(("event", "conversion", "purchase", "search_query", "interest", "form_content", "user_content"))
# Numbers of orders and results: a site may keep one in a cookie, which makes it nobody's identifier.
_NUMBERED = frozenset(("conversion", "purchase"))
_FREE_TEXT = frozenset((None, "page_url", "referrer", *_ANYTHING))

# A parameter without a value sends nothing about anybody, and these in place of an identifier say there is none.
_NOTHING = ("", "undefined", "null")
_NOBODY = frozenset({"0", "-1", "n", "na", "n/a", "nan", "nil", "no", "none", "false", "true", "unknown", "anonymous"})
_NOBODY |= {"optout", "opt-out", "opt_out", "opted_out", "noconsent", "no-consent", "no_consent"}
_NOBODY |= {"00000000-0000-0000-0000-000000000000", "0" * 32}
_LONGEST_NOBODY = 36
_IDENTIFIERS = frozenset(("cookie_id", "account_id", "ad_id", "device_id", "click_id", "session_id", "fingerprint"))


class Item(NamedTuple):
    """One data item of a request, before it is tied to visit and recipient."""

    parameter: str
    data_type: str | None
    value: str
    carrier: Carrier
    mark: Mark | None = None
    source: str = ""
    meaning: str = ""


def named_values(params: Iterable[Param], entries: Entries | None) -> list[tuple[Param, Parameter | None]]:
    """Every value with the entry that names it; values no entry names are opened, layer by layer."""
    found: list[tuple[Param, Parameter | None]] = []
    _name(found, params, entries.find if entries else None, 0)
    return found


def _name(
    found: list[tuple[Param, Parameter | None]],
    params: Iterable[Param],
    find: Callable[[Param], Parameter | None] | None,
    depth: int,
) -> None:
    for param in params:
        if len(found) >= MAX_PARAMETERS:
            return
        entry = find(param) if find is not None else None
        if entry is None and depth < MAX_LAYERS and len(param[1]) >= SHORTEST and (inner := nested(param)):
            _name(found, inner, find, depth + 1)
        else:
            found.append((param, entry))


def value_items(params: Iterable[Param], told: Told, facts: Facts, knowledge: Knowledge) -> list[Item]:
    """The items of query, body and path."""
    found: list[Item] = []
    clicks = knowledge.click_ids
    for param, entry in named_values(params, told.entries):
        value = param.value
        if entry is None:
            _by_value(found, param, facts, knowledge)
        elif (
            entry.data_type in _ANYTHING
            and (seen := facts.personal(value))
            and (entry.data_type not in _NUMBERED or not seen.data_type.endswith("_id"))
        ):
            # The site may put anything there, and it put this.
            source = f"{seen.source}; the parameter: {entry.source}"
            found.append(Item(param.name, seen.data_type, seen.value, param.carrier, None, source, entry.meaning))
        else:
            _described(found, param, entry)
            if entry.data_type in _FREE_TEXT and ("@" in value or "%40" in value):
                found += _addresses(param)
        if clicks and "=" in value and "?" in value:
            _click_ids(found, param.name, value, param.carrier, knowledge)
    return found


def _described(found: list[Item], param: Param, entry: Parameter) -> None:
    name, value, carrier = param
    data_type = None if value in _NOTHING else entry.data_type
    if data_type in _IDENTIFIERS and len(value) <= _LONGEST_NOBODY and value.lower() in _NOBODY:
        data_type = None
    if entry.split is None:
        found.append(Item(name, data_type, value, carrier, entry.mark, entry.source, entry.meaning))
        return
    parts = split_value(entry.split, value)
    if entry.split in KEEPS_WHOLE or not parts:
        whole = data_type if entry.split in KEEPS_WHOLE else None
        found.append(Item(name, whole, value, carrier, entry.mark, entry.source, entry.meaning))
    found += [Item(f"{name}.{p.name}", p.data_type, p.value, carrier, entry.mark, entry.source) for p in parts]


def _by_value(found: list[Item], param: Param, facts: Facts, knowledge: Knowledge) -> None:
    name, value, carrier = param
    if facts.alone and len(value) < MIN_ID and name not in knowledge.click_ids and "@" not in value:
        # The usual case of flags and counters: nothing so short can be told by one request alone.
        found.append(Item(name, None, value, carrier))
    elif seen := facts.recognise(value, name) or hashed_contact(name, value):
        found.append(Item(name, seen.data_type, seen.value, carrier, None, seen.source))
    elif name in knowledge.click_ids and len(value) > 1:
        vendor, click_id = knowledge.click_ids[name]
        source = f"by name: click id {name} of {vendor.vendor}"
        found.append(Item(name, click_id.data_type, value, carrier, None, source))
    elif ("@" in value or "%40" in value) and (addresses := _addresses(param)):
        found += addresses
    else:
        found.append(Item(name, None, value, carrier))


def _addresses(param: Param) -> list[Item]:
    """E-mail addresses in clear; they hide in addresses of pages and in texts of events."""
    return [
        Item(param.name, "email", address, param.carrier, None, "by value: e-mail address in clear")
        for address in dict.fromkeys(emails_in(param.value))
    ]


def _click_ids(found: list[Item], name: str, value: str, carrier: Carrier, knowledge: Knowledge) -> None:
    """Click ids in the query of a value that is an address: `dl?gclid`."""
    if not value[:8].lower().startswith(("http://", "https://", "//")) or (parts := split_url(value)) is None:
        return
    for field, content, _ in query_params(parts.query):
        if content and (known := knowledge.click_ids.get(field)):
            click_id = known[1]
            found.append(Item(f"{name}?{field}", click_id.data_type, content, carrier, click_id.mark, click_id.source))


def header_items(request: Request, entries: Entries | None, knowledge: Knowledge, *, cross_site: bool) -> list[Item]:
    """What the headers tell: those the endpoint's entries name, else the standard ones (`_headers.yaml`)."""
    found: list[Item] = []
    referer = False
    own = entries if entries is not None and entries.has_headers else None
    for name, value in request.headers:
        if not value:
            continue
        if own is not None and (entry := own.header(name, value)):
            shown = name if has_wildcard(entry.name) else entry.name
            found.append(
                Item(shown, entry.data_type, value[:MAX_VALUE], Carrier.header, entry.mark, entry.source, entry.meaning)
            )
            continue
        known = knowledge.header(name)
        if known is None or (known.when is not HeaderWhen.always and not cross_site):
            continue
        if known.when is HeaderWhen.no_referer and (referer or request.header("referer") or value == "null"):
            continue
        shown = known.show or name
        found.append(Item(shown, known.data_type, value[:MAX_VALUE], Carrier.header, known.mark, known.source))
        if known.data_type == "referrer":
            referer = True
            _click_ids(found, shown, value[:MAX_VALUE], Carrier.header, knowledge)
    return found


def cookie_items(request: Request, told: Told, host: str, knowledge: Knowledge, *, first_party: bool) -> list[Item]:
    """The cookies sent. On the site's own host only those the vendor's file names: the others are the site's."""
    found: list[Item] = []
    for header, line in request.headers:
        if header != "cookie":
            continue
        for name, value in cookie_pairs(line):
            own = knowledge.cookie_of(told.vendor, name, host, first_party=first_party) if told.vendor else None
            if own is not None:
                # A converted list says nothing of a cookie's data type: that is not "technical".
                unsaid = own.data_type is None and told.vendor is not None and bool(told.vendor.converted)
                data_type = "cookie_id" if unsaid and is_id(value) else own.data_type
                found.append(Item(name, data_type, value, Carrier.cookie, own.mark, own.source, own.purpose))
            elif not first_party:
                source, data_type = ("by value: third-party cookie", "cookie_id") if is_id(value) else ("", None)
                found.append(Item(name, data_type, value, Carrier.cookie, None, source))
    return found
