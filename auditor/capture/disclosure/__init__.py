"""Looks for a site's disclosure as a person would: links that are to be seen, clicks that lead there, what it shows."""

from auditor.capture.disclosure.finder import Finder
from auditor.capture.disclosure.following import follow
from auditor.capture.disclosure.links import Links

__all__ = ["Finder", "Links", "follow"]
