"""The wire's truth: one WARC 1.1 file (ISO 28500) a visit, written record by record.

Each record is a gzip member of its own, handed to the system before the bytes it holds go on: a killed
process loses the record in hand and nothing before it. What WARC has no field for travels in extension
fields named `Auditor-*` (WARC 1.1 section 5 allows them). Bodies are as on the wire after the transfer
coding (chunks, frames) is undone; the content coding stays.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from auditor.errors import InputError
from auditor.evidence import Body, Exchange, Headers, Message, Phase, Source

type RawHeaders = list[tuple[bytes, bytes]]


def body_of(data: bytes, limit: int | None = None) -> Body:
    """The Body of these bytes, the first `limit` kept."""
    if not data:
        return Body()
    return Body(size=len(data), sha256=hashlib.sha256(data).hexdigest(), kept=data[:limit])


def text_of(raw: bytes) -> str:
    """Header bytes as text: UTF-8 where they are, else one character a byte (latin-1)."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def stamp(at: datetime) -> str:
    """A time as WARC 1.1 writes it, microseconds, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def unstamp(text: str) -> datetime:
    """The time back from `stamp`."""
    return datetime.fromisoformat(text)


class WireWriter:
    """Appends to one WARC file. Not thread-safe: one writer a visit."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("ab", buffering=0)
        self._writer = WARCWriter(self._file, gzip=True, warc_version="1.1")
        self._records: dict[str, str] = {}

    def close(self) -> None:
        """Close the file; what was written is whole already."""
        self._file.close()

    def request(
        self,
        request: str,
        at: datetime,
        phase: Phase,
        method: str,
        url: str,
        version: str,
        headers: RawHeaders,
        body: Body | None,
        *,
        server: str | None = None,
        local_port: int | None = None,
        page: str | None = None,
    ) -> str:
        """Write a request, before it is forwarded. Returns its WARC-Record-ID.

        A `body` of None follows later (`request_body`): the record is the first segment of two (WARC 1.1 section 7).
        """
        fields = {
            "Auditor-Phase": phase.value,
            "Auditor-Method": method,
            "Auditor-Server": server,
            "Auditor-Local-Port": None if local_port is None else str(local_port),
            "Auditor-Page": page,
            "WARC-Segment-Number": "1" if body is None else None,
        }
        line = f"{_line(method)} {_line(url)} {version}".encode()
        record = self._http("request", request, at, url, line, version, headers, body or Body(), fields)
        self._records[request] = record
        return record

    def request_body(self, request: str, at: datetime, url: str, body: Body) -> str:
        """Write the body of a request that was written without it. Returns its WARC-Record-ID."""
        fields = {
            "WARC-Segment-Origin-ID": self._records.get(request),
            "WARC-Segment-Number": "2",
            "WARC-Segment-Total-Length": str(body.size),
        }
        return self._write("continuation", request, at, url, "application/octet-stream", body.kept, body, fields)

    def response(
        self,
        request: str,
        at: datetime,
        url: str,
        status: int,
        reason: str,
        version: str,
        headers: RawHeaders,
        body: Body,
        *,
        ended_at: datetime | None = None,
        error: str | None = None,
        answer: str | None = None,
        server: str | None = None,
        local_port: int | None = None,
        trailers: RawHeaders | None = None,
        interim: list[tuple[int, RawHeaders]] | None = None,
    ) -> str:
        """Write a response; `error` says why it is not whole, `answer` who answered when not the web.

        `interim`: the interim answers (1xx) before it, as (status, headers).

        Returns its WARC-Record-ID.
        """
        fields = {
            "WARC-Concurrent-To": self._records.get(request),
            "Auditor-Ended": stamp(ended_at) if ended_at else None,
            "Auditor-Error": error,
            "Auditor-Status": str(status),
            "Auditor-Answer": answer,
            "Auditor-Trailers": json.dumps(_texts(trailers)) if trailers else None,
            "Auditor-Interim": json.dumps([[status, _texts(h)] for status, h in interim]) if interim else None,
            "Auditor-Server": server,
            "Auditor-Local-Port": None if local_port is None else str(local_port),
        }
        line = f"{version} {status} {_line(reason)}".encode()
        return self._http("response", request, at, url, line, version, headers, body, fields)

    def message(self, request: str, at: datetime, url: str, from_client: bool, text: bool, body: Body) -> str:
        """Write one WebSocket message. Returns its WARC-Record-ID."""
        fields = {
            "WARC-Refers-To": self._records.get(request),
            "Auditor-Message": "client" if from_client else "server",
            "Auditor-Frame": "text" if text else "binary",
        }
        content_type = "text/plain; charset=utf-8" if text else "application/octet-stream"
        return self._write("metadata", request, at, url, content_type, body.kept, body, fields)

    def closed(self, request: str, at: datetime, url: str, code: int, reason: str, *, by_client: bool) -> str:
        """Write how a WebSocket was closed (RFC 6455 7.4). Returns its WARC-Record-ID."""
        fields = {
            "WARC-Refers-To": self._records.get(request),
            "Auditor-Close": str(code),
            "Auditor-Close-By": "client" if by_client else "server",
        }
        block = json.dumps({"code": code, "reason": reason}).encode()
        return self._write("metadata", request, at, url, "application/json", block, Body(), fields)

    def failure(
        self,
        request: str,
        at: datetime,
        url: str,
        error: str,
        *,
        server: str | None = None,
        local_port: int | None = None,
    ) -> str:
        """Write that a request has no response, and why. Returns its WARC-Record-ID."""
        block = json.dumps({"error": error}).encode()
        fields = {
            "WARC-Refers-To": self._records.get(request),
            "Auditor-Error": error,
            "Auditor-Server": server,
            "Auditor-Local-Port": None if local_port is None else str(local_port),
        }
        return self._write("metadata", request, at, url, "application/json", block, Body(), fields)

    def _http(
        self,
        kind: str,
        request: str,
        at: datetime,
        url: str,
        line: bytes,
        version: str,
        headers: RawHeaders,
        body: Body,
        fields: dict[str, str | None],
    ) -> str:
        head = b"\r\n".join([line, *(_clean(k) + b": " + _clean(v) for k, v in headers), b"", b""])
        content_type = f"application/http; msgtype={kind}"
        fields = {**fields, "Auditor-Http-Version": version}
        return self._write(kind, request, at, url, content_type, head + body.kept, body, fields)

    def _write(
        self,
        kind: str,
        request: str,
        at: datetime,
        url: str,
        content_type: str,
        block: bytes,
        body: Body,
        fields: dict[str, str | None],
    ) -> str:
        record_id = f"<urn:uuid:{uuid.uuid4()}>"
        every: dict[str, str | None] = {
            "WARC-Type": kind,
            "WARC-Record-ID": record_id,
            "WARC-Target-URI": url,
            "WARC-Date": stamp(at),
            "WARC-Block-Digest": _digest(block),
            "WARC-Payload-Digest": _digest(body.kept if kind in ("request", "response") else block),
            "WARC-Truncated": "length" if body.cut else None,
            "Auditor-Request": request,
            "Auditor-Body-Size": str(body.size),
            "Auditor-Body-Sha256": body.sha256,
            **fields,
        }
        lines = [(k, _line(v)) for k, v in every.items() if v is not None]
        headers = StatusAndHeaders("", lines, protocol="WARC/1.1")
        record = ArcWarcRecord("warc", kind, headers, BytesIO(block), None, content_type, len(block))
        record.payload_length = len(block)
        self._writer.write_record(record)
        return record_id


def _texts(headers: RawHeaders) -> list[list[str]]:
    return [[text_of(name), text_of(value)] for name, value in headers]


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _clean(raw: bytes) -> bytes:
    """A header part without line ends: HTTP/2 can carry them, a header block can not."""
    return raw.replace(b"\r", b"%0D").replace(b"\n", b"%0A")


def _line(text: str) -> str:
    return text.replace("\r", "%0D").replace("\n", "%0A").encode("utf-8", "backslashreplace").decode()


@dataclass
class _Open:
    """An exchange while its records are being read."""

    fields: dict[str, object]
    messages: list[Message]
    awaits_body: bool = False


def read_wire(path: Path, visit: str, source: Source = Source.proxy_only) -> tuple[list[Exchange], str | None]:
    """All exchanges of a WARC in the order of their requests, and what is wrong with its tail, if anything.

    A cut tail (a killed writer) costs the last record: what was read stands, and the second value says so.
    """
    found: dict[str, _Open] = {}
    problem = None
    try:
        for record in _records(path):
            _take(record, found, visit, source)
    except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
        if not found:
            raise InputError(f"cannot be read as WARC: {error}", file=path) from None
        problem = f"{path.name} ends early: {type(error).__name__}"
    for open_ in found.values():
        if open_.awaits_body:
            open_.fields["error"] = open_.fields.get("error") or "the record ends before the request's body"
    return [Exchange.model_validate({**o.fields, "messages": tuple(o.messages)}) for o in found.values()], problem


def _records(path: Path) -> Iterator[tuple[dict[str, str], bytes]]:
    with path.open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            headers = {k.lower(): v for k, v in record.rec_headers.headers}
            block = record.raw_stream.read()
            if len(block) != int(headers.get("content-length", "0")):
                raise EOFError("record shorter than its length")
            yield headers, block


def _take(record: tuple[dict[str, str], bytes], found: dict[str, _Open], visit: str, source: Source) -> None:
    head, block = record
    request = head.get("auditor-request")
    if request is None:
        return
    at, record_id = unstamp(head["warc-date"]), head["warc-record-id"]
    kind = head["warc-type"]
    if kind == "request":
        headers, body = _http_parts(head, block)
        port = head.get("auditor-local-port")
        # A large upload is written twice: its head before it is forwarded, then all of it.
        if (known := found.get(request)) is not None:
            known.fields |= {"request_body": body, "request_record": record_id}
            return
        found[request] = _Open(
            {
                "visit": visit,
                "request": request,
                "phase": head["auditor-phase"],
                "started_at": at,
                "method": head["auditor-method"],
                "url": head["warc-target-uri"],
                "http_version": head["auditor-http-version"],
                "request_headers": headers,
                "request_body": body,
                "server": head.get("auditor-server"),
                "local_port": None if port is None else int(port),
                "page": head.get("auditor-page"),
                "source": source,
                "request_record": record_id,
            },
            [],
            awaits_body="warc-segment-number" in head,
        )
        return
    if (open_ := found.get(request)) is None:
        return
    if kind == "response":
        headers, body = _http_parts(head, block)
        ended = head.get("auditor-ended")
        open_.fields |= {
            "status": int(head["auditor-status"]),
            "response_headers": headers,
            "response_body": body,
            "error": head.get("auditor-error"),
            "ended_at": unstamp(ended) if ended else at,
            "answer": head.get("auditor-answer"),
            "response_record": record_id,
            "response_trailers": json.loads(head.get("auditor-trailers", "[]")),
            "interim": [{"status": s, "headers": h} for s, h in json.loads(head.get("auditor-interim", "[]"))],
        }
    elif kind == "continuation":
        open_.fields["request_body"] = _body(head, block)
        open_.awaits_body = False
    elif "auditor-close" in head:
        open_.fields |= {"close_code": int(head["auditor-close"]), "closed_by": head["auditor-close-by"]}
    elif "auditor-message" in head:
        open_.messages.append(
            Message(
                at=at,
                from_client=head["auditor-message"] == "client",
                text=head["auditor-frame"] == "text",
                body=_body(head, block),
                record=record_id,
            )
        )
    elif "auditor-error" in head:
        open_.fields |= {"error": head["auditor-error"], "ended_at": at, "response_record": record_id}
    if server := head.get("auditor-server"):
        open_.fields["server"] = server
    if port := head.get("auditor-local-port"):
        open_.fields["local_port"] = int(port)


def _http_parts(head: dict[str, str], block: bytes) -> tuple[Headers, Body]:
    top, _, data = block.partition(b"\r\n\r\n")
    headers = []
    for line in top.split(b"\r\n")[1:]:
        name, _, value = line.partition(b": ")
        headers.append((text_of(name), text_of(value)))
    return tuple(headers), _body(head, data)


def _body(head: dict[str, str], kept: bytes) -> Body:
    return Body(size=int(head["auditor-body-size"]), sha256=head.get("auditor-body-sha256"), kept=kept)
