"""Small visits made by hand: a clock, page loads, requests, cookies."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from auditor.decode import Knowledge, Transmission, decode_visit
from auditor.evidence import (
    Body,
    Cause,
    ClearedCookie,
    Cookie,
    CookieMode,
    Exchange,
    Outcome,
    Phase,
    Source,
    StackFrame,
    StepDone,
    StorageItem,
    Visit,
    VisitEvidence,
    VisitKind,
    Visitor,
)
from auditor.identify import Identified, Identifier
from auditor.identify.run import identify_run
from auditor.scenario import CookieProof, Platform, Scenario, Site
from auditor.scenario.steps import Goto
from auditor.vendors import (
    Domain,
    Endpoint,
    Mark,
    Module,
    ModuleKind,
    Name,
    NameKind,
    Parameter,
    Party,
    Script,
    Vendor,
    VendorCookie,
    load_taxonomy,
)

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DAY_S = 86_400.0
SITE = "https://www.mise.test"


def at(seconds: float, day: int = 0) -> datetime:
    return START + timedelta(days=day, seconds=seconds)


def exchange(
    number: int,
    url: str,
    seconds: float,
    *,
    cookie: str = "",
    set_cookie: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
    answer: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    kind: str = "text/plain",
    response: bytes = b"",
    page: str = f"{SITE}/",
    document: bool = False,
    redirected_from: str | None = None,
    script: str = "",
    phase: Phase = Phase.journey,
    day: int = 0,
    visit: str = "v1",
    **more: Any,
) -> Exchange:
    request = [*headers, *([("cookie", cookie)] if cookie else [])]
    if body:
        request.append(("content-type", kind))
    return Exchange(
        visit=visit,
        request=f"r{number:05}",
        phase=phase,
        started_at=at(seconds, day),
        ended_at=at(seconds + 0.05, day),
        method="POST" if body else "GET",
        url=url,
        request_headers=tuple(request),
        request_body=Body(size=len(body), kept=body),
        status=302 if any(n == "location" for n, _ in answer) else 200,
        response_headers=(*answer, *(("set-cookie", line) for line in set_cookie)),
        response_body=Body(size=len(response), kept=response),
        cause=Cause(
            resource_type="document" if document else "image",
            top_url=page,
            main_frame=document,
            redirected_from=redirected_from,
            stack=(StackFrame(url=script, line=1, column=1),) if script else (),
        ),
        source=Source.both,
        **more,
    )


def load(number: int, path: str, seconds: float, **more: Any) -> Exchange:
    """A page of the site."""
    return exchange(number, f"{SITE}{path}", seconds, document=True, page=f"{SITE}{path}", **more)


def cookie(name: str, value: str, domain: str = "mise.test", *, days: float = 365, **more: Any) -> Cookie:
    fields: dict[str, Any] = {"set_by": "script", "set_at": at(0.5), "stored": True}
    return Cookie(name=name, value=value, domain=domain, max_age_s=days * DAY_S or None, **(fields | more))


def stored(key: str, value: str, origin: str = SITE, *, area: str = "local", **more: Any) -> StorageItem:
    return StorageItem(origin=origin, top_site="mise.test", area=area, key=key, value=value, **more)


def evidence(
    name: str,
    exchanges: Iterable[Exchange] = (),
    *,
    cookies: Sequence[Cookie] = (),
    storage: Sequence[StorageItem] = (),
    steps: Sequence[StepDone] = (),
    repeat: int = 1,
    day: int = 0,
    site: str = "mise",
    page: str = f"{SITE}/",
    platform: str | None = None,
    visitor: Visitor = Visitor.no_account,
    mode: CookieMode = CookieMode.allowed,
    kind: VisitKind = VisitKind.audit,
) -> VisitEvidence:
    return VisitEvidence(
        visit=Visit(
            visit=name,
            kind=kind,
            site=site,
            page=page,
            final_url=page,
            platform=platform,
            visitor=visitor,
            cookie_mode=mode,
            repeat=repeat,
            outcome=Outcome.complete,
            started_at=at(0, day),
            duration_ms=5_000,
        ),
        exchanges=tuple(e.model_copy(update={"visit": name}) for e in exchanges),
        cookies=tuple(cookies),
        storage=tuple(storage),
        steps=tuple(steps),
    )


def twin_of(one: VisitEvidence, value: str, other: str) -> VisitEvidence:
    """The same visit in another profile: another value everywhere, the next repetition."""

    def body(own: Body) -> Body:
        return own.model_copy(update={"kept": own.kept.replace(value.encode(), other.encode())})

    text = one.model_dump_json().replace(value, other).replace('"v1"', '"v2"').replace('"repeat":1', '"repeat":2')
    twin = VisitEvidence.model_validate_json(text)
    exchanges = (
        e.model_copy(update={"request_body": body(e.request_body), "response_body": body(e.response_body)})
        for e in twin.exchanges
    )
    return twin.model_copy(update={"exchanges": tuple(exchanges)})


def clear(seconds: float, *cookies: tuple[str, str, str]) -> StepDone:
    gone = tuple(ClearedCookie(name=name, domain=domain, value=value) for name, domain, value in cookies)
    return StepDone(name="journey.1.clear", kind="clear", at=at(seconds), cleared=gone)


def vendor(
    key: str,
    *domains: str,
    cookies: Sequence[VendorCookie] = (),
    parameters: Sequence[Parameter] = (),
    scripts: Sequence[tuple[str, str]] = (),
    kind: ModuleKind = ModuleKind.advertising,
) -> Vendor:
    endpoints = (
        (Endpoint(host=f"*.{domains[0]}", path="/*", methods=("GET", "POST"), parameters=tuple(parameters), **_FACT),)
        if parameters
        else ()
    )
    told = {host: Script(host=host, path="/*", **_FACT) for host, _ in scripts}
    modules = [Module(id=name, name_ja=name, name_en=name, kind=kind, scripts=(told[host],)) for host, name in scripts]
    if endpoints:
        modules.append(Module(id=f"{key}-ads", name_ja=key, name_en=key, kind=kind, endpoints=endpoints))
    return Vendor(
        vendor=key,
        names=(Name(name=key, kind=NameKind.legal, **_FACT),),
        domains=tuple(Domain(domain=d, **_FACT) for d in domains),
        cookies=tuple(cookies),
        modules=tuple(modules),
    )


_FACT: dict[str, Any] = {"mark": Mark.vendor, "source": "test"}


def named(name: str, data_type: str | None) -> Parameter:
    return Parameter(name=name, data_type=data_type, **_FACT)


def named_cookie(name: str, data_type: str, domain: str = "") -> VendorCookie:
    party = Party.third if domain else Party.first
    return VendorCookie(name=name, domain=domain, party=party, data_type=data_type, **_FACT)


KNOWLEDGE = Knowledge(
    (
        vendor(
            "koku",
            "koku.test",
            "koku-cdn.test",
            cookies=[named_cookie("kid", "cookie_id", "koku.test"), named_cookie("_kk", "cookie_id")],
            parameters=[named("uid", "cookie_id"), named("container", None), named("clid", "click_id")],
        ),
        vendor("renketsu", "renketsu.test", parameters=[named("pid", "cookie_id")]),
        vendor("dai", "dai-one.test", "dai-two.test", scripts=[("s.dai-one.test", "one"), ("s.dai-two.test", "two")]),
        vendor("tagbox", "tagbox.test", scripts=[("s.tagbox.test", "box")], kind=ModuleKind.tag_manager),
        vendor("hiroba", "hiroba.test"),
    ),
    load_taxonomy(),
)
SCENARIO = Scenario(
    scenario="test",
    platforms={
        "hiroba": Platform(
            vendor="hiroba",
            login=(Goto(goto="https://hiroba.test/in"),),
            logout=(Goto(goto="https://hiroba.test/out"),),
            proof=CookieProof(cookie="member", domain="hiroba.test"),
        )
    },
    sites=(Site(id="mise", operator="株式会社みせ", url=f"{SITE}/"),),
)


def identified(*visits: VisitEvidence, scenario: Scenario | None = SCENARIO) -> Identified:
    sent: list[Transmission] = []
    for visit in visits:
        sent += decode_visit(visit, KNOWLEDGE)[0]
    return identify_run(visits, sent, KNOWLEDGE, scenario)


def by_name(found: Identified) -> dict[str, list[Identifier]]:
    names: dict[str, list[Identifier]] = {}
    for identifier in found.identifiers:
        for name in dict.fromkeys(f"{h.name} {h.part}".strip() for h in identifier.holders):
            names.setdefault(name, []).append(identifier)
    return names
