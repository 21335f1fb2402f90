"""The type of this stage: a difference between two visits."""

from pydantic import BaseModel, ConfigDict, Field


class Change(BaseModel):
    """A difference between two visits that differ in one coordinate only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="cookie_mode, visitor, consent, run")
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
