"""The type of this stage: a difference between two visits."""

from pydantic import BaseModel, ConfigDict, Field


class Change(BaseModel):
    """A difference between two visits that differ in one coordinate only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="cookie_mode, visitor, consent, opt_out")
    site: str
    vendor: str | None
    recipient: str
    module: str | None
    data_type: str | None
    item: str = Field(description="the cookie or parameter compared: 'cookie NAME', 'query NAME', ...")
    before_visit: str
    after_visit: str
    before: str = Field(description="masked summary of what was sent before; '' for nothing")
    after: str = Field(description="the same of the visit after; for a replaced item, of the item that takes over")
    change: str = Field(description="gone, added, replaced; kept only for an identifier, where that says something")
    technique: str = Field("", description="what took over: first_party_cookie, partitioned_cookie, local_storage, ...")
    evidence: tuple[str, ...] = ()
    before_in: int = Field(1, description="visits of the first cell that sent the item")
    before_of: int = Field(1, description="complete visits of the first cell")
    after_in: int = 1
    after_of: int = 1
    word: str = Field("", description="always, usually, sometimes, once, never: before, a slash, after")
    p_value: float | None = Field(None, description="exact, two-sided; None: one repetition only, or nothing to test")
    p_adjusted: float | None = Field(None, description="the same, for all that was compared (compare/statistics.py)")
    established: bool = Field(False, description="beyond what the page varies by itself")


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
