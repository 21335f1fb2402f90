"""The result of each of the 29 rules for each site, also where there is no finding: "not measured" is never "none"."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from auditor.check.finding import Finding, Verdict


class Result(StrEnum):
    """What a rule came to. `not_applicable`: the rule asks nothing here. `not_measured`: nobody can say."""

    passed = "pass"
    fail = "fail"
    warn = "warn"
    review = "review"
    info = "info"
    not_applicable = "n/a"
    not_measured = "not_measured"


class Assessment(BaseModel):
    """One rule and one site; a platform's own declarations: one item, site and vendor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str = Field(description="JP-00 ... JP-28; P-3-1 ... P-3-4 for a platform's own declarations")
    item: str = Field("", description="monitoring item; '' when none")
    site: str
    vendor: str | None = Field(None, description="the platform, of its own declarations")
    result: Result
    reason_ja: str
    reason_en: str
    question_ja: str = Field("", description="what a person has to decide, where the result is review")
    question_en: str = ""
    findings: tuple[str, ...] = Field((), description="ids of the findings it rests on")


GRAVEST = (Verdict.fail, Verdict.warn, Verdict.review, Verdict.info)


def gravest(findings: tuple[Finding, ...]) -> Finding:
    """The finding that decides a rule's result: the first of the gravest verdict."""
    return min(findings, key=lambda f: GRAVEST.index(f.verdict))
