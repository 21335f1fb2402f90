"""Small webs on paper for the rules: exchanges through the real decoder, pages through the real reader."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from auditor.check import Judgement, judge_run, judge_site
from auditor.decode import Knowledge, decode_visit
from auditor.disclosures import Disclosure, read_disclosure
from auditor.evidence import (
    Actor,
    Cause,
    Consent,
    ConsentClick,
    ConsentResult,
    ConsentStatus,
    Exchange,
    Outcome,
    Phase,
    Source,
    Visit,
    VisitEvidence,
    VisitKind,
    Visitor,
)
from auditor.hosts import Cname, CnameStatus, Host
from auditor.scenario import Site
from auditor.vendors import Domain, Endpoint, Mark, Module, ModuleKind, Name, NameKind, Parameter, Vendor
from auditor.vendors.model import Alias, Ask, Asked, Declared, Document
from tests.check.factory import TAXONOMY

ADDRESS = "https://www.shop.test/external"
PAGE = "https://www.shop.test/"
HIT = "https://t.adcom.test/hit?id=abcdef0123456789&u=https%3A%2F%2Fwww.shop.test%2F"
STATED = "Cookie ID、閲覧したページのURL"
FULL = f'<a href="{ADDRESS}">外部送信について</a>'
V = Mark.vendor
S = "a page of the invented company, 2026"


def _parameters(mark: Mark = V, **types: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name=n, data_type=t, mark=mark, source=S) for n, t in types.items())


def _vendor(
    key: str,
    legal: str,
    brand: str,
    kind: ModuleKind = ModuleKind.tag,
    mark: Mark = V,
    documents: tuple[Document, ...] = (),
    opt_out: tuple[Document, ...] = (),
) -> Vendor:
    hit = Endpoint(
        host=f"*.{key}.test",
        path="/hit",
        parameters=_parameters(mark, id="cookie_id", u="page_url", em="hashed_email", mail="email", sw="screen"),
        mark=mark,
        source=S,
    )
    grammar = Endpoint(
        host="*", path="/x", when={f"{key}v": "1"}, parameters=_parameters(id="cookie_id"), mark=V, source=S
    )
    return Vendor(
        vendor=key,
        names=(
            Name(name=legal, kind=NameKind.legal, mark=V, source=S),
            Name(name=brand, kind=NameKind.brand, mark=V, source=S),
        ),
        domains=(Domain(domain=f"{key}.test", mark=mark, source=S),),
        aliases=(Alias(host=f"*.edge.{key}.test", mark=mark, source=S),),
        modules=(Module(id=f"{key}-tag", name_ja=brand, name_en=key, kind=kind, endpoints=(hit, grammar)),),
        documents=documents,
        opt_out=opt_out,
    )


ASKS = (
    Ask(asked=Asked.notice, text_ja="Cookieの取得を知らせる", text_en="tell of cookies", mark=V, source=S),
    Ask(asked=Asked.opt_out, text_ja="オプトアウトを示す", text_en="offer an opt-out", mark=V, source=S),
    Ask(asked=Asked.no_contact_data, text_ja="連絡先を送らない", text_en="send no contact data", mark=V, source=S),
)
DOCUMENT = Document(
    url="https://adcom.test/terms",
    asks=ASKS,
    declares=(
        Declared(data_type="cookie_id", mark=V, source=S),
        Declared(cookie="_adc", data_type="cookie_id", lifetime_days=90, mark=V, source=S),
    ),
    mark=V,
    source=S,
)
OPT_OUT = Document(url="https://adcom.test/optout", mark=V, source=S)
KNOWN = Knowledge(
    (
        _vendor("adcom", "アドコム株式会社", "アドタグ", documents=(DOCUMENT,), opt_out=(OPT_OUT,)),
        _vendor("partner", "連携広告株式会社", "レンケイ", ModuleKind.cookie_sync),
        _vendor("guard", "防犯株式会社", "ボウハン", ModuleKind.security),
        _vendor("rumour", "風聞株式会社", "フウブン", mark=Mark.secondary),
    ),
    TAXONOMY,
)
SITE = Site(id="shop", operator="株式会社みほん商店", url=PAGE, service_type="2")
START = datetime(2026, 11, 1, tzinfo=UTC)


def request(
    url: str = HIT,
    number: int = 2,
    *,
    visit: str = "v1",
    choice: str = "",
    phase: Phase = Phase.journey,
    after: int | None = None,
    status: int = 200,
) -> Exchange:
    """One exchange of the page; `after` is the number of the request that redirected to it."""
    before = None if after is None else f"r{after:05d}"
    return Exchange(
        visit=visit,
        request=f"r{number:05d}",
        phase=phase,
        consent_choice=choice,
        started_at=START + timedelta(seconds=number),
        method="GET",
        url=url,
        status=status,
        cause=Cause(resource_type="image", frame_url=PAGE, top_url=PAGE, main_frame=True, redirected_from=before),
        source=Source.both,
        attributed_to=Actor.page,
    )


def went(
    *exchanges: Exchange,
    name: str = "v1",
    site: str = "shop",
    consent: Consent = Consent.ignore,
    status: ConsentStatus = ConsentStatus.made,
    clicks: tuple[ConsentClick, ...] = (),
    visitor: Visitor = Visitor.no_account,
    kind: VisitKind = VisitKind.audit,
    html: str | None = FULL,
    hosts: tuple[Host, ...] = (),
    days: int = 0,
) -> VisitEvidence:
    """A complete visit with its exchanges, which are put under its name."""
    result = ConsentResult(wanted=consent, status=status, clicks=clicks, page=PAGE)
    return VisitEvidence(
        visit=Visit(
            visit=name,
            kind=kind,
            site=site,
            page=PAGE,
            final_url=PAGE,
            visitor=visitor,
            consent=consent,
            consent_result=None if consent is Consent.ignore else result,
            outcome=Outcome.complete,
            started_at=START + timedelta(days=days),
            duration_ms=1,
        ),
        exchanges=tuple(e.model_copy(update={"visit": name}) for e in exchanges),
        hosts=hosts,
        document_html=html,
    )


def table(*rows: Sequence[str], before: str = "", after: str = "") -> str:
    """A disclosure page: recipient, service, content, own purpose, recipient's purpose, opt-out."""
    heads = ("送信先事業者", "サービス名", "送信される情報", "当社の利用目的", "送信先の利用目的", "オプトアウト")
    columns = 6 if any(row[5] for row in rows) else 5
    head = "".join(f"<th>{h}</th>" for h in heads[:columns])
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row[:columns]) + "</tr>" for row in rows)
    return (
        f"<title>外部送信ポリシー</title><h1>外部送信ポリシー</h1><p>{before}</p>"
        f"<table><tr>{head}</tr>{body}</table><p>{after}</p>"
    )


def line(
    recipient: str = "アドコム株式会社",
    content: str = STATED,
    *,
    service: str = "アドタグ",
    own: str = "当社の広告の効果を測るため",
    theirs: str = "送信先の広告を配信するため",
    opt_out: str = "",
) -> tuple[str, ...]:
    """A row of `table`."""
    return recipient, service, content, own, theirs, opt_out


def read(html: str) -> Disclosure:
    """The page as the real reader understands it."""
    return read_disclosure(html, address=ADDRESS, vendors=KNOWN.vendors, taxonomy=TAXONOMY)


def judge(page: Disclosure | str | None, *visits: VisitEvidence, site: Site = SITE) -> Judgement:
    """All rules over one site."""
    disclosure = read(page) if isinstance(page, str) else page
    items = [t for v in visits if v.visit.kind is VisitKind.audit for t in decode_visit(v, KNOWN)[0]]
    return judge_site(site, visits, items, disclosure, KNOWN)


def judge_sites(sites: Sequence[Site], page: str, *visits: VisitEvidence) -> Judgement:
    """All rules over several sites with the same disclosure."""
    items = [t for v in visits for t in decode_visit(v, KNOWN)[0]]
    return judge_run(sites, visits, items, {s.id: read(page) for s in sites}, KNOWN)


def result_of(judged: Judgement, rule: str) -> str:
    """The rule's result."""
    (found,) = [a.result.value for a in judged.assessments if a.rule == rule]
    return found


def cases_of(judged: Judgement, rule: str) -> list[tuple[str, str]]:
    """Case and verdict of the rule's findings."""
    return [(f.case, f.verdict.value) for f in judged.findings if f.rule == rule]


def alias(host: str, *chain: str) -> Host:
    """A host that stands for other names."""
    return Host(host=host, cname=Cname(status=CnameStatus.answered, chain=chain))


GOOD = table(line())
