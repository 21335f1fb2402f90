"""Pages that are not the page: recognised by the rules of `walls.yaml` on what a visit stored.

A pure function of the document's answer, the page as rendered and its address: a bot wall, a CAPTCHA, a login
wall, an error page or nothing is a visit with that outcome, never a clean site (RELIABILITY.md B56).
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, Self
from urllib.parse import urlsplit

import lxml.html
from lxml.etree import LxmlError
from pydantic import Field, model_validator

from auditor.domains import host_of, is_within
from auditor.evidence import Headers
from auditor.specs import Spec, load

RULES = Path(__file__).with_name("walls.yaml")
MAX_CHARACTERS = 2 << 20
UNSEEN = ("script", "style", "noscript", "template", "title")
MEDIA = ("img", "svg", "video", "canvas", "object", "embed", "iframe", "frame", "picture")
NO_TEXT = ("hidden", "submit", "button", "image", "reset", "checkbox", "radio", "file", "password")

type Code = Literal["bot_wall", "captcha", "login_wall", "error_page", "empty_page"]


class Mark(Spec):
    """One way to know a wall: all that is given must hold. Patterns are searched; texts without case."""

    status: tuple[int, ...] = ()
    header: dict[str, str] = Field({}, description="lower-case name -> pattern of its value")
    url: str | None = None
    title: str | None = None
    text: str | None = Field(None, description="pattern in the visible text")
    html: tuple[str, ...] = Field((), description="pieces of the markup, all there")
    host: tuple[str, ...] = Field((), description="domains, one of them a script's or frame's")
    widget: tuple[str, ...] = Field((), description="class names, one of them there")
    password: bool = Field(False, description="a password field is there")
    elsewhere: bool = Field(False, description="another address than the one asked for, by host or path")
    text_max: int | None = Field(None, description="characters of visible text")
    fields_max: int | None = Field(None, description="fields to write text into, passwords not counted")
    links_max: int | None = None
    media_max: int | None = Field(None, description="pictures, frames, videos")
    scripts_max: int | None = None


class Wall(Spec):
    """One kind of page that is not the page."""

    id: str
    code: Code
    name: str
    source: str = Field(min_length=1)
    mark: Literal["P", "V", "C", "S", "M", "own"]
    when: tuple[Mark, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unproven_says_only_more(self) -> Self:
        if self.mark == "M" and any(not m.status or min(m.status) < 400 for m in self.when):
            raise ValueError("a rule marked M needs a status of 400 or more")
        return self


class Walls(Spec):
    """The whole file."""

    walls: tuple[Wall, ...]


class Met(NamedTuple):
    """What the visit got: the document's answer, the HTML (rendered where it is known), where, and what was asked."""

    status: int | None
    headers: Headers
    html: str
    url: str
    asked: str | None
    """The address the journey asked for last; None where it clicked or typed since."""


class _Page(NamedTuple):
    markup: str
    title: str
    text: str
    hosts: frozenset[str]
    classes: frozenset[str]
    password: bool
    fields: int
    links: int
    media: int
    scripts: int


@lru_cache
def walls() -> tuple[Wall, ...]:
    """All rules. Raises InputError for a damaged file."""
    return load(RULES, Walls).walls


def recognise(met: Met) -> tuple[Code, str] | None:
    """The code and name of the first wall that this is; None for a page."""
    page = _read(met.html[:MAX_CHARACTERS])
    for wall in walls():
        if any(_holds(mark, met, page) for mark in wall.when):
            return wall.code, wall.name
    return None


def _holds(mark: Mark, met: Met, page: _Page) -> bool:
    headers = {name.lower(): value for name, value in met.headers}
    counted = (
        (mark.text_max, len(page.text)),
        (mark.fields_max, page.fields),
        (mark.links_max, page.links),
        (mark.media_max, page.media),
        (mark.scripts_max, page.scripts),
    )
    return (
        (not mark.status or met.status in mark.status)
        and all(_found(pattern, headers.get(name)) for name, pattern in mark.header.items())
        and (mark.url is None or _found(mark.url, met.url))
        and (mark.title is None or _found(mark.title, page.title))
        and (mark.text is None or _found(mark.text, page.text))
        and all(piece.lower() in page.markup for piece in mark.html)
        and (not mark.host or any(is_within(host, domain) for host in page.hosts for domain in mark.host))
        and (not mark.widget or not page.classes.isdisjoint(mark.widget))
        and (not mark.password or page.password)
        and (not mark.elsewhere or _elsewhere(met))
        and all(most is None or found <= most for most, found in counted)
    )


def _found(pattern: str, value: str | None) -> bool:
    return value is not None and re.search(pattern, value, re.IGNORECASE) is not None


def _elsewhere(met: Met) -> bool:
    if met.asked is None:
        return False
    asked, now = urlsplit(met.asked), urlsplit(met.url)
    return (asked.hostname, asked.path.rstrip("/")) != (now.hostname, now.path.rstrip("/"))


def _read(html: str) -> _Page:
    """What of the page counts. Text that is there but hidden counts as seen: then a rule rather does not hold."""
    try:
        # Surrogates and NUL are no text for libxml2.
        raw = html.encode("utf-8", "replace").replace(b"\0", b" ")
        root = lxml.html.document_fromstring(raw or b"<html></html>", parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (LxmlError, ValueError):
        return _Page(html.lower(), "", "", frozenset(), frozenset(), False, 0, 0, 0, 0)
    title, text, hosts, classes = "", [], set(), set()
    fields, password, links, media, scripts = 0, False, 0, 0, 0
    for element in root.iter():
        if not isinstance(element.tag, str):
            text.append(element.tail or "")
            continue
        tag, kind = element.tag, (element.get("type") or "text").lower()
        if tag == "title" and not title:
            title = " ".join((element.text or "").split())
        if tag not in UNSEEN:
            text.append(element.text or "")
        text.append(element.tail or "")
        if tag in ("script", "iframe") and (source := element.get("src")):
            hosts.add(host_of(source))
        classes.update((element.get("class") or "").split())
        password |= tag == "input" and kind == "password"
        fields += tag in ("textarea", "select") or (tag == "input" and kind not in NO_TEXT)
        links += tag == "a" and element.get("href") is not None
        media += tag in MEDIA
        scripts += tag == "script"
    return _Page(
        markup=html.lower(),
        title=title,
        text=" ".join("".join(text).split()),
        hosts=frozenset(hosts),
        classes=frozenset(classes),
        password=password,
        fields=fields,
        links=links,
        media=media,
        scripts=scripts,
    )
