"""Rules about how the disclosure is written: vague words (JP-09), Japanese (JP-12), plain words (JP-13), shown (JP-14).

電気通信事業法施行規則 22条の2の28第1項; thresholds and lists of words are data of rules.yaml.
"""

import re
import unicodedata

from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.recipients import written_name
from auditor.check.writer import Words, place, same
from auditor.disclosures.model import DeclaredRow, PageView

MAX_NAMES = 8

_ADDRESS = re.compile(r"https?://\S+|\b[\w.-]+\.[a-z]{2,}\b", re.IGNORECASE)
_GLOSS = re.compile(r"\s*[（(]")


def vague_words(m: Matter) -> Said:
    """JP-09: 等, その他 and the like in place of a list, one finding for rows without any and one beside a list."""
    rule = "JP-09"
    found: dict[str, tuple[list[DeclaredRow], dict[str, None]]] = {}
    for row in m.page.disclosure.rows:
        words = row.vague or _vague(row.content_text, m.writer.words(rule, "vague"), m.writer.words(rule, "not_vague"))
        if words:
            rows, seen = found.setdefault("beside" if row.content else "only", ([], {}))
            rows.append(row)
            seen.update(dict.fromkeys(words))
    findings = [
        m.writer.finding(
            rule,
            case,
            detail=case,
            guessed=m.guessed,
            words={"names": same(joined(map(written_name, rows))), "words": same("・".join(seen))},
            of_page=True,
        )
        for case, (rows, seen) in sorted(found.items(), reverse=True)
    ]
    return Said.of(findings, "plain")


def _vague(text: str, vague: tuple[str, ...], not_vague: tuple[str, ...]) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", text)
    for word in not_vague:
        plain = plain.replace(word, "")
    return tuple(word for word in vague if word in plain)


def joined(names: "map[str] | list[str]") -> str:
    """Names as one text, each once, bounded."""
    each = list(dict.fromkeys(n for n in names if n))
    return "、".join(each[:MAX_NAMES]) + ("…" if len(each) > MAX_NAMES else "")


def in_japanese(m: Matter) -> Said:
    """JP-12: the share of Japanese letters, as the browser rendered it, else of the text that was read."""
    rule = "JP-12"
    pages = [(v.address, v.japanese) for v in m.page.disclosure.views if v.japanese is not None]
    if not pages:
        share = japanese_share(m.page.text(), int(m.writer.number(rule, "letters")))
        pages = [(m.page.disclosure.address, share)] if share is not None else []
    if not pages:
        return Said(outcome="too_short")
    # A page in two languages may be read on its Japanese one: the best of them counts.
    address, best = max(pages, key=lambda page: page[1])
    words: Words = {"page": same(place(address)), "number": same(f"{best:.2f}")}
    if best >= m.writer.number(rule, "partly"):
        return Said(outcome="japanese", words=words)
    case = "foreign" if best < m.writer.number(rule, "foreign") else "partly"
    proven = any(r.proven for r in m.observed.receivers.values())
    return Said.of(
        [m.writer.finding(rule, case, words=words, items=m.observed.items, proven=proven)], "japanese", words
    )


def japanese_share(text: str, least: int) -> float | None:
    """Share of kana and kanji among the letters of a text, addresses left out; None for fewer letters than that."""
    letters = [c for c in _ADDRESS.sub(" ", unicodedata.normalize("NFKC", text)) if c.isalpha()]
    if len(letters) < max(1, least):
        return None
    return sum(1 for c in letters if unicodedata.name(c, "").startswith(("HIRAGANA", "KATAKANA", "CJK"))) / len(letters)


def plain_words(m: Matter) -> Said:
    """JP-13: technical words that the page does not explain; names of services are no words of the text."""
    rule = "JP-13"
    page = m.page.disclosure
    parts = [*page.not_understood]
    for row in page.rows:
        parts += [row.content_text, *row.purposes, row.opt_out]
    text = unicodedata.normalize("NFKC", "\n".join(parts))
    around = unicodedata.normalize("NFKC", m.page.text())
    explains = m.writer.words(rule, "explains")
    left = [w for w in m.writer.words(rule, "jargon") if w in text and not _explained(w, around, explains)]
    return Said.of(
        [m.writer.finding(rule, "unexplained", guessed=m.guessed, words={"words": same("、".join(left))}, of_page=True)]
        if left
        else [],
        "plain",
    )


def _explained(word: str, text: str, explains: tuple[str, ...]) -> bool:
    """Whether the word has a gloss in brackets behind it, stands in brackets as one, or is explained in a sentence."""
    if f"({word})" in text:
        return True
    for m in re.finditer(re.escape(word), text):
        after = text[m.end() : m.end() + 12]
        if _GLOSS.match(after) or any(after.lstrip("」』").startswith(e) for e in explains):
            return True
    return False


def readable(m: Matter) -> Said:
    """JP-14: size of letters, sideways overflow, viewport, pictures, collapsed parts; each at most once."""
    views = m.page.disclosure.views
    found: dict[str, Finding | None] = {}
    measured = False
    for view in views:
        measured |= view.font_px is not None or view.overflow_px is not None or view.viewport is not None
        for case, words in _shown_badly(m, view):
            if case not in found:
                found[case] = m.writer.finding(
                    "JP-14", case, detail=case, words={"page": same(place(view.address)), **words}, of_page=True
                )
    return Said.of(list(found.values()), "readable" if measured else "no_view")


def _shown_badly(m: Matter, view: PageView) -> list[tuple[str, Words]]:
    least, most = m.writer.number("JP-14", "font_px"), m.writer.number("JP-14", "overflow_px")
    cases: list[tuple[str, Words]] = []
    if view.font_px is not None and view.font_px < least:
        cases.append(("small", {"number": same(f"{view.font_px:g}"), "limit": same(f"{least:g}")}))
    if view.overflow_px is not None and view.overflow_px > most:
        cases.append(("sideways", {"number": same(str(view.overflow_px))}))
    if view.viewport is False:
        cases.append(("viewport", {}))
    if view.as_picture:
        cases.append(("picture", {}))
    if view.collapsed:
        cases.append(("collapsed", {"count": same(str(len(view.collapsed)))}))
    return cases
