"""Techniques told by what scripts and servers ask of the browser: signals, and surfaces that a device is known by."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from auditor.compare.described import all_techniques
from auditor.compare.sighting import HINT, Sighting, company
from auditor.compare.units import page_sites
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.domains import host_of, registrable_domain
from auditor.evidence import CookieMode, Signal, SignalKind, VisitEvidence
from auditor.vendors import Carrier

FINGERPRINTING = "fingerprinting"
# Properties of so many kinds read by one script: one or two serve other purposes (a time zone, a drawn picture).
MIN_GROUPS = 3
# A hash in hex or base64url: shorter ones are written by chance, longer texts with other signs are no hash.
_HASH = re.compile(r"[A-Za-z0-9_-]{16,128}")


def by_signals(evidence: VisitEvidence, knowledge: Knowledge) -> Iterator[Sighting]:
    """Storage Access, FedCM, Privacy Sandbox: by headers and calls; the site's own are nobody's technique."""
    blocked = evidence.visit.cookie_mode is CookieMode.blocked
    for signal in evidence.signals:
        if not signal.host:
            continue
        vendor, recipient = company(signal.host, knowledge)
        if recipient in page_sites(evidence):
            continue
        for technique in all_techniques():
            for rule in technique.signals:
                named = rule.group == signal.group and rule.name in ("", signal.name)
                if named and rule.value in ("", signal.value) and (blocked or not rule.only_blocked):
                    kind = "header" if signal.kind is SignalKind.header else "call"
                    item = f"{kind} {signal.name.lower() if kind == 'header' else signal.name}"
                    for request in signal.requests or ("",):
                        yield Sighting(vendor, recipient, technique.technique, rule.strength, item, request)


def fingerprints(
    visits: Sequence[VisitEvidence], sent: Mapping[str, Sequence[Transmission]], knowledge: Knowledge
) -> Iterator[tuple[str, Sighting]]:
    """Visit and sighting: a script that read several kinds of surfaces, and a long value sent to its company.

    The value is the same in every profile that sent one (two at least), and was made in the browser: it stands in
    nothing that the visits received, as a tag's number or a key would.
    """
    candidates: dict[tuple[str, str, str], dict[str, list[Transmission]]] = {}
    for evidence in visits:
        scripts = _reading_scripts(evidence.signals)
        if not scripts:
            continue
        readers = {company(host_of(script), knowledge) for script in scripts}
        vendors = {vendor for vendor, _ in readers if vendor is not None}
        domains = {domain for _, domain in readers} - page_sites(evidence)
        for t in sent.get(evidence.visit.visit, ()):
            theirs = t.recipient in domains or (t.vendor is not None and t.vendor in vendors)
            if theirs and t.carrier in (Carrier.query, Carrier.body):
                place = (t.recipient, f"{t.carrier.value} {t.parameter}", evidence.visit.site)
                candidates.setdefault(place, {}).setdefault(t.visit, []).append(t)
    by_name = {v.visit.visit: v for v in visits}
    for (_, item, _), by_visit in sorted(candidates.items()):
        values = {t.value for items in by_visit.values() for t in items}
        if len(values) != 1 or len(by_visit) < 2:
            continue
        (value,) = values
        if not _looks_computed(value) or any(_was_received(by_name[visit], value) for visit in by_visit):
            continue
        for visit, items in by_visit.items():
            for t in items:
                yield visit, Sighting(t.vendor, t.recipient, FINGERPRINTING, HINT, item, t.request)


def _reading_scripts(signals: Iterable[Signal]) -> set[str]:
    groups: dict[str, set[str]] = {}
    for signal in signals:
        if (
            signal.kind is SignalKind.surface
            and signal.script is not None
            and registrable_domain(host_of(signal.script.url))
        ):
            groups.setdefault(signal.script.url, set()).add(signal.group)
    return {script for script, read in groups.items() if len(read) >= MIN_GROUPS}


def _looks_computed(value: str) -> bool:
    return bool(_HASH.fullmatch(value)) and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _was_received(evidence: VisitEvidence, value: str) -> bool:
    wanted = value.encode()
    return (
        value in evidence.visit.page
        or any(wanted in x.response_content().data for x in evidence.exchanges)
        or any(value in text for x in evidence.exchanges for _, text in x.response_headers)
    )
