"""A platform's own declarations beside what was seen on other people's sites (monitoring items 3-1 to 3-4).

Only vendors whose documents are on record in vendors/*.yaml. Contract and declaration, not law: info and warn only. The
documents were read in part, so that what they do not name is said of what is on record, not of all that exists.
"""

from collections.abc import Iterator
from typing import NamedTuple

from auditor.check.assessment import Assessment
from auditor.check.contents import ACCOMPANY
from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.observed import Receiver
from auditor.check.plainness import joined
from auditor.check.recipients import unlisted_case
from auditor.check.tag_owners import asks_of, meets
from auditor.check.writer import same
from auditor.decode.globs import compile_glob
from auditor.disclosures.wording import covers
from auditor.domains import is_within
from auditor.evidence import Cookie
from auditor.vendors import Carrier, Vendor
from auditor.vendors.model import Declared

DAY_S = 86_400
SLACK = 1.02  # of a documented lifetime, besides a day: months and years are rounded in documents


class PlatformJudgement(NamedTuple):
    """Findings, and one result for each platform and item 3-1 to 3-4."""

    findings: tuple[Finding, ...]
    assessments: tuple[Assessment, ...]


def judge_platforms(m: Matter) -> PlatformJudgement:
    """Every platform with documents on record that received something from the site's pages."""
    findings: list[Finding] = []
    assessments: list[Assessment] = []
    for receiver in m.observed.receivers.values():
        vendor = m.knowledge.vendor(receiver.vendor) if receiver.vendor is not None else None
        if vendor is None or not vendor.documents:
            continue
        for rule, said in (
            ("P-3-1", _named(m, receiver, vendor)),
            ("P-3-2", _noticed(m, receiver, vendor)),
            ("P-3-3", _told(m, receiver, vendor)),
            ("P-3-4", _followed(m, receiver, vendor)),
        ):
            findings += said.findings
            if said.findings:
                assessments.append(m.writer.of_findings(rule, said.findings, vendor.vendor))
            else:
                assessments.append(m.writer.outcome(rule, said.outcome, said.words, vendor.vendor))
    return PlatformJudgement(tuple(findings), tuple(assessments))


def _named(m: Matter, receiver: Receiver, vendor: Vendor) -> Said:
    """3-1: kinds of data and cookies that the documents on record do not name, and longer lifetimes."""
    declares = [d for document in vendor.documents for d in document.declares]
    if not declares:
        return Said(outcome="no_document")
    found: list[Finding | None] = []
    name = same(vendor.legal_name)
    types = {d.data_type for d in declares if d.data_type}
    codes = sorted({t.data_type for t in receiver.items if t.data_type and t.carrier is not Carrier.header})
    left = [
        c
        for c in codes
        if types and c not in ACCOMPANY and m.knowledge.taxonomy.has(c) and not covers(types, c, m.knowledge.taxonomy)
    ]
    if left:
        kinds = [m.knowledge.taxonomy.get(code) for code in left]
        found.append(
            m.writer.finding(
                "P-3-1",
                "not_named",
                vendor=vendor.vendor,
                recipient=", ".join(receiver.recipients),
                detail="types",
                items=[t for t in receiver.items if t.data_type in left],
                words={
                    "vendor": name,
                    "words": ("、".join(k.name_ja for k in kinds), ", ".join(k.name_en for k in kinds)),
                },
            )
        )
    unnamed: dict[str, tuple[str, ...]] = {}
    for visit, cookie in _cookies(m, vendor):
        documented = _documented(cookie.name, declares)
        if documented is None and any(d.cookie for d in declares):
            unnamed.setdefault(cookie.name, _ids(visit, cookie))
        longer = _longer(cookie, documented)
        if longer is not None and not any(f and f.finding.endswith(f".{cookie.name.lower()}") for f in found):
            found.append(_too_long(m, vendor, cookie, longer, _ids(visit, cookie)))
    if unnamed:
        names = same(joined(sorted(unnamed)))
        evidence = tuple(sorted({each for ids in unnamed.values() for each in ids}))
        found.append(
            m.writer.finding(
                "P-3-1",
                "cookie_not_named",
                vendor=vendor.vendor,
                detail="cookies",
                evidence=evidence,
                words={"vendor": name, "words": names},
            )
        )
    return Said.of(found, "named", {"vendor": name})


def _cookies(m: Matter, vendor: Vendor) -> Iterator[tuple[str, Cookie]]:
    """The vendor's cookies in the complete visits that tell of the person: on its domains, or set on the site."""
    for evidence in m.observed.visits:
        for cookie in evidence.cookies:
            if not cookie.stored:
                continue
            known = m.knowledge.site_cookie(cookie.name)
            if m.knowledge.vendor_of(cookie.domain) is vendor:
                own = m.knowledge.cookie_of(vendor, cookie.name, cookie.domain, first_party=False)
                if own is None or own.data_type is not None:
                    yield evidence.visit.visit, cookie
            elif known is not None and known[0] is vendor and known[1].data_type is not None:
                pages = (evidence.visit.page, evidence.visit.final_url)
                if any(is_within(page.split("/")[2] if "//" in page else "", cookie.domain) for page in pages):
                    yield evidence.visit.visit, cookie


def _ids(visit: str, cookie: Cookie) -> tuple[str, ...]:
    requests = [cookie.set_by] if cookie.set_by and cookie.set_by.startswith("r") else list(cookie.sent_in[:1])
    return tuple(f"{visit}/{request}" for request in requests)


def _documented(name: str, declares: list[Declared]) -> Declared | None:
    return next((d for d in declares if d.cookie and compile_glob(d.cookie).fullmatch(name)), None)


def _longer(cookie: Cookie, documented: Declared | None) -> tuple[float, float] | None:
    """The lifetime asked for and the documented one, in days, where the first is clearly the longer."""
    if documented is None or documented.lifetime_days is None or not documented.mark.proves:
        return None
    seconds = cookie.max_age_s if cookie.max_age_s is not None else cookie.kept_s
    if seconds is None:
        return None
    days = seconds / DAY_S
    return (days, documented.lifetime_days) if days > documented.lifetime_days * SLACK + 1 else None


def _too_long(
    m: Matter, vendor: Vendor, cookie: Cookie, days: tuple[float, float], evidence: tuple[str, ...]
) -> Finding | None:
    return m.writer.finding(
        "P-3-1",
        "longer",
        vendor=vendor.vendor,
        detail=cookie.name,
        evidence=evidence,
        words={
            "vendor": same(vendor.legal_name),
            "name": same(cookie.name),
            "number": same(f"{days[0]:.0f}"),
            "limit": same(f"{days[1]:.0f}"),
        },
    )


def _noticed(m: Matter, receiver: Receiver, vendor: Vendor) -> Said:
    """3-2: whether the visitors of the site are told that the platform's module is there."""
    words = {"vendor": same(vendor.legal_name)}
    if m.declared is not None:
        absent = unlisted_case(receiver, m.declared) in ("missing", "missing_unproven")
    elif m.disclosure is None and m.site.disclosure is not None:
        return Said(outcome="unread", words=words)
    else:
        if not m.nowhere:
            return Said(outcome="unread", words=words)
        absent = True
    found = m.writer.finding(
        "P-3-2",
        "no_notice",
        vendor=vendor.vendor,
        recipient=", ".join(receiver.recipients),
        items=receiver.items,
        proven=receiver.proven,
        words=words,
    )
    return Said.of([found] if absent else [], "noticed", words)


def _told(m: Matter, receiver: Receiver, vendor: Vendor) -> Said:
    """3-3: what the documents on record tell and ask of tag owners."""
    asks = asks_of(m, receiver)
    words = {
        "vendor": same(vendor.legal_name),
        "words": ("／".join(a.text_ja for a in asks), "; ".join(a.text_en for a in asks)),
    }
    return Said(outcome="asks" if asks else "no_document", words=words)


def _followed(m: Matter, receiver: Receiver, vendor: Vendor) -> Said:
    """3-4: whether this tag owner does what is asked; what it lacks is a finding of JP-28."""
    asks = asks_of(m, receiver)
    if not asks:
        return Said(outcome="no_document", words={"vendor": same(vendor.legal_name)})
    if m.declared is None:
        return Said(outcome="unread", words={"vendor": same(vendor.legal_name)})
    met = [(ask, meets(m, receiver, ask)) for ask in asks]
    state = "lacking" if any(so is False for _, so in met) else "unjudged" if any(so is None for _, so in met) else ""
    shown = [ask for ask, so in met if so is (False if state == "lacking" else None)]
    words = {
        "vendor": same(vendor.legal_name),
        "words": ("／".join(a.text_ja for a in shown), "; ".join(a.text_en for a in shown)),
    }
    return Said(outcome=state or "satisfied", words=words)
