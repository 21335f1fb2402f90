"""Rule JP-23: the pages a row links to answer, are the recipient's, and are Japanese; and what rows leave to them."""

from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.recipients import written_name
from auditor.check.writer import Words, place, same
from auditor.disclosures.model import DeclaredRow, LinkedPage
from auditor.domains import host_of

RULE = "JP-23"


def delegated_links(m: Matter) -> Said:
    """JP-23, findings by link; one that nobody opened, or whose server refused us, is not measured."""
    rows = {url: row for row in m.page.disclosure.rows for url in (row.policy_url, row.opt_out_url) if url}
    if not rows:
        return Said(outcome="none")
    linked = {page.url: page for page in m.page.disclosure.linked}
    found: list[Finding | None] = []
    unread = 0
    for url, row in rows.items():
        page = linked.get(url)
        words = {"name": same(written_name(row)), "link": same(place(url))}
        if page is not None and page.is_dead:
            found.append(_dead(m, row, page, words))
            continue
        unread += page is None or not page.is_read
        if (other := _other_company(m, row, url)) is not None:
            words = {**words, "vendor": same(other)}
            found.append(
                m.writer.finding(RULE, "other_company", vendor=row.entity, detail=url, words=words, of_page=True)
            )
        share = page.japanese if page is not None and page.is_read else None
        if page is not None and share is not None and share < m.writer.number(RULE, "foreign"):
            words = {**words, "number": same(f"{share:.2f}")}
            detail = f"{url} foreign"
            evidence = (page.evidence,)
            found.append(
                m.writer.finding(RULE, "foreign", vendor=row.entity, detail=detail, words=words, evidence=evidence)
            )
    return Said.of(found, "unread" if unread else "sound", {"count": same(str(unread or len(rows)))})


def _dead(m: Matter, row: DeclaredRow, page: LinkedPage, words: Words) -> Finding | None:
    number = same(str(page.status or "-"))
    evidence = (page.evidence,) if page.evidence else ()
    return m.writer.finding(
        RULE, "dead", vendor=row.entity, detail=page.url, evidence=evidence, words={**words, "number": number}
    )


def _other_company(m: Matter, row: DeclaredRow, url: str) -> str | None:
    vendor = m.knowledge.vendor_of(host_of(url))
    if row.entity is None or vendor is None or vendor.vendor in (row.entity, m.site.entity):
        return None
    # A row may name several companies of which it links to one.
    named = any(r.entity == vendor.vendor and r.where == row.where for r in m.page.disclosure.rows)
    return None if named else vendor.legal_name


def left_to_link(m: Matter, row: DeclaredRow) -> Words | None:
    """What a row that does not state an item leaves to a page it links to, for a person to look at.

    None where it links to none, or to one that is dead: then it states nothing. Guidance lets a row link to what is
    stated elsewhere (GL解説), so that alone is no failure.
    """
    url = row.policy_url
    if not url:
        return None
    page = next((p for p in m.page.disclosure.linked if p.url == url), None)
    if page is not None and page.is_dead:
        return None
    if page is None or not page.is_read:
        seen = ("開かれていない", "which was not opened")
    else:
        types = [m.knowledge.taxonomy.get(code) for code in page.content if m.knowledge.taxonomy.has(code)]
        share = f"{page.japanese or 0:.2f}"
        seen = (
            f"日本語の割合{share}、{'、'.join(t.name_ja for t in types) or '情報の種類の語なし'}",
            f"share of Japanese {share}; {', '.join(t.name_en for t in types) or 'no words for kinds of data'}",
        )
    return {"name": same(written_name(row)), "link": same(place(url)), "words": seen}
