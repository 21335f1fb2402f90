"""A disclosure as rows: recipient, service, contents, purposes, opt-out, each with its place on the page."""

from pydantic import BaseModel, ConfigDict, Field


class DeclaredRow(BaseModel):
    """One declared recipient. Texts are as on the page; `entity` and `content` are what we understood."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipient: str = Field(description="as written; '' when the page names none")
    entity: str | None = Field(None, description="vendor id, None when no vendor file has the name")
    name_kind: str | None = Field(None, description="legal, former or brand: which name of the entity was used")
    service: str = ""
    content: tuple[str, ...] = Field((), description="taxonomy codes understood from the text")
    content_text: str = ""
    purposes: tuple[str, ...] = Field((), description="texts; own purpose first, recipient's second where told apart")
    opt_out: str = ""
    where: str = Field("", description="place on the page: CSS-like path of the row")
    confidence: float = 1.0


class Disclosure(BaseModel):
    """All rows of one page or file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str = ""
    address: str = Field(description="where it was read: an address, or a file's name")
    title: str = ""
    found: bool = True
    rows: tuple[DeclaredRow, ...] = ()
    not_understood: tuple[str, ...] = Field((), description="texts of table cells or blocks that gave no row")
    encoding: str = ""
