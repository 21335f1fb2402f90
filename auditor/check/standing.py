"""How each kind of data sent stands to what is declared, and each declared row to what was sent, in plain sentences.

Grouped by receiver and kind of data, over all complete visits; the sentences are data of standing.yaml. It states how
things stand and accuses nobody: verdicts are the findings' (rules.yaml).
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from auditor.check.choices import Choices
from auditor.check.contents import ACCOMPANY
from auditor.check.matter import Matter
from auditor.check.observed import Receiver, references
from auditor.check.recipients import necessary_kinds, unlisted_case, written_name
from auditor.check.rules import Wording
from auditor.check.writer import Words, filled_in, same
from auditor.decode.transmission import Transmission
from auditor.disclosures.model import DeclaredRow
from auditor.disclosures.names import domains_in
from auditor.disclosures.wording import names_any
from auditor.domains import registrable_domain
from auditor.evidence import CookieMode, Visitor
from auditor.specs import Spec, load

FILE = Path(__file__).with_name("standing.yaml")


class Standing(StrEnum):
    """How a kind of data sent stands to the rows; `undecided`: a person has to look."""

    clear = "clear"
    vague = "vague"
    ambiguous = "ambiguous"
    omitted = "omitted"
    incorrect = "incorrect"
    exempt_claimed = "exempt_claimed"
    undecided = "undecided"


class Seen(StrEnum):
    """Whether what a row declares was seen; `unmatched`: its recipient is nobody that is known."""

    seen = "seen"
    not_seen = "not_seen"
    own = "own"
    unmatched = "unmatched"
    not_measured = "not_measured"


class _Stand(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SentStanding(_Stand):
    """One kind of data that one receiver got from the site's pages."""

    site: str
    vendor: str | None
    recipient: str = Field(description="registrable domains, or hosts of the site behind which the vendor stands")
    data_type: str
    standing: Standing
    exemption: str = Field("", description="necessary, first_party, consent or opt_out, where one may be claimed")
    conditions: tuple[str, ...] = Field((), description="of whom and when: codes of standing.yaml")
    text_ja: str
    text_en: str
    rows: tuple[int, ...] = Field((), description="numbers of the receiver's rows in the disclosure, from 1")
    evidence: tuple[str, ...]


class RowStanding(_Stand):
    """One declared row."""

    site: str
    row: int = Field(description="number in the disclosure, from 1")
    recipient: str
    entity: str | None
    seen: Seen
    text_ja: str
    text_en: str
    content_not_seen: tuple[str, ...] = Field((), description="declared kinds of data that were not seen to be sent")
    evidence: tuple[str, ...] = ()


class Standings(NamedTuple):
    """Both sides, sent sorted by receiver and kind of data, rows in the page's order."""

    sent: tuple[SentStanding, ...]
    rows: tuple[RowStanding, ...]


class _Sentence(Wording):
    text_ja: str
    text_en: str


class _Sentences(Spec):
    sent: dict[str, _Sentence]
    conditions: dict[str, _Sentence]
    rows: dict[str, _Sentence]


@lru_cache(maxsize=1)
def _sentences() -> _Sentences:
    return load(FILE, _Sentences)


def standings(m: Matter) -> Standings:
    """Everything that one site sent to others, and everything it declares."""
    choices = Choices(m.observed)
    sent = [
        _sent(m, choices, receiver, code, own=own)
        for own, receivers in ((False, m.observed.receivers), (True, m.observed.own_hosts))
        for receiver in receivers.values()
        for code in sorted({t.data_type for t in receiver.items if t.data_type})
        if m.knowledge.taxonomy.has(code)
    ]
    rows = m.declared.disclosure.rows if m.declared is not None else ()
    return Standings(tuple(sent), tuple(_row(m, number, row) for number, row in enumerate(rows, 1)))


def _sent(m: Matter, choices: Choices, receiver: Receiver, code: str, *, own: bool) -> SentStanding:
    items = receiver.of_type(code)
    rows = _rows(m, receiver)
    key = _sent_key(m, choices, receiver, code, items, rows, own=own)
    kind, _, detail = key.partition("_")
    data_type = m.knowledge.taxonomy.get(code)
    recipient = ", ".join(sorted({t.host if own else t.recipient for t in items}))
    stated = "、".join(dict.fromkeys(row.content_text for row in rows if row.content_text))
    conditions = _conditions(m, choices, items)
    said = _sentences()
    parts = [said.sent[key], *(said.conditions[c] for c in conditions)]
    words: Words = {
        "vendor": same(m.name(receiver.vendor, recipient)),
        "recipient": same(recipient),
        "data_type": (data_type.name_ja, data_type.name_en),
        "stated": (stated or "記載なし", stated or "nothing"),
        "words": same("・".join(dict.fromkeys(w for row in rows for w in row.vague))),
    }
    return SentStanding(
        site=m.site.id,
        vendor=receiver.vendor,
        recipient=recipient,
        data_type=code,
        standing=Standing.exempt_claimed if kind == "exempt" else Standing(kind),
        exemption=detail if kind == "exempt" else "",
        conditions=conditions,
        text_ja="".join(filled_in(p.text_ja, words, 0) for p in parts),
        text_en=" ".join(filled_in(p.text_en, words, 1) for p in parts),
        rows=_numbers(m, rows),
        evidence=references(items),
    )


def _rows(m: Matter, receiver: Receiver) -> list[DeclaredRow]:
    if m.declared is None:
        return []
    return m.declared.rows_of(receiver.vendor) if receiver.vendor else m.declared.rows_naming(receiver.key)


def _numbers(m: Matter, rows: Sequence[DeclaredRow]) -> tuple[int, ...]:
    every = m.declared.disclosure.rows if m.declared is not None else ()
    return tuple(n for n, row in enumerate(every, 1) if any(row is each for each in rows))


def _sent_key(
    m: Matter,
    choices: Choices,
    receiver: Receiver,
    code: str,
    items: Sequence[Transmission],
    rows: list[DeclaredRow],
    *,
    own: bool,
) -> str:
    """The key of the sentence: standing, then what it rests on."""
    if rows and m.declared is not None:
        return _by_rows(m, code, rows)
    if own:
        return "exempt_first_party"
    if receiver.kinds(m.knowledge) <= necessary_kinds(m.writer):
        return "exempt_necessary"
    if choices.only_accepted(items):
        return "exempt_consent"
    if m.declared is None:
        return "omitted_recipient" if m.nowhere else "undecided_unread"
    if names_any(m.declared.text(), m.writer.words("JP-18", "claim")):
        return "exempt_opt_out"
    case = unlisted_case(receiver, m.declared)
    return "omitted_recipient" if case == "missing" else "undecided_recipient"


def _by_rows(m: Matter, code: str, rows: list[DeclaredRow]) -> str:
    page = m.page
    covered = page.covered(rows, code)
    if page.denied(rows, code):
        return "ambiguous" if covered else "incorrect"
    if covered:
        if _disagree(m, code, rows):
            return "ambiguous"
        return "clear" if any(code in row.content for row in rows) else "vague_broader"
    if code in ACCOMPANY:
        return "undecided_accompanies"
    if page.may_cover(rows, code):
        return "undecided_text"
    return "vague_word" if any(row.vague for row in rows) else "omitted_type"


def _disagree(m: Matter, code: str, rows: list[DeclaredRow]) -> bool:
    """Whether rows of the same service differ on a kind of data; other services may send other things."""
    by_service: dict[str, set[bool]] = {}
    for row in rows:
        if row.service and row.content:
            by_service.setdefault(row.service, set()).add(m.page.covered([row], code))
    return any(len(said) > 1 for said in by_service.values())


def _conditions(m: Matter, choices: Choices, items: Sequence[Transmission]) -> tuple[str, ...]:
    """Of whom and when, as far as the visits can tell it apart."""
    visits = {v.visit.visit: v.visit for v in m.observed.visits}
    mine = [visits[t.visit] for t in items]
    measured = {v.visitor for v in visits.values()}
    found: list[str] = []
    if {Visitor.no_account, Visitor.logged_in} <= measured:
        seen = {v.visitor for v in mine}
        if seen == {Visitor.logged_in}:
            found.append("logged_in_only")
        elif Visitor.no_account in seen:
            found.append("also_no_account")
    if {v.cookie_mode for v in visits.values()} == set(CookieMode):
        modes = {v.cookie_mode for v in mine}
        if len(modes) == 1:
            found.append("allowed_only" if CookieMode.allowed in modes else "blocked_only")
    if choices.made:
        if choices.only_accepted(items):
            found.append("after_acceptance_only")
        if any(choices.before(t) for t in items):
            found.append("before_consent")
        if any(choices.after_refusal(t) for t in items):
            found.append("after_refusal")
    return tuple(found)


def _row(m: Matter, number: int, row: DeclaredRow) -> RowStanding:
    receiver = m.observed.receivers.get(row.entity) if row.entity else _by_domain(m, row)
    items = receiver.items if receiver is not None else []
    seen = _seen(m, row, receiver)
    sentence = _sentences().rows[seen.value]
    words: Words = {
        "name": same(written_name(row)),
        "visits": same(str(len(m.observed.visits))),
        "count": same(str(len({t.visit for t in items}))),
    }
    types = {t.data_type for t in items if t.data_type}
    return RowStanding(
        site=m.site.id,
        row=number,
        recipient=written_name(row),
        entity=row.entity,
        seen=seen,
        text_ja=filled_in(sentence.text_ja, words, 0),
        text_en=filled_in(sentence.text_en, words, 1),
        content_not_seen=_unseen(m, row, types) if seen is Seen.seen else (),
        evidence=references(items),
    )


def _unseen(m: Matter, row: DeclaredRow, types: set[str]) -> tuple[str, ...]:
    """Declared kinds of which neither they nor anything narrower was sent."""
    taxonomy = m.knowledge.taxonomy
    known = {code for code in types if taxonomy.has(code)}
    reached = known | {parent for code in known for parent in taxonomy.ancestors(code)}
    return tuple(code for code in row.content if code not in reached and code not in ACCOMPANY)


def _by_domain(m: Matter, row: DeclaredRow) -> Receiver | None:
    domains = {registrable_domain(d) for d in domains_in(f"{row.recipient}\n{row.service}")}
    return next((r for key, r in m.observed.receivers.items() if key in domains), None)


def _seen(m: Matter, row: DeclaredRow, receiver: Receiver | None) -> Seen:
    if not m.observed.visits:
        return Seen.not_measured
    if receiver is not None:
        return Seen.seen
    if row.entity is None:
        return Seen.unmatched
    if row.entity == m.site.entity:
        return Seen.own
    # Behind the site's own host it was seen as well.
    return Seen.seen if row.entity in m.observed.vendors else Seen.not_seen
