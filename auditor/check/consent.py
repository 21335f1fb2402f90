"""Rule JP-17: nothing is sent before the visitor consents, nor after a refusal (電気通信事業法27条の12第3号).

A site may rely on its disclosure instead: what it lists there needs no consent, so that a person decides.
"""

from auditor.check.choices import Choices
from auditor.check.contents import ACCOMPANY
from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.observed import Receiver, module_kind
from auditor.check.plainness import joined
from auditor.check.recipients import necessary_kinds, unlisted_case
from auditor.check.writer import ENOUGH, same
from auditor.decode.transmission import Transmission
from auditor.evidence import Consent, ConsentStatus
from auditor.vendors import Carrier, ModuleKind

RULE = "JP-17"
_CHOICES = {Consent.accept: ("同意", "acceptance"), Consent.reject: ("拒否", "refusal")}
_NOT_ASKED_FOR = ACCOMPANY | {"consent_state"}


def before_consent(m: Matter) -> Said:
    """JP-17, by receiver; only visits that made their choice tell what a choice does."""
    visits = [v.visit for v in m.observed.visits]
    tried = [v for v in visits if v.consent_result is not None]
    if not tried:
        return Said(outcome="no_choice")
    made = {v.choice for v in tried} - {Consent.ignore}
    if not made:
        failed = [v for v in tried if v.consent_result and v.consent_result.status is ConsentStatus.no_way]
        if failed:
            return Said(outcome="no_way", words={"words": _CHOICES[failed[0].consent]})
        none = all(v.consent_result and v.consent_result.status is ConsentStatus.no_banner for v in tried)
        return Said(outcome="no_banner" if none else "no_choice")
    choices = Choices(m.observed)
    found: list[Finding | None] = []
    early_as: dict[str, list[Transmission]] = {"before_choice_listed": [], "before_choice_unclear": []}
    for receiver in m.observed.receivers.values():
        state = _state(m, receiver)
        refused = [t for t in receiver.items if choices.after_refusal(t) and _of_person(m, t)]
        early = [t for t in receiver.items if choices.before(t) and _of_person(m, t)]
        if refused:
            found.append(_finding(m, receiver, _refused_case(m, state, refused), refused))
        elif early and state in ("missing", "missing_unproven"):
            case = "before_choice" if state == "missing" else "before_choice_weak"
            found.append(_finding(m, receiver, case, early))
        if early and not state.startswith("missing"):
            early_as["before_choice_unclear" if state else "before_choice_listed"] += early
    for case, items in early_as.items():
        if items:
            names = same(joined([m.name(t.vendor, t.recipient) for t in items]))
            found.append(m.writer.finding(RULE, case, detail=case, items=items, words={"names": names}))
    lacking = [words for choice, words in _CHOICES.items() if choice not in made]
    return Said.of(found, "part_measured" if lacking else "nothing", {"words": lacking[0]} if lacking else {})


def _state(m: Matter, receiver: Receiver) -> str:
    """Empty for a listed receiver, missing or missing_unproven, else unsure."""
    if receiver.kinds(m.knowledge) <= necessary_kinds(m.writer):
        return "unsure"
    if m.declared is None:
        # Where there is no disclosure it lists nobody; where one was only not read, nobody can say.
        return "unsure" if not m.nowhere else "missing" if receiver.proven else "missing_unproven"
    case = unlisted_case(receiver, m.declared)
    return "" if case is None else case if case.startswith("missing") else "unsure"


def _refused_case(m: Matter, state: str, items: list[Transmission]) -> str:
    if state == "missing" and m.observed.independent(items) >= ENOUGH:
        return "after_refusal"  # one alone may have been on its way when the visitor refused
    return "after_refusal_weak" if state.startswith("missing") else "after_refusal_listed"


def _finding(m: Matter, receiver: Receiver, case: str, items: list[Transmission]) -> Finding | None:
    recipient = ", ".join(sorted({t.recipient for t in items}))
    return m.writer.finding(
        RULE,
        case,
        vendor=receiver.vendor,
        recipient=recipient,
        items=items,
        proven=receiver.proven,
        words={"vendor": same(m.name(receiver.vendor, recipient))},
    )


def _of_person(m: Matter, t: Transmission) -> bool:
    """Whether an item tells of the person more than every request does, and is not the banner's own doing."""
    if t.data_type is None or t.data_type in _NOT_ASKED_FOR or t.carrier is Carrier.header:
        return False
    return module_kind(m.knowledge, t.vendor, t.module) is not ModuleKind.consent
