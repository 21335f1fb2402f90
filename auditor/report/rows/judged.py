"""Rows of what was declared, found and compared: disclosures, findings, assessments, standings, comparison."""

from collections.abc import Iterator, Mapping

from auditor.report.inputs import PLACES, RunResult
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
                "address": masker.url(d.page) if d.page else address,
                "selector": d.selector,
                "quote": d.quote,
                "picture": f"{PLACES}/{d.picture}" if d.picture else "",
                "policy_url": masker.url(d.policy_url) if d.policy_url else "",
                "opt_out_url": masker.url(d.opt_out_url) if d.opt_out_url else "",
                "not_sent": d.not_sent,
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
            "case": f.case,
            "confidence": f.confidence.value,
            "confidence_ja": f.confidence_ja,
            "confidence_en": f.confidence_en,
            "refuted_by_ja": f.refuted_by_ja,
            "refuted_by_en": f.refuted_by_en,
            "question_ja": f.question_ja,
            "question_en": f.question_en,
        }


def assessments(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a rule and site, also where nothing was found or measured; a platform's own declarations last."""
    for number, a in enumerate(result.assessments, 1):
        yield {
            "rule": a.rule,
            "item": a.item,
            "site": a.site,
            "vendor": a.vendor,
            "result": a.result.value,
            "reason_ja": a.reason_ja,
            "reason_en": a.reason_en,
            "question_ja": a.question_ja,
            "question_en": a.question_en,
            "findings": a.findings,
            "row": number,
        }


def standings(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """What was sent beside the rows, then the rows beside what was sent."""
    number = 0
    for s in result.sent_standings:
        number += 1
        yield {
            "side": "sent",
            "site": s.site,
            "vendor": s.vendor,
            "recipient": s.recipient,
            "data_type": s.data_type,
            "standing": s.standing.value,
            "exemption": s.exemption,
            "conditions": s.conditions,
            "text_ja": s.text_ja,
            "text_en": s.text_en,
            "rows": s.rows,
            "not_seen": (),
            "evidence": s.evidence,
            "row": number,
        }
    for d in result.row_standings:
        number += 1
        yield {
            "side": "declared",
            "site": d.site,
            "vendor": d.entity,
            "recipient": d.recipient,
            "data_type": None,
            "standing": d.seen.value,
            "exemption": "",
            "conditions": (),
            "text_ja": d.text_ja,
            "text_en": d.text_en,
            "rows": (d.row,),
            "not_seen": d.content_not_seen,
            "evidence": d.evidence,
            "row": number,
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
            "item": masker.guard(c.item),
            "before_visit": c.before_visit,
            "after_visit": c.after_visit,
            "evidence": c.evidence,
            "before_in": c.before_in,
            "before_of": c.before_of,
            "after_in": c.after_in,
            "after_of": c.after_of,
            "word": c.word,
            "p_value": c.p_value,
            "p_adjusted": c.p_adjusted,
            "established": c.established,
            "established_by": c.established_by,
            "row": number,
        }


def techniques(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a recipient, technique, strength and site."""
    for number, use in enumerate(result.techniques, 1):
        yield {
            "vendor": use.vendor,
            "recipient": use.recipient,
            "technique": use.technique,
            "strength": use.strength,
            "site": use.site,
            "items": [masker.guard(item) for item in use.items],
            "allowed_in": use.allowed_in,
            "allowed_of": use.allowed_of,
            "blocked_in": use.blocked_in,
            "blocked_of": use.blocked_of,
            "evidence": use.evidence,
            "row": number,
        }
