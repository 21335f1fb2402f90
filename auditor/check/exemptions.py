"""Rules about exemptions: first-party ids (JP-20) and necessary information (JP-21); 法27条の12第1号・第2号.

Who stands behind a site's own host is told by the decoder: by CNAME, or by the grammar of a request (a proxied
path, a server container). Grammar alone does not tell who runs the equipment: a person decides.
"""

from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.observed import Receiver
from auditor.check.plainness import joined
from auditor.check.recipients import necessary_kinds, unlisted_case
from auditor.check.writer import same
from auditor.decode.globs import host_matches
from auditor.decode.transmission import Transmission

CNAME = "cname: "


def own_equipment(m: Matter) -> Said:
    """JP-20: other vendors behind the site's own hosts that the disclosure does not list."""
    behind = m.observed.own_hosts
    if not behind:
        return Said(outcome="own" if m.observed.own_items else "none")
    found: list[Finding | None] = []
    for receiver in behind.values():
        if unlisted_case(receiver, m.page) not in ("missing", "missing_unproven"):
            continue
        aliased = [t for t in receiver.items if t.told_by.startswith(CNAME)]
        items = aliased or receiver.items
        case = "proxied" if not aliased else "cname" if _proven(m, receiver, aliased) else "cname_weak"
        found.append(
            m.writer.finding(
                "JP-20",
                case,
                vendor=receiver.vendor,
                recipient=", ".join(sorted({t.host for t in items})),
                items=items,
                words={"vendor": same(m.name(receiver.vendor))},
            )
        )
    return Said.of(found, "listed", {"names": same(joined([m.name(r.vendor) for r in behind.values()]))})


def _proven(m: Matter, receiver: Receiver, items: list[Transmission]) -> bool:
    """Whether a fact that proves ties one of the CNAMEs to the vendor."""
    vendor = m.knowledge.vendor(receiver.vendor) if receiver.vendor is not None else None
    names = {t.told_by.removeprefix(CNAME) for t in items}
    aliases = vendor.aliases if vendor is not None else ()
    return any(alias.mark.proves and host_matches(alias.host, name) for alias in aliases for name in names)


def necessary(m: Matter) -> Said:
    """JP-21: candidates by the kind of module; never exempt by themselves."""
    kinds = necessary_kinds(m.writer)
    names = [m.name(r.vendor) for r in m.observed.receivers.values() if r.kinds(m.knowledge) & kinds]
    return Said(outcome="candidates" if names else "none", words={"names": same(joined(names))})
