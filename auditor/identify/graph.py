"""Site - identifier - recipient: which identifier of which site went to whom, for a table and a drawing.

Values differ from profile to profile, so an identifier is told here by where it is kept: the cookie `_ga` of the site,
the item of a frame's storage. One row for each site, holder and recipient.
"""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict, Field

from auditor.identify.model import Flow, Holder, HolderKind, Identified, Identifier, IdentifierKind

_ORDER = list(HolderKind)
_KINDS = list(IdentifierKind)


class Edge(BaseModel):
    """An identifier of a site that a recipient was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str = Field(description="the scenario's id")
    holder: Holder = Field(description="where the identifier is kept, the place that keeps it longest")
    kinds: tuple[IdentifierKind, ...] = Field(description="what the visits prove of its values, the strongest first")
    data_types: tuple[str, ...] = ()
    recipient: str = Field(description="registrable domain")
    vendor: str | None = None
    first_party: bool = False
    carriers: tuple[str, ...] = Field((), description="`query NAME`, `cookie NAME`, ... sorted")
    layers: tuple[tuple[str, ...], ...] = Field((), description="encodings it was seen in, plain first")
    visits: int = Field(description="visits in which it was sent there")
    values: int = Field(description="different values of them")
    requests: int
    example: str = Field(description="visit/request of one, the first")


def pages_of(flows: Iterable[Flow]) -> frozenset[str]:
    """The sites (registrable domains of the pages) that flows came from; the scenario's id where no page is told."""
    return frozenset(page for flow in flows for page in flow.pages or (flow.site,))


def crosses(flows: Iterable[Flow]) -> dict[str, frozenset[str]]:
    """Vendor (or recipient) -> the sites whose pages sent it the same value, where they are two or more (item 3-5).

    What a site's own hosts receive is left out.
    """
    received: dict[str, list[Flow]] = {}
    for flow in flows:
        if not flow.first_party:
            received.setdefault(flow.vendor or flow.recipient, []).append(flow)
    told = {who: pages_of(own) for who, own in received.items()}
    return {who: pages for who, pages in told.items() if len(pages) > 1}


def edges(identified: Identified) -> tuple[Edge, ...]:
    """All rows, by site, holder and recipient."""
    groups: dict[tuple[str, tuple[int, str, str, str], str], list[tuple[Identifier, Holder, Flow]]] = {}
    for identifier in identified.identifiers:
        holder = main_holder(identifier)
        if holder is None:
            continue
        place = _ORDER.index(holder.kind), holder.place, holder.name, holder.part
        for flow in identifier.flows:
            groups.setdefault((flow.site, place, flow.recipient), []).append((identifier, holder, flow))
    return tuple(_edges(groups))


def main_holder(identifier: Identifier) -> Holder | None:
    """The holder an identifier is called by: the cookie before the storage item before the parameter."""
    return min(identifier.holders, key=_rank, default=None)


def _rank(holder: Holder) -> tuple[int, str, str, str]:
    return _ORDER.index(holder.kind), holder.place, holder.name, holder.part


def _edges(
    groups: dict[tuple[str, tuple[int, str, str, str], str], list[tuple[Identifier, Holder, Flow]]],
) -> Iterator[Edge]:
    for (site, _, recipient), members in sorted(groups.items(), key=lambda g: g[0]):
        flows = sorted((flow for _, _, flow in members), key=lambda f: (f.at, f.visit, f.request))
        kinds = {i.kind for i, _, _ in members}
        yield Edge(
            site=site,
            holder=members[0][1],
            kinds=tuple(k for k in _KINDS if k in kinds),
            data_types=tuple(sorted({d for i, _, _ in members for d in i.data_types})),
            recipient=recipient,
            vendor=next((f.vendor for f in flows if f.vendor is not None), None),
            first_party=all(f.first_party for f in flows),
            carriers=tuple(sorted({f"{f.carrier} {f.name}".strip() for f in flows})),
            layers=tuple(sorted({f.layers for f in flows}, key=lambda layers: (len(layers), layers))),
            visits=len({f.visit for f in flows}),
            values=len({i.value for i, _, _ in members}),
            requests=sum(f.requests for f in flows),
            example=f"{flows[0].visit}/{flows[0].request}",
        )
