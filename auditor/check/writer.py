"""Findings and assessments about one site, in the words and with the verdicts of the rules in force on a day."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from auditor.check.assessment import Assessment, Result, gravest
from auditor.check.finding import Confidence, Finding, Verdict
from auditor.check.observed import Observed, references
from auditor.check.rules import WORDS, Case, Outcome, Rule, RuleBook
from auditor.decode.transmission import Transmission
from auditor.scenario import Site

MAX_WORD = 160
ENOUGH = 2  # independent exchanges that carry a fail where no documented fact names the item

_UNSAFE = re.compile(r"[^a-z0-9_.-]+")

type Words = Mapping[str, tuple[str, str]]


class Writer:
    """Makes findings about one site; a rule that is not in force on the day gives None."""

    def __init__(self, site: Site, book: RuleBook, day: date, observed: Observed, page: tuple[str, ...] = ()) -> None:
        """`page`: the exchanges that brought the disclosure's page."""
        self._site = site
        self._book = book
        self._rules = book.on(day)
        self._observed = observed
        self._page = page

    def rule(self, rule_id: str) -> Rule | None:
        """The version of a rule that is in force, None when there is none."""
        return self._rules.get(rule_id)

    def number(self, rule_id: str, name: str) -> float:
        """A threshold of a rule in force; 0 where the rule is not."""
        rule = self._rules.get(rule_id)
        return rule.numbers[name] if rule is not None else 0.0

    def words(self, rule_id: str, name: str) -> tuple[str, ...]:
        """A list of words of a rule in force; empty where the rule is not, or has no such list."""
        rule = self._rules.get(rule_id)
        return rule.words.get(name, ()) if rule is not None else ()

    def finding(
        self,
        rule_id: str,
        case_name: str,
        *,
        vendor: str | None = None,
        recipient: str = "",
        data_type: str | None = None,
        detail: str = "",
        items: Sequence[Transmission] = (),
        proven: bool = False,
        guessed: bool = False,
        of_page: bool = False,
        absence: bool = False,
        evidence: tuple[str, ...] = (),
        words: Words | None = None,
    ) -> Finding | None:
        """A finding. `words` fill the message, each in Japanese and English; `detail` makes the id unique.

        It rests on `items` and their exchanges; `proven`: a documented fact ties their host to the vendor where
        none names the items. `of_page`: it speaks of the disclosure's page, whose exchange shows it; `guessed`: the
        page's structure had to be guessed; `absence`: it speaks of what did not occur. A case that fails without a
        documented fact or two independent exchanges becomes the case it names as `otherwise`.
        """
        rule = self._rules.get(rule_id)
        if rule is None:
            return None
        documented = proven or any(t.mark is not None and t.mark.proves for t in items)
        independent = self._observed.independent(items)
        case = rule.cases[case_name]
        if case.verdict is Verdict.fail and not (documented or independent >= ENOUGH):
            case_name = case.otherwise
            case = rule.cases[case_name]
        evidence = evidence or references(items) or (self._page if of_page else ())
        filled = self._filled(recipient, words)
        verdict, severity = case.verdict, str(case.severity)
        ja, en = _written(case.message_ja, case.message_en, filled)
        if self._site.service_type == "not_covered" and rule.rests_on == "law":
            # 法27条の12 binds covered services only: what is seen stays visible, without a verdict.
            verdict, severity = Verdict.info, "info"
            ja, en = self._book.not_covered_ja + ja, self._book.not_covered_en + en
        key = "guessed" if guessed else "absence" if absence else _sureness(documented, independent, len(evidence))
        if key == "exchanges" and of_page:
            key = "page"
        confidence, why_ja, why_en = self._confidence(case, key, independent or len(evidence))
        refuted = _written(case.refuted_by_ja, case.refuted_by_en, filled)
        question = _written(case.question_ja, case.question_en, filled)
        parts = [rule_id, self._site.id, vendor or recipient or "-", data_type or detail]
        return Finding(
            finding=".".join(_UNSAFE.sub("-", p.lower()) if n else p for n, p in enumerate(parts) if p),
            rule=rule_id,
            item=self._item(rule),
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
            case=case_name,
            confidence=confidence,
            confidence_ja=why_ja,
            confidence_en=why_en,
            refuted_by_ja=refuted[0],
            refuted_by_en=refuted[1],
            question_ja=question[0],
            question_en=question[1],
        )

    def of_findings(self, rule_id: str, findings: tuple[Finding, ...], vendor: str | None = None) -> Assessment:
        """The result of a rule that gave findings: that of the gravest."""
        worst = gravest(findings)
        others = str(len(findings))
        return Assessment(
            rule=rule_id,
            item=worst.item,
            site=self._site.id,
            vendor=vendor,
            result=Result(worst.verdict.value),
            reason_ja=self._book.findings_ja.format(count=others, message=worst.message_ja),
            reason_en=self._book.findings_en.format(count=others, message=worst.message_en),
            question_ja=worst.question_ja,
            question_en=worst.question_en,
            findings=tuple(f.finding for f in findings),
        )

    def outcome(self, rule_id: str, name: str, words: Words | None = None, vendor: str | None = None) -> Assessment:
        """The result of a rule without findings: an outcome of its own, else one that all rules share."""
        rule = self._rules.get(rule_id)
        outcome: Outcome = self._book.outcomes["not_in_force"]
        if rule is not None:
            outcome = rule.outcomes[name] if name in rule.outcomes else self._book.outcomes[name]
        filled = self._filled("", words)
        reason = _written(outcome.reason_ja, outcome.reason_en, filled)
        question = _written(outcome.question_ja, outcome.question_en, filled)
        return Assessment(
            rule=rule_id,
            item=self._item(rule) if rule is not None else "",
            site=self._site.id,
            vendor=vendor,
            result=Result(outcome.result),
            reason_ja=reason[0],
            reason_en=reason[1],
            question_ja=question[0],
            question_en=question[1],
        )

    def _item(self, rule: Rule) -> str:
        return rule.item_platform if self._site.entity else rule.item_site

    def _filled(self, recipient: str, words: Words | None) -> dict[str, tuple[str, str]]:
        filled = dict.fromkeys(WORDS, ("", ""))
        filled |= {
            "site": (self._site.id,) * 2,
            "operator": (self._site.operator,) * 2,
            "recipient": (recipient,) * 2,
            "visits": (str(len(self._observed.visits)),) * 2,
        }
        return filled | dict(words or {})

    def _confidence(self, case: Case, key: str, count: int) -> tuple[Confidence, str, str]:
        sure = self._book.confidence[key]
        level, ja, en = sure.level, sure.ja, sure.en
        if case.verdict is Verdict.review:
            asked = self._book.confidence["asked"]
            level, ja, en = max(level, asked.level, key=list(Confidence).index), ja + asked.ja, f"{en} {asked.en}"
        return level, ja.replace("{count}", str(count)), en.replace("{count}", str(count))


def _sureness(documented: bool, independent: int, evidence: int) -> str:
    """Which sentence of rules.yaml says how sure it is."""
    if independent == 0:
        return "exchanges" if evidence else "page"
    if documented:
        return "documented_repeated" if independent >= ENOUGH else "documented_once"
    return "repeated" if independent >= ENOUGH else "once"


def place(url: str) -> str:
    """An address as a message may show it: what comes after ? and # can tell of the person."""
    return url.partition("#")[0].partition("?")[0]


def same(text: str) -> tuple[str, str]:
    """A word that is the same in both languages."""
    return text, text


def filled_in(text: str, words: Words, language: int) -> str:
    """A text with its words, 0 in Japanese, 1 in English; a word that is not given is empty."""
    every = dict.fromkeys(WORDS, ("", "")) | dict(words)
    return text.format(**{w: _short(v[language]) for w, v in every.items()})


def _written(ja: str, en: str, words: Words) -> tuple[str, str]:
    return filled_in(ja, words, 0), filled_in(en, words, 1)


def _short(text: str) -> str:
    """A page's text in a message: on one line, bounded."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_WORD else text[: MAX_WORD - 1] + "…"
