"""Links of a page that lead to a disclosure: by their text or address (DOMAIN.md B.3; 規則22条の2の28③一)."""

from typing import NamedTuple
from urllib.parse import urljoin

from auditor.disclosures.page import parse_tree
from auditor.disclosures.vocabulary import load_vocabulary
from auditor.disclosures.wording import names_any

MAX_LINKS = 5_000


class DisclosureLink(NamedTuple):
    """A link; `certain` is False for a policy that only may hold a disclosure as one of its parts."""

    text: str
    url: str
    certain: bool


def disclosure_links(html: str, base: str) -> tuple[DisclosureLink, ...]:
    """Links of a page to what may be its disclosure, the certain ones first, each address once. Never raises."""
    vocabulary = load_vocabulary()
    root = parse_tree(html)
    found: dict[str, DisclosureLink] = {}
    for number, element in enumerate(root.iter("a") if root is not None else ()):
        href = (element.get("href") or "").strip()
        if number >= MAX_LINKS or not href or href.startswith(("#", "javascript:", "mailto:", "tel:")):
            continue
        text = " ".join("".join(map(str, element.itertext())).split())[:200]
        certain = vocabulary.is_title(text) or any(slug in href.lower() for slug in vocabulary.slugs)
        if certain or names_any(text, vocabulary.may_hold):
            try:
                url = urljoin(base, href)
            except ValueError:
                continue
            if url not in found or (certain and not found[url].certain):
                found[url] = DisclosureLink(text, url, certain)
    return tuple(sorted(found.values(), key=lambda link: not link.certain))
