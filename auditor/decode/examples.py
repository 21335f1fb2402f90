"""A vendor file's own examples and counter-examples, held against the decoder.

Used by the tests for every file in `vendors/`, and by `auditor vendors` for a file somebody just wrote.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator

from auditor.decode.facts import facts_of_request
from auditor.decode.globs import compile_glob, host_matches, path_matches
from auditor.decode.items import Item, named_values
from auditor.decode.knowledge import Knowledge
from auditor.decode.parameters import split_url
from auditor.decode.reading import Decoded, decode_request, read_request
from auditor.decode.request import Request
from auditor.domains import site_of
from auditor.vendors import Example, NotExample, Vendor


def check_examples(vendor: Vendor, knowledge: Knowledge) -> tuple[str, ...]:
    """What does not hold of the vendor's examples and counter-examples, one sentence each; empty when all do.

    An example holds when vendor and module are told, exactly its items with a data type are found, and its technical
    items (null) are among those found. A counter-example holds when nothing is told to be the vendor's. Every script,
    endpoint and parameter of the file must be shown by an example, unless it was converted from a list.
    """
    problems: list[str] = []
    for number, example in enumerate(vendor.examples):
        problems += (f"examples.{number}: {p}" for p in _example(vendor, example, knowledge))
    for number, counter in enumerate(vendor.not_examples):
        found = _decode(counter, "", knowledge)
        if found is not None and found.told.vendor is not None and found.told.vendor.vendor == vendor.vendor:
            problems.append(f"not_examples.{number}: taken for {vendor.vendor}, but {counter.why}")
    if not vendor.converted:
        problems += _unused(vendor, knowledge)
    return (*problems, *_cookies(vendor))


def _unused(vendor: Vendor, knowledge: Knowledge) -> Iterator[str]:
    """The patterns that match nothing in the vendor's own examples: what nobody has shown to work."""
    used: set[int] = set()
    addresses: list[tuple[str, str]] = []
    for example in vendor.examples:
        if (parts := split_url(example.url)) and parts.host:
            addresses.append((parts.host, parts.path or "/"))
        request = request_of_example(example)
        names = (example.cname,) if example.cname else ()
        reading = read_request(request, site_of(example.page), knowledge, names)
        if reading is None or reading.told.endpoint is None or (entries := reading.told.entries) is None:
            continue
        used.add(id(reading.told.endpoint))
        used.update(id(entry) for _, entry in named_values(reading.params, entries) if entry is not None)
        used.update(id(entry) for header in request.headers if (entry := entries.header(*header)))
    for number, module in enumerate(vendor.modules):
        for at, script in enumerate(module.scripts):
            glob = compile_glob(script.path)
            if not any(host_matches(script.host, host) and path_matches(glob, path) for host, path in addresses):
                yield f"modules.{number}.scripts.{at}: no example is loaded from {script.host}{script.path}"
        for at, endpoint in enumerate(module.endpoints):
            place = f"modules.{number}.endpoints.{at}"
            if id(endpoint) not in used:
                yield f"{place}: no example is sent to {endpoint.host}{endpoint.path}"
            for entry in endpoint.parameters:
                if id(entry) not in used:
                    yield f"{place}.parameters: no example has {entry.name}"
    for name, entries_of_set in vendor.parameter_sets.items():
        for entry in entries_of_set:
            if id(entry) not in used:
                yield f"parameter_sets.{name}: no example has {entry.name}"


def _cookies(vendor: Vendor) -> Iterator[str]:
    for number, cookie in enumerate(vendor.cookies):
        if cookie.example is not None and not compile_glob(cookie.name).fullmatch(cookie.example):
            yield f"cookies.{number}: its example {cookie.example!r} does not fit {cookie.name!r}"


def _example(vendor: Vendor, example: Example, knowledge: Knowledge) -> list[str]:
    found = _decode(example, example.page, knowledge, example.cname)
    if found is None or not found.items:
        return ["told as []"]
    told = (
        found.told.vendor.vendor if found.told.vendor else None,
        found.told.module.id if found.told.module else None,
    )
    problems = [] if told == (vendor.vendor, example.module) else [f"told as {told}"]
    wanted = Counter((i.parameter, i.data_type, i.carrier) for i in example.items)
    got = Counter((i.parameter, i.data_type, i.carrier) for i in found.items)
    for key, number in (wanted - got).items():
        problems.append(f"not found: {number} x {_words(key)}")
    for key, number in (got - wanted).items():
        if key[1] is not None:
            problems.append(f"found and not listed: {number} x {_words(key)}")
    return problems + [
        f"{item.parameter} is not {item.value!r}"
        for item in example.items
        if item.value is not None and not any(_is(item.parameter, item.value, one) for one in found.items)
    ]


def _is(parameter: str, value: str, found: Item) -> bool:
    return found.parameter == parameter and found.value == value


def _words(key: tuple[str, str | None, str]) -> str:
    return f"{key[0]} as {key[1] or 'technical'} in {key[2]}"


def _decode(example: Example | NotExample, page: str, knowledge: Knowledge, cname: str = "") -> Decoded | None:
    request = request_of_example(example)
    site = site_of(page)
    facts = facts_of_request(request, "", site, knowledge)
    return decode_request(request, site, knowledge, facts, (cname,) if cname else ())


def request_of_example(example: Example | NotExample) -> Request:
    """The request an example stands for."""
    body = example.body.encode()
    headers: tuple[tuple[str, str], ...] = ()
    if isinstance(example, Example):
        headers = tuple((name.lower(), value) for name, value in example.headers.items())
        if example.body_base64:
            try:
                body = base64.b64decode(example.body_base64, validate=True)
            except binascii.Error:
                body = b""
    messages = example.messages if isinstance(example, Example) else ()
    return Request(example.method, example.url, headers, body, tuple(message.encode() for message in messages))
