"""Rules about who receives: listed (JP-03), named by name (JP-05, JP-06), listed but never seen (JP-22).

電気通信事業法施行規則 22条の2の29第2号: 氏名又は名称 of the person who will handle the information.
"""

from collections.abc import Iterator

from auditor.check.choices import Choices
from auditor.check.declared import Declared
from auditor.check.finding import Finding
from auditor.check.observed import Observed, Receiver
from auditor.check.writer import Writer
from auditor.decode.knowledge import Knowledge
from auditor.disclosures.model import DeclaredRow
from auditor.disclosures.names import LOOSE
from auditor.scenario import Site
from auditor.vendors import Mark, ModuleKind, NameKind

# A name known only from hearsay drives no failure; seen on real pages (C) is enough to tell a brand.
_MISSING = ("missing", "missing_unproven")
_WEAK_MARKS = (Mark.secondary, Mark.memory)


def unlisted(observed: Observed, declared: Declared, knowledge: Knowledge, writer: Writer) -> Iterator[Finding | None]:
    """JP-03: recipients that the disclosure does not list."""
    necessary = necessary_kinds(writer)
    choices = Choices(observed)
    for receiver in observed.receivers.values():
        case = unlisted_case(receiver, declared)
        if case is not None and receiver.kinds(knowledge) <= necessary:
            case = "necessary"  # JP-21: it may be exempt, which a person decides
        elif case in _MISSING and choices.only_accepted(receiver.items):
            case = "consented"  # 27条の12第3号: what the visitor agreed to may be sent
        if case is None:
            continue
        recipient = ", ".join(receiver.recipients)
        name = legal_name(knowledge, receiver.vendor) or recipient
        yield writer.finding(
            "JP-03",
            case,
            vendor=receiver.vendor,
            recipient=recipient,
            items=receiver.items,
            proven=receiver.proven,
            words={"vendor": (name, name)},
        )


def necessary_kinds(writer: Writer) -> frozenset[ModuleKind | None]:
    """The kinds of modules whose information may be necessary (規則22条の2の30), as JP-21's data has them."""
    return frozenset(ModuleKind(word) for word in writer.words("JP-21", "kinds"))


def unlisted_case(receiver: Receiver, declared: Declared) -> str | None:
    """How the disclosure fails to list a receiver; None where it lists it."""
    if receiver.vendor is None:
        return None if declared.names_domain(receiver.key) else "unknown"
    if declared.rows_of(receiver.vendor):
        return None
    if not declared.disclosure.rows or declared.speaks_of(receiver.vendor):
        return "unclear"
    return "missing" if receiver.proven else "missing_unproven"


def misnamed(observed: Observed, declared: Declared, knowledge: Knowledge, writer: Writer) -> Iterator[Finding | None]:
    """JP-05 and JP-06: a brand only, a name without its legal form, a former name."""
    for vendor in sorted({row.entity for row in declared.disclosure.rows if row.entity}):
        rows = declared.rows_of(vendor)
        receiver = observed.receivers.get(vendor)
        recipient = ", ".join(receiver.recipients) if receiver else ""
        for rule, case, row in _name_cases(vendor, rows, declared, seen=receiver is not None):
            name = written_name(row)
            legal = legal_name(knowledge, vendor)
            yield writer.finding(
                rule,
                case,
                vendor=vendor,
                recipient=recipient,
                items=receiver.items if receiver else (),
                proven=receiver is not None and receiver.proven,
                words={"name": (name, name), "legal_name": (legal, legal)},
            )


def _name_cases(
    vendor: str, rows: list[DeclaredRow], declared: Declared, *, seen: bool
) -> Iterator[tuple[str, str, DeclaredRow]]:
    """At most one case of JP-05 and one of JP-06 for a vendor."""
    brand = next((r for r in rows if r.name_kind == NameKind.brand), None)
    loose = next((r for r in rows if r.name_kind == LOOSE), None)
    former = next((r for r in rows if r.name_kind == NameKind.former), None)
    if brand is not None:
        known = [hit for hit in declared.hits(brand, vendor) if hit.mark not in _WEAK_MARKS]
        sure = seen and bool(known) and not declared.gives_legal_name(vendor)
        yield "JP-05", "brand" if sure else "brand_weak", brand
    elif loose is not None and not declared.gives_legal_name(vendor):
        yield "JP-05", "loose", loose
    if former is not None:
        yield "JP-06", "former", former


def stale(
    site: Site, observed: Observed, declared: Declared, knowledge: Knowledge, writer: Writer
) -> Iterator[Finding | None]:
    """JP-22: listed, never observed. Says nothing when nothing was measured."""
    if not observed.visits:
        return
    for vendor in sorted({row.entity for row in declared.disclosure.rows if row.entity}):
        if vendor in observed.vendors or vendor == site.entity:
            continue
        legal, count = legal_name(knowledge, vendor), str(len(observed.visits))
        yield writer.finding(
            "JP-22",
            "stale",
            vendor=vendor,
            absence=True,
            words={"legal_name": (legal, legal), "visits": (count, count)},
        )


def legal_name(knowledge: Knowledge, vendor_id: str | None) -> str:
    """The vendor's legal name, its id when no file describes it, "" for None."""
    vendor = knowledge.vendor(vendor_id) if vendor_id is not None else None
    return vendor.legal_name if vendor is not None else vendor_id or ""


def written_name(row: DeclaredRow) -> str:
    """The name a row uses, as on the page."""
    return row.recipient or row.service
