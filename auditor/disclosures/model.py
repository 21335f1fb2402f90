"""A disclosure as rows: recipient, service, contents, purposes, opt-out, each with its place on the page."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from auditor.evidence import Operation

_ERROR = 400
_REFUSED = frozenset((401, 403, 407, 429, 451, 503))  # RFC 9110, 6585, 7725: not now, or not to this visitor


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
    not_sent: tuple[str, ...] = Field((), description="taxonomy codes the text says are not sent")
    vague: tuple[str, ...] = Field((), description="等, その他 and the like in the contents' text (JP-09)")
    purposes: tuple[str, ...] = Field((), description="all texts; own purpose first, recipient's second")
    purpose_own: str = Field("", description="the operator's own purpose, where the page tells the two apart")
    purpose_recipient: str = Field("", description="the recipient's purpose, where the page tells the two apart")
    opt_out: str = ""
    opt_out_url: str = Field("", description="address of the way out, as the row links to it")
    policy_url: str = Field("", description="address of the recipient's policy, as the row links to it")
    page: str = Field("", description="address of the page it stands on, where it is not the disclosure's own")
    where: str = Field("", description="place on the page, counted: table[1] > tr[3]")
    selector: str = Field("", description="CSS selector of all its parts; '' where the page is no HTML")
    box: tuple[int, int, int, int] | None = Field(
        None, description="left, top, width, height in CSS px on the page as it was shown; None: not measured"
    )
    sheet: int = Field(0, description="of a PDF, from 1; `box` is on it")
    picture: str = Field("", description="file of a picture of its place, where one was cut; '' otherwise")
    quote: str = Field("", description="the row's text as it stands there, shortened")
    confidence: float = Field(1.0, description="1: table or keys; less where the page's structure had to be guessed")


class Reach(BaseModel):
    """How the disclosure is reached from one audited page (規則22条の2の28③一)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: str = Field(description="the audited page's address")
    path: tuple[Operation, ...] = Field((), description="the operations, none where it stands on the page itself")
    reached: bool
    looked_at: int = Field(0, description="pages opened on the way, also in vain")


class PageView(BaseModel):
    """How a page of the disclosure is shown to a person (規則22条の2の28①), as the browser rendered it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str
    screenshot: str = Field("", description="file in the visit's folder")
    font_px: float | None = Field(None, description="smallest computed size of the declaring text; None: not measured")
    overflow_px: int | None = Field(None, description="how far it scrolls sideways in a window of 360 px")
    viewport: bool | None = Field(None, description="whether it has a viewport meta element")
    collapsed: tuple[str, ...] = Field((), description="selectors of collapsed parts that held declaring text")
    as_picture: bool = Field(False, description="the declaring part is a picture or a PDF, no text of the page")
    japanese: float | None = Field(None, description="share of Japanese letters among all letters of the text, 0 to 1")


class LinkedPage(BaseModel):
    """A page that rows link to, such as the recipient's policy, as it answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="as the rows link to it")
    address: str = Field("", description="where it led")
    title: str = ""
    status: int | None = Field(None, description="HTTP status of the page; None: no answer, or not asked")
    problem: str = Field("", description="why it could not be looked at; '' where it was")
    error: str = Field("", description="the browser's own error, where the address could not be loaded")
    evidence: str = Field("", description="visit/request of the page")
    japanese: float | None = Field(None, description="share of Japanese letters among its letters, 0 to 1")
    content: tuple[str, ...] = Field((), description="taxonomy codes its words name, wherever they stand")
    screenshot: str = Field("", description="file in the visit's folder")

    @property
    def is_dead(self) -> bool:
        """Whether it is gone, or its server failed. A server may only have refused us: then nothing is known."""
        if self.status is None:
            return bool(self.error)
        return self.status >= _ERROR and self.status not in _REFUSED

    @property
    def is_read(self) -> bool:
        """Whether the page itself was looked at."""
        return not self.problem and self.status is not None and self.status < _ERROR


class Correction(BaseModel):
    """A person's change to what was read: who, when, what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str = Field(min_length=1)
    at: datetime
    note: str = ""


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
    text: str = Field("", description="the page's text, shortened: what rules about wording and opt-out look at")
    views: tuple[PageView, ...] = Field((), description="how its pages look; none where no browser rendered them")
    linked: tuple[LinkedPage, ...] = Field((), description="the pages its rows link to; none: not opened")
    reach: tuple[Reach, ...] = Field((), description="how it is reached from each audited page; none: not looked for")
    corrections: tuple[Correction, ...] = Field((), description="by whom and when it was corrected by hand")
