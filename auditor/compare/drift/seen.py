"""A visit reduced to the things it shows: recipients, modules, parameters, cookies, storage, scripts."""

import re
from collections.abc import Callable, Sequence

from auditor.compare.drift.keeping import kept
from auditor.compare.drift.model import DriftKind, Seen, Sight, Thing
from auditor.compare.drift.names import Names
from auditor.compare.drift.scripts import scripts
from auditor.decode.transmission import Transmission
from auditor.evidence import VisitEvidence
from auditor.vendors import Carrier

type Look = Callable[[Thing], Sight]

# What says something about a person: told of a parameter also when only the kind of data is new.
_TELLING = ("identifier", "contact", "location")
_VERSION_NAME = re.compile(r"(?i)(?:.*[._-])?(?:v|ver|version|sdkv|sdk_?version)")
_VERSION = re.compile(r"[vV]?\d+(?:\.\d+){1,3}(?:[.+-][0-9A-Za-z]{1,12})?")


def seen(evidence: VisitEvidence, transmissions: Sequence[Transmission], names: Names) -> Seen:
    """What a visit shows. `transmissions` are its own; the site's sending to itself is left out."""
    things: dict[Thing, Sight] = {}

    def look(thing: Thing) -> Sight:
        return things.setdefault(thing, Sight())

    receivers = _received(transmissions, names, look)
    kept(evidence, names, look)
    scripts(evidence, receivers, names.knowledge, look)
    return Seen(evidence.visit, things)


def recipient(receiver: str, vendor: str | None) -> Thing:
    """The thing a recipient is."""
    return Thing(DriftKind.recipient, receiver, vendor)


def module(receiver: str, vendor: str | None, name: str) -> Thing:
    """The thing a recipient's module is."""
    return Thing(DriftKind.module, receiver, vendor, name)


def _received(transmissions: Sequence[Transmission], names: Names, look: Look) -> dict[str, Transmission]:
    """Recipients, modules and parameters; for each request, one of its transmissions: who receives it."""
    receivers: dict[str, Transmission] = {}
    for t in transmissions:
        if t.first_party and t.vendor is None:
            continue
        receivers.setdefault(t.request, t)
        receiver = t.vendor or t.recipient
        who = recipient(receiver, t.vendor)
        parents, over = {who}, {who}
        _mark(look(who), t, set())
        if t.module is not None:
            what = module(receiver, t.vendor, t.module)
            _mark(look(what), t, {who})
            parents.add(what)
            over.add(what)
        if t.vendor is not None:
            where = Thing(DriftKind.recipient, receiver, t.vendor, None, t.recipient, "domain")
            _mark(look(where), t, over)
            parents.add(where)
        # A cookie is told as a cookie; `dl?gclid` repeats what is in an address.
        if t.carrier is Carrier.cookie or "?" in t.parameter:
            continue
        _parameter(t, parents, names, look)
    return receivers


def _parameter(t: Transmission, parents: set[Thing], names: Names, look: Look) -> None:
    receiver = t.vendor or t.recipient
    part = "header" if names.is_standard_header(t) else ""
    item = Thing(DriftKind.parameter, receiver, t.vendor, t.module, names.parameter(t), part)
    _mark(look(item), t, parents)
    taxonomy = names.knowledge.taxonomy
    if t.data_type is not None and taxonomy.has(t.data_type) and taxonomy.get(t.data_type).level in _TELLING:
        _mark(look(item._replace(part=t.data_type)), t, {*parents, item})
    if t.data_type is None and _VERSION_NAME.fullmatch(t.parameter) and _VERSION.fullmatch(t.value):
        version = Thing(DriftKind.script, receiver, t.vendor, t.module, item.name, "version")
        sight = look(version)
        _mark(sight, t, parents)
        sight.states.add((("version", t.value),))


def _mark(sight: Sight, t: Transmission, parents: set[Thing]) -> None:
    sight.requests.add(t.request)
    sight.recipients.add(t.recipient)
    sight.parents |= parents
