"""Rows of signals: headers, interfaces and fingerprinting surfaces, with who used them."""

from collections.abc import Iterator, Mapping

from auditor.decode import Knowledge
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker


def signals(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a signal of a visit."""
    knowledge = Knowledge(result.vendors, result.taxonomy)
    number = 0
    for evidence in result.visits:
        for s in evidence.signals:
            number += 1
            vendor = knowledge.vendor_of(s.host) if s.host else None
            yield {
                "visit": s.visit,
                "kind": s.kind.value,
                "group": s.group,
                "name": s.name,
                "count": s.count,
                "at_least": s.at_least,
                "host": s.host,
                "vendor": vendor.vendor if vendor else None,
                "script": masker.url(s.script.url) if s.script else None,
                "line": s.script.line if s.script else None,
                "column": s.script.column if s.script else None,
                "function": masker.guard(s.script.function) if s.script else None,
                "frame_url": masker.url(s.frame_url or ""),
                "top_url": masker.url(s.top_url or ""),
                "value": masker.guard(s.value) if s.value else None,
                "first_at": s.at,
                "requests": s.requests,
                "row": number,
            }
