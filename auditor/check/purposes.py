"""Rules about rows and their purposes: one recipient a row (JP-04), both purposes (JP-11).

電気通信事業法施行規則 22条の2の29柱書・第3号; ガイドライン解説 7-3-1.
"""

from collections.abc import Sequence

from auditor.check.contents import GUESSED
from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.plainness import joined
from auditor.check.recipients import written_name
from auditor.check.stating import has_purpose
from auditor.check.writer import same
from auditor.disclosures.model import DeclaredRow
from auditor.disclosures.wording import names_any


def merged(m: Matter) -> Said:
    """JP-04: rows that lump recipients together, and pages that map nothing to a recipient."""
    rule = "JP-04"
    rows = m.page.disclosure.rows
    if not rows:
        return Said(outcome="no_rows")
    found: list[Finding | None] = []
    lumps = [r for r in rows if r.entity is None and names_any(r.recipient, m.writer.words(rule, "group"))]
    lumps = [r for r in lumps if not m.page.hits_any(r.recipient)]
    if lumps:
        names = joined([r.recipient for r in lumps])
        found.append(
            m.writer.finding(
                rule, "group", detail="group", guessed=m.guessed, words={"names": same(names)}, of_page=True
            )
        )
    # Rows of one place with the same words: the page wrote them as one.
    together: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows:
        if row.recipient and row.where and row.confidence >= GUESSED:
            key = (row.where, row.content_text, row.quote)
            together.setdefault(key, {}).setdefault(row.entity or row.recipient, row.recipient)
    several = [joined(list(names.values())) for names in together.values() if len(names) > 1]
    if several:
        words = {"names": same(joined(several))}
        found.append(m.writer.finding(rule, "several", detail="several", words=words, of_page=True))
    if m.page.unread_contents() or _same_for_all(rows):
        found.append(m.writer.finding(rule, "item_major", detail="items", guessed=True, of_page=True))
    alike = _alike(m)
    if alike:
        return Said.of(found, "modules", {"names": same(joined(alike))})
    return Said.of(found, "separate", {"count": same(str(len(rows)))})


def _same_for_all(rows: Sequence[DeclaredRow]) -> bool:
    """Whether the reader gave one list of information to several recipients, for want of any mapping."""
    guessed = all(row.confidence < GUESSED for row in rows)
    return guessed and len({row.recipient for row in rows}) > 1 and len({row.content_text for row in rows}) == 1


def _alike(m: Matter) -> list[str]:
    """Listed vendors several of whose tags were seen, while their one row names no service."""
    names = []
    for receiver in m.observed.receivers.values():
        rows = m.page.rows_of(receiver.vendor) if receiver.vendor else []
        modules = {t.module for t in receiver.items if t.module}
        if len(rows) == 1 and not rows[0].service and len(modules) > 1:
            names.append(m.name(receiver.vendor))
    return names


def both_purposes(m: Matter) -> Said:
    """JP-11: the operator's own purpose and the recipient's, told apart by columns or by the words of the text."""
    rule = "JP-11"
    own_words, recipient_words = m.writer.words(rule, "own"), m.writer.words(rule, "recipient")
    lacking: dict[tuple[str, str], list[DeclaredRow]] = {}
    unclear: list[DeclaredRow] = []
    rows = [row for row in m.page.disclosure.rows if has_purpose(row)]
    if not rows:
        return Said(outcome="none")
    for row in rows:
        text = "\n".join(row.purposes)
        own = bool(row.purpose_own) or names_any(text, own_words)
        recipient = bool(row.purpose_recipient) or names_any(text, recipient_words)
        if own and recipient:
            continue
        if len(row.purposes) > 1 and not (row.purpose_own or row.purpose_recipient):
            unclear.append(row)
        else:
            sides = ("送信先", "the recipient") if own else ("自社", "the operator")
            both = ("自社と送信先", "the operator and of the recipient")
            lacking.setdefault(sides if own or recipient else both, []).append(row)
    found = [
        m.writer.finding(
            rule,
            "one_side",
            detail=str(number),
            guessed=m.guessed,
            words={"names": same(joined([written_name(r) for r in rows])), "words": words},
            of_page=True,
        )
        for number, (words, rows) in enumerate(lacking.items(), 1)
    ]
    if unclear:
        return Said.of(found, "unclear", {"names": same(joined([written_name(r) for r in unclear]))})
    return Said.of(found, "both")
