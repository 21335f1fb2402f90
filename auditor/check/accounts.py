"""Rule JP-25: an account-bound identifier goes to a platform when logged in, and not without an account.

Only the sending is seen. That the recipient joins data to the account (monitoring item 1-6) is not.
"""

from collections.abc import Iterator

from auditor.check.finding import Finding
from auditor.check.observed import Observed
from auditor.check.recipients import legal_name
from auditor.check.writer import Writer
from auditor.decode.knowledge import Knowledge
from auditor.evidence import Visitor

ACCOUNT = "account_id"


def account_bound(observed: Observed, knowledge: Knowledge, writer: Writer) -> Iterator[Finding | None]:
    """JP-25, one for each vendor; nothing when no visit without an account was measured."""
    visitors = {v.visit.visit: v.visit.visitor for v in observed.visits}
    if Visitor.no_account not in visitors.values():
        return
    for receiver in observed.receivers.values():
        if receiver.vendor is None:
            continue
        items = [t for t in receiver.of_type(ACCOUNT) if t.value]
        states = {visitors[t.visit] for t in items}
        if Visitor.logged_in not in states or Visitor.no_account in states:
            continue
        shown = [t for t in items if visitors[t.visit] is Visitor.logged_in]
        name = legal_name(knowledge, receiver.vendor)
        yield writer.finding(
            "JP-25",
            "logged_in_only",
            vendor=receiver.vendor,
            recipient=", ".join(sorted({t.recipient for t in shown})),
            data_type=ACCOUNT,
            items=shown,
            words={"vendor": (name, name)},
        )
