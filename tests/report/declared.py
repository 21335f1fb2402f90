"""The invented side of a RunResult that people and rules write: vendors, disclosures, findings, changes."""

import json

from auditor.check.finding import Finding, Verdict
from auditor.compare import Change
from auditor.disclosures.model import DeclaredRow, Disclosure
from auditor.scenario import Scenario
from auditor.vendors import (
    DataType,
    Domain,
    LoginState,
    Mark,
    Module,
    ModuleKind,
    Name,
    NameKind,
    Party,
    Taxonomy,
    Vendor,
    VendorCookie,
)

_TYPES = (
    ("cookie_id", "identifier", "Cookieの識別子", "Cookie identifier"),
    ("account_id", "identifier", "会員ID", "Account id"),
    ("click_id", "identifier", "クリックID", "Click id"),
    ("hashed_email", "contact", "ハッシュ化されたメールアドレス", "Hashed e-mail address"),
    ("ip", "network", "IPアドレス", "IP address"),
    ("page_url", "behaviour", "閲覧したページのURL", "Page address"),
    ("referrer", "behaviour", "リファラ", "Referrer"),
    ("page_title", "behaviour", "ページタイトル", "Page title"),
    ("event", "behaviour", "操作履歴", "Events"),
    ("user_agent", "device", "ブラウザ情報", "User agent"),
    ("screen", "device", "画面サイズ", "Screen size"),
    ("language", "device", "言語", "Language"),
    ("consent_state", "other", "同意状態", "Consent state"),
)


def taxonomy() -> Taxonomy:
    return Taxonomy(
        data_types=tuple(
            DataType(code=code, level=level, name_ja=ja, name_en=en, words_ja=(ja,)) for code, level, ja, en in _TYPES
        )
    )


def vendor(
    vendor_id: str, names: tuple[str, ...], domain: str, modules: tuple[tuple[str, str, str], ...], cookies: object = ()
) -> Vendor:
    return Vendor(
        vendor=vendor_id,
        names=tuple(Name(name=n, kind=NameKind.legal, mark=Mark.vendor, source="invented") for n in names),
        domains=(Domain(domain=domain, mark=Mark.vendor, source="invented"),),
        modules=tuple(Module(id=i, name_ja=ja, name_en=en, kind=ModuleKind.tag) for i, ja, en in modules),
        cookies=cookies if isinstance(cookies, tuple) else (),
    )


def vendors() -> tuple[Vendor, ...]:
    def cookie(name: str, domain: str, party: Party, login: LoginState = LoginState.any) -> VendorCookie:
        return VendorCookie(
            name=name,
            domain=domain,
            party=party,
            login=login,
            data_type="account_id" if login is LoginState.logged_in else "cookie_id",
            purpose="広告の効果測定",
            mark=Mark.vendor,
            source="invented",
        )

    return (
        vendor(
            "google",
            ("Google LLC",),
            "google.test",
            (("ga4", "Google アナリティクス 4", "Google Analytics 4"),),
            (
                cookie("_ga", "", Party.first),
                cookie("SID", "google.test", Party.third, LoginState.logged_in),
                cookie("NID", "google.test", Party.third),
            ),
        ),
        vendor(
            "lycorp",
            ("LINEヤフー株式会社", "LY Corporation"),
            "line.test",
            (("line_tag", "LINE Tag", "LINE Tag"),),
        ),
        vendor("meta", ("Meta Platforms, Inc.",), "meta.test", (("pixel", "Meta ピクセル", "Meta Pixel"),)),
    )


def findings(visit: str) -> tuple[Finding, ...]:
    def finding(rule: str, verdict: Verdict, site: str, vendor: str | None, ja: str, en: str, **more: str) -> Finding:
        return Finding(
            finding=f"{rule}.{site}.{vendor or 'none'}",
            rule=rule,
            item=more.get("item", "3-1"),
            verdict=verdict,
            severity=more.get("severity", "high"),
            site=site,
            visit=visit,
            vendor=vendor,
            recipient=more.get("recipient", ""),
            data_type=more.get("data_type"),
            evidence=(f"{visit}/r00002", f"{visit}/r00004"),
            basis=more.get("basis", "電気通信事業法27条の12、施行規則22条の2の29第2号"),
            message_ja=ja,
            message_en=en,
        )

    return (
        finding(
            "JP-03",
            Verdict.fail,
            "shop",
            "meta",
            "Meta Platforms, Inc.(meta.test)に情報が送信されていますが、公表事項に記載がありません。",
            "Information is sent to Meta Platforms, Inc. (meta.test), which the site's disclosure does not name.",
            recipient="meta.test",
        ),
        finding(
            "JP-26",
            Verdict.fail,
            "shop",
            "meta",
            "ハッシュ化されたメールアドレスが送信されていますが、情報の内容として公表されていません。",
            "A hashed e-mail address is sent and is not disclosed as content.",
            data_type="hashed_email",
            basis="施行規則22条の2の29第1号",
        ),
        finding(
            "JP-09",
            Verdict.warn,
            "shop",
            "google",
            "「閲覧履歴など」という曖昧な語があり、内容の一覧がありません。",
            "The vague words “閲覧履歴など” stand without a list.",
            severity="low",
            basis="ガイドライン解説",
        ),
        finding(
            "JP-25",
            Verdict.info,
            "news",
            "google",
            "ログイン中のみ、アカウントに結び付く識別子(SID)が通信に付随しました。結合そのものは通信からは見えません。",
            "Only when logged in, an account-bound identifier (SID) accompanied the request; joining cannot be seen.",
            item="1-6",
            severity="info",
            basis="モニタリング項目1-6",
        ),
        finding(
            "JP-21",
            Verdict.review,
            "news",
            None,
            "cdn.unknown.test への通信は配信に必要な可能性があります。人の確認が必要です。",
            "Requests to cdn.unknown.test may be necessary for delivery; a person must decide.",
            recipient="unknown.test",
            severity="medium",
            basis="施行規則22条の2の30",
        ),
    )


def changes(site: str) -> tuple[Change, ...]:
    def change(kind: str, item: str, what: str, before: str, after: str, technique: str = "") -> Change:
        first, second = (
            ("no_account.allowed", "google-logged_in.allowed")
            if kind == "visitor"
            else ("no_account.allowed", "no_account.blocked")
        )
        return Change(
            kind=kind,
            site=site,
            vendor="google",
            recipient="google.test",
            module="ga4",
            data_type="cookie_id",
            item=item,
            before_visit=f"{site}.{first}.ignore.1",
            after_visit=f"{site}.{second}.ignore.1",
            before=before,
            after=after,
            change=what,
            technique=technique,
            evidence=(f"{site}.{first}.ignore.1/r00002",),
        )

    token = "cookie third-party, 15 characters"
    query = "query, 21 characters"
    return (
        change("cookie_mode", "cookie NID", "gone", token, ""),
        change("cookie_mode", "query cid", "kept", query, query, "first_party_cookie"),
        change("cookie_mode", "cookie IDE", "replaced", token, token, "partitioned_cookie"),
        change("visitor", "cookie SID", "added", "", "cookie third-party, 23 characters, 2 values"),
    )


def disclosures() -> tuple[Disclosure, ...]:
    return (
        Disclosure(
            site="shop",
            address="https://shop.test/external?ref=footer-secret",
            title="情報の外部送信について",
            rows=(
                DeclaredRow(
                    recipient="Google LLC",
                    entity="google",
                    name_kind="legal",
                    service="Google アナリティクス",
                    content=("cookie_id", "page_url"),
                    content_text="Cookie情報、閲覧履歴など",
                    purposes=("サイトの利用状況の把握", "サービスの改善"),
                    opt_out="https://tools.google.test/dlpage/gaoptout",
                    where="table:nth-of-type(1) tr:nth-child(2)",
                ),
                DeclaredRow(recipient="ヤフー株式会社", entity="lycorp", name_kind="former", service="LINE Tag"),
            ),
            not_understood=("その他の広告会社等",),
            encoding="utf-8",
        ),
        Disclosure(site="news", address="news.html", found=False),
    )


def scenario() -> Scenario:
    """What was planned: just the visits of run_result."""
    steps = ({"goto": "https://google.test/login"},)
    return Scenario.model_validate_json(
        json.dumps(
            {
                "scenario": "demo",
                "title": "架空のサイト 2件",
                "platforms": {
                    "google": {
                        "vendor": "google",
                        "login": steps,
                        "logout": steps,
                        "proof": {"cookie": "SID", "domain": "google.test"},
                    }
                },
                "sites": [
                    {"id": "shop", "operator": "株式会社架空商店", "url": "https://shop.test/"},
                    {"id": "news", "operator": "架空新聞株式会社", "url": "https://news.test/"},
                ],
            }
        )
    )
