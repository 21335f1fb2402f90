"""A vendor file's own examples and counter-examples, held against the decoder.

Used by the tests for every file in `vendors/`, and by `auditor vendors` for a file somebody just wrote.
"""

import base64
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from auditor.decode.globs import compile_glob, host_matches, path_matches
from auditor.decode.knowledge import Knowledge
from auditor.decode.parameters import nested, split_url
from auditor.decode.transmission import Transmission
from auditor.decode.visit import decode_exchange, read_request
from auditor.domains import site_of
from auditor.evidence import Body, Exchange, Headers, Source
from auditor.vendors import Example, NotExample, Vendor

_INVENTED = datetime(2026, 1, 1, tzinfo=UTC)


def check_examples(vendor: Vendor, knowledge: Knowledge) -> tuple[str, ...]:
    """What does not hold of the vendor's examples and counter-examples, one sentence each; empty when all do.

    An example holds when vendor and module are told, exactly its items with a data type are found, and its technical
    items (null) are among those found. A counter-example holds when nothing is told to be the vendor's.
    """
    problems: list[str] = []
    for number, example in enumerate(vendor.examples):
        problems += (f"examples.{number}: {p}" for p in _example(vendor, example, knowledge))
    for number, counter in enumerate(vendor.not_examples):
        found = decode_exchange(_exchange(counter, ()), "", knowledge)
        if any(t.vendor == vendor.vendor for t in found):
            problems.append(f"not_examples.{number}: taken for {vendor.vendor}, but {counter.why}")
    return (*problems, *_unused(vendor, knowledge))


def _unused(vendor: Vendor, knowledge: Knowledge) -> Iterator[str]:
    """The patterns that match nothing in the vendor's own examples: what nobody has shown to work."""
    used: set[int] = set()
    addresses: list[tuple[str, str]] = []
    for example in vendor.examples:
        headers = tuple(example.headers.items())
        reading = read_request(_exchange(example, headers), site_of(example.page), knowledge)
        if (parts := split_url(example.url)) and parts.hostname:
            addresses.append((parts.hostname.lower(), parts.path or "/"))
        if reading is None or reading.told.endpoint is None or reading.told.entries is None:
            continue
        used.add(id(reading.told.endpoint))
        values = [value for param in reading.params for value in (param, *nested(param))]
        used.update(id(entry) for value in values if (entry := reading.told.entries.find(value)))
        used.update(id(entry) for header in headers if (entry := reading.told.entries.header(*header)))
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
    for name, entries in vendor.parameter_sets.items():
        for entry in entries:
            if id(entry) not in used:
                yield f"parameter_sets.{name}: no example has {entry.name}"
    for number, cookie in enumerate(vendor.cookies):
        if cookie.example is not None and not compile_glob(cookie.name).fullmatch(cookie.example):
            yield f"cookies.{number}: its example {cookie.example!r} does not fit {cookie.name!r}"


def _example(vendor: Vendor, example: Example, knowledge: Knowledge) -> list[str]:
    found = decode_exchange(_exchange(example, tuple(example.headers.items())), site_of(example.page), knowledge)
    told = {(t.vendor, t.module) for t in found}
    problems = [] if told == {(vendor.vendor, example.module)} else [f"told as {sorted(told, key=str)}"]
    wanted = Counter((i.parameter, i.data_type, i.carrier) for i in example.items)
    got = Counter((t.parameter, t.data_type, t.carrier) for t in found)
    for key, number in (wanted - got).items():
        problems.append(f"not found: {number} x {_words(key)}")
    for key, number in (got - wanted).items():
        if key[1] is not None:
            problems.append(f"found and not listed: {number} x {_words(key)}")
    return problems + [
        f"{item.parameter} is not {item.value!r}"
        for item in example.items
        if item.value is not None and not any(_is(item.parameter, item.value, t) for t in found)
    ]


def _is(parameter: str, value: str, found: Transmission) -> bool:
    return found.parameter == parameter and found.value == value


def _words(key: tuple[str, str | None, str]) -> str:
    return f"{key[0]} as {key[1] or 'technical'} in {key[2]}"


def _exchange(example: Example | NotExample, headers: Headers) -> Exchange:
    raw = base64.b64decode(example.body_base64) if isinstance(example, Example) and example.body_base64 else b""
    raw = raw or example.body.encode()
    return Exchange(
        visit="example",
        request="r00001",
        started_at=_INVENTED,
        method=example.method,
        url=example.url,
        request_headers=headers,
        request_body=Body(size=len(raw), kept=raw),
        source=Source.imported,
    )
