"""Rows of what was sent: transmissions."""

from collections.abc import Iterator, Mapping

from auditor.report.inputs import RunResult
from auditor.report.masking import Masker


def transmissions(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a data item sent."""
    sides = {(x.visit, x.request): x.consent_choice for v in result.visits for x in v.exchanges}
    for number, t in enumerate(result.transmissions, 1):
        yield {
            "visit": t.visit,
            "request": t.request,
            "vendor": t.vendor,
            "recipient": t.recipient,
            "module": t.module,
            "parameter": masker.guard(t.parameter),
            "data_type": t.data_type,
            "value": masker.value(t.value, t.data_type),
            "carrier": t.carrier.value,
            "source": t.source,
            "host": t.host,
            "first_party": t.first_party,
            "mark": t.mark.value if t.mark else None,
            "told_by": masker.guard(t.told_by),
            "consent_choice": sides.get((t.visit, t.request)),
            "row": number,
        }
