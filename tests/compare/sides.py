"""Hand-made sides: a visit of a run with what it sent and kept."""

from datetime import UTC, datetime

from auditor.compare.drift import Drifted, Names, RunSide, drift, seen
from auditor.decode import Knowledge, Transmission
from auditor.disclosures import Disclosure
from auditor.evidence import (
    Body,
    Cause,
    Consent,
    Cookie,
    CookieMode,
    Exchange,
    Outcome,
    Source,
    StorageItem,
    Visit,
    VisitEvidence,
    VisitKind,
)
from auditor.vendors import (
    Carrier,
    Domain,
    Endpoint,
    Mark,
    Module,
    ModuleKind,
    Name,
    NameKind,
    Parameter,
    Party,
    Vendor,
    VendorCookie,
    load_taxonomy,
)

PAGE = "https://www.mise.test/"
AT = datetime(2026, 10, 1, tzinfo=UTC)


def _parameter(name: str, data_type: str | None = None) -> Parameter:
    return Parameter(name=name, data_type=data_type, mark=Mark.vendor, source="test")


TAGYA = Vendor(
    vendor="tagya",
    names=(Name(name="株式会社タグヤ", kind=NameKind.legal, mark=Mark.vendor, source="test"),),
    domains=(Domain(domain="tagya.test", mark=Mark.vendor, source="test"),),
    cookies=(
        VendorCookie(
            name="_tg_*",
            example="_tg_1",
            party=Party.first,
            data_type="cookie_id",
            mark=Mark.vendor,
            source="test",
        ),
    ),
    modules=(
        Module(
            id="measure",
            name_ja="計測",
            name_en="measuring",
            kind=ModuleKind.analytics,
            endpoints=(
                Endpoint(
                    host="*.tagya.test",
                    path="/hit",
                    parameters=(_parameter("v"), _parameter("em", "hashed_email"), _parameter("ep.*", "event")),
                    mark=Mark.vendor,
                    source="test",
                ),
            ),
        ),
    ),
)
NAMES = Names(Knowledge((TAGYA,), load_taxonomy()))


def sent(
    parameter: str = "u",
    *,
    recipient: str = "koukoku.test",
    vendor: str | None = None,
    module: str | None = None,
    data_type: str | None = None,
    value: str = "x",
    carrier: Carrier = Carrier.query,
    mark: Mark | None = None,
    request: str = "r00001",
) -> Transmission:
    return Transmission(
        visit="",
        request=request,
        vendor=vendor,
        recipient=recipient,
        host=recipient,
        first_party=False,
        parameter=parameter,
        data_type=data_type,
        value=value,
        carrier=carrier,
        module=module,
        mark=mark,
    )


def tagya(parameter: str, value: str = "x", data_type: str | None = None, module: str = "measure") -> Transmission:
    return sent(
        parameter,
        recipient="tagya.test",
        vendor="tagya",
        module=module,
        value=value,
        data_type=data_type,
        mark=Mark.vendor,
    )


def script(url: str, text: bytes, request: str = "r00009") -> Exchange:
    return Exchange(
        visit="",
        request=request,
        started_at=AT,
        method="GET",
        url=url,
        status=200,
        response_body=Body(size=len(text), sha256="0" * 64, kept=text),
        cause=Cause(resource_type="script"),
        source=Source.both,
    )


def cookie(name: str, domain: str = "www.mise.test", **more: object) -> Cookie:
    told: dict[str, object] = {"set_by": "script", "stored": True, "same_site": "Lax", "secure": True, **more}
    return Cookie.model_validate({"name": name, "domain": domain, **told})


class Made:
    """One visit of a side."""

    def __init__(
        self,
        *transmissions: Transmission,
        site: str = "mise",
        mode: CookieMode = CookieMode.allowed,
        consent: Consent = Consent.ignore,
        outcome: Outcome = Outcome.complete,
        exchanges: tuple[Exchange, ...] = (),
        cookies: tuple[Cookie, ...] = (),
        storage: tuple[StorageItem, ...] = (),
        user_agent: str = "Test/1",
    ) -> None:
        self.transmissions = transmissions
        self.evidence = VisitEvidence(
            visit=Visit(
                visit="made",
                kind=VisitKind.audit,
                site=site,
                page=PAGE,
                final_url=PAGE,
                cookie_mode=mode,
                consent=consent,
                outcome=outcome,
                started_at=AT,
                duration_ms=1,
                user_agent=user_agent,
            ),
            exchanges=exchanges,
            cookies=cookies,
            storage=storage,
        )


def side(run: str, *made: Made, disclosures: tuple[Disclosure, ...] = ()) -> RunSide:
    visits = []
    for number, one in enumerate(made, 1):
        name = f"v{number}"
        visit = one.evidence.visit.model_copy(update={"visit": name, "repeat": number})
        exchanges = tuple(x.model_copy(update={"visit": name}) for x in one.evidence.exchanges)
        evidence = one.evidence.model_copy(update={"visit": visit, "exchanges": exchanges})
        visits.append(seen(evidence, [t._replace(visit=name) for t in one.transmissions], NAMES))
    return RunSide(run, AT, tuple(visits), disclosures)


def drifted(before: list[Made], after: list[Made]) -> Drifted:
    return drift(side("old", *before), side("new", *after))


def short(told: Drifted) -> list[tuple[str, str, str, str, str]]:
    return [(x.kind.value, x.change.value, x.name or x.module or x.recipient, x.before, x.after) for x in told.lines]
