"""What a visit saw of the ways to a disclosure: the links of its pages, and pages opened to find one."""

from pydantic import Field

from auditor.evidence.base import Evidence


class PageLink(Evidence):
    """A link of a rendered page."""

    text: str = Field("", description="what it says, or its picture's text; at most 120 characters")
    url: str = Field(description="absolute, with its fragment")
    selector: str = Field(description="CSS path of it")
    shown: bool = Field(description="to be seen (perhaps after scrolling); False: in a closed menu or part")


class PageLinks(Evidence):
    """The links of one page, as they were when the visit was last there."""

    page: str = Field(description="its address")
    links: tuple[PageLink, ...] = ()
    total: int = Field(0, description="links the page has, also beyond those kept")


class Operation(Evidence):
    """One thing a person does on the way to a page."""

    action: str = Field(description="click: a link or button; open: a menu or a collapsed part")
    text: str = Field("", description="what the element says")
    selector: str = Field("", description="CSS path of it")
    url: str = Field("", description="the page's address afterwards")


class FoundPage(Evidence):
    """A page that was opened because it may be the disclosure, or a part of it."""

    address: str
    title: str = ""
    path: tuple[Operation, ...] = Field((), description="from the site's own page; none: opened by its address")
    certain: bool = Field(False, description="the last link's words or address name a disclosure")
    screenshot: str = Field("", description="file in the visit's folder: the whole page")
    overflow_px: int | None = Field(None, description="how far it scrolls sideways in a window of 360 px")
    viewport: bool | None = Field(None, description="whether it has a viewport meta element")
    opened: int = Field(0, description="collapsed parts that were opened to read it")
    problem: str = Field("", description="why it was not read, when it was not")
    html: str = Field(
        "",
        description="as rendered; elements with text of their own carry data-auditor-px, the computed size of their "
        "letters in px, and data-auditor-collapsed where they were not to be seen before parts were opened; blocks "
        "carry data-auditor-box, left, top, width and height in CSS px on the picture of the whole page",
    )


class Followed(Evidence):
    """A page that a row of the disclosure links to, as it answered."""

    asked: str = Field(description="the address as the row has it")
    address: str = Field(description="where it led")
    title: str = ""
    screenshot: str = Field("", description="file in the visit's folder: what is to be seen of it")
    problem: str = Field("", description="why it was not looked at, when it was not")
    error: str = Field("", description="the browser's own error (net::ERR_...), where the address could not be loaded")
    html: str = Field("", description="as rendered")
