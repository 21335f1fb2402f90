"""The rules as data: verdicts, severities, dates, thresholds, words and wording of rules.yaml."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from auditor.check.assessment import Result
from auditor.check.finding import Confidence, Verdict
from auditor.specs import Spec, load

FILE = Path(__file__).with_name("rules.yaml")
WORDS = frozenset(
    (
        *("site", "operator", "vendor", "legal_name", "recipient", "name", "names", "data_type", "stated"),
        *("page", "link", "visits", "count", "number", "limit", "words", "partner"),
    )
)


class Wording(Spec):
    """Texts in Japanese and English; in braces, words of `WORDS`."""

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        for name in type(self).model_fields:
            text = getattr(self, name)
            if name.endswith(("_ja", "_en")) and isinstance(text, str):
                for _, word, _, _ in Formatter().parse(text):
                    if word is not None and word not in WORDS:
                        raise ValueError(f"unknown word {{{word}}} in a message")
        return self


class Case(Wording):
    """One outcome of a rule that gives a finding."""

    verdict: Verdict
    severity: Literal["high", "medium", "low", "info"]
    message_ja: str = Field(min_length=1)
    message_en: str = Field(min_length=1)
    refuted_by_ja: str = Field("", description="what would refute it: required of fail and warn")
    refuted_by_en: str = ""
    question_ja: str = Field("", description="the question to ask: required of review")
    question_en: str = ""
    otherwise: str = Field("", description="the case that holds instead where the exchanges do not carry a fail")

    @model_validator(mode="after")
    def _says_what_is_asked_of_it(self) -> Self:
        if self.verdict in (Verdict.fail, Verdict.warn) and not (self.refuted_by_ja and self.refuted_by_en):
            raise ValueError("a fail or warn must say what would refute it: refuted_by_ja, refuted_by_en")
        if self.verdict is Verdict.review and not (self.question_ja and self.question_en):
            raise ValueError("a review must say what to ask: question_ja, question_en")
        if self.verdict is Verdict.fail and not self.otherwise:
            raise ValueError("a fail must name the case that holds otherwise")
        return self


class Outcome(Wording):
    """One outcome of a rule without a finding."""

    result: Literal["pass", "review", "info", "n/a", "not_measured"]
    reason_ja: str = Field(min_length=1)
    reason_en: str = Field(min_length=1)
    question_ja: str = ""
    question_en: str = ""

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.result == Result.review and not (self.question_ja and self.question_en):
            raise ValueError("a review must say what to ask: question_ja, question_en")
        return self


class TextRule(Spec):
    """A thing a text says: one of its sentences has, of every group, one of the words; or a row states it."""

    id: str
    name_ja: str
    name_en: str
    row: Literal["", "content", "recipient", "purpose"] = Field("", description="a row that states this says it too")
    groups: tuple[tuple[str, ...], ...] = Field(min_length=1)


class Rule(Spec):
    """A rule in force from `valid_from` (to `valid_to`); only one that rests on law may fail."""

    id: Annotated[str, StringConstraints(pattern=r"^(JP-[0-9]{2}|P-3-[1-4])$")]
    title_ja: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    item_site: str = Field(description="monitoring item when the site is any operator's")
    item_platform: str = Field(description="monitoring item when the site is a platform's own")
    basis: str = Field(min_length=1)
    rests_on: Literal["law", "guidance", "none"]
    decided_by_ja: str = Field(min_length=1, description="the evidence that decides it")
    decided_by_en: str = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None
    numbers: dict[str, float] = Field({}, description="thresholds; what is ours and not the law's is said beside it")
    words: dict[str, tuple[str, ...]] = Field({}, description="lists of words that texts are looked through for")
    texts: tuple[TextRule, ...] = ()
    cases: dict[str, Case] = {}
    outcomes: dict[str, Outcome] = {}

    @model_validator(mode="after")
    def _only_law_fails(self) -> Self:
        if self.rests_on != "law" and any(c.verdict is Verdict.fail for c in self.cases.values()):
            raise ValueError(f"{self.id}: a rule that does not rest on law cannot fail")
        for name, case in self.cases.items():
            if not case.otherwise:
                continue
            other = self.cases.get(case.otherwise)
            if other is None or other.verdict is Verdict.fail:
                raise ValueError(f"{self.id}: {name}: otherwise must name a case that does not fail")
        return self


class Sureness(Spec):
    """A level of confidence and its one sentence."""

    level: Confidence
    ja: str
    en: str


class RuleBook(Spec):
    """rules.yaml."""

    not_covered_ja: str
    not_covered_en: str
    findings_ja: str = Field(description="reason of a result with findings: how many, and the gravest")
    findings_en: str
    confidence: dict[str, Sureness]
    outcomes: dict[str, Outcome] = Field(description="outcomes that all rules share")
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_overlap(self) -> Self:
        for n, rule in enumerate(self.rules):
            for other in self.rules[:n]:
                end = other.valid_to or date.max
                if rule.id == other.id and rule.valid_from <= end and other.valid_from <= (rule.valid_to or date.max):
                    raise ValueError(f"{rule.id}: two versions are in force at the same time")
        return self

    def on(self, day: date) -> dict[str, Rule]:
        """The rules in force on a day, by id."""
        return {r.id: r for r in self.rules if r.valid_from <= day <= (r.valid_to or date.max)}

    def ids(self) -> tuple[str, ...]:
        """All rules' ids, whenever in force, sorted."""
        return tuple(sorted({r.id for r in self.rules}))


@lru_cache(maxsize=1)
def load_rules() -> RuleBook:
    """The rules that come with the auditor."""
    return load(FILE, RuleBook)
