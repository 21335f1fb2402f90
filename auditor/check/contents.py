"""Rules about what is sent: covers what was observed (JP-08), hashed contact data (JP-26).

電気通信事業法施行規則 22条の2の29第1号: the content of the information that will be sent.
"""

from collections.abc import Iterator

from auditor.check.choices import Choices
from auditor.check.declared import Declared
from auditor.check.finding import Finding
from auditor.check.observed import Observed, Receiver, proves
from auditor.check.recipients import legal_name
from auditor.check.writer import Writer
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.disclosures.model import DeclaredRow
from auditor.vendors import Carrier

# They accompany every request: whether they must be named is not stated in any text (DOMAIN.md B.5).
ACCOMPANY = frozenset(("ip", "user_agent", "time"))
GRAVE_LEVELS = frozenset(("identifier", "contact"))
GRAVE_TYPES = frozenset(("page_url",))
GUESSED = 0.7  # rows of less confidence were told by guessing at the page's structure
HASHED = "hashed_"
_MISSING = ("missing", "missing_unproven", "other")


def uncovered(observed: Observed, declared: Declared, knowledge: Knowledge, writer: Writer) -> Iterator[Finding | None]:
    """JP-08 and JP-26: kinds of data sent that the recipient's rows do not cover."""
    choices = Choices(observed)
    for receiver in observed.receivers.values():
        rows = declared.rows_of(receiver.vendor) if receiver.vendor else declared.rows_naming(receiver.key)
        for code in sorted({t.data_type for t in receiver.items if t.data_type}):
            if code in ACCOMPANY or not knowledge.taxonomy.has(code):
                continue
            items = receiver.of_type(code)
            of_page = declared.denied_by_page(code)
            denied = declared.denied(rows, code)
            if declared.covered(rows, code):
                if denied:
                    yield _finding("JP-08", "contradicts", receiver, code, rows, items, knowledge, writer)
                elif of_page:
                    yield _finding("JP-08", "denied_page", receiver, code, rows, items, knowledge, writer, of_page)
                continue
            guessed = bool(rows) and all(row.confidence < GUESSED for row in rows)
            if denied and proves(items) and not guessed:
                yield _finding("JP-08", "denied", receiver, code, rows, items, knowledge, writer)
                continue
            if code.startswith(HASHED):
                rule, case = "JP-26", _hashed_case(receiver, rows, items, declared)
            else:
                rule, case = "JP-08", _content_case(code, rows, items, declared, knowledge)
            if case in _MISSING and guessed:
                case = "unclear"  # read out of prose: what is lacking may stand in a sentence nobody understood
            if case in _MISSING and choices.only_accepted(items):
                case = "consented"  # 27条の12第3号: what the visitor agreed to may be sent
            if of_page and (rule != "JP-08" or case not in ("missing", "missing_unproven", "consented")):
                # Whom the page's own sentence speaks of is not said: a question, where nothing graver is found.
                yield _finding("JP-08", "denied_page", receiver, code, rows, items, knowledge, writer, of_page)
                case = None if rule == "JP-08" else case
            if case is not None:
                yield _finding(rule, case, receiver, code, rows, items, knowledge, writer)


def _content_case(
    code: str, rows: list[DeclaredRow], items: list[Transmission], declared: Declared, knowledge: Knowledge
) -> str | None:
    if not any(row.content_text or row.content for row in rows):
        return None  # not listed (JP-03) or nothing stated at all (JP-07)
    if all(t.carrier is Carrier.header for t in items):
        return None  # Referer goes with every request, as the user agent does
    level = knowledge.taxonomy.get(code).level
    if declared.may_cover(rows, code):
        return "unclear"
    if level not in GRAVE_LEVELS and code not in GRAVE_TYPES:
        return "other"
    in_cookies = all(t.carrier is Carrier.cookie for t in items)
    if level == "identifier" and in_cookies and declared.covered(rows, "cookie_id"):
        return "unclear"  # "Cookie" is declared, and it came in a cookie: whether the word is enough, a person decides
    return "missing" if proves(items) else "missing_unproven"


def _hashed_case(
    receiver: Receiver, rows: list[DeclaredRow], items: list[Transmission], declared: Declared
) -> str | None:
    unread = not rows and receiver.vendor is not None and declared.speaks_of(receiver.vendor)
    if unread or not declared.disclosure.rows or declared.may_cover(rows, str(items[0].data_type)):
        return "unclear"
    return "missing" if proves(items) else "missing_unproven"


def _finding(
    rule: str,
    case: str,
    receiver: Receiver,
    code: str,
    rows: list[DeclaredRow],
    items: list[Transmission],
    knowledge: Knowledge,
    writer: Writer,
    sentence: str = "",
) -> Finding | None:
    data_type = knowledge.taxonomy.get(code)
    recipient = ", ".join(sorted({t.recipient for t in items}))
    name = legal_name(knowledge, receiver.vendor) or recipient
    stated = sentence or "、".join(dict.fromkeys(row.content_text for row in rows if row.content_text))
    return writer.finding(
        rule,
        case,
        vendor=receiver.vendor,
        recipient=recipient,
        data_type=code,
        items=items,
        words={
            "vendor": (name, name),
            "data_type": (data_type.name_ja, data_type.name_en),
            "stated": (stated or "記載なし", stated or "nothing"),
        },
    )
