"""What the browser kept, and what scripts asked of it: Cookie, StorageItem, Signal."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from auditor.evidence.base import Evidence
from auditor.evidence.exchange import StackFrame


class Cookie(Evidence):
    """A cookie stored, sent or refused in a visit; one row for each name, domain, path and partition."""

    name: str
    domain: str = Field(description="without a leading dot")
    path: str = "/"
    value: str = Field("", description="the last value seen")
    host_only: bool | None = None
    set_by: str | None = Field(None, description="request id of the response that set it, or 'script', or 'prepare'")
    set_by_script: StackFrame | None = Field(None, description="the call of the script that set it, where told")
    set_at: datetime | None = None
    first_set_by_script: StackFrame | None = Field(None, description="of several writes of this value, the first's")
    first_set_at: datetime | None = None
    expires_at: datetime | None = Field(None, description="None: a session cookie, or unknown")
    max_age_s: float | None = Field(None, description="lifetime asked for when set, in seconds")
    kept_s: float | None = Field(None, description="lifetime the browser keeps it from then, in seconds")
    same_site: str | None = None
    secure: bool | None = None
    http_only: bool | None = None
    partition_key: str | None = None
    stored: bool = Field(description="in the jar at the end of the visit")
    blocked_reason: str | None = Field(None, description="the browser's reason not to set or send it")
    sent_to: tuple[str, ...] = Field((), description="hosts it was sent to, sorted")
    sent_in: tuple[str, ...] = Field((), description="request ids it was sent in")


class StorageItem(Evidence):
    """One item of a store at the end of a visit; for IndexedDB also each object store, by its path."""

    origin: str
    top_site: str = Field(description="registrable domain of the page whose partition holds it; '' when not told")
    area: str = Field(description="local, session, indexeddb, cache or service_worker")
    key: str = Field(description="name; database/store/key; cache/address; scope")
    value: str
    size: int | None = Field(None, description="bytes of the whole, where the value is not, or not all, kept")
    sha256: str | None = Field(None, description="hex, of a cached body")
    detail: str = Field("", description="version, count, key path; method and status; the service worker's script")
    written_by: str | None = Field(None, description="address of the script that wrote it, where it can be told")


class SignalKind(StrEnum):
    """What a signal was seen as: a header, a call of an interface, a call that reads a property of the device."""

    header = "header"
    api = "api"
    surface = "surface"


class Signal(Evidence):
    """Use of an interface beyond plain cookies, or of a fingerprinting surface; one for each place and causer."""

    visit: str
    kind: SignalKind
    group: str = Field(description="canvas, webgl, audio, ..., client_hints, topics, attribution, storage_access, ...")
    name: str = Field(description="the header, or the function as in capture/browser/probes.yaml")
    value: str | None = Field(None, description="the header's value where it is part of the signal")
    host: str | None = Field(None, description="host of the request, or of the script")
    script: StackFrame | None = Field(None, description="the first call: innermost script that has an address")
    frame_url: str | None = None
    top_url: str | None = None
    at: datetime = Field(description="when first")
    count: int = 1
    at_least: bool = Field(False, description="more calls were not told: the count is a lower bound")
    requests: tuple[str, ...] = ()
