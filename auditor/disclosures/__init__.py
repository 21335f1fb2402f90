"""What a site or platform says is sent, to whom, for what: Disclosure (電気通信事業法 27条の12, 規則22条の2の29)."""

from auditor.disclosures.model import DeclaredRow, Disclosure

__all__ = ["DeclaredRow", "Disclosure"]
