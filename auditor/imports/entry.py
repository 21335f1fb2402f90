"""One entry of a HAR, in any recorder's dialect, as a Recorded.

What an entry must have to be taken is a request with a method, an address and a time: without these it is
no evidence of anything, and Unfit says which is missing. All else may be damaged or absent. A response
that cannot be read is an exchange without response whose error says so: the request went out all the same.
"""

import ipaddress
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from auditor.evidence import Body
from auditor.imports.account import account_of
from auditor.imports.bodies import RECORDED, recorded_body_size, request_body, response_body
from auditor.imports.fields import Part, Unfit, address, moment, parts, plain, to_bytes, token
from auditor.imports.messages import messages_of
from auditor.imports.recorded import Recorded, RecordedResponse
from auditor.store.wire import RawHeaders

_MAX_TIME_MS = 7 * 24 * 3600 * 1000
_VERSION = re.compile(r"(?:HTTP/|h)?([123])(?:\.(\d))?", re.IGNORECASE)
_HTML = re.compile(r"\s*(text/html|application/xhtml\+xml)", re.IGNORECASE)


def page_key(entry: Part) -> str | None:
    """The page an entry says it belongs to, by the page's id."""
    key = entry.maybe_text("pageref")
    return plain(key) if key else None


def read_entry(entry: Part) -> Recorded:
    """The entry. Raises Unfit when its request cannot be told."""
    request = entry.part("request")
    if request is None:
        raise Unfit("request is missing")
    url = address(request.text("url"), "request.url")
    method = token(request.text("method"), "request.method")
    started_at, zoned = moment(entry.text("startedDateTime"), "startedDateTime")
    lost: list[str] = []
    remarks: list[str] = [] if zoned else ["startedDateTime names no zone, taken as UTC"]
    headers = _headers(request, lost)
    body = Body()
    try:
        body, headers = request_body(request.part("postData"), headers)
    except Unfit as error:
        lost.append(str(error))
    if not body.size:
        body = Body(size=recorded_body_size(request))
    _add_cookies(request, headers, remarks)
    response, error_text = _response(entry, remarks)
    try:
        messages = messages_of(entry, started_at)
    except Unfit as error:
        messages = ()
        lost.append(str(error))
    return Recorded(
        started_at=started_at,
        ended_at=_ended(entry, started_at),
        method=method,
        url=url,
        version=_version(request),
        headers=headers,
        body=body,
        response=response,
        error=error_text,
        page=page_key(entry),
        server=_server(entry, url),
        html=_is_html(entry),
        messages=messages,
        account=account_of(entry, remarks),
        lost=tuple(lost),
        remarks=tuple(remarks),
    )


def _response(entry: Part, remarks: list[str]) -> tuple[RecordedResponse | None, str | None]:
    """The response, or None, and why there is no whole one."""
    try:
        response = entry.part("response")
        if response is None:
            return None, "the recording has no response"
        error = _error(response) or _error(entry)
        status = response.number("status")
        if status is None or not status.is_integer() or not 0 <= status <= 999:
            if status is None:
                remarks.append("response.status is not a number")
            return None, error or "the recording has no status"
        unread: list[str] = []
        headers = _headers(response, unread)
        body, headers, problem = response_body(response, headers)
        remarks += [*unread, *([problem] if problem else [])]
    except Unfit as unfit:
        remarks.append(str(unfit))
        return None, f"the recorded response cannot be read: {plain(str(unfit))}"
    if status < 100:
        error = error or "the recording has no status"
        if not headers and not body.kept:
            return None, error
    reason = plain(response.maybe_text("statusText") or "")
    return RecordedResponse(int(status), reason, _version(response), headers, body), error


def _headers(part: Part, unread: list[str]) -> RawHeaders:
    """The headers of a request or response; what cannot be taken is named in `unread`."""
    try:
        rows = part.items("headers")
    except Unfit as error:
        unread.append(str(error))
        return []
    if rows is None:
        unread.append(f"{part.where}.headers is missing")
        return []
    headers: RawHeaders = []
    for row in rows:
        try:
            header = Part(row, f"{part.where}.headers[]")
            name, value = header.text("name"), header.get("value")
            if name is None or isinstance(value, dict | list):
                raise Unfit(f"{part.where}.headers[] has no name or no value")
        except Unfit as error:
            if str(error) not in unread:
                unread.append(str(error))
            continue
        text = value if isinstance(value, str) else "" if value is None else str(value)
        # Browsers hand several lines of one name over as one, joined by line ends: Set-Cookie above all.
        headers += [(_header_name(name), to_header(line.rstrip("\r"))) for line in text.split("\n")]
    return headers


def _header_name(name: str) -> bytes:
    """A name that reads back as itself: in a header block, the first colon and space end it."""
    return to_header(name.replace(": ", ":%20"))


def to_header(text: str) -> bytes:
    """Header text as bytes: UTF-8, half surrogates as `\\ud800` to `\\udfff`, which no header can carry."""
    return text.encode("utf-8", "backslashreplace")


def _add_cookies(request: Part, headers: RawHeaders, remarks: list[str]) -> None:
    """Cookies listed though no header sent them, under a name of our own.

    Chrome lists those it considered, also for answers out of its cache: it is no proof that they were sent.
    """
    if any(key.lower() == b"cookie" for key, _ in headers):
        return
    try:
        rows = [(c.text("name"), c.text("value")) for c in parts(request.items("cookies"), "request.cookies")]
    except Unfit as error:
        remarks.append(str(error))
        return
    if rows:
        line = "; ".join(f"{name or ''}={value or ''}" for name, value in rows)
        headers.append((f"{RECORDED}cookie".encode(), to_bytes(line)))


def _error(part: Part) -> str | None:
    """The recorder's own word for what went wrong, in any of its forms."""
    for name in ("_error", "_failureText", "_errorText"):
        if text := part.maybe_text(name):
            return plain(text)
    value = part.get("_error")
    if isinstance(value, dict):
        told = Part(value, "_error")
        return plain(told.maybe_text("code") or told.maybe_text("message") or "error")
    return None


def _version(part: Part) -> str:
    """The protocol as HTTP writes it; HTTP/1.1 where the recorder gives none or something else."""
    found = _VERSION.fullmatch((part.maybe_text("httpVersion") or "").strip())
    if not found:
        return "HTTP/1.1"
    return f"HTTP/{found[1]}.{found[2] or ('1' if found[1] == '1' else '0')}"


def _ended(entry: Part, started_at: datetime) -> datetime | None:
    spent_ms = entry.number("time")
    if spent_ms is None or not 0 <= spent_ms <= _MAX_TIME_MS:
        return None
    return started_at + timedelta(milliseconds=spent_ms)


def _server(entry: Part, url: str) -> str | None:
    """ip:port of the server; its port is the address' own where the recorder does not say."""
    told = entry.maybe_text("serverIPAddress") or entry.maybe_text("_ip_addr") or ""
    try:
        ip = ipaddress.ip_address(told.strip().removeprefix("[").removesuffix("]"))
        parsed = urlsplit(url)
        port = entry.number("_serverPort") or parsed.port or (443 if parsed.scheme in ("https", "wss") else 80)
    except ValueError:
        return None
    return f"{ip}:{int(port)}" if 0 < port < 65536 else None


def _is_html(entry: Part) -> bool:
    try:
        response = entry.part("response")
        content = response.part("content") if response else None
    except Unfit:
        return False
    return bool(content and _HTML.match(content.maybe_text("mimeType") or ""))
