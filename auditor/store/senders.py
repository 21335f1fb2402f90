"""Causes that the browser's account of requests leaves out, from the calls that made the requests.

A page that is going sends its last beacons when nobody is told of its requests any more; and of event streams and
workers' scripts, which the browser begins by itself, only the document is told, and of a form that it was
submitted. The call (capture/browser/probes.yaml, kind send; timeline.py) tells which script it was.
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urljoin

from auditor.domains import origin_of
from auditor.evidence import Actor, Cause, Exchange
from auditor.store.calls import Call

BEFORE, AFTER = timedelta(seconds=10), timedelta(milliseconds=500)
"""How long before its request a call may have been, and how much the two clocks may differ."""

SUBMITTED, CLOCKS = timedelta(seconds=2), timedelta(milliseconds=20)
"""How long before its request a script may have submitted the form, and how much later by another clock."""

OF_GOING_PAGES = {"beacon": "ping", "fetch": "fetch", "image": "image"}
"""Groups of calls to the resource types of requests that a page still makes when it is going."""


def with_senders(exchanges: tuple[Exchange, ...], calls: Sequence[Call]) -> tuple[Exchange, ...]:
    """The exchanges, those without a script of their own with that of the call that fits in address and time."""
    sends: dict[str, list[Call]] = {}
    for call in calls:
        if call.kind == "send" and call.script is not None and (url := _address(call)):
            sends.setdefault(url, []).append(call)
    submits = [call for call in calls if call.group == "form" and call.script is not None]
    return tuple(_submitted(_with_sender(e, sends.get(_bare(e.url), [])), submits) for e in exchanges)


def _submitted(exchange: Exchange, submits: list[Call]) -> Exchange:
    """A form's request with the script that submitted it, where all that may have are one script's call."""
    cause = exchange.cause
    if cause is None or cause.initiator_type != "form" or cause.stack:
        return exchange
    origin = origin_of(exchange.request_header("origin") or exchange.request_header("referer") or "")
    near = [
        call
        for call in submits
        if exchange.started_at - SUBMITTED <= call.at <= exchange.started_at + CLOCKS and call.origin == origin
    ]
    if len({call.script for call in near}) != 1:
        return exchange
    submits.remove(near[0])
    script = near[0].script
    assert script is not None
    return exchange.model_copy(update={"cause": cause.model_copy(update={"initiator": script.url, "stack": (script,)})})


def _address(call: Call) -> str:
    base = call.frame_url or ""
    if not base.startswith(("http://", "https://")):
        base = f"{call.origin}/"
    try:
        return _bare(urljoin(base, call.argument or "")) if call.argument else ""
    except ValueError:
        return ""


def _bare(url: str) -> str:
    return url.partition("#")[0]


def _with_sender(exchange: Exchange, sends: list[Call]) -> Exchange:
    cause, begun = exchange.cause, exchange.started_at
    near = [c for c in sends if begun - BEFORE <= c.at <= begun + AFTER]
    if cause is not None and cause.stack:
        own = (
            c for c in near if c.script and (c.script.url, c.script.line) == (cause.stack[0].url, cause.stack[0].line)
        )
        if (call := next(own, None)) is not None:
            sends.remove(call)
        return exchange
    if cause is None:
        groups = set(OF_GOING_PAGES) if exchange.attributed_to in (Actor.page, Actor.frame) else set()
    elif cause.initiator_type == "redirect":
        groups = set()
    else:
        groups = {"eventsource": {"eventsource"}, "script": {"script"}}.get(cause.resource_type, set())
        if cause.resource_type == "fetch" and cause.initiator_type == "script":
            groups = {"fetch"}  # fetchLater: a script, but not which
        if cause.resource_type == "script" and cause.initiator_type != "other":
            groups = set()  # the document's own script element
    if (call := next((c for c in near if c.group in groups), None)) is None:
        return exchange
    # Each call made one request: the next one is the next call's.
    sends.remove(call)
    script = call.script
    assert script is not None
    if cause is not None:
        told = cause.model_copy(update={"initiator_type": "script", "initiator": script.url, "stack": (script,)})
        return exchange.model_copy(update={"cause": told})
    main = call.frame_url == call.top_url
    told = Cause(
        resource_type=OF_GOING_PAGES[call.group],
        initiator_type="script",
        initiator=script.url,
        stack=(script,),
        frame_url=call.frame_url,
        top_url=call.top_url,
        main_frame=main,
    )
    return exchange.model_copy(update={"cause": told, "attributed_to": Actor.page if main else Actor.frame})
