"""Signals of a visit: headers of new and old interfaces, calls of the browser's functions, fingerprinting surfaces.

A pure function of the stored exchanges and calls. What a header or function means is data: signals.yaml here,
capture/browser/probes.yaml for functions.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from auditor.domains import host_of
from auditor.evidence import Exchange, Phase, Signal, SignalKind, Source
from auditor.specs import Spec, load
from auditor.store.calls import Call, Calls

MAX_VALUE = 500


class SignalHeader(Spec):
    """A header that is a signal."""

    name: str = Field(description="as written in its specification; * at its end for any end")
    side: Literal["request", "response"]
    group: str
    value: bool = Field(False, description="whether the value is part of the signal")
    only: tuple[str, ...] = ()
    about: str
    mark: Literal["V", "S", "C"]
    source: str

    def covers(self, name: str, value: str) -> bool:
        """Whether a header with this name (lower case) and value is one of these."""
        own = self.name.lower()
        named = name.startswith(own[:-1]) if own.endswith("*") else name == own
        return named and (not self.only or value.strip().lower() in self.only)


class _Headers(Spec):
    headers: tuple[SignalHeader, ...]


@cache
def signal_headers() -> tuple[SignalHeader, ...]:
    """All headers that are signals."""
    return load(Path(__file__).with_name("signals.yaml"), _Headers).headers


def signals_of(visit: str, exchanges: Iterable[Exchange], calls: Calls) -> tuple[Signal, ...]:
    """Every signal of a visit, put together: one for each name, place and who caused it, with its count."""
    found: dict[tuple[str | None, ...], Signal] = {}
    for signal in (*_of_headers(visit, exchanges), *_of_calls(visit, calls)):
        script = signal.script.url if signal.script else None
        key = (signal.kind, signal.name, signal.host, signal.value, script, signal.frame_url, signal.top_url)
        if (known := found.get(key)) is None:
            found[key] = signal
        else:
            more = {"count": known.count + 1, "requests": (*known.requests, *signal.requests)}
            found[key] = known.model_copy(update=more)
    return tuple(sorted(found.values(), key=lambda s: (s.kind, s.group, s.name, s.host or "", s.at)))


def _of_headers(visit: str, exchanges: Iterable[Exchange]) -> Iterator[Signal]:
    for exchange in exchanges:
        if exchange.phase is Phase.prepare or exchange.source is Source.browser_only:
            continue
        cause = exchange.cause
        for side, headers in (("request", exchange.request_headers), ("response", exchange.response_headers)):
            # The order of headers, so that a name sent twice is one signal of one request.
            for name in dict.fromkeys(name.lower() for name, _ in headers):
                value = ", ".join(text for key, text in headers if key.lower() == name)
                header = next((h for h in signal_headers() if h.side == side and h.covers(name, value)), None)
                if header is None:
                    continue
                yield Signal(
                    visit=visit,
                    kind=SignalKind.header,
                    group=header.group,
                    name=_written(header.name, name),
                    value=value[:MAX_VALUE] if header.value else None,
                    host=host_of(exchange.url),
                    script=next((call for call in cause.stack if call.url), None)
                    if cause and side == "request"
                    else None,
                    frame_url=cause.frame_url if cause else None,
                    top_url=cause.top_url if cause else exchange.page,
                    at=exchange.started_at,
                    requests=(exchange.request,),
                )


def _written(pattern: str, name: str) -> str:
    """The name as its specification writes it; the end that a * stands for as received, in capitals."""
    return pattern[:-1] + name[len(pattern) - 1 :].title() if pattern.endswith("*") else pattern


def _of_calls(visit: str, calls: Calls) -> Iterator[Signal]:
    for call in calls.calls:
        if call.kind in ("api", "surface") and call.phase is not Phase.prepare:
            yield _of_call(visit, call, at_least=call.probe in calls.limited)


def _of_call(visit: str, call: Call, *, at_least: bool) -> Signal:
    return Signal(
        visit=visit,
        kind=SignalKind(call.kind),
        group=call.group,
        name=call.probe,
        host=host_of(call.script.url) or None if call.script else None,
        script=call.script,
        frame_url=call.frame_url,
        top_url=call.top_url,
        at=call.at,
        at_least=at_least,
    )
