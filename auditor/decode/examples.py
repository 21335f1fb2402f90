"""A vendor file's own examples and counter-examples, held against the decoder.

Used by the tests for every file in `vendors/`, and by `auditor vendors` for a file somebody just wrote.
"""

from collections import Counter
from datetime import UTC, datetime

from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.decode.visit import decode_exchange
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
    return tuple(problems)


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
    raw = example.body.encode()
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
