"""Parts that several sections of the report share: capped lists, texts in two languages, who a recipient is."""

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.check.observed import own_domains
from auditor.evidence import Outcome, VisitEvidence
from auditor.report.inputs import RunResult
from auditor.report.texts import Text

IDENTIFYING = ("identifier", "contact", "location")
LEVELS = (*IDENTIFYING, "network", "behaviour", "device", "other")


@dataclass(frozen=True)
class Capped[T]:
    """The first of many, how many more there are, and the CSV file that has them all."""

    shown: tuple[T, ...]
    more: int
    file: str


def capped[T](items: Iterable[T], limit: int, file: str) -> Capped[T]:
    """The first `limit` items."""
    everything = tuple(items)
    return Capped(everything[:limit], max(0, len(everything) - limit), file)


def operators_domains(result: RunResult, site: str) -> frozenset[str]:
    """The registrable domains the scenario gives as the site's operator's own."""
    planned = next((s for s in result.scenario.sites if s.id == site), None) if result.scenario else None
    return own_domains(planned) if planned else frozenset()


def same(text: str) -> Text:
    """A text that reads the same in both languages: a name, an id, something observed."""
    return Text(ja=text, en=text)


def data_type_name(result: RunResult, code: str) -> Text:
    """A data type in words; an unknown code as it is."""
    if result.taxonomy.has(code):
        known = result.taxonomy.get(code)
        return Text(ja=known.name_ja, en=known.name_en)
    return same(code)


def recipient_name(result: RunResult, vendor: str | None, recipient: str) -> Text:
    """The legal name where a vendor file has it, else the domain."""
    name = result.vendor_name(vendor)
    return Text(ja=name.ja, en=name.en) if name else same(vendor or recipient)


def module_name(result: RunResult, vendor: str | None, module: str | None) -> Text | None:
    """A module's name as its vendor's file gives it."""
    for v in result.vendors:
        if v.vendor == vendor:
            for m in v.modules:
                if m.id == module:
                    return Text(ja=m.name_ja, en=m.name_en)
    return same(module) if module else None


def is_complete(evidence: VisitEvidence) -> bool:
    """Whether a visit counts as measured."""
    return evidence.visit.outcome is Outcome.complete


def site_ids(result: RunResult) -> tuple[str, ...]:
    """The sites in the order they are first seen: the scenario's, then the visits', then other stages'."""
    ids = [site.id for site in result.scenario.sites] if result.scenario else []
    ids += [v.visit.site for v in result.audited()]
    ids += [f.site for f in result.findings if f.site]
    return tuple(dict.fromkeys(ids))
