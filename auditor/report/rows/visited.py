"""Rows of what was visited: visits, requests, coverage."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath, PureWindowsPath

from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Actor, Exchange, Source, Visit
from auditor.report.inputs import RunResult, top_address
from auditor.report.masking import Masker
from auditor.report.rows.content import content_cells
from auditor.vendors import Carrier


def visits(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a visit, of every kind."""
    for evidence in result.visits:
        v = evidence.visit
        yield {
            "visit": v.visit,
            "site": v.site,
            "page": masker.url(v.page),
            "platform": v.platform,
            "visitor": v.visitor.value,
            "cookie_mode": v.cookie_mode.value,
            "consent": v.consent.value,
            "repeat": v.repeat,
            "outcome": v.outcome.value,
            "reason": masker.guard(v.reason),
            "started_at": v.started_at,
            "duration_ms": v.duration_ms,
            "requests": len(evidence.exchanges),
            "kind": v.kind.value,
            "operator": v.operator,
            "final_url": masker.url(v.final_url),
            "title": masker.guard(v.title),
            "attempt": v.attempt,
            "earlier": [masker.guard(reason) for reason in v.earlier],
            "user_agent": v.user_agent,
            "screen": v.screen,
            "language": v.language,
            "time_zone": v.time_zone,
            "replayed_from": file_name(v.replayed_from),
            "source_file": file_name(v.source_file),
            "proofs_failed": [p.name for p in v.proofs if not p.holds],
            **_consent(v, masker),
        }


def _consent(visit: Visit, masker: Masker) -> dict[str, object]:
    """What was done about the banner; all empty where it was ignored."""
    done = visit.consent_result
    return {
        "consent_status": done.status.value if done else None,
        "consent_rule": done.rule if done else None,
        "consent_clicked": [masker.guard(click.text or click.selector) for click in done.clicks] if done else [],
        "consent_at": done.at if done else None,
        "consent_self_test": done.self_test if done else None,
        "consent_reason": masker.guard(done.reason) if done else None,
    }


def requests(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row an exchange, of all phases, the browser's own among them."""
    in_path: dict[tuple[str, str], list[str]] = {}
    for t in result.transmissions:
        if t.carrier is Carrier.path and masker.value(t.value, t.data_type) != t.value:
            in_path.setdefault((t.visit, t.request), []).append(t.value)
    for evidence in result.visits:
        sites = visit_sites(evidence.visit)
        for x in evidence.exchanges:
            cause = x.cause
            host = host_of(x.url)
            yield {
                "visit": x.visit,
                "request": x.request,
                "started_at": x.started_at,
                "method": x.method,
                "url": masker.url(x.url, in_path.get((x.visit, x.request), ())),
                "host": host,
                "site": registrable_domain(host) if host else None,
                "party": party(x, sites),
                "resource_type": cause.resource_type if cause else None,
                "frame_url": masker.url(cause.frame_url or "") if cause else None,
                "initiator": masker.url(cause.initiator or "") if cause else None,
                "initiator_type": cause.initiator_type if cause else None,
                "status": x.status,
                "request_cookies": _cookie_names(x),
                "body_bytes": x.response_body.size,
                "body_sha256": x.response_body.sha256,
                "source": x.source.value,
                "attributed_to": x.attributed_to.value,
                "phase": x.phase.value,
                "consent_choice": x.consent_choice,
                "ended_at": x.ended_at,
                "error": masker.guard(x.error or (cause.error if cause else None) or ""),
                "request_body_bytes": x.request_body.size,
                "request_body_sha256": x.request_body.sha256,
                "messages": len(x.messages),
                "redirected_from": cause.redirected_from if cause else None,
                "answer": x.answer,
                "record": x.request_record,
                "response_record": x.response_record,
                "server": x.server,
                "http_version": x.http_version if x.source is not Source.browser_only else None,
                **content_cells(x.response_body, x.response_header("content-encoding"), x.response_content()),
                **content_cells(x.request_body, x.request_header("content-encoding"), x.request_content(), "request_"),
                "trailers": [name for name, _ in x.response_trailers],
                "messages_cut": sum(message.body.cut for message in x.messages),
                "close_code": x.close_code,
                "interim": [str(answer.status) for answer in x.interim],
            }


def coverage(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row for what each sensor saw and did not see of a visit."""
    for number, row in enumerate(result.visit_coverage(), 1):
        c = row.coverage
        yield {
            "visit": row.visit,
            "sensor": c.sensor,
            "matched": c.matched,
            "proxy_only": c.proxy_only,
            "browser_only": c.browser_only,
            "undecoded": c.undecoded,
            "skipped": c.skipped,
            "reason": masker.guard(c.reason),
            "requests": c.requests,
            "row": number,
        }


def visit_sites(visit: Visit) -> frozenset[str]:
    """The registrable domains that count as the visited page's own: of the page asked for and of the last one."""
    return frozenset(s for s in (site_of(visit.page), site_of(top_address(visit))) if s)


def party(exchange: Exchange, sites: frozenset[str]) -> str | None:
    """first or third by registrable domain against the top page at the time; None for what is no page's traffic."""
    if exchange.attributed_to in (Actor.browser, Actor.unknown):
        return None
    cause = exchange.cause
    own = sites
    # A top-level navigation has the page before it as its top: only the visit's own pages can judge it.
    navigation = cause is not None and cause.main_frame and cause.resource_type == "document"
    if cause and cause.top_url and not navigation and (top := site_of(cause.top_url)):
        own = frozenset({top})
    return "first" if site_of(exchange.url) in own else "third"


def file_name(path: str | None) -> str | None:
    """The last part only: a result must not tell the folders of the machine it was made on."""
    if path is None or "://" in path:
        return path
    return PureWindowsPath(PurePosixPath(path).name).name


def _cookie_names(exchange: Exchange) -> list[str]:
    """Names in the Cookie headers, each once, in their order."""
    names: dict[str, None] = {}
    for header, value in exchange.request_headers:
        if header.lower() == "cookie":
            for pair in value.split(";"):
                name, equals, _ = pair.strip().partition("=")
                # a pair without `=` is a cookie without a name: all of it is value
                names[name if equals else ""] = None
    return [name for name in names if name]
