"""Rule JP-27: what a recipient passes on to another in the browser is disclosed (redirects, partner flags).

What servers pass to each other is not in the traffic.
"""

from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.writer import same
from auditor.decode.transmission import Transmission
from auditor.disclosures.wording import names_any
from auditor.vendors import Carrier

RULE = "JP-27"
_PASSED = (Carrier.query, Carrier.path, Carrier.body)


def passed_on(m: Matter) -> Said:
    """JP-27: redirects from one recipient to another with an identifier, and parameters that ask for passing on."""
    chains = _chains(m)
    found: list[Finding | None] = []
    for (vendor, partner_key), items in sorted(chains.items()):
        partner = m.observed.receivers[partner_key]
        if _lists(m, partner.vendor, partner_key) or _speaks_of_partners(m, vendor):
            continue
        recipient = ", ".join(sorted({t.recipient for t in items}))
        found.append(
            m.writer.finding(
                RULE,
                "undisclosed",
                vendor=vendor,
                recipient=recipient,
                detail=f"to-{partner_key}",
                items=items,
                words={"vendor": same(m.name(vendor)), "partner": same(m.name(partner.vendor, recipient))},
            )
        )
    flagged = False
    for vendor, items in _flagged(m).items():
        flagged = True
        if not _speaks_of_partners(m, vendor):
            names = "、".join(sorted({t.parameter for t in items}))
            found.append(
                m.writer.finding(
                    RULE,
                    "flag",
                    vendor=vendor,
                    recipient=", ".join(sorted({t.recipient for t in items})),
                    detail="flag",
                    items=items,
                    words={"vendor": same(m.name(vendor)), "words": same(names)},
                )
            )
    return Said.of(found, "disclosed" if chains or flagged else "none")


def _chains(m: Matter) -> dict[tuple[str, str], list[Transmission]]:
    """Identifiers that a redirect of one vendor's host carried to another receiver, by both."""
    senders: dict[tuple[str, str], str] = {(t.visit, t.request): t.vendor for t in m.observed.items if t.vendor}
    taxonomy = m.knowledge.taxonomy
    found: dict[tuple[str, str], list[Transmission]] = {}
    for key, receiver in m.observed.receivers.items():
        for t in receiver.items:
            identifies = t.data_type is not None and taxonomy.has(t.data_type)
            if not identifies or t.carrier not in _PASSED or taxonomy.get(str(t.data_type)).level != "identifier":
                continue
            before = next((senders[h] for h in m.observed.hops_before((t.visit, t.request)) if h in senders), None)
            if before is not None and before != receiver.vendor:
                found.setdefault((before, key), []).append(t)
    return found


def _flagged(m: Matter) -> dict[str, list[Transmission]]:
    flags, on = m.writer.words(RULE, "flags"), m.writer.words(RULE, "flag_on")
    found: dict[str, list[Transmission]] = {}
    for t in m.observed.items:
        if t.vendor and t.parameter.rpartition(".")[2] in flags and t.value.lower() in on:
            found.setdefault(t.vendor, []).append(t)
    return found


def _lists(m: Matter, vendor: str | None, key: str) -> bool:
    if vendor is None:
        return m.page.names_domain(key)
    return bool(m.page.rows_of(vendor)) or m.page.speaks_of(vendor)


def _speaks_of_partners(m: Matter, vendor: str) -> bool:
    words = m.writer.words(RULE, "partners")
    for row in m.page.rows_of(vendor):
        if names_any("\n".join((row.content_text, *row.purposes, row.opt_out, row.quote)), words):
            return True
    return False
