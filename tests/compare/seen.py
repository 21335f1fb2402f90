"""Visits, identifiers and signals made by hand for the tests of techniques, and the rows found of them."""

from datetime import UTC, datetime, timedelta

from auditor.compare import technique_uses
from auditor.decode import Knowledge, Transmission
from auditor.evidence import (
    Actor,
    Body,
    Cause,
    CookieMode,
    Exchange,
    Signal,
    SignalKind,
    Source,
    StackFrame,
    VisitEvidence,
)
from auditor.identify import (
    Flow,
    Holder,
    HolderKind,
    Identified,
    Identifier,
    IdentifierKind,
    Property,
)
from tests.check.factory import KNOWLEDGE, visit

AT = datetime(2026, 11, 1, tzinfo=UTC)
ID = "3f2a9c71-5b7e-4c1d-9a60-0d3b2e4f5a6b"
BLOCKED = CookieMode.blocked


def exchange(
    url: str,
    *,
    request: str = "r00001",
    kind: str = "image",
    main: bool = False,
    headers: tuple[tuple[str, str], ...] = (),
    answer: tuple[tuple[str, str], ...] = (),
    status: int = 200,
    after: str | None = None,
    initiator: str | None = None,
    top: str = "https://www.shop.example/",
    body: bytes = b"",
    sha256: str | None = None,
    actor: Actor = Actor.page,
) -> Exchange:
    return Exchange(
        visit="v1",
        request=request,
        started_at=AT,
        method="GET",
        url=url,
        source=Source.both,
        request_headers=headers,
        response_headers=answer,
        response_body=Body(size=len(body), kept=body, sha256=sha256),
        status=status,
        attributed_to=actor,
        cause=Cause(resource_type=kind, main_frame=main, redirected_from=after, initiator=initiator, top_url=top),
    )


def signal(
    group: str,
    name: str,
    *,
    kind: SignalKind = SignalKind.header,
    value: str | None = None,
    host: str = "t.adcom.example",
    script: str = "",
) -> Signal:
    frame = StackFrame(url=script, line=1, column=1) if script else None
    requests = ("r00001",) if kind is SignalKind.header else ()
    return Signal(
        visit="v1", kind=kind, group=group, name=name, value=value, host=host, at=AT, script=frame, requests=requests
    )


def with_signals(name: str, *signals: Signal, mode: CookieMode = CookieMode.allowed) -> VisitEvidence:
    return visit(name, mode=mode).model_copy(update={"signals": signals})


def flow(
    recipient: str,
    carrier: str = "query",
    name: str = "uid",
    *,
    visit: str = "v1",
    request: str = "r00001",
    late: int = 0,
) -> Flow:
    return Flow(
        visit=visit,
        site="shop",
        request=request,
        at=AT + timedelta(seconds=late),
        recipient=recipient,
        host=f"t.{recipient}",
        first_party=recipient == "shop.example",
        carrier=carrier,
        name=name,
    )


def identifier(
    *flows: Flow, holders: tuple[Holder, ...] = (), kind: IdentifierKind = IdentifierKind.browser, value: str = ID
) -> Identifier:
    proof = Property(holds=True, shown="test")
    return Identifier(
        value=value, kind=kind, holders=holders, stays=proof, differs=proof, random=proof, lives=proof, flows=flows
    )


COOKIE = Holder(kind=HolderKind.cookie, place="shop.example", name="_own", party="first")
LOCAL = Holder(kind=HolderKind.local_storage, place="https://www.shop.example", name="copy", party="first")


def uses(
    *visits: VisitEvidence,
    sent: tuple[Transmission, ...] = (),
    identified: Identified | None = None,
    knowledge: Knowledge = KNOWLEDGE,
) -> list[tuple[str | None, str, str, str, tuple[str, ...], tuple[str, ...]]]:
    found = technique_uses(visits, sent, knowledge, identified or Identified())
    return [(u.vendor, u.recipient, u.technique, u.strength, u.items, u.evidence) for u in found]
