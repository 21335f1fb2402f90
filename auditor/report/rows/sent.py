"""Rows of what was sent: transmissions, and identifiers followed over visits, sites and vendors."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from auditor.domains import registrable_domain
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.rows.visited import visit_sites

MIN_IDENTIFIER = 6
ACCOUNT = "account_id"


def transmissions(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a data item sent."""
    sides = {(x.visit, x.request): x.consent_choice for v in result.visits for x in v.exchanges}
    for number, t in enumerate(result.transmissions, 1):
        yield {
            "visit": t.visit,
            "request": t.request,
            "vendor": t.vendor,
            "recipient": t.recipient,
            "module": t.module,
            "parameter": masker.guard(t.parameter),
            "data_type": t.data_type,
            "value": masker.value(t.value, t.data_type),
            "carrier": t.carrier.value,
            "source": t.source,
            "host": t.host,
            "first_party": t.first_party,
            "mark": t.mark.value if t.mark else None,
            "told_by": masker.guard(t.told_by),
            "consent_choice": sides.get((t.visit, t.request)),
            "row": number,
        }


@dataclass
class _Followed:
    """Where one value was seen."""

    kinds: set[str] = field(default_factory=set)
    visits: set[str] = field(default_factory=set)
    vendors: set[str] = field(default_factory=set)
    recipients: set[str] = field(default_factory=set)
    sent: int = 0
    with_account: bool = False


def identifiers(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a distinct value sent as an identifier, the most widely seen first."""
    followed = _follow(result)
    visits = {v.visit.visit: v.visit for v in result.visits}
    holders = _first_party_holders(result, set(followed))
    # the most widely seen first; the token decides between equals
    order = sorted(
        followed.items(),
        key=lambda f: (
            -len({visits[v].site for v in f[1].visits if v in visits}),
            -len(f[1].visits),
            masker.digest(f[0]),
        ),
    )
    for value, seen in order:
        kind = sorted(seen.kinds)[0]
        own = holders.get(value, set())
        known = [visits[v] for v in seen.visits if v in visits]
        yield {
            "identifier": masker.token(value, kind),
            "visits": sorted(seen.visits),
            "sites": sorted({v.site for v in known}),
            "vendors": sorted(seen.vendors),
            "kind": "; ".join(sorted(seen.kinds)),
            "first_party_origin": "; ".join(sorted({site for site, _ in own})),
            "linked_to_account": seen.with_account,
            "recipients": sorted(seen.recipients),
            "visitors": sorted({v.visitor.value for v in known}),
            "cookie_modes": sorted({v.cookie_mode.value for v in known}),
            "first_party_cookies": sorted({name for _, name in own}),
            "sent": seen.sent,
        }


def _follow(result: RunResult) -> dict[str, _Followed]:
    wanted = {t.code for t in result.taxonomy.data_types if t.level == "identifier"}
    accounts = {
        (t.visit, t.request, t.vendor or t.recipient)
        for t in result.transmissions
        if t.data_type == ACCOUNT and t.value
    }
    followed: dict[str, _Followed] = {}
    for t in result.transmissions:
        if t.data_type not in wanted or len(t.value) < MIN_IDENTIFIER or t.data_type is None:
            continue
        seen = followed.setdefault(t.value, _Followed())
        seen.kinds.add(t.data_type)
        seen.visits.add(t.visit)
        seen.recipients.add(t.recipient)
        seen.sent += 1
        if t.vendor:
            seen.vendors.add(t.vendor)
        if (t.visit, t.request, t.vendor or t.recipient) in accounts:
            seen.with_account = True
    return followed


def _first_party_holders(result: RunResult, wanted: set[str]) -> dict[str, set[tuple[str, str]]]:
    """value -> (registrable domain, cookie name) of the first-party cookies that hold it."""
    holders: dict[str, set[tuple[str, str]]] = {}
    for evidence in result.visits:
        sites = visit_sites(evidence.visit)
        for cookie in evidence.cookies:
            domain = registrable_domain(cookie.domain)
            if domain in sites:
                for value in _held(cookie.value) & wanted:
                    holders.setdefault(value, set()).add((domain, cookie.name))
    return holders


def _held(cookie_value: str) -> set[str]:
    """What a cookie's value may be sent as: itself, its parts, its tails (`GA1.1.123.456` goes out as `123.456`)."""
    held = set()
    for text in {cookie_value, unquote(cookie_value)}:
        starts = [0, *(m.end() for m in re.finditer(r"[.$|:~&=]", text[:4096]))]
        held |= {text[start:] for start in starts}
        held |= set(re.split(r"[.$|:~&=]", text[:4096]))
    return {h for h in held if len(h) >= MIN_IDENTIFIER}
