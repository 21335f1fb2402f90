"""Rules about what each row must state: what is sent (JP-07), and for what (JP-10).

電気通信事業法施行規則 22条の2の29第1号・第3号. Findings are one a recipient.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditor.check.contents import GUESSED
from auditor.check.delegated import left_to_link
from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.plainness import joined
from auditor.check.recipients import written_name
from auditor.check.writer import same
from auditor.disclosures.model import DeclaredRow
from auditor.disclosures.wording import names_any


def has_content(row: DeclaredRow) -> bool:
    """Whether a row states what is sent."""
    return bool(row.content_text or row.content)


def has_purpose(row: DeclaredRow) -> bool:
    """Whether a row states any purpose."""
    return bool(row.purpose_own or row.purpose_recipient or any(p.strip() for p in row.purposes))


def content_stated(m: Matter) -> Said:
    """JP-07: rows that do not state what is sent."""
    rule = "JP-07"
    rows = m.page.disclosure.rows
    if not rows:
        return Said(outcome="no_rows")
    apart = m.page.unread_contents()
    found: list[Finding | None] = []
    for group in _groups(rows, has_content):
        guessed = any(row.confidence < GUESSED for row in group.empty)
        if not (guessed or apart):
            found.append(_lacking(m, rule, group))
            continue
        receiver = m.observed.receivers.get(group.vendor) if group.vendor else None
        found.append(
            m.writer.finding(
                rule,
                "unclear",
                vendor=group.vendor,
                recipient=", ".join(receiver.recipients) if receiver else group.name,
                items=receiver.items if receiver else (),
                proven=receiver is not None and receiver.proven,
                guessed=guessed,
                words={"name": same(written_name(group.empty[0]))},
            )
        )
    return Said.of(found, "stated", {"count": same(str(len(rows)))})


def purpose_stated(m: Matter) -> Said:
    """JP-10: rows without a purpose; one finding for all of which that could not be read."""
    rule = "JP-10"
    rows = m.page.disclosure.rows
    if not rows:
        return Said(outcome="no_rows")
    # A page none of whose rows has a purpose, but whose text speaks of purposes, was not understood.
    apart = not any(has_purpose(r) for r in rows) and names_any(m.page.text(), m.writer.words(rule, "purpose"))
    found: list[Finding | None] = []
    unclear: list[DeclaredRow] = []
    for group in _groups(rows, has_purpose):
        if apart or any(row.confidence < GUESSED for row in group.empty):
            unclear += group.empty
        else:
            found.append(_lacking(m, rule, group))
    if unclear:
        words = {"name": same(joined([written_name(row) for row in unclear]))}
        found.append(m.writer.finding(rule, "unclear", detail="unclear", guessed=True, of_page=True, words=words))
    return Said.of(found, "stated", {"count": same(str(len(rows)))})


class _Group(NamedTuple):
    """The rows of one recipient, and those of them that do not state the item."""

    vendor: str | None
    name: str
    rows: list[DeclaredRow]
    empty: list[DeclaredRow]


def _groups(rows: tuple[DeclaredRow, ...], states: Callable[[DeclaredRow], bool]) -> Iterator[_Group]:
    """Recipients with a row that does not state the item."""
    found: dict[tuple[str | None, str], list[DeclaredRow]] = {}
    for row in rows:
        found.setdefault((row.entity, "" if row.entity else written_name(row)), []).append(row)
    for (vendor, name), own in found.items():
        if empty := [row for row in own if not states(row)]:
            yield _Group(vendor, name, own, empty)


def _lacking(m: Matter, rule: str, group: _Group) -> Finding | None:
    """The item is not stated: a failure where the recipient was seen to receive and no other row of it states it."""
    receiver = m.observed.receivers.get(group.vendor) if group.vendor else None
    nowhere = len(group.empty) == len(group.rows)
    left = left_to_link(m, group.empty[0]) if nowhere else None
    case = "delegated" if left is not None else "empty" if nowhere and receiver is not None else "empty_weak"
    return m.writer.finding(
        rule,
        case,
        vendor=group.vendor,
        recipient=", ".join(receiver.recipients) if receiver else group.name,
        items=receiver.items if receiver else (),
        proven=receiver is not None and receiver.proven,
        words=left or {"name": same(written_name(group.empty[0]))},
    )
