"""Links to rows of the evidence list; what no longer fits in the list is named all the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.report.html.findings import EvidenceIndex


@dataclass(frozen=True)
class Link:
    """A visit/request id. `anchor` is its place in the evidence list, "" where the list is full."""

    evidence: str
    anchor: str

    @property
    def visit(self) -> str:
        """The visit's id."""
        return self.evidence.rpartition("/")[0]

    @property
    def request(self) -> str:
        """The request's id within the visit."""
        return self.evidence.rpartition("/")[2]


def link(index: EvidenceIndex, evidence: str) -> Link:
    """The link for a visit/request id."""
    proof = index.proof(evidence)
    return Link(evidence, proof.anchor if proof else "")


def links(index: EvidenceIndex, evidence: Iterable[str], limit: int = 2) -> tuple[Link, ...]:
    """The first few of them."""
    return tuple(link(index, e) for e in tuple(evidence)[:limit])
