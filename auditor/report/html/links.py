"""Links to rows of the evidence list; what no longer fits in the list is named all the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.report.html.findings import EvidenceIndex


@dataclass(frozen=True)
class Link:
    """A visit/request id. `anchor` is its place in the evidence list, "" where the list is full."""

    evidence: str
    anchor: str


def link(index: EvidenceIndex, evidence: str) -> Link:
    """The link for a visit/request id."""
    proof = index.proof(evidence)
    return Link(evidence, proof.anchor if proof else "")


def links(index: EvidenceIndex, evidence: Iterable[str], limit: int = 2) -> tuple[Link, ...]:
    """The first few of them."""
    return tuple(link(index, e) for e in tuple(evidence)[:limit])
