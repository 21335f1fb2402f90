"""Where something stands on a page: in words, as a CSS selector, and as a box on the page's picture."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree

BOX = "data-auditor-box"
"""Attribute of a page kept as the browser showed it: left, top, width and height, in CSS px."""
MAX_DEPTH = 100
MAX_SELECTORS = 20
MAX_EDGE = 1_000_000
_STEP = re.compile(r"([a-z][a-z0-9-]*)(?:\[(\d+)\])?")

type Box = tuple[int, int, int, int]
"""Left, top, width and height in CSS px (96 an inch), from the upper left corner of the page, or of a PDF's sheet."""


class Place(NamedTuple):
    """For a person to count, for a browser to select, and on the page's picture."""

    where: str = ""
    selector: str = ""
    box: Box | None = None
    sheet: int = 0  # of a PDF, from 1


NOWHERE = Place()


def place_of(element: etree._Element | None, where: str = "", depth: int = 0) -> Place:
    """The place of an element; of one nested very deep in words alone."""
    if element is None or depth > MAX_DEPTH:
        return Place(where)
    return Place(where, _selector(element.getroottree().getpath(element)), _box(element.get(BOX)))


def joined(places: Iterable[Place]) -> Place:
    """The place of something that stands in several: named by the first, the box around those that have one."""
    several = tuple(places)
    first = several[0] if several else NOWHERE
    boxes = [place.box for place in several if place.box is not None and place.sheet == first.sheet]
    selectors = list(dict.fromkeys(place.selector for place in several if place.selector))[:MAX_SELECTORS]
    return Place(first.where, ", ".join(selectors), _around(boxes), first.sheet)


def _around(boxes: list[Box]) -> Box | None:
    if not boxes:
        return None
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return left, top, max(b[0] + b[2] for b in boxes) - left, max(b[1] + b[3] for b in boxes) - top


def _selector(path: str) -> str:
    """The CSS selector of an XPath made of names and positions; "" for names CSS would have to escape."""
    steps = [_STEP.fullmatch(step) for step in path.split("/") if step]
    if not all(steps):
        return ""
    return " > ".join(f"{m[1]}:nth-of-type({m[2]})" if m[2] else m[1] for m in steps if m is not None)


def _box(text: str | None) -> Box | None:
    """What the browser said; a page can write the attribute too, so anything else is none."""
    if not text or not re.fullmatch(r"\d{1,7}( \d{1,7}){3}", text):
        return None
    left, top, width, height = map(int, text.split())
    return (left, top, width, height) if width and height and max(left, top, width, height) <= MAX_EDGE else None
