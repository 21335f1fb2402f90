"""Rule JP-28: what a vendor's own documents ask of those who use its tags (items 3-3, 3-4): contract, not law.

Only what a document that was read says (marks that prove) is asked; what wording cannot tell is left to a person.
"""

from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.observed import Receiver
from auditor.check.plainness import joined
from auditor.check.stating import has_purpose
from auditor.check.writer import same
from auditor.disclosures.wording import names_any
from auditor.domains import host_of
from auditor.vendors.model import Ask, Asked

RULE = "JP-28"
PLAIN_CONTACT = ("email", "phone", "name_address")


def platform_rules(m: Matter) -> Said:
    """JP-28, one finding a vendor for what its documents ask and the page lacks."""
    found: list[Finding | None] = []
    asking: list[str] = []
    unjudged: list[Ask] = []
    for receiver in m.observed.receivers.values():
        asks = asks_of(m, receiver)
        if not asks:
            continue
        asking.append(m.name(receiver.vendor))
        met = [(ask, meets(m, receiver, ask)) for ask in asks]
        unjudged += [ask for ask, so in met if so is None]
        lacking = [ask for ask, so in met if so is False]
        contact = [a for a in lacking if a.asked is Asked.no_contact_data]
        if contact:
            found.append(_contact(m, receiver))
        if rest := [a for a in lacking if a not in contact]:
            found.append(
                m.writer.finding(
                    RULE,
                    "lacking",
                    vendor=receiver.vendor,
                    recipient=", ".join(receiver.recipients),
                    items=receiver.items,
                    proven=receiver.proven,
                    words={"vendor": same(m.name(receiver.vendor)), "words": _texts(rest)},
                )
            )
    if not asking:
        return Said(outcome="no_document")
    words = {"names": same(joined(asking)), "words": _texts(unjudged)}
    return Said.of(found, "unjudged" if unjudged else "satisfied", words)


def asks_of(m: Matter, receiver: Receiver) -> list[Ask]:
    """What the vendor's documents ask, of each kind the first that was read."""
    vendor = m.knowledge.vendor(receiver.vendor) if receiver.vendor is not None else None
    kinds: dict[Asked, Ask] = {}
    for document in vendor.documents if vendor is not None else ():
        for ask in document.asks:
            if ask.mark.proves:
                kinds.setdefault(ask.asked, ask)
    return list(kinds.values())


def meets(m: Matter, receiver: Receiver, ask: Ask) -> bool | None:
    """Whether the page does what is asked; None where wording cannot tell."""
    vendor = str(receiver.vendor)
    rows = m.page.rows_of(vendor)
    text = m.page.text()
    words = m.writer.words(RULE, ask.asked.value)
    named = bool(rows) or m.page.speaks_of(vendor)
    match ask.asked:
        case Asked.notice:
            return named and names_any(text, words)
        case Asked.recipient_named:
            return named
        case Asked.purpose:
            return any(has_purpose(row) for row in rows) or names_any(text, words)
        case Asked.opt_out:
            return any(row.opt_out for row in rows) or names_any(text, words)
        case Asked.no_contact_data:
            return not any(receiver.of_type(code) for code in PLAIN_CONTACT)
        case Asked.reachable:
            return _reachable(m)
        case Asked.privacy_policy:
            linked = any(links for links in m.links.values())
            return True if linked or names_any(text, words) else None
        case Asked.link:
            # An address behind a link's words is not part of the text: its absence proves nothing.
            return True if ask.url is not None and _links_to(m, ask.url) else None
        case Asked.consent:
            return None


def _reachable(m: Matter) -> bool | None:
    ways = m.page.disclosure.reach
    if not ways or not all(way.reached for way in ways):
        return None
    return all(len(way.path) <= m.writer.number(RULE, "operations") for way in ways)


def _links_to(m: Matter, url: str) -> bool:
    rows = m.page.disclosure.rows
    addresses = "\n".join((m.page.text(), *(f"{row.policy_url}\n{row.opt_out}\n{row.quote}" for row in rows)))
    return host_of(url) + url.partition(host_of(url))[2].partition("?")[0] in addresses


def _contact(m: Matter, receiver: Receiver) -> Finding | None:
    items = [t for code in PLAIN_CONTACT for t in receiver.of_type(code)]
    types = [m.knowledge.taxonomy.get(code) for code in dict.fromkeys(str(t.data_type) for t in items)]
    return m.writer.finding(
        RULE,
        "contact_data",
        vendor=receiver.vendor,
        recipient=", ".join(sorted({t.recipient for t in items})),
        detail="contact",
        items=items,
        words={
            "vendor": same(m.name(receiver.vendor)),
            "data_type": ("、".join(t.name_ja for t in types), ", ".join(t.name_en for t in types)),
        },
    )


def _texts(asks: list[Ask]) -> tuple[str, str]:
    return "／".join(a.text_ja for a in asks), "; ".join(a.text_en for a in asks)
