"""The type of this stage: a known value seen at one place of an exchange, and how it was encoded there."""

from enum import StrEnum
from typing import NamedTuple


class Side(StrEnum):
    """Which way it travelled."""

    request = "request"
    response = "response"


class Place(NamedTuple):
    """Where in an exchange.

    carrier  path, query, header, cookie, body, message, status line excepted; of a response also `location`
    name     of the query parameter, header, cookie or body field; "" where there is none
    """

    side: Side
    carrier: str
    name: str


class Found(NamedTuple):
    """A value seen.

    key      of the value, as given to the Searcher
    place    where
    variant  which of the value's plain forms it was: "" as it is, else its label (`lower`, `e164`, ...)
    layers   how it was encoded, outermost first: (), ("url",), ("base64", "sha256"), ...
    """

    key: int
    place: Place
    variant: str
    layers: tuple[str, ...]
