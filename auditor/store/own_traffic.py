"""The browser's own traffic, told by a list of what it is known to ask for (own_traffic.yaml).

What is not on the list is not called the browser's: who sent it is then unknown, and said to be.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from auditor.specs import Spec, load

FILE = Path(__file__).with_name("own_traffic.yaml")


class OwnRequest(Spec):
    """Requests of the browser itself: to this host, paths that begin so."""

    host: str = Field(min_length=1)
    path: str = Field(pattern=r"^/")
    what: str = Field(min_length=1)
    mark: Literal["P", "V", "R", "M"]
    source: str = Field(min_length=1)


class OwnTraffic(Spec):
    """The whole file."""

    own_traffic: tuple[OwnRequest, ...] = Field(min_length=1)


@lru_cache
def own_traffic() -> OwnTraffic:
    """The list. Raises InputError for a bad file."""
    return load(FILE, OwnTraffic)


def is_own(url: str) -> bool:
    """Whether the browser is known to ask for this address on its own account."""
    parts = urlsplit(url)
    return any(parts.hostname == one.host and parts.path.startswith(one.path) for one in own_traffic().own_traffic)
