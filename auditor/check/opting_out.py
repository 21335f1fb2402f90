"""Rules about opting out: the seven items (JP-18), and whether it works (JP-19); 電気通信事業法27条の12第4号."""

import re
import unicodedata

from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.observed import Receiver, proves
from auditor.check.plainness import joined
from auditor.check.recipients import written_name
from auditor.check.rules import TextRule
from auditor.check.stating import has_purpose
from auditor.check.writer import place, same
from auditor.disclosures.plain import squash
from auditor.disclosures.wording import names_any
from auditor.domains import host_of, is_within
from auditor.evidence import Exchange, Phase
from auditor.vendors import NameKind, Vendor

_SENTENCES = re.compile(r"[。\n]+")
_TOLD = frozenset(("page_url", "event", "search_query", "purchase"))
BAD_STATUS = 400


def seven_items(m: Matter) -> Said:
    """JP-18: which of the seven items of 規則22条の2の31 the wording has, where an opt-out is spoken of."""
    rule_id = "JP-18"
    rule = m.writer.rule(rule_id)
    text = _all_text(m)
    if rule is None or not _speaks(m, text):
        return Said(outcome="not_claimed")
    rows = _stated(m)
    missing = [
        each for each in rule.texts if not rows.get(each.row, False) and (each.row in rows or not _says(text, each))
    ]
    words = {
        "words": (
            "、".join(f"{e.id} {e.name_ja}" for e in missing) or "なし",
            "; ".join(e.name_en for e in missing) or "none",
        )
    }
    if not names_any(text, m.writer.words(rule_id, "claim")):
        return Said(outcome="mentioned" if missing else "complete", words=words)
    return Said.of(
        [m.writer.finding(rule_id, "missing", words=words, of_page=True)] if missing else [], "complete", words
    )


def _all_text(m: Matter) -> str:
    rows = m.page.disclosure.rows
    return "\n".join((m.page.text(), *(row.opt_out for row in rows), *("オプトアウト" for row in rows if row.opt_out)))


def _speaks(m: Matter, text: str) -> bool:
    return any(row.opt_out for row in m.page.disclosure.rows) or names_any(text, m.writer.words("JP-18", "speaks"))


def _stated(m: Matter) -> dict[str, bool]:
    """What the rows state, where there are any: in the text their heads stand also over empty cells."""
    rows = m.page.disclosure.rows
    if not rows:
        return {}
    return {
        "content": any(row.content_text for row in rows) or m.page.unread_contents(),
        "recipient": any(row.name_kind == NameKind.legal for row in rows),
        "purpose": any(has_purpose(row) for row in rows),
    }


def _says(text: str, rule: TextRule) -> bool:
    """Whether a sentence, or line with the one after it (a heading and its cell), has a word of every group."""
    parts = [squash(p) for p in _SENTENCES.split(unicodedata.normalize("NFKC", text))]
    parts = [p for p in parts if p]
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        plain = part + following
        if plain and all(any(squash(word) in plain for word in group) for group in rule.groups):
            return True
    return False


def opt_out_works(m: Matter) -> Said:
    """JP-19: a site whose steps open opt-out pages first, beside the same page without those steps."""
    rule = "JP-19"
    opened = _opened(m)
    found: list[Finding | None] = _dead_links(m)
    if not m.site.before or not opened:
        offered = m.declared is not None and _speaks(m, _all_text(m))
        return Said.of(found, "no_runs" if offered else "no_opt_out")
    stopped: list[str] = []
    for vendor, exchanges in opened:
        name = m.name(vendor.vendor)
        failed = [e for e in exchanges if e.status is None or e.status >= BAD_STATUS]
        if len(failed) == len(exchanges):
            words = {
                "vendor": same(name),
                "link": same(place(failed[0].url)),
                "number": same(str(failed[0].status or failed[0].error or "-")),
            }
            ids = tuple(sorted(f"{e.visit}/{e.request}" for e in failed))
            found.append(m.writer.finding(rule, "dead", vendor=vendor.vendor, detail="dead", evidence=ids, words=words))
            continue
        before = m.without_steps.receivers.get(vendor.vendor) if m.without_steps is not None else None
        if before is None or not _telling(m, before):
            continue  # nothing was seen without the opt-out: its absence afterwards would tell nothing
        after = m.observed.receivers.get(vendor.vendor)
        left = sorted(_telling(m, after) & _telling(m, before)) if after is not None else []
        if after is None or not left:
            stopped.append(name)
            continue
        found.append(_still_sent(m, vendor, after, left, name))
    if not found and not stopped:
        return Said(outcome="no_runs")
    return Said.of(found, "stopped", {"names": same(joined(stopped))})


def _dead_links(m: Matter) -> list[Finding | None]:
    """Ways out that the rows link to and that are gone."""
    if m.declared is None:
        return []
    dead = {page.url: page for page in m.page.disclosure.linked if page.is_dead}
    found = []
    for row in {row.opt_out_url: row for row in m.page.disclosure.rows if row.opt_out_url in dead}.values():
        page = dead[row.opt_out_url]
        words = {
            "vendor": same(m.name(row.entity, written_name(row))),
            "link": same(place(page.url)),
            "number": same(str(page.status or "-")),
        }
        ids = (page.evidence,) if page.evidence else ()
        found.append(m.writer.finding("JP-19", "dead", vendor=row.entity, detail=page.url, evidence=ids, words=words))
    return found


def _still_sent(m: Matter, vendor: Vendor, after: Receiver, left: list[str], name: str) -> Finding | None:
    items = [t for t in after.items if t.data_type in left]
    rows = m.declared.rows_of(vendor.vendor) if m.declared is not None else []
    says = any(names_any(row.opt_out, m.writer.words("JP-19", "stops_sending")) for row in rows if row.opt_out)
    types = [m.knowledge.taxonomy.get(code) for code in left]
    return m.writer.finding(
        "JP-19",
        "still_sent" if says and (after.proven or proves(items)) else "still_sent_unclear",
        vendor=vendor.vendor,
        recipient=", ".join(sorted({t.recipient for t in items})),
        items=items,
        proven=after.proven,
        words={
            "vendor": same(name),
            "data_type": ("、".join(t.name_ja for t in types), ", ".join(t.name_en for t in types)),
        },
    )


def _telling(m: Matter, receiver: Receiver) -> frozenset[str]:
    """The kinds of data sent that identify or tell what a person did."""
    taxonomy = m.knowledge.taxonomy
    codes = {t.data_type for t in receiver.items if t.data_type and taxonomy.has(t.data_type)}
    return frozenset(c for c in codes if c in _TOLD or taxonomy.get(c).level in ("identifier", "contact"))


def _opened(m: Matter) -> list[tuple[Vendor, list[Exchange]]]:
    """Vendors whose opt-out page the steps before the complete visits opened, with those exchanges."""
    prepared = [e for v in m.observed.visits for e in v.exchanges if e.phase is Phase.prepare]
    found = []
    for vendor in m.knowledge.vendors:
        pages = [d.url for d in vendor.opt_out]
        own = [e for e in prepared if any(_same_page(e.url, url) for url in pages)]
        if own:
            found.append((vendor, own))
    return found


def _same_page(url: str, page: str) -> bool:
    at, wanted = url.partition("?")[0].rstrip("/"), page.partition("?")[0].rstrip("/")
    if at.partition("://")[2] == wanted.partition("://")[2]:
        return True
    # An opt-out page without a path of its own stands for its whole host.
    return "/" not in wanted.partition("://")[2] and is_within(host_of(url), host_of(page))
