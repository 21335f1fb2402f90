"""What one visit saw: Visit, Exchange, Cookie, StorageItem, Coverage. Frozen, raw and unmasked.

These types are what `store` reads back from a visit's folder and what decode, check, compare and report
work on. Values are as they were on the wire: masking is the business of whoever writes them out.
"""

from auditor.evidence.base import Actor, Consent, CookieMode, Evidence, Outcome, Phase, Source, VisitKind, Visitor
from auditor.evidence.exchange import (
    Body,
    Cause,
    CookieRefusal,
    CookieUse,
    Exchange,
    Headers,
    Interim,
    Message,
    StackFrame,
)
from auditor.evidence.found import Followed, FoundPage, Operation, PageLink, PageLinks
from auditor.evidence.kept import Cookie, Signal, SignalKind, StorageItem
from auditor.evidence.visit import (
    ClearedCookie,
    ConsentClick,
    ConsentResult,
    ConsentStatus,
    Coverage,
    Proof,
    Screenshot,
    StepDone,
    Visit,
    VisitEvidence,
)

__all__ = [
    "Actor",
    "Body",
    "Cause",
    "ClearedCookie",
    "Consent",
    "ConsentClick",
    "ConsentResult",
    "ConsentStatus",
    "Cookie",
    "CookieMode",
    "CookieRefusal",
    "CookieUse",
    "Coverage",
    "Evidence",
    "Exchange",
    "Followed",
    "FoundPage",
    "Headers",
    "Interim",
    "Message",
    "Operation",
    "Outcome",
    "PageLink",
    "PageLinks",
    "Phase",
    "Proof",
    "Screenshot",
    "Signal",
    "SignalKind",
    "Source",
    "StackFrame",
    "StepDone",
    "StorageItem",
    "Visit",
    "VisitEvidence",
    "VisitKind",
    "Visitor",
]
