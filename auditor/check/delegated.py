"""Rule JP-23: the recipient's page a row links to answers, is the recipient's, and is Japanese."""

from auditor.check.finding import Finding
from auditor.check.matter import Matter, Said
from auditor.check.opting_out import BAD_STATUS
from auditor.check.recipients import written_name
from auditor.check.writer import place, same
from auditor.disclosures.model import DeclaredRow
from auditor.domains import host_of
from auditor.evidence import Exchange

RULE = "JP-23"


def delegated_links(m: Matter) -> Said:
    """JP-23, one finding a link; a link that nobody opened is not measured."""
    rows = {row.policy_url: row for row in m.page.disclosure.rows if row.policy_url}
    if not rows:
        return Said(outcome="none")
    found: list[Finding | None] = []
    opened = 0
    for url, row in rows.items():
        view = next((v for v in m.page.disclosure.views if v.address == url), None)
        answer = _answer(m, url)
        opened += view is not None or answer is not None
        words = {"name": same(written_name(row)), "link": same(place(url))}
        if answer is not None and (answer.status is None or answer.status >= BAD_STATUS):
            number = same(str(answer.status or answer.error or "-"))
            ids = (f"{answer.visit}/{answer.request}",)
            found.append(
                m.writer.finding(
                    RULE, "dead", vendor=row.entity, detail=url, evidence=ids, words={**words, "number": number}
                )
            )
            continue
        if (other := _other_company(m, row, url)) is not None:
            found.append(
                m.writer.finding(
                    RULE,
                    "other_company",
                    vendor=row.entity,
                    detail=url,
                    words={**words, "vendor": same(other)},
                    of_page=True,
                )
            )
        share = view.japanese if view is not None else None
        if share is not None and share < m.writer.number(RULE, "foreign"):
            number = same(f"{share:.2f}")
            found.append(
                m.writer.finding(
                    RULE,
                    "foreign",
                    vendor=row.entity,
                    detail=f"{url} foreign",
                    words={**words, "number": number},
                    of_page=True,
                )
            )
    unopened = len(rows) - opened
    count = same(str(unopened or opened))
    return Said.of(found, "unread" if unopened else "sound", {"count": count})


def _answer(m: Matter, url: str) -> Exchange | None:
    """The exchange that opened an address, of any of the site's visits, that for the disclosure included."""
    bare = url.partition("#")[0]
    return next((e for v in m.visits for e in v.exchanges if e.url == bare and e.method == "GET"), None)


def _other_company(m: Matter, row: DeclaredRow, url: str) -> str | None:
    vendor = m.knowledge.vendor_of(host_of(url))
    if row.entity is None or vendor is None or vendor.vendor in (row.entity, m.site.entity):
        return None
    # A row may name several companies of which it links to one.
    named = any(r.entity == vendor.vendor and r.where == row.where for r in m.page.disclosure.rows)
    return None if named else vendor.legal_name
