"""Which pages the rows of a disclosure link to, read from the page that was just kept."""

import asyncio
import threading
from functools import cache
from pathlib import Path
from urllib.parse import urldefrag

from auditor.disclosures import read_disclosure
from auditor.errors import InputError
from auditor.vendors import VENDORS_DIR, Taxonomy, Vendor, load_taxonomy, load_vendors

_LOADING = threading.Lock()


async def delegated_links(html: str, address: str, folders: tuple[Path, ...]) -> tuple[str, ...]:
    """The addresses that the rows of a page link to, each once; `folders` are further vendor files."""
    return await asyncio.to_thread(_links, html, address, folders)


def _links(html: str, address: str, folders: tuple[Path, ...]) -> tuple[str, ...]:
    with _LOADING:
        vendors, taxonomy = _known(folders)
    try:
        read = read_disclosure(html, address=address, vendors=vendors, taxonomy=taxonomy, content_type="text/html")
    except InputError:
        return ()
    found = [url for row in read.rows for url in (row.policy_url, row.opt_out_url)]
    bare = {urldefrag(address).url}
    return tuple(
        url
        for url in dict.fromkeys(found)
        if url.startswith(("http://", "https://")) and urldefrag(url).url not in bare
    )


@cache
def _known(folders: tuple[Path, ...]) -> tuple[tuple[Vendor, ...], Taxonomy]:
    taxonomy = load_taxonomy()
    return tuple(load_vendors([VENDORS_DIR, *folders], taxonomy)), taxonomy
