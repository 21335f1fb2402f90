"""Item 5-2: by which technique each recipient keeps hold of a browser or a person, cookies allowed and blocked."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from auditor.compare import Technique, TechniqueUse
from auditor.compare.described import all_techniques as described
from auditor.evidence import CookieMode
from auditor.report.html.findings import EvidenceIndex
from auditor.report.html.links import Link, link
from auditor.report.html.parts import Capped, capped, is_complete, recipient_name, same
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.texts import Text

MAX_RECIPIENTS = 8
MAX_ITEMS = 3
STRENGTHS = ("shown", "hint")


@dataclass(frozen=True)
class Use:
    """What one recipient does at the sites together; a count is None where no visit of that mode was complete."""

    strength: str
    allowed: tuple[int, int] | None
    blocked: tuple[int, int] | None
    items: tuple[str, ...]
    more: int
    sites: tuple[str, ...]
    link: Link | None


@dataclass(frozen=True)
class TechniqueRow:
    """One technique: a cell for each recipient, shown before hinted at."""

    code: str
    name: Text
    about: Text | None
    cells: tuple[tuple[Use, ...], ...]


@dataclass(frozen=True)
class TechniquesView:
    """The matrix. `unseen`: looked for, not seen; `looked`, `blocked`: complete visits, those with cookies blocked."""

    recipients: Capped[tuple[Text, str]]
    rows: tuple[TechniqueRow, ...]
    unseen: tuple[Text, ...]
    looked: int
    blocked: int


def techniques_view(result: RunResult, masker: Masker, index: EvidenceIndex) -> TechniquesView:
    """Platforms of the scenario first, then who uses the most techniques at the most sites."""
    by_recipient: dict[str, list[TechniqueUse]] = {}
    for use in result.techniques:
        by_recipient.setdefault(use.vendor or use.recipient, []).append(use)
    planned = [p.vendor for p in result.scenario.platforms.values()] if result.scenario else []
    order = sorted(
        by_recipient,
        key=lambda who: (
            planned.index(who) if who in planned else len(planned),
            -len({u.technique for u in by_recipient[who] if u.strength == "shown"}),
            -len({u.technique for u in by_recipient[who]}),
            -len({u.site for u in by_recipient[who]}),
            who,
        ),
    )
    cut = capped(order, MAX_RECIPIENTS, "techniques.csv")
    used = [code for code in all_techniques(result) if any(u.technique == code for u in result.techniques)]
    rows = []
    for code in used:
        cells = tuple(
            tuple(
                _use(masker, index, own, strength)
                for strength in STRENGTHS
                if (own := [u for u in by_recipient[who] if u.technique == code and u.strength == strength])
            )
            for who in cut.shown
        )
        if any(cells):
            rows.append(TechniqueRow(code, technique_name(code), technique_about(code), cells))
    return TechniquesView(
        recipients=Capped(tuple(_name(result, by_recipient[who]) for who in cut.shown), cut.more, cut.file),
        rows=tuple(rows),
        unseen=tuple(technique_name(code) for code in all_techniques(result) if code not in used),
        looked=sum(map(is_complete, result.audited())),
        blocked=sum(is_complete(v) and v.visit.cookie_mode is CookieMode.blocked for v in result.audited()),
    )


def _name(result: RunResult, own: list[TechniqueUse]) -> tuple[Text, str]:
    name = recipient_name(result, own[0].vendor, own[0].recipient)
    domains = sorted({d for u in own for d in u.recipient.split(", ")})
    more = "" if len(domains) <= MAX_ITEMS else " …"
    return name, ", ".join(domains[:MAX_ITEMS]) + more if own[0].vendor else ""


def _use(masker: Masker, index: EvidenceIndex, own: list[TechniqueUse], strength: str) -> Use:
    items = sorted({masker.guard(item) for u in own for item in u.items})
    evidence = next((e for u in own for e in u.evidence), None)
    return Use(
        strength=strength,
        allowed=_count((u.allowed_in, u.allowed_of) for u in own),
        blocked=_count((u.blocked_in, u.blocked_of) for u in own),
        items=tuple(items[:MAX_ITEMS]),
        more=max(0, len(items) - MAX_ITEMS),
        sites=tuple(sorted({u.site for u in own})),
        link=link(index, evidence) if evidence else None,
    )


def _count(counts: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    pairs = tuple(counts)
    shown, of = sum(n for n, _ in pairs), sum(of for _, of in pairs)
    return (shown, of) if of else None


def technique_name(code: str) -> Text:
    """A technique in words; an unknown code as it is."""
    known = _known().get(code)
    return Text(ja=known.ja, en=known.en) if known else same(code)


def technique_about(code: str) -> Text | None:
    """What in the traffic shows it, and what that does not say."""
    known = _known().get(code)
    if known is None:
        return None
    return Text(
        ja="。".join(part.rstrip("。") for part in (known.shown_ja, known.note_ja) if part) + "。",
        en=". ".join(part[0].upper() + part[1:].rstrip(".") for part in (known.shown_en, known.note_en) if part) + ".",
    )


def all_techniques(result: RunResult) -> tuple[str, ...]:
    """Every technique that is looked for, then any other of the run."""
    return tuple(dict.fromkeys((*_known(), *(u.technique for u in result.techniques))))


@cache
def _known() -> dict[str, Technique]:
    return {technique.technique: technique for technique in described()}
