"""Observed against declared: Finding. A pure function of evidence, transmissions and disclosures.

The rules are data (rules.yaml): verdict, severity, dates, wording. `fail` rests on law and on facts that prove.
"""

from auditor.check.finding import Finding, Verdict
from auditor.check.rules import RuleBook, load_rules
from auditor.check.site import check_run, check_site

__all__ = ["Finding", "RuleBook", "Verdict", "check_run", "check_site", "load_rules"]
