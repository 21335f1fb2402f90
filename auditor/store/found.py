"""The links of a visit's pages, and the pages it opened to find a disclosure, back from its folder."""

import gzip
import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from auditor.content import whole_text
from auditor.errors import InputError
from auditor.evidence import Followed, FoundPage, PageLinks

_LINKS = TypeAdapter(tuple[PageLinks, ...])
_PAGES = TypeAdapter(tuple[FoundPage, ...])
_FOLLOWED = TypeAdapter(tuple[Followed, ...])


def read_links(path: Path) -> tuple[PageLinks, ...]:
    """The links of each page, () where none were kept. Raises InputError for a damaged file."""
    if not path.exists():
        return ()
    try:
        return _LINKS.validate_python(whole_text(json.loads(gzip.decompress(path.read_bytes()))))
    except (OSError, EOFError, ValueError, ValidationError) as error:
        raise InputError(f"holds no links: {str(error).splitlines()[0]}", file=path) from None


def read_pages(path: Path) -> tuple[FoundPage, ...]:
    """The pages with their HTML, () where none were opened. Raises InputError for a damaged file."""
    return _indexed(path, _PAGES) if path.exists() else ()


def read_followed(path: Path) -> tuple[Followed, ...] | None:
    """The pages that rows link to, with their HTML; None where the visit did not come to that. Raises InputError."""
    return _indexed(path, _FOLLOWED) if path.exists() else None


def _indexed[T](path: Path, kind: TypeAdapter[T]) -> T:
    """The entries of an index, each with the HTML of the file it names."""
    try:
        found = whole_text(json.loads(path.read_bytes()))
        for page in found:
            if file := page.pop("file", ""):
                page["html"] = (path.parent / Path(file).name).read_text("utf-8", "replace")
        return kind.validate_python(found)
    except (OSError, ValueError, AttributeError, ValidationError) as error:
        raise InputError(f"holds no pages: {str(error).splitlines()[0]}", file=path) from None
