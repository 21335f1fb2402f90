"""The HTML report: one file, in both languages, that needs nothing from outside and runs no script."""

from auditor.report.html.render import render

__all__ = ["render"]
