"""Rows of what the visits prove of identifiers: themselves, where they went, syncs, respawns; and leaks."""

from collections.abc import Iterable, Iterator, Mapping

from auditor.evidence import Phase
from auditor.identify import Flow, Holder, HolderKind, Identifier, IdentifierKind, crosses, pages_of
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.texts import Text, texts

ACCOUNT = "account_id"
PLAIN = "plain"
PROPERTIES = ("stays", "differs", "random", "lives")
_KEPT = (HolderKind.cookie, HolderKind.local_storage, HolderKind.session_storage, HolderKind.indexeddb)


def page_flows(identifier: Identifier) -> tuple[Flow, ...]:
    """Where the page sent it: what went to a platform while the visit logged in is nothing the site sent."""
    return tuple(f for f in identifier.flows if f.phase != Phase.prepare.value)


def encoded(layers: Iterable[str]) -> str:
    """Encodings in one word, the outermost first: `base64>sha256`, or `plain`."""
    return ">".join(layers) or PLAIN


def holder_name(masker: Masker, holder: Holder) -> str:
    """`cookie _ga at site.test .3`."""
    return f"{holder.kind.value} {masker.guard(holder.name)} at {holder.place} {masker.guard(holder.part)}".rstrip()


def property_shown(identifier: Identifier, name: str) -> Text:
    """What was found of one of the four properties, in words."""
    holds = getattr(identifier, name).holds
    if holds and identifier.kind is IdentifierKind.account and (text := texts().get(f"property.{name}.account")):
        return text
    return texts()[f"property.{name}.{'unknown' if holds is None else 'yes' if holds else 'no'}"]


def tokens(result: RunResult, masker: Masker) -> dict[str, str]:
    """Value -> token of every identifier; it names the kind of data the value is sent as."""
    known = result.identified.identifiers
    return {i.value: masker.token(i.value, sorted(i.data_types)[0] if i.data_types else None) for i in known}


def with_account(result: RunResult) -> set[str]:
    """Values of identifiers that went to a vendor in the same request as an account id."""
    accounts = {
        (t.visit, t.request, t.vendor or t.recipient)
        for t in result.transmissions
        if t.data_type == ACCOUNT and t.value
    }
    sent = {t.value for t in result.transmissions if (t.visit, t.request, t.vendor or t.recipient) in accounts}
    return {
        i.value
        for i in result.identified.identifiers
        if i.value in sent or any((f.visit, f.request, f.vendor or f.recipient) in accounts for f in page_flows(i))
    }


def ranked(result: RunResult, named: Mapping[str, str]) -> list[Identifier]:
    """The most widely seen first; the token decides between equals."""
    return sorted(
        result.identified.identifiers,
        key=lambda i: (-len(pages_of(page_flows(i))), -len({f.visit for f in page_flows(i)}), named[i.value]),
    )


def identifiers(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row an identifier."""
    visits = {v.visit.visit: v.visit for v in result.visits}
    linked = with_account(result)
    named = tokens(result, masker)
    for i in ranked(result, named):
        flows = page_flows(i)
        seen = sorted({f.visit for f in flows})
        known = [visits[name] for name in seen if name in visits]
        own = [h for h in i.holders if h.party == "first" and h.kind in _KEPT]
        yield {
            "identifier": named[i.value],
            "visits": seen,
            "sites": sorted({f.site for f in flows}),
            "vendors": sorted({f.vendor for f in flows if f.vendor}),
            "kind": "; ".join(sorted(i.data_types)),
            "first_party_origin": "; ".join(sorted({h.place for h in own if h.kind is HolderKind.cookie})),
            "linked_to_account": i.value in linked,
            "recipients": sorted({f.recipient for f in flows}),
            "visitors": sorted({v.visitor.value for v in known}),
            "cookie_modes": sorted({v.cookie_mode.value for v in known}),
            "first_party_cookies": sorted({masker.guard(h.name) for h in own if h.kind is HolderKind.cookie}),
            "sent": sum(f.requests for f in flows),
            "pages": sorted(pages_of(flows)),
            "crosses_to": sorted(crosses(flows)),
            "proof": i.kind.value,
            "reason": masker.guard(i.reason),
            "holders": [holder_name(masker, h) for h in i.holders],
            "born_in": _born(i),
            "born_how": i.born.how if i.born else None,
            "born_host": i.born.host if i.born else None,
            "stays": i.stays.holds,
            "differs": i.differs.holds,
            "random": i.random.holds,
            "lives": i.lives.holds,
            "shown_ja": "; ".join(property_shown(i, name).ja for name in PROPERTIES),
            "shown_en": "; ".join(masker.guard(shown) for name in PROPERTIES if (shown := getattr(i, name).shown)),
            "shown_in": sorted({e for name in PROPERTIES for e in getattr(i, name).evidence}),
            "lives_days": i.lives_days,
            "encodings": sorted({encoded(f.layers) for f in flows}),
            "tied_to_account": sorted({t.platform for t in i.ties}),
            "tied_before": sorted({e for t in i.ties for e in t.before}),
            "tied_during": sorted({e for t in i.ties for e in t.during}),
            "tied_after": sorted({e for t in i.ties for e in t.after}),
        }


def _born(identifier: Identifier) -> str:
    """The visit and, where one is known, the request it was first seen in."""
    born = identifier.born
    return f"{born.visit}/{born.request}".removesuffix("/") if born else ""


def identifier_flows(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """The graph of site, identifier and recipient: one row a flow."""
    named = tokens(result, masker)
    number = 0
    for i in ranked(result, named):
        for f in i.flows:
            number += 1
            yield {
                "site": f.site,
                "identifier": named[i.value],
                "recipient": f.recipient,
                "vendor": f.vendor,
                "host": f.host,
                "carrier": f.carrier,
                "name": masker.guard(f.name),
                "encodings": encoded(f.layers),
                "visit": f.visit,
                "request": f.request,
                "requests": f.requests,
                "first_party": f.first_party,
                "phase": f.phase,
                "at": f.at,
                "pages": f.pages,
                "row": number,
            }


def syncs(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row an identifier of one company that reached another, in one visit."""
    named = tokens(result, masker)
    for number, s in enumerate(result.identified.syncs, 1):
        yield {
            "identifier": named.get(s.value) or masker.token(s.value),
            "visit": s.visit,
            "site": s.site,
            "from_recipient": s.from_recipient,
            "from_vendor": s.from_vendor,
            "to_recipient": s.to_recipient,
            "to_vendor": s.to_vendor,
            "how": s.how,
            "name": masker.guard(s.name),
            "evidence": s.evidence,
            "row": number,
        }


def respawns(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a cookie that came back after it was deleted."""
    named = tokens(result, masker)
    for number, r in enumerate(result.identified.respawns, 1):
        yield {
            "identifier": named.get(r.value) or masker.token(r.value),
            "visit": r.visit,
            "site": r.site,
            "name": masker.guard(r.name),
            "domain": r.domain,
            "cleared_at": r.cleared_at,
            "back_at": r.back_at,
            "source": r.source,
            "detail": place_shown(masker, r.detail),
            "evidence": r.evidence,
            "row": number,
        }


def place_shown(masker: Masker, detail: str) -> str:
    """An item or address a value came back from; an address' query is masked."""
    return masker.url(detail) if "://" in detail else masker.guard(detail)


def leaks(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a field of the visit's person, sent in one request."""
    for number, found in enumerate(result.identified.leaks, 1):
        yield {
            "visit": found.visit,
            "site": found.site,
            "request": found.request,
            "at": found.at,
            "field": found.field,
            "variant": found.variant,
            "encodings": encoded(found.layers),
            "recipient": found.recipient,
            "host": found.host,
            "vendor": found.vendor,
            "module": found.module,
            "first_party": found.first_party,
            "carrier": found.carrier,
            "name": masker.guard(found.name),
            "when": found.when,
            "row": number,
        }
