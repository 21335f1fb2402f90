"""A finding: a rule, its verdict, the exchanges that prove it, how sure it is, and what would refute it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Verdict(StrEnum):
    """`fail` rests on law and on marks that prove; guidance alone gives `warn`; a person decides `review`."""

    fail = "fail"
    warn = "warn"
    review = "review"
    info = "info"


class Confidence(StrEnum):
    """How sure what the finding says was seen is; never how grave it is."""

    high = "high"
    medium = "medium"
    low = "low"


class Finding(BaseModel):
    """One statement about a site, led to its bytes by `evidence`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    finding: str = Field(description="id, stable for the same evidence: rule.site.vendor[.detail]")
    rule: str = Field(description="JP-00 ... JP-28 (DOMAIN.md A.4); P-... for a platform's own declarations")
    item: str = Field(description="monitoring item 1-6, 3-1 ... 5-2; '' when none")
    verdict: Verdict
    severity: str = Field(description="high, medium, low, info")
    site: str
    visit: str = Field(description="the first visit that shows it; '' when it rests on no visit alone")
    vendor: str | None
    recipient: str = ""
    data_type: str | None = None
    evidence: tuple[str, ...] = Field((), description="visit/request ids, sorted")
    basis: str = Field("", description="law article or guidance the rule rests on")
    message_ja: str
    message_en: str
    case: str = Field("", description="which outcome of the rule, as in rules.yaml")
    confidence: Confidence = Confidence.medium
    confidence_ja: str = Field("", description="one sentence why")
    confidence_en: str = ""
    refuted_by_ja: str = Field("", description="what would refute a fail or a warn")
    refuted_by_en: str = ""
    question_ja: str = Field("", description="what a person has to decide, of a review")
    question_en: str = ""
