from datetime import date

import pytest

from auditor.check import load_rules
from auditor.check.rules import FILE, RuleBook
from auditor.check.site import CHECKS
from auditor.errors import InputError
from auditor.specs import parse

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
        ("rests_on: law", "rests_on: guidance", "cannot fail"),
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
