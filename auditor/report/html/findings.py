"""Findings by site, and the evidence list each of them leads to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from auditor.check.finding import Finding, Verdict
from auditor.evidence import Exchange, VisitEvidence
from auditor.report.html.parts import Capped, capped, data_type_name, is_complete, recipient_name, site_ids
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.texts import Text, texts

MAX_FINDINGS = 100
MAX_LINKS = 5
MAX_FACT_LINKS = 3
MAX_ITEMS = 8
MAX_EVIDENCE = 700
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
    response_record: str | None = None
    items: tuple[Text, ...] = ()
    found: bool = False


@dataclass(frozen=True)
class Observed:
    """What was seen of what a finding is about: by which items, in how many of the site's complete visits."""

    items: tuple[str, ...]
    more: int
    kinds: tuple[Text, ...]
    visits: int
    complete: int
    states: tuple[str, ...]
    modes: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A finding as the report shows it. `anchor` is its place on the page."""

    anchor: str
    finding: Finding
    message: Text
    rule: Text | None
    recipient: Text | None
    domain: str
    data_type: Text | None
    observed: Observed | None
    links: tuple[Proof, ...]
    more: int
    why: Text | None = None
    refuted_by: Text | None = None
    question: Text | None = None


@dataclass(frozen=True)
class SiteFindings:
    """What is said about one site."""

    site: str
    operator: str
    page: str
    complete: int
    total: int
    counts: tuple[tuple[str, int], ...]
    statements: Capped[Statement]

    @property
    def judged(self) -> tuple[Statement, ...]:
        """The statements that say more than a fact."""
        return tuple(s for s in self.statements.shown if s.finding.verdict is not Verdict.info)

    @property
    def facts(self) -> tuple[Statement, ...]:
        """The statements without a judgement."""
        return tuple(s for s in self.statements.shown if s.finding.verdict is Verdict.info)


class EvidenceIndex:
    """Numbers the exchanges the page refers to, in the order they are first referred to."""

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
            response_record=x.response_record,
            items=tuple(data_type_name(self._result, code) for code in self._sent.get(evidence, ())),
            found=True,
        )


def findings_by_site(result: RunResult, masker: Masker, index: EvidenceIndex) -> tuple[SiteFindings, ...]:
    """Every site, also one without findings; what belongs to no site comes last."""
    sites = [*site_ids(result)]
    if any(not f.site for f in result.findings):
        sites.append("")
    return tuple(_site(result, masker, index, site, number) for number, site in enumerate(sites, 1))


def _site(result: RunResult, masker: Masker, index: EvidenceIndex, site: str, number: int) -> SiteFindings:
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
        counts=tuple((v.value, sum(f.verdict is v for f in own)) for v in Verdict),
        statements=Capped(
            tuple(_statements(result, masker, index, cut.shown, f"f{number}", visits)), cut.more, cut.file
        ),
    )


def _statements(
    result: RunResult,
    masker: Masker,
    index: EvidenceIndex,
    findings: Iterable[Finding],
    prefix: str,
    visits: list[VisitEvidence],
) -> Iterable[Statement]:
    for number, f in enumerate(findings, 1):
        limit = MAX_FACT_LINKS if f.verdict is Verdict.info else MAX_LINKS
        links = tuple(proof for e in f.evidence[:limit] if (proof := index.proof(e)))
        yield Statement(
            anchor=f"{prefix}-{number}",
            finding=f,
            message=Text(ja=f.message_ja, en=f.message_en),
            rule=texts().get(f"rule.{f.rule}"),
            recipient=recipient_name(result, f.vendor, f.recipient) if f.vendor or f.recipient else None,
            domain=f.recipient if f.vendor else "",
            data_type=data_type_name(result, f.data_type) if f.data_type else None,
            observed=_observed(result, masker, f, visits) if f.evidence else None,
            links=links,
            more=len(f.evidence) - len(links),
            why=_text(f.confidence_ja, f.confidence_en),
            refuted_by=_text(f.refuted_by_ja, f.refuted_by_en),
            question=_text(f.question_ja, f.question_en),
        )


def _text(ja: str, en: str) -> Text | None:
    return Text(ja=ja, en=en) if ja or en else None


def _observed(result: RunResult, masker: Masker, finding: Finding, visits: list[VisitEvidence]) -> Observed | None:
    """From all that was decoded of the site's complete visits, not from the finding's evidence alone."""
    complete = {v.visit.visit: v.visit for v in visits if is_complete(v)}
    domains = finding.recipient.split(", ")
    own = [
        t
        for t in result.transmissions
        if t.visit in complete
        and (t.vendor == finding.vendor if finding.vendor else t.recipient in domains)
        and (t.data_type == finding.data_type if finding.data_type else t.data_type)
    ]
    if not own:
        return None
    seen = {t.visit for t in own}
    items = sorted({f"{t.carrier.value} {masker.guard(t.parameter)}" for t in own}) if finding.data_type else []
    kinds = {t.data_type for t in own} if not finding.data_type else set()
    order = [t.code for t in result.taxonomy.data_types]
    return Observed(
        items=tuple(items[:MAX_ITEMS]),
        more=max(0, len(items) - MAX_ITEMS),
        kinds=tuple(data_type_name(result, code) for code in order if code in kinds),
        visits=len(seen),
        complete=len(complete),
        states=tuple(sorted({complete[v].visitor.value for v in seen})),
        modes=tuple(sorted({complete[v].cookie_mode.value for v in seen})),
    )


def finding_order(finding: Finding) -> tuple[int, int, str, str]:
    """The gravest first."""
    severity = _SEVERITIES.index(finding.severity) if finding.severity in _SEVERITIES else len(_SEVERITIES)
    return _VERDICTS.index(finding.verdict), severity, finding.rule, finding.finding
