"""What may differ between two demo webs: which edition of it is served, and chance in what a page contains.

Edition 2 differs from edition 1 in four things and no other: トモダチ's script has a new version, レンラク's hits from
the shop carry one more parameter, the newspaper's front page has a counter of one more company, and the portal's
row about ヨミトキ states another purpose. With a variation each page is served with a random half of its tags.
"""

import random

EDITIONS = (1, 2)
PRESENT = 0.5
"""How often a tag is there, of a page that is varied."""


class Conditions:
    """Of one web's process; the same seed gives the same tags, as long as pages are asked for in the same order."""

    def __init__(self, edition: int = 1, variation: int | None = None) -> None:
        """`variation` is the seed; None: every tag is always there."""
        self.edition = edition
        self._random = random.Random(variation) if variation is not None else None  # noqa: S311 - no secret

    def present(self) -> bool:
        """Whether the tag that asks is there on this load of its page."""
        return self._random is None or self._random.random() < PRESENT
