"""Observed against declared: Finding, Assessment. A pure function of evidence, transmissions and disclosures.

The rules are data (rules.yaml): verdict, severity, dates, thresholds, wording. `fail` rests on law and on facts that
prove.
site.py       all 29 rules over a site or a run
matter.py     what the rules look at                writer.py      findings and results in the rules' words
listing.py, presence.py, recipients.py, contents.py, purposes.py, plainness.py, reaching.py   the disclosure
consent.py, opting_out.py, exemptions.py            the ways out of the duty
accounts.py, delegated.py, onward.py, tag_owners.py who else has to do with it
"""

from auditor.check.assessment import Assessment, Result
from auditor.check.finding import Confidence, Finding, Verdict
from auditor.check.rules import RuleBook, load_rules
from auditor.check.site import Judgement, judge_run, judge_site

__all__ = [
    "Assessment",
    "Confidence",
    "Finding",
    "Judgement",
    "Result",
    "RuleBook",
    "Verdict",
    "judge_run",
    "judge_site",
    "load_rules",
]
