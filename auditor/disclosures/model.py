"""A disclosure as rows: recipient, service, contents, purposes, opt-out, each with its place on the page."""

from pydantic import BaseModel, ConfigDict, Field


class DeclaredRow(BaseModel):
    """One declared recipient. Texts are as on the page; `entity` and `content` are what we understood."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipient: str = Field(description="as written; '' when the page names none")
    entity: str | None = Field(None, description="vendor id, None when no vendor file has the name")
    name_kind: str | None = Field(
        None,
        description="legal, former or brand: which name of the entity was used; loose: its legal name without the "
        "legal form (株式会社, Inc.); None: unknown, or the name of another company stands beside it",
    )
    service: str = ""
    content: tuple[str, ...] = Field((), description="taxonomy codes understood from the text")
    content_text: str = ""
    purposes: tuple[str, ...] = Field((), description="texts; own purpose first, recipient's second where told apart")
    opt_out: str = ""
    where: str = Field("", description="place on the page: CSS-like path of the row")
    confidence: float = Field(1.0, description="1: table or keys; less where the page's structure had to be guessed")


class Disclosure(BaseModel):
    """All rows of one page or file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str = ""
    address: str = Field(description="where it was read: an address, or a file's name")
    title: str = ""
    found: bool = Field(True, description="False: the page was read and discloses nothing")
    rows: tuple[DeclaredRow, ...] = ()
    not_understood: tuple[str, ...] = Field((), description="texts of table cells or blocks that gave no row")
    encoding: str = ""
