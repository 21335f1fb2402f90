from datetime import UTC, datetime

from auditor.decode import Knowledge, Transmission
from auditor.disclosures import DeclaredRow, Disclosure
from auditor.disclosures.vocabulary import load_vocabulary
from auditor.disclosures.wording import ContentWords
from auditor.evidence import (
    Consent,
    ConsentResult,
    ConsentStatus,
    Cookie,
    CookieMode,
    Exchange,
    Outcome,
    StorageItem,
    Visit,
    VisitEvidence,
    VisitKind,
    Visitor,
)
from auditor.scenario import DisclosureAt, Site
from auditor.vendors import (
    Carrier,
    ClickId,
    Domain,
    Mark,
    Name,
    NameKind,
    Party,
    Vendor,
    VendorCookie,
    load_taxonomy,
)

TAXONOMY = load_taxonomy()
_WORDS = ContentWords(TAXONOMY, load_vocabulary())


def vendor(
    key: str,
    domain: str,
    *,
    legal: str,
    brand: str,
    former: str = "",
    mark: Mark = Mark.vendor,
    name_mark: Mark = Mark.capture,
    click_id: str = "",
    click_cookie: str = "",
) -> Vendor:
    kinds = ((legal, NameKind.legal), (former, NameKind.former), (brand, NameKind.brand))
    names = tuple(Name(name=n, kind=k, mark=name_mark, source="test") for n, k in kinds if n)
    cookies = [
        VendorCookie(name=click_cookie, party=Party.first, data_type="click_id", mark=Mark.vendor, source="test")
    ]
    return Vendor(
        vendor=key,
        names=names,
        domains=(Domain(domain=domain, mark=mark, source="test"),),
        cookies=tuple(cookies) if click_cookie else (),
        click_ids=(ClickId(name=click_id, mark=Mark.vendor, source="test"),) if click_id else (),
    )


KNOWLEDGE = Knowledge(
    (
        vendor(
            "adcom",
            "adcom.example",
            legal="アドコム株式会社",
            former="アドシステム株式会社",
            brand="アドタグ",
            click_id="adclid",
            click_cookie="_adc",
        ),
        vendor("guessed", "guessed.example", legal="推定株式会社", brand="推定タグ", mark=Mark.capture),
        vendor("heard", "heard.example", legal="伝聞株式会社", brand="伝聞タグ", name_mark=Mark.memory),
    ),
    TAXONOMY,
)
SITE = Site(
    id="shop", operator="株式会社みほん商店", url="https://www.shop.example/", own_domains=("shop-cdn.example",)
)
DECLARED_AT = DisclosureAt(url="https://www.shop.example/policy")


def visit(
    name: str = "v1",
    *,
    site: str = "shop",
    outcome: Outcome = Outcome.complete,
    kind: VisitKind = VisitKind.audit,
    visitor: Visitor = Visitor.no_account,
    platform: str | None = None,
    mode: CookieMode = CookieMode.allowed,
    consent: Consent = Consent.ignore,
    status: ConsentStatus = ConsentStatus.made,
    repeat: int = 1,
    exchanges: tuple[Exchange, ...] = (),
    cookies: tuple[Cookie, ...] = (),
    storage: tuple[StorageItem, ...] = (),
    html: str | None = None,
    year: int = 2026,
) -> VisitEvidence:
    return VisitEvidence(
        visit=Visit(
            visit=name,
            kind=kind,
            site=site,
            page="https://www.shop.example/",
            final_url="https://www.shop.example/",
            platform=platform,
            visitor=visitor,
            cookie_mode=mode,
            consent=consent,
            consent_result=None if consent is Consent.ignore else ConsentResult(wanted=consent, status=status),
            repeat=repeat,
            outcome=outcome,
            started_at=datetime(year, 11, 1, tzinfo=UTC),
            duration_ms=1,
        ),
        exchanges=exchanges,
        cookies=cookies,
        storage=storage,
        document_html=html,
    )


def sent(
    data_type: str | None = "cookie_id",
    *,
    visit: str = "v1",
    request: str = "r00001",
    vendor: str | None = "adcom",
    host: str = "t.adcom.example",
    recipient: str = "",
    parameter: str = "id",
    value: str = "abcdef0123456789",
    carrier: Carrier = Carrier.query,
    mark: Mark | None = Mark.vendor,
    first_party: bool = False,
    module: str | None = None,
    by_grammar: bool = False,
) -> Transmission:
    return Transmission(
        visit=visit,
        request=request,
        vendor=vendor,
        recipient=recipient or ".".join(host.split(".")[-2:]),
        host=host,
        first_party=first_party,
        module=module,
        parameter=parameter,
        data_type=data_type,
        value=value,
        carrier=carrier,
        mark=mark,
        told_by="grammar: v=2" if by_grammar else "",
    )


def row(
    recipient: str = "アドコム株式会社",
    content_text: str = "Cookie",
    *,
    entity: str | None = "adcom",
    name_kind: str | None = "legal",
    service: str = "",
    opt_out: str = "",
    confidence: float = 1.0,
    own: str = "当サイトの分析のため",
    theirs: str = "送信先の広告の配信のため",
    purposes: tuple[str, ...] | None = None,
    not_sent: tuple[str, ...] = (),
    vague: tuple[str, ...] = (),
    policy_url: str = "",
    where: str = "",
) -> DeclaredRow:
    return DeclaredRow(
        recipient=recipient,
        entity=entity,
        name_kind=name_kind,
        service=service,
        content=_WORDS.codes(content_text),
        content_text=content_text,
        opt_out=opt_out,
        confidence=confidence,
        purpose_own=own if purposes is None else "",
        purpose_recipient=theirs if purposes is None else "",
        purposes=tuple(p for p in (own, theirs) if p) if purposes is None else purposes,
        not_sent=not_sent,
        vague=vague,
        policy_url=policy_url,
        where=where,
    )


def page(*rows: DeclaredRow, found: bool = True, left: tuple[str, ...] = ()) -> Disclosure:
    return Disclosure(address="https://www.shop.example/policy", found=found, rows=rows, not_understood=left)
