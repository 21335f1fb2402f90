"""How a disclosure is reached from each audited page: over which links, how many operations (規則22条の2の28③一)."""

from collections import deque
from collections.abc import Iterable, Mapping
from urllib.parse import urldefrag

from auditor.disclosures.model import Reach
from auditor.evidence import Operation, PageLinks

MAX_OPERATIONS = 4


def reach(pages: Iterable[str], links: Iterable[PageLinks], targets: Iterable[str]) -> tuple[Reach, ...]:
    """The shortest way from each page to one of the targets (addresses), each page once, in order.

    A link in a closed menu needs an operation more. Ways lead only over pages whose links are known; a page whose own
    links are not known is left out: nothing is known of it. Never raises.
    """
    known: dict[str, PageLinks] = {_bare(each.page): each for each in links}
    wanted = frozenset(_bare(target) for target in targets)
    found = []
    for page in dict.fromkeys(_bare(page) for page in pages):
        if page in wanted:
            found.append(Reach(page=page, reached=True))
        elif page in known:
            path, looked_at = _shortest(page, known, wanted)
            found.append(Reach(page=page, path=path, reached=bool(path), looked_at=looked_at))
    return tuple(found)


def _shortest(page: str, known: Mapping[str, PageLinks], wanted: frozenset[str]) -> tuple[tuple[Operation, ...], int]:
    """The operations of the shortest way, () for none; and on how many pages links were looked at."""
    # By operations, not by pages: a link in a closed menu is two.
    waiting: dict[int, deque[tuple[str, tuple[Operation, ...]]]] = {0: deque([(page, ())])}
    seen: set[str] = set()
    for operations in range(MAX_OPERATIONS + 1):
        for here, path in waiting.pop(operations, ()):
            if here in wanted:
                return path, len(seen)
            if here in seen or here not in known:
                continue
            seen.add(here)
            for link in known[here].links:
                target = _bare(link.url)
                if target in seen or (target not in wanted and target not in known):
                    continue
                steps: tuple[Operation, ...] = (
                    Operation(action="click", text=link.text, selector=link.selector, url=link.url),
                )
                if not link.shown:
                    steps = (Operation(action="open", selector=link.selector, url=here), *steps)
                waiting.setdefault(operations + len(steps), deque()).append((target, (*path, *steps)))
    return (), len(seen)


def _bare(url: str) -> str:
    return urldefrag(url).url
