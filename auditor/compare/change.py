"""The types of this stage: a difference between two cells of visits; a technique in use."""

from pydantic import BaseModel, ConfigDict, Field


class Change(BaseModel):
    """A difference between the visits of two cells that differ in one coordinate only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="cookie_mode, visitor, consent, opt_out; repeat: two groups of one cell")
    site: str
    vendor: str | None
    recipient: str
    module: str | None
    data_type: str | None
    item: str = Field(description="the cookie or parameter compared: 'cookie NAME', 'query NAME', ...")
    before_visit: str = Field(description="the first visit of the cell that shows it, else the cell's first")
    after_visit: str
    before: str = Field(description="masked summary of what was sent before; '' for nothing")
    after: str = Field(description="the same of the visit after; for a replaced item, of the item that takes over")
    change: str = Field(
        description="gone, added, replaced; kept only for an identifier, where that says something; "
        "less, more: in visits of both cells, and established to be in fewer or more of the second"
    )
    technique: str = Field("", description="what took over: first_party_cookie, partitioned_cookie, local_storage, ...")
    evidence: tuple[str, ...] = ()
    before_in: int = Field(1, description="visits of the first cell that sent the item")
    before_of: int = Field(1, description="complete visits of the first cell")
    after_in: int = 1
    after_of: int = 1
    word: str = Field("", description="always, usually, sometimes, once, never: before, a slash, after")
    p_value: float | None = Field(
        None, description="of these two cells alone: Fisher's exact test, two-sided; None: one repetition on a side"
    )
    p_adjusted: float | None = Field(
        None, description="of all cells of the same treatment, for all that was compared (compare/hypotheses.py)"
    )
    established: bool = Field(False, description="beyond what the page varies by itself")
    established_by: str = Field("", description="whose visits establish it: site or run; '' for not established")


class TechniqueUse(BaseModel):
    """One technique by which a recipient keeps hold of a browser or a person, at one site (item 5-2)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor: str | None
    recipient: str = Field(description="registrable domain; several joined by ', '")
    technique: str = Field(description="first_party_cookie, local_storage, link_decoration, ... (techniques.yaml)")
    strength: str = Field(description="shown: the traffic shows it; hint: it fits, and may be something else")
    site: str
    items: tuple[str, ...] = Field((), description="'query NAME', 'cookie NAME', ... sorted")
    allowed_in: int = Field(0, description="visits with third-party cookies allowed that showed it")
    allowed_of: int = 0
    blocked_in: int = 0
    blocked_of: int = 0
    evidence: tuple[str, ...] = Field((), description="visit/request ids, of blocked visits first; at most ten")
