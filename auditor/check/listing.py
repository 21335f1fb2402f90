"""What the rules about recipients and contents come to, also where they find nothing: JP-00 to JP-08, 22, 25, 26."""

from collections.abc import Iterator

from auditor.check.accounts import account_bound
from auditor.check.contents import HASHED, uncovered
from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.recipients import misnamed, stale, unlisted
from auditor.check.tag_owners import PLAIN_CONTACT
from auditor.check.writer import place, same
from auditor.evidence import Visitor


def service(m: Matter) -> Said:
    """JP-00: what the auditor declared."""
    declared = m.site.service_type
    if declared in ("unknown", "not_covered"):
        return Said(outcome=declared)
    return Said(outcome="declared", words={"number": ("一二三四"[int(declared) - 1], declared)})


def presence(m: Matter) -> Said:
    """JP-01."""
    if not m.observed.receivers:
        return Said(outcome="nothing_sent")
    address = m.disclosure.address if m.disclosure is not None else ""
    return Said.of([m.absence], "found", {"page": same(place(address))})


def listed(m: Matter) -> Said:
    """JP-03."""
    count = {"count": same(str(len(m.observed.receivers)))}
    return Said.of(list(unlisted(m.observed, m.page, m.knowledge, m.writer)), "listed", count)


def named(m: Matter) -> Said:
    """JP-05."""
    return Said.of(_only(_names(m), "JP-05"), *_known(m, "named"))


def current_names(m: Matter) -> Said:
    """JP-06."""
    return Said.of(_only(_names(m), "JP-06"), *_known(m, "current"))


def content_covers(m: Matter) -> Said:
    """JP-08."""
    return Said.of(_only(_uncovered(m), "JP-08"), "covered" if m.page.disclosure.rows else "no_rows")


def contact_data(m: Matter) -> Said:
    """JP-26."""
    sent = any(
        t.data_type and (t.data_type.startswith(HASHED) or t.data_type in PLAIN_CONTACT) for t in m.observed.items
    )
    return Said.of(_only(_uncovered(m), "JP-26"), "covered" if sent else "none")


def all_seen(m: Matter) -> Said:
    """JP-22."""
    return Said.of(list(stale(m.site, m.observed, m.page, m.knowledge, m.writer)), *_known(m, "all_seen"))


def visitor_states(m: Matter) -> Said:
    """JP-25."""
    states = {v.visit.visitor for v in m.observed.visits}
    both = {Visitor.no_account, Visitor.logged_in} <= states
    return Said.of(list(account_bound(m.observed, m.knowledge, m.writer)), "no_difference" if both else "one_state")


def _names(m: Matter) -> Iterator[Finding | None]:
    return misnamed(m.observed, m.page, m.knowledge, m.writer)


def _uncovered(m: Matter) -> Iterator[Finding | None]:
    return uncovered(m.observed, m.page, m.knowledge, m.writer)


def _only(found: Iterator[Finding | None], rule: str) -> list[Finding | None]:
    return [f for f in found if f is not None and f.rule == rule]


def _known(m: Matter, outcome: str) -> tuple[str, dict[str, tuple[str, str]]]:
    known = {row.entity for row in m.page.disclosure.rows if row.entity}
    return outcome if known else "unknown_names", {"count": same(str(len(known)))}
