"""Observed against declared: Finding. A pure function of evidence, transmissions and disclosures."""

from auditor.check.finding import Finding, Verdict

__all__ = ["Finding", "Verdict"]
