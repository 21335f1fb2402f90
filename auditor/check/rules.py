"""The rules as data: verdicts, severities, dates and wording of rules.yaml, and findings made of them."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from auditor.check.finding import Finding, Verdict
from auditor.scenario import Site
from auditor.specs import Spec, load

FILE = Path(__file__).with_name("rules.yaml")
WORDS = frozenset(
    ("site", "operator", "vendor", "legal_name", "recipient", "name", "data_type", "stated", "page", "link", "visits")
)
MAX_WORD = 160

_UNSAFE = re.compile(r"[^a-z0-9_.-]+")


class Case(Spec):
    """One outcome of a rule."""

    verdict: Verdict
    severity: Literal["high", "medium", "low", "info"]
    message_ja: str = Field(min_length=1)
    message_en: str = Field(min_length=1)

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        for message in (self.message_ja, self.message_en):
            for _, word, _, _ in Formatter().parse(message):
                if word is not None and word not in WORDS:
                    raise ValueError(f"unknown word {{{word}}} in a message")
        return self


class Rule(Spec):
    """A rule in force from `valid_from` (to `valid_to`); only one that rests on law may fail."""

    id: Annotated[str, StringConstraints(pattern=r"^JP-[0-9]{2}$")]
    item_site: str = Field(description="monitoring item when the site is any operator's")
    item_platform: str = Field(description="monitoring item when the site is a platform's own")
    basis: str = Field(min_length=1)
    rests_on: Literal["law", "guidance", "none"]
    valid_from: date
    valid_to: date | None = None
    cases: dict[str, Case] = Field(min_length=1)

    @model_validator(mode="after")
    def _only_law_fails(self) -> Self:
        if self.rests_on != "law" and any(c.verdict is Verdict.fail for c in self.cases.values()):
            raise ValueError(f"{self.id}: a rule that does not rest on law cannot fail")
        return self


class RuleBook(Spec):
    """rules.yaml."""

    not_covered_ja: str
    not_covered_en: str
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


@lru_cache(maxsize=1)
def load_rules() -> RuleBook:
    """The rules that come with the auditor."""
    return load(FILE, RuleBook)


class Writer:
    """Makes findings about one site; a rule that is not in force on the day gives None."""

    def __init__(self, site: Site, book: RuleBook, day: date) -> None:
        self._site = site
        self._book = book
        self._rules = book.on(day)

    def finding(
        self,
        rule_id: str,
        case_name: str,
        *,
        vendor: str | None = None,
        recipient: str = "",
        data_type: str | None = None,
        detail: str = "",
        evidence: tuple[str, ...] = (),
        words: Mapping[str, tuple[str, str]] | None = None,
    ) -> Finding | None:
        """A finding. `words` fill the message, each in Japanese and English; `detail` makes the id unique."""
        rule = self._rules.get(rule_id)
        if rule is None:
            return None
        case = rule.cases[case_name]
        filled = dict.fromkeys(WORDS, ("", ""))
        filled |= {
            "site": (self._site.id,) * 2,
            "operator": (self._site.operator,) * 2,
            "recipient": (recipient,) * 2,
        }
        filled |= words or {}
        ja = case.message_ja.format(**{w: _short(v[0]) for w, v in filled.items()})
        en = case.message_en.format(**{w: _short(v[1]) for w, v in filled.items()})
        verdict, severity = case.verdict, str(case.severity)
        if self._site.service_type == "not_covered" and rule.rests_on == "law":
            # 法27条の12 binds covered services only: what is seen stays visible, without a verdict.
            verdict, severity = Verdict.info, "info"
            ja, en = self._book.not_covered_ja + ja, self._book.not_covered_en + en
        parts = [rule_id, self._site.id, vendor or recipient or "-", data_type or detail]
        return Finding(
            finding=".".join(_UNSAFE.sub("-", p.lower()) if n else p for n, p in enumerate(parts) if p),
            rule=rule_id,
            item=rule.item_platform if self._site.entity else rule.item_site,
            verdict=verdict,
            severity=severity,
            site=self._site.id,
            visit=evidence[0].partition("/")[0] if evidence else "",
            vendor=vendor,
            recipient=recipient,
            data_type=data_type,
            evidence=evidence,
            basis=rule.basis,
            message_ja=ja,
            message_en=en,
        )


def _short(text: str) -> str:
    """A page's text in a message: on one line, bounded."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_WORD else text[: MAX_WORD - 1] + "…"
