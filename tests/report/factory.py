"""A RunResult of invented evidence: two sites, three visitor states, both cookie modes, one visit that failed."""

from datetime import UTC, datetime, timedelta

from auditor.decode.transmission import Transmission
from auditor.evidence import (
    Actor,
    Body,
    Cause,
    Cookie,
    CookieMode,
    Coverage,
    Exchange,
    Outcome,
    Phase,
    Proof,
    Signal,
    SignalKind,
    Source,
    StackFrame,
    StorageItem,
    Visit,
    VisitEvidence,
    VisitKind,
    Visitor,
)
from auditor.hosts import Certificate, Cname, CnameStatus, Host
from auditor.report.inputs import CanaryRow, RunFacts, RunResult, VisitCoverage
from auditor.vendors import (
    Carrier,
    Mark,
)

from .declared import changes, disclosures, findings, scenario, taxonomy, vendors
from .identified import identified, technique_uses
from .judged import assessments, row_standings, sent_standings

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
KEY = bytes(range(32))
ACCOUNT_COOKIE = "secretaccountcookie0001"
BROWSER_ID = "1234567890.1700000000"


def exchange(
    visit: str,
    number: int,
    url: str,
    *,
    actor: Actor = Actor.page,
    phase: Phase = Phase.journey,
    cookies: str = "",
    document: bool = False,
    top: str = "https://shop.test/",
) -> Exchange:
    return Exchange(
        visit=visit,
        request=f"r{number:05}",
        phase=phase,
        started_at=START + timedelta(milliseconds=37 * number),
        ended_at=START + timedelta(milliseconds=37 * number + 21),
        method="GET",
        url=url,
        request_headers=(("Cookie", cookies),) if cookies else (),
        status=200,
        response_body=Body(size=43, sha256="ab" * 32),
        source=Source.both if actor is not Actor.browser else Source.proxy_only,
        attributed_to=actor,
        request_record=f"<urn:uuid:00000000-0000-4000-8000-{abs(hash_of(visit, number)) % 10**12:012d}>",
        cause=None
        if actor is Actor.browser
        else Cause(
            resource_type="document" if document else "image",
            initiator_type="script",
            initiator="https://tag.google.test/gtag.js?id=G-TEST1",
            frame_url=top,
            top_url=top,
            main_frame=document,
        ),
    )


def hash_of(visit: str, number: int) -> int:
    """A number that is the same on every run, unlike hash()."""
    return sum(ord(c) * (i + 7) ** 5 for i, c in enumerate(visit)) * 1009 + number * 7919


def _visit(site: str, url: str, platform: str | None, visitor: Visitor, mode: CookieMode, operator: str) -> Visit:
    who = visitor.value if platform is None else f"{platform}-{visitor.value}"
    failed = site == "news" and visitor is Visitor.logged_out and mode is CookieMode.blocked
    return Visit(
        visit=f"{site}.{who}.{mode.value}.ignore.1",
        kind=VisitKind.audit,
        site=site,
        operator=operator,
        page=url,
        final_url=url,
        title=f"{operator} - ホーム",
        platform=platform,
        visitor=visitor,
        cookie_mode=mode,
        outcome=Outcome.incomplete if failed else Outcome.complete,
        reason="state_lost: the account cookie was gone at the end of the visit" if failed else "",
        started_at=START,
        duration_ms=8123,
        user_agent="Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0",
        screen="1366x768",
        language="ja-JP",
        time_zone="Asia/Tokyo",
        proofs=(Proof(name="state_after", holds=not failed, seen="SID"),),
    )


CERTIFICATE = Certificate(
    sha256="cd" * 32,
    subject="CN=collect.google.test",
    issuer="CN=Test CA",
    names=2,
    not_before=START,
    not_after=START + timedelta(days=90),
)


def _evidence(v: Visit) -> VisitEvidence:
    logged_in = v.visitor is Visitor.logged_in
    allowed = v.cookie_mode is CookieMode.allowed
    sent = "NID=nid-value-00001" + (f"; SID={ACCOUNT_COOKIE}" if logged_in else "") if allowed else ""
    urls: list[tuple[str, dict[str, object]]] = [
        (v.page, {"document": True}),
        (f"https://collect.google.test/g/collect?v=2&tid=G-TEST1&cid={BROWSER_ID}&en=page_view", {"cookies": sent}),
        ("https://tr.line.test/tag.gif?c=lt&e=pv&b=line-browser-id-77", {}),
        ("https://px.meta.test/tr?id=1&ev=PageView&ud%5Bem%5D=" + "5f" * 32, {}),
        ("https://cdn.unknown.test/lib.js", {}),
    ]
    exchanges = tuple(
        exchange(
            v.visit,
            n,
            url,
            cookies=str(extra.get("cookies", "")),
            document=bool(extra.get("document")),
            top=v.page,
        )
        for n, (url, extra) in enumerate(urls, 1)
    )
    own = exchange(v.visit, 6, "https://update.google.test/service/update2", actor=Actor.browser)
    domain = v.page.split("/")[2]
    cookies = [
        Cookie(
            name="_ga",
            domain=domain,
            value=f"GA1.1.{BROWSER_ID}",
            set_by="script",
            set_at=START,
            expires_at=START + timedelta(days=400),
            same_site="Lax",
            secure=False,
            http_only=False,
            stored=True,
            sent_to=(domain,),
        )
    ]
    if logged_in:
        cookies.append(
            Cookie(
                name="SID",
                domain="google.test",
                value=ACCOUNT_COOKIE,
                set_by="prepare",
                secure=True,
                http_only=True,
                same_site="None",
                stored=True,
                blocked_reason=None if allowed else "ThirdPartyBlockedByUserPreferences",
                sent_to=("collect.google.test",) if allowed else (),
                sent_in=("r00002",) if allowed else (),
            )
        )
    failed = v.outcome is not Outcome.complete
    return VisitEvidence(
        visit=v,
        exchanges=(*exchanges, own),
        cookies=tuple(cookies),
        storage=(
            StorageItem(
                origin=f"https://{domain}",
                top_site=domain,
                area="local",
                key="uid",
                value="storage-secret-0001",
                written_by="https://px.meta.test/p.js",
            ),
            StorageItem(
                origin=f"https://{domain}",
                top_site=domain,
                area="cache",
                key=f"pages%2Fv1/{v.page}?mail=footer-secret",
                value="",
                size=1200,
                sha256="ab" * 32,
                detail="GET, status 200",
            ),
            StorageItem(
                origin=f"https://{domain}",
                top_site="",
                area="service_worker",
                key=v.page,
                value="",
                detail=f"{v.page}sw.js?k=footer-secret",
            ),
        ),
        hosts=(
            Host(host="collect.google.test", addresses=("192.0.2.7:443",), certificates=(CERTIFICATE,)),
            Host(
                host=domain,
                tls=("TLSv1.3",),
                alpn=("h2",),
                cname=Cname(status=CnameStatus.answered, chain=("edge.google.test", "lb.google.test"), asked_at=START),
            ),
        ),
        signals=(
            Signal(
                visit=v.visit,
                kind=SignalKind.surface,
                group="canvas",
                name="canvas.toDataURL",
                host="px.meta.test",
                script=StackFrame(url="https://px.meta.test/p.js?uid=secret", line=3, column=7, function="draw"),
                frame_url=v.page,
                top_url=v.page,
                at=START,
                count=100,
                at_least=True,
            ),
            Signal(
                visit=v.visit,
                kind=SignalKind.header,
                group="client_hints",
                name="Accept-CH",
                value="Sec-CH-UA-Model",
                host="collect.google.test",
                at=START,
                requests=("r00002",),
            ),
        ),
        coverage=(
            Coverage(sensor="join", matched=3 if failed else 5, proxy_only=1, reason="the browser's own update check"),
        ),
    )


def _items(v: Visit) -> list[Transmission]:
    def item(
        n: int, vendor: str | None, host: str, module: str | None, parameter: str, kind: str | None, value: str,
        carrier: Carrier = Carrier.query,
    ) -> Transmission:  # fmt: skip
        return Transmission(
            visit=v.visit,
            request=f"r{n:05}",
            vendor=vendor,
            recipient=".".join(host.split(".")[-2:]),
            host=host,
            first_party=False,
            module=module,
            parameter=parameter,
            data_type=kind,
            value=value,
            carrier=carrier,
            mark=Mark.vendor,
            source="https://developers.google.test/ga4",
        )

    allowed = v.cookie_mode is CookieMode.allowed
    items = [
        item(2, "google", "collect.google.test", "ga4", "cid", "cookie_id", BROWSER_ID),
        item(2, "google", "collect.google.test", "ga4", "en", "event", "page_view"),
        item(2, "google", "collect.google.test", "ga4", "dl", "page_url", f"{v.page}?session=abc123secret"),
        item(2, "google", "collect.google.test", "ga4", "tid", None, "G-TEST1"),
        item(3, "lycorp", "tr.line.test", "line_tag", "b", "cookie_id", "line-browser-id-77"),
        item(4, "meta", "px.meta.test", "pixel", "ud[em]", "hashed_email", "5f" * 32),
        item(4, "meta", "px.meta.test", "pixel", "sw", "screen", "1366"),
    ]
    if allowed:
        items.append(item(2, "google", "collect.google.test", "ga4", "NID", "cookie_id", "nid-value-00001",
                          Carrier.cookie))  # fmt: skip
        if v.visitor is Visitor.logged_in:
            items.append(item(2, "google", "collect.google.test", "ga4", "SID", "account_id", ACCOUNT_COOKIE,
                              Carrier.cookie))  # fmt: skip
    return items


def run_result(**replaced: object) -> RunResult:
    """The whole run; `replaced` fields take the place of its own."""
    states: list[tuple[str | None, Visitor]] = [
        (None, Visitor.no_account),
        ("google", Visitor.logged_out),
        ("google", Visitor.logged_in),
    ]
    visits = [
        _visit(site, url, platform, visitor, mode, operator)
        for site, url, operator in (
            ("shop", "https://shop.test/", "株式会社架空商店"),
            ("news", "https://news.test/", "架空新聞株式会社"),
        )
        for platform, visitor in states
        for mode in CookieMode
    ]
    fields: dict[str, object] = {
        "run": "20261123-demo",
        "title": "架空のサイトの監査",
        "scenario": scenario(),
        "facts": RunFacts(
            started_at=START,
            ended_at=START + timedelta(minutes=7),
            versions={"auditor": "0.1.0", "chromium": "156.0.8078.79", "mitmproxy": "12.2.3", "playwright": "1.65.2"},
            flags=("--disable-quic", "--lang=ja-JP"),
            canary=(
                CanaryRow(name="third_party_cookie_allowed", holds=True, expected="sent", seen="sent"),
                CanaryRow(name="third_party_cookie_blocked", holds=True, expected="not sent", seen="not sent"),
                CanaryRow(name="pagehide_beacon", holds=False, expected="captured", seen="not captured"),
            ),
        ),
        "visits": tuple(_evidence(v) for v in visits),
        "transmissions": tuple(t for v in visits for t in _items(v) if v.outcome is Outcome.complete),
        "disclosures": disclosures(),
        "findings": findings(visits[0].visit),
        "assessments": assessments("shop"),
        "sent_standings": sent_standings("shop", visits[0].visit),
        "row_standings": row_standings("shop"),
        "changes": (*changes("shop"), *changes("news")),
        "techniques": technique_uses(),
        "identified": identified(visits, BROWSER_ID, ACCOUNT_COOKIE),
        "coverage": (
            VisitCoverage(
                visit=visits[0].visit,
                coverage=Coverage(sensor="decoder", undecoded=2, reason="body of unknown form at px.meta.test"),
            ),
        ),
        "vendors": vendors(),
        "taxonomy": taxonomy(),
        "key": KEY,
    }
    return RunResult.model_validate(fields | replaced)
