from datetime import date
from pathlib import Path

import pytest

from auditor.check import judge_site, load_rules
from auditor.check.rules import FILE, RuleBook
from auditor.check.site import CHECKS
from auditor.errors import InputError
from auditor.specs import load, parse
from tests.check.factory import KNOWLEDGE, SITE, page, row, sent, visit

RULES = "\n".join(line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))


def test_rules_in_force() -> None:
    rules = load_rules().on(date(2026, 11, 1))
    jp = [f"JP-{n:02d}" for n in range(29)]
    assert list(rules) == [*jp, "P-3-1", "P-3-2", "P-3-3", "P-3-4"]
    assert list(CHECKS) == jp
    assert load_rules().on(date(2023, 6, 15)) == {}


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("{operator}", "{company}", "unknown word {company}"),
        ("severity: high", "severity: huge", "severity"),
        ("id: JP-03", "id: JP-01", "two versions are in force"),
        ("verdict: fail", "verdict: pass", "verdict"),
        ("    basis:", "    basis_:", "unknown key"),
    ],
)
def test_a_bad_rule_is_refused(before: str, after: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        parse(RULES.replace(before, after, 1), RuleBook, file="rules.yaml")


def in_force(rule: str) -> str:
    """The text of one rule in the file."""
    start = RULES.index(f"  - id: {rule}\n")
    return RULES[start : RULES.index("\n  - id: ", start + 1)]


@pytest.mark.parametrize(
    ("rule", "before", "after", "problem"),
    [
        ("JP-01", "rests_on: law", "rests_on: guidance", "cannot fail"),
        ("JP-03", "        refuted_by_ja", "        question_ja", "there twice|refute"),
        ("JP-03", "otherwise: missing_unproven", "otherwise: missing", "otherwise must name a case that does not fail"),
        ("JP-03", "        otherwise: missing_unproven\n", "", "a fail must name the case that holds otherwise"),
        ("JP-23", "verdict: warn", "verdict: review", "a review must say what to ask"),
        ("JP-00", "question_ja", "refuted_by_ja", "unknown key"),
    ],
)
def test_a_rule_must_say_all_it_has_to(rule: str, before: str, after: str, problem: str) -> None:
    text = in_force(rule)
    with pytest.raises(InputError, match=problem):
        parse(RULES.replace(text, text.replace(before, after, 1), 1), RuleBook, file="rules.yaml")


def test_new_guidance_is_an_edit_of_the_file_alone(tmp_path: Path) -> None:
    """From 2027 on: purposes of one side are no longer a low warning but a question, of medium severity."""
    old = in_force("JP-11")
    ended = old.replace("valid_from: 2023-06-16", "valid_from: 2023-06-16\n    valid_to: 2026-12-31", 1)
    new = old.replace("valid_from: 2023-06-16", "valid_from: 2027-01-01", 1)
    new = new.replace("severity: low", "severity: medium", 1).replace("verdict: warn", "verdict: review", 1)
    new = new.replace("refuted_by_ja", "question_ja", 1).replace("refuted_by_en", "question_en", 1)
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.replace(old, f"{ended}\n{new}", 1), encoding="utf-8")
    book = load(file, RuleBook)
    one_side = page(row(theirs=""))
    for year, expected in ((2026, ("warn", "low")), (2027, ("review", "medium"))):
        found = judge_site(SITE, [visit(year=year)], [sent()], one_side, KNOWLEDGE, book).findings
        assert [(f.verdict.value, f.severity) for f in found if f.rule == "JP-11"] == [expected]


def test_a_rule_that_is_over_asks_nothing() -> None:
    old = in_force("JP-11")
    ended = old.replace("valid_from: 2023-06-16", "valid_from: 2023-06-16\n    valid_to: 2026-01-01", 1)
    book = parse(RULES.replace(old, ended, 1), RuleBook, file="rules.yaml")
    (said,) = [
        a
        for a in judge_site(SITE, [visit()], [sent()], page(row(theirs="")), KNOWLEDGE, book).assessments
        if a.rule == "JP-11"
    ]
    assert (said.result.value, said.reason_en) == ("n/a", "The rule was not in force on the day of the visits.")


def test_every_rule_says_what_decides_it_in_both_languages() -> None:
    for rule in load_rules().rules:
        assert rule.title_ja and rule.title_en and rule.decided_by_ja and rule.decided_by_en and rule.basis
        assert rule.rests_on == "law" or not any(c.verdict == "fail" for c in rule.cases.values())
