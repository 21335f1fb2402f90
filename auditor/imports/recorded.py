"""What any recording is read into before it is stored: entries, pages, and what could not be taken.

Both readers (`har`, `flows`) yield these in the order of the file, the same each time they are asked, so
that `storing` can go through a file twice: once to plan its visits, once to write them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from auditor.evidence import Body, StackFrame
from auditor.store.wire import RawHeaders


@dataclass(frozen=True, slots=True)
class Account:
    """The recording browser's account of a request; None where the recorder does not say."""

    resource_type: str | None = None
    initiator_type: str | None = None
    initiator: str | None = None
    stack: tuple[StackFrame, ...] = ()
    from_cache: bool = False


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """One WebSocket message of an entry."""

    at: datetime
    from_client: bool
    text: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """The response of an entry; `status` 0 where the recorder kept a body but no status."""

    status: int
    reason: str
    version: str
    headers: RawHeaders
    body: Body


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of a recording that could be taken.

    `lost` names parts of the request that could not be read (the import is then partial), `remarks` what
    else the reader should know: a response that was cut, a time without a zone.
    """

    started_at: datetime
    ended_at: datetime | None
    method: str
    url: str
    version: str
    headers: RawHeaders
    body: Body
    response: RecordedResponse | None
    error: str | None
    page: str | None = None
    server: str | None = None
    html: bool = False
    messages: tuple[RecordedMessage, ...] = ()
    account: Account = field(default_factory=Account)
    lost: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The first request header of that name, or None."""
        wanted = name.lower().encode()
        found = next((value for key, value in self.headers if key.lower() == wanted), None)
        return None if found is None else found.decode("utf-8", "backslashreplace")

    def location(self) -> str | None:
        """Where the response redirects to, as written there; None when it does not."""
        if self.response is None or not 300 <= self.response.status < 400:
            return None
        found = next((value for key, value in self.response.headers if key.lower() == b"location"), None)
        return None if found is None else found.decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An entry that could not be taken: its place in the file (from 0) and why."""

    index: int
    reason: str
    page: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something in the file that is no request at all (a DNS lookup): no evidence is lost with it."""

    what: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page as the recording lists it."""

    key: str
    title: str
    url: str | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class BreaksOff:
    """The file cannot be read beyond this point: always the last thing a recording yields."""

    reason: str


type Item = Recorded | Quarantined | LeftOut | PageRow | BreaksOff


class Recording(Protocol):
    """A recorded file, open for reading."""

    def items(self) -> Iterator[Item]:
        """All it holds, from the start. Raises InputError when the file is not what it seemed."""
        ...
