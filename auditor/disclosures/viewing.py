"""How a page of a disclosure is shown to a person: sizes, collapsed parts, language (規則22条の2の28①)."""

import re
from collections.abc import Iterable

from lxml import etree

from auditor.disclosures.model import DeclaredRow, PageView
from auditor.disclosures.page import parse_tree
from auditor.evidence import FoundPage

MAX_SELECTORS = 20
_JAPANESE = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f々〆ヶ]")
_LETTER = re.compile(r"[^\W\d_]")
_NOT_TEXT = frozenset({"script", "style", "noscript", "template", "title", "head"})


def view_of(page: FoundPage, rows: Iterable[DeclaredRow], *, as_picture: bool = False) -> PageView:
    """The page's view; sizes and collapsed parts are those of elements whose text the rows declare. Never raises.

    Of a picture or a PDF (`as_picture`) the browser tells nothing: what it shows is a viewer's page.
    """
    rows = tuple(rows)
    # Names may be in Latin letters: what is sent and why must be Japanese.
    said = "".join(text for row in rows for text in (row.content_text, *row.purposes, row.opt_out))
    if as_picture:
        share = japanese_share(said)
        return PageView(address=page.address, screenshot=page.screenshot, as_picture=True, japanese=share)
    told = PageView(
        address=page.address,
        screenshot=page.screenshot,
        overflow_px=page.overflow_px,
        viewport=page.viewport,
    )
    root = parse_tree(page.html)
    if root is None:
        return told
    declared = _squashed("".join(_texts(rows)))
    sizes: list[float] = []
    collapsed: list[str] = []
    texts: list[str] = []
    for element in root.iter(etree.Element):
        own = _squashed("".join([element.text or "", *(child.tail or "" for child in element)]))
        if not own or element.tag in _NOT_TEXT:
            continue
        texts.append(own)
        if len(own) < 2 or own not in declared:
            continue
        if element.get("data-auditor-collapsed") is not None:
            collapsed.append(root.getroottree().getpath(element))
        if (size := float(element.get("data-auditor-px") or 0)) > 0:
            sizes.append(size)
    return told.model_copy(
        update={
            "font_px": min(sizes, default=None),
            "collapsed": tuple(collapsed[:MAX_SELECTORS]),
            "japanese": japanese_share(said or "".join(texts)),
        }
    )


def japanese_share(text: str) -> float | None:
    """Share of kana and kanji among the letters of a text, 0 to 1; None for a text without letters."""
    letters = _LETTER.findall(text)
    return round(sum(bool(_JAPANESE.match(letter)) for letter in letters) / len(letters), 3) if letters else None


def _texts(rows: Iterable[DeclaredRow]) -> Iterable[str]:
    for row in rows:
        yield from (row.recipient, row.service, row.content_text, *row.purposes, row.opt_out, row.quote)


def _squashed(text: str) -> str:
    return re.sub(r"\s+", "", text)
