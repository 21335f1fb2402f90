"""The stages in order: capture (audit) or import, then everything that is derived from the evidence.

audit    scenario -> visits in a run's folder        recordings   HAR and dumps -> visits in a run's folder
derive   a run's folder -> transmissions, findings, changes, tables, report; no browser, no clock, no network
"""

from auditor.pipeline.address import disclosure_at
from auditor.pipeline.audit import audit, resume
from auditor.pipeline.derive import derive, derive_and_write, knowledge_of
from auditor.pipeline.recordings import import_recordings, site_in

__all__ = [
    "audit",
    "derive",
    "derive_and_write",
    "disclosure_at",
    "import_recordings",
    "knowledge_of",
    "resume",
    "site_in",
]
