"""Bodies as they pass: handed on unchanged, their start kept, their length and hash always known."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from auditor.evidence import Body

BODY_LIMIT = 16 << 20
"""Bytes of a body that are kept where nothing else is asked for; its full length and hash always are."""

VISIT_LIMIT = 512 << 20
"""Bytes of bodies that are kept of one visit: whoever reads it back holds them in memory."""


@dataclass(frozen=True)
class Caps:
    """How much one visit may do before it is ended, and who is told; how much of each body is kept."""

    requests: int = 5_000
    body_bytes: int = 512 << 20
    kept_bytes: int = BODY_LIMIT
    reached: Callable[[str], None] = field(default=lambda reason: None)


class Store:
    """What is kept of the bodies of one visit: `limit` bytes of each, and not more than VISIT_LIMIT of all."""

    def __init__(self, limit: int = BODY_LIMIT) -> None:
        self.limit, self.left, self.cut = limit, VISIT_LIMIT, 0

    def take(self, wanted: int) -> int:
        """How many of the wanted bytes may be kept."""
        given = min(wanted, self.left)
        self.left -= given
        return given

    def body(self, data: bytes) -> Body:
        """The Body of these bytes, as much of it kept as may be."""
        if not data:
            return Body()
        wanted = min(len(data), self.limit)
        given = self.take(wanted)
        self.cut += given < wanted
        return Body(size=len(data), sha256=hashlib.sha256(data).hexdigest(), kept=data[:given])


class Tee:
    """Passes a streamed body on unchanged; one longer than `most` is told to `over` and passed on no further."""

    def __init__(self, store: Store, most: int, over: Callable[[], None]) -> None:
        self._store, self._most, self._over = store, most, over
        self._hash, self._size, self._kept, self._cut = hashlib.sha256(), 0, bytearray(), False

    def __call__(self, data: bytes) -> bytes:
        """Take a piece and hand it on."""
        self._hash.update(data)
        self._size += len(data)
        if (wanted := min(self._store.limit - len(self._kept), len(data))) > 0:
            given = self._store.take(wanted)
            self._kept += data[:given]
            if given < wanted and not self._cut:
                self._cut = True
                self._store.cut += 1
        if self._size > self._most:
            self._over()
            return b""
        return data

    def body(self) -> Body:
        """What passed so far."""
        if not self._size:
            return Body()
        return Body(size=self._size, sha256=self._hash.hexdigest(), kept=bytes(self._kept))
