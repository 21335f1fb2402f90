"""The invented run's identifiers, syncs, respawns, leaks and techniques: as later stages would tell them."""

from collections.abc import Sequence
from datetime import timedelta

from auditor.compare import TechniqueUse
from auditor.evidence import CookieMode, Outcome, Visit, Visitor
from auditor.identify.model import (
    Born,
    Flow,
    Holder,
    HolderKind,
    Identified,
    Identifier,
    IdentifierKind,
    Leak,
    Property,
    Respawn,
    Sync,
    Tie,
)

CLEARED = "cleared-and-back-0042"
OUT = "shop.google-logged_out.allowed.ignore.1"
IN = "shop.google-logged_in.allowed.ignore.1"
FIRST = "shop.no_account.allowed.ignore.1"

_HOSTS = {"google.test": "collect.google.test", "line.test": "tr.line.test", "meta.test": "px.meta.test"}
_VENDORS = {"google.test": "google", "line.test": "lycorp", "meta.test": "meta"}
_REQUESTS = {"google.test": "r00002", "line.test": "r00003", "meta.test": "r00004"}


def held(holds: bool | None, shown: str = "", *evidence: str) -> Property:
    return Property(holds=holds, shown=shown, evidence=evidence)


def flow(visit: Visit, recipient: str, carrier: str, name: str, *layers: str) -> Flow:
    return Flow(
        visit=visit.visit,
        site=visit.site,
        request=_REQUESTS.get(recipient, "r00005"),
        requests=2,
        at=visit.started_at + timedelta(seconds=1),
        recipient=recipient,
        host=_HOSTS.get(recipient, recipient),
        vendor=_VENDORS.get(recipient),
        carrier=carrier,
        name=name,
        layers=layers,
        phase="journey",
    )


def identified(visits: Sequence[Visit], browser_id: str, account: str) -> Identified:
    """Four identifiers: two a browser's, one an account's, one unproven that is tied to a login."""
    whole = [v for v in visits if v.outcome is Outcome.complete]
    logged_in = [v for v in whole if v.visitor is Visitor.logged_in and v.cookie_mode is CookieMode.allowed]
    yes = held(True, "the same in 5 requests", f"{FIRST}/r00002")
    ga = Identifier(
        value=browser_id,
        kind=IdentifierKind.browser,
        data_types=("cookie_id",),
        holders=tuple(
            Holder(kind=HolderKind.cookie, place=site, name="_ga", part=".3", party="first")
            for site in ("shop.test", "news.test")
        ),
        born=Born(visit=FIRST, request="r00002", how="script", host="tag.google.test", at=whole[0].started_at),
        stays=yes,
        differs=held(True, "another in 11 clean profiles", FIRST),
        random=held(True, "21 characters, 58 bits"),
        lives=held(True, "400 days"),
        lives_days=400.0,
        flows=(
            *(flow(v, "google.test", "query", "cid") for v in whole),
            *(flow(v, "meta.test", "body", "udff[external_id]", "base64", "sha256") for v in whole[:2]),
        ),
    )
    line = Identifier(
        value="line-browser-id-77",
        kind=IdentifierKind.browser,
        data_types=("cookie_id",),
        holders=(Holder(kind=HolderKind.local_storage, place="https://shop.test", name="uid", part="json id"),),
        stays=yes,
        differs=yes,
        random=held(True, "18 characters"),
        lives=held(None),
        flows=tuple(flow(v, "line.test", "query", "b") for v in whole),
    )
    sid = Identifier(
        value=account,
        kind=IdentifierKind.account,
        data_types=("account_id",),
        holders=(Holder(kind=HolderKind.cookie, place="google.test", name="SID", party="third"),),
        stays=yes,
        differs=held(True, "in no visit without the account"),
        random=yes,
        lives=yes,
        flows=tuple(flow(v, "google.test", "cookie", "SID") for v in logged_in),
    )
    nid = Identifier(
        value="nid-value-00001",
        kind=IdentifierKind.unproven,
        reason="no second clean profile of this cell",
        data_types=("cookie_id",),
        holders=(Holder(kind=HolderKind.cookie, place="google.test", name="NID", party="third"),),
        stays=yes,
        differs=held(None, "one visit only"),
        random=held(False, "15 characters"),
        lives=yes,
        flows=tuple(flow(v, "google.test", "cookie", "NID") for v in whole if v.cookie_mode is CookieMode.allowed),
        ties=(
            Tie(
                platform="google",
                visit=OUT,
                before=(f"{OUT}/r00001",),
                during=(f"{OUT}/r00003",),
                after=(f"{OUT}/r00002", f"{OUT}/r00004"),
            ),
        ),
    )
    return Identified(
        identifiers=(ga, line, sid, nid),
        syncs=(
            Sync(
                value="nid-value-00001", visit=FIRST, site="shop", from_recipient="google.test", from_vendor="google",
                to_recipient="line.test", to_vendor="lycorp", how="redirect", name="gid",
                evidence=(f"{FIRST}/r00002", f"{FIRST}/r00003"),
            ),
        ),
        respawns=(
            Respawn(
                value=CLEARED, visit=FIRST, site="shop", name="uid", domain="shop.test",
                cleared_at=whole[0].started_at, back_at=whole[0].started_at + timedelta(seconds=2),
                source="local_storage", detail="https://shop.test/x?uid=cleared-and-back-0042",
                evidence=(f"{FIRST}/r00003",),
            ),
        ),
        leaks=(
            leak(whole[0], "email", "meta.test", "after_submit", "sha256", variant="lower"),
            leak(whole[0], "email", "line.test", "before_submit"),
            leak(whole[0], "name_kana", "unknown.test", "never_submitted", "url"),
            leak(whole[0], "phone", "shop.test", "after_submit", own=True),
        ),
    )  # fmt: skip


def leak(
    visit: Visit, field: str, recipient: str, when: str, *layers: str, variant: str = "", own: bool = False
) -> Leak:
    return Leak(
        visit=visit.visit,
        site=visit.site,
        request=_REQUESTS.get(recipient, "r00001" if own else "r00005"),
        at=visit.started_at,
        field=field,
        variant=variant,
        layers=layers,
        recipient=recipient,
        host=_HOSTS.get(recipient, recipient),
        vendor=_VENDORS.get(recipient),
        module="pixel" if recipient == "meta.test" else None,
        first_party=own,
        carrier="body",
        name=f"user[{field}]",
        when=when,
    )


def technique_uses() -> tuple[TechniqueUse, ...]:
    def use(site: str, vendor: str | None, recipient: str, technique: str, item: str, **more: object) -> TechniqueUse:
        blocked = f"{site}.no_account.blocked.ignore.1"
        fields: dict[str, object] = {
            "strength": "shown",
            "allowed_in": 3,
            "allowed_of": 3,
            "blocked_in": 3,
            "blocked_of": 3,
            "evidence": (f"{blocked}/{_REQUESTS.get(recipient, 'r00005')}",),
        }
        return TechniqueUse.model_validate(
            {"site": site, "vendor": vendor, "recipient": recipient, "technique": technique, "items": (item,)}
            | fields
            | more
        )

    return (
        use("shop", "google", "google.test", "first_party_cookie", "query cid"),
        use("news", "google", "google.test", "first_party_cookie", "query cid", blocked_in=1, blocked_of=2),
        use("shop", "meta", "meta.test", "hashed_contact", "query ud[em]"),
        use("shop", "lycorp", "line.test", "local_storage", "query b", strength="hint", allowed_in=0),
        use("shop", None, "unknown.test", "first_party_cookie", "query u"),
    )
