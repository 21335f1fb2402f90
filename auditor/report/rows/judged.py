"""Rows of what was declared, found and compared: disclosures, findings, comparison."""

from collections.abc import Iterator, Mapping

from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.rows.visited import file_name


def disclosures(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a declared recipient; texts as the page writes them."""
    number = 0
    for page in result.disclosures:
        address = masker.url(page.address) if "://" in page.address else file_name(page.address)
        for d in page.rows:
            number += 1
            yield {
                "site": page.site,
                "recipient": d.recipient,
                "entity": d.entity,
                "service": d.service,
                "content": d.content,
                "purposes": d.purposes,
                "opt_out": d.opt_out,
                "where": d.where,
                "content_text": d.content_text,
                "name_kind": d.name_kind,
                "confidence": d.confidence,
                "address": address,
                "row": number,
            }


def findings(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a finding."""
    for f in result.findings:
        yield {
            "finding": f.finding,
            "rule": f.rule,
            "item": f.item,
            "verdict": f.verdict.value,
            "severity": f.severity,
            "site": f.site,
            "visit": f.visit,
            "vendor": f.vendor,
            "evidence": f.evidence,
            "message_ja": f.message_ja,
            "message_en": f.message_en,
            "recipient": f.recipient,
            "data_type": f.data_type,
            "basis": f.basis,
        }


def comparison(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a change; its summaries come masked."""
    for number, c in enumerate(result.changes, 1):
        yield {
            "kind": c.kind,
            "site": c.site,
            "vendor": c.vendor,
            "module": c.module,
            "data_type": c.data_type,
            "before": c.before,
            "after": c.after,
            "change": c.change,
            "technique": c.technique,
            "recipient": c.recipient,
            "item": c.item,
            "before_visit": c.before_visit,
            "after_visit": c.after_visit,
            "evidence": c.evidence,
            "row": number,
        }
