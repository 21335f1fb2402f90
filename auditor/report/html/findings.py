"""Findings by site, and the evidence list each of them leads to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from auditor.check.finding import Finding, Verdict
from auditor.evidence import Exchange
from auditor.report.html.parts import Capped, capped, data_type_name, is_complete, recipient_name, site_ids
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.texts import Text, texts

MAX_FINDINGS = 100
MAX_LINKS = 5
MAX_EVIDENCE = 500
_VERDICTS = tuple(Verdict)
_SEVERITIES = ("high", "medium", "low", "info")


@dataclass(frozen=True)
class Proof:
    """One exchange that proves something. `anchor` is its place in the evidence list."""

    anchor: str
    visit: str
    request: str
    at: datetime | None = None
    method: str = ""
    url: str = ""
    record: str | None = None
    items: tuple[Text, ...] = ()
    found: bool = False


@dataclass(frozen=True)
class Statement:
    """A finding as the report shows it."""

    finding: Finding
    message: Text
    rule: Text | None
    recipient: Text | None
    domain: str
    data_type: Text | None
    links: tuple[Proof, ...]
    more: int


@dataclass(frozen=True)
class SiteFindings:
    """What is said about one site."""

    site: str
    operator: str
    page: str
    complete: int
    total: int
    statements: Capped[Statement]


class EvidenceIndex:
    """Numbers the exchanges the shown findings refer to, in the order they are first referred to."""

    def __init__(self, result: RunResult, masker: Masker) -> None:
        self._result = result
        self._masker = masker
        self._sent: dict[str, dict[str, None]] = {}
        for t in result.transmissions:
            if t.data_type:
                self._sent.setdefault(f"{t.visit}/{t.request}", {})[t.data_type] = None
        self._exchanges: dict[str, Exchange] = {f"{x.visit}/{x.request}": x for v in result.visits for x in v.exchanges}
        self._proofs: dict[str, Proof] = {}

    def proof(self, evidence: str) -> Proof | None:
        """The numbered proof for a visit/request id; None when the list is full."""
        if evidence not in self._proofs:
            if len(self._proofs) >= MAX_EVIDENCE:
                return None
            self._proofs[evidence] = self._make(f"e{len(self._proofs) + 1}", evidence)
        return self._proofs[evidence]

    def listed(self) -> tuple[Proof, ...]:
        """All numbered proofs."""
        return tuple(self._proofs.values())

    def _make(self, anchor: str, evidence: str) -> Proof:
        visit, _, request = evidence.rpartition("/")
        x = self._exchanges.get(evidence)
        if x is None:
            return Proof(anchor, visit, request)
        return Proof(
            anchor,
            visit,
            request,
            at=x.started_at,
            method=x.method,
            url=self._masker.url(x.url),
            record=x.request_record,
            items=tuple(data_type_name(self._result, code) for code in self._sent.get(evidence, ())),
            found=True,
        )


def findings_by_site(result: RunResult, masker: Masker, index: EvidenceIndex) -> tuple[SiteFindings, ...]:
    """Every site, also one without findings; what belongs to no site comes last."""
    sites = [*site_ids(result)]
    if any(not f.site for f in result.findings):
        sites.append("")
    return tuple(_site(result, masker, index, site) for site in sites)


def _site(result: RunResult, masker: Masker, index: EvidenceIndex, site: str) -> SiteFindings:
    visits = [v for v in result.audited() if v.visit.site == site]
    own = sorted((f for f in result.findings if f.site == site), key=finding_order)
    planned = next((s for s in result.scenario.sites if s.id == site), None) if result.scenario else None
    operator = planned.operator if planned else next((v.visit.operator for v in visits), "")
    page = planned.url if planned else next((v.visit.page for v in visits), "")
    cut = capped(own, MAX_FINDINGS, "findings.csv")
    return SiteFindings(
        site=site,
        operator=operator,
        page=masker.url(page),
        complete=sum(map(is_complete, visits)),
        total=len(visits),
        statements=Capped(tuple(_statements(result, index, cut.shown)), cut.more, cut.file),
    )


def _statements(result: RunResult, index: EvidenceIndex, findings: Iterable[Finding]) -> Iterable[Statement]:
    for f in findings:
        links = tuple(proof for e in f.evidence[:MAX_LINKS] if (proof := index.proof(e)))
        yield Statement(
            finding=f,
            message=Text(ja=f.message_ja, en=f.message_en),
            rule=texts().get(f"rule.{f.rule}"),
            recipient=recipient_name(result, f.vendor, f.recipient) if f.vendor or f.recipient else None,
            domain=f.recipient if f.vendor else "",
            data_type=data_type_name(result, f.data_type) if f.data_type else None,
            links=links,
            more=len(f.evidence) - len(links),
        )


def finding_order(finding: Finding) -> tuple[int, int, str, str]:
    """The gravest first."""
    severity = _SEVERITIES.index(finding.severity) if finding.severity in _SEVERITIES else len(_SEVERITIES)
    return _VERDICTS.index(finding.verdict), severity, finding.rule, finding.finding
