"""What sites say of the platform (3-2), as its documents ask of tag owners (3-3); and what its own sites say (2-1)."""

from collections import Counter
from functools import partial

from auditor.check.finding import Finding, Verdict
from auditor.check.rules import load_rules
from auditor.disclosures.model import Disclosure
from auditor.report.hearing.measures.counting import in_visits, line, missing
from auditor.report.hearing.sheet import Cell, Column, Line, Said, figure
from auditor.report.hearing.view import View, document_of, refs
from auditor.report.hearing.words import listed, words
from auditor.report.html.parts import same
from auditor.report.texts import Text, label

NOTICE = "3-2"
TAG_OWNERS = "JP-28"


def verdicts(findings: list[Finding]) -> Text | None:
    """How many of each verdict, with the rules: `fail 2 (JP-03, JP-08)`; None for none."""
    parts = []
    for verdict in Verdict:
        own = [f for f in findings if f.verdict is verdict]
        if own:
            rules = ", ".join(sorted({f.rule for f in own}))
            parts.append(words("verdict.count", verdict=label("verdict", verdict.value), n=len(own), rules=rules))
    return listed(parts) if parts else None


def notice(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """3-2: site by site, whether the site's disclosure has a row for the platform that it sends to."""
    sites: dict[str, str] = {}
    for column in columns:
        others = view.at(column.vendor, own=False)
        sites |= {v.visit.site: v.visit.operator for v in others.values()}
    return tuple(
        line(words("notice.site", site=site, operator=operator), columns, partial(_notice, view, site))
        for site, operator in sites.items()
    ) or (line(words("notice.any"), columns, lambda _: missing("missing.others")),)


def _notice(view: View, site: str, column: Column) -> Cell:
    within = {n: v for n, v in view.at(column.vendor, own=False).items() if v.visit.site == site}
    if not within:
        return Said("note", words("note.own_site"))
    sent = {ref for ref in view.of(column.vendor).requests if ref[0] in within}
    if not sent:
        return in_visits(view, (), within)
    about = [f for f in view.findings(items=(NOTICE,)) if f.site == site and f.vendor == column.vendor]
    general = [f for f in view.findings(items=(NOTICE,)) if f.site == site and not f.vendor and not f.recipient]
    told = verdicts([*about, *general]) or words("verdict.none")
    disclosure = next((d for d in view.result.disclosures if d.site == site), None)
    evidence = refs(sent) | view.proof(about)
    if disclosure is None:
        return figure(words("notice.unread", requests=len(sent)), evidence, told)
    if site in view.disclosure_visits:
        evidence |= document_of(view.disclosure_visits[site])
    return figure(_stated(view, disclosure, column, len(sent)), evidence, told)


def _stated(view: View, disclosure: Disclosure, column: Column, requests: int) -> Text:
    if not disclosure.found:
        return words("notice.nothing", requests=requests)
    rows = [row for row in disclosure.rows if row.entity == column.vendor]
    if not rows:
        return words("notice.no_row", requests=requests)
    kinds = {code for row in rows for code in row.content}
    stated = listed([view.kind(code) for code in view.kinds(kinds)], 8) if kinds else words("notice.no_kinds")
    return words("notice.rows", n=len(rows), requests=requests, kinds=stated)


def tag_owners(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """3-3: the sites that carry the platform's modules, what its documents ask of them, what was found (JP-28)."""
    texts = {c.vendor: _documents(view, c) for c in columns}
    most = max(map(len, texts.values()), default=0)

    def document(number: int, column: Column) -> Cell:
        own = texts[column.vendor]
        return Said("note", own[number] if number < len(own) else words("tags.no_document"))

    return (
        line(words("tags.sites"), columns, lambda c: _carrying(view, c)),
        line(words("tags.findings"), columns, lambda c: _asked(view, c)),
        *(
            line(words("tags.document", n=number + 1), columns, partial(document, number))
            for number in range(max(most, 1))
        ),
    )


def _carrying(view: View, column: Column) -> Cell:
    within = view.at(column.vendor, own=False)
    sent = [ref for ref in view.of(column.vendor).requests if ref[0] in within]
    if not sent:
        return in_visits(view, (), within)
    sites = Counter(view.visits[visit].visit.site for visit, _ in sent)
    every = {v.visit.site for v in within.values()}
    shown = words("count.sites", n=len(sites), of=len(every), requests=len(sent))
    return figure(shown, refs(sent), listed([same(site) for site in sorted(sites)]))


def _asked(view: View, column: Column) -> Cell:
    found = [f for f in view.findings(rules=(TAG_OWNERS,)) if f.vendor == column.vendor]
    evidence = view.proof(found)
    if found and evidence:
        sites = sorted({f.site for f in found})
        return figure(verdicts(found) or words("verdict.none"), evidence, listed([same(site) for site in sites]))
    if found:
        return Said("note", verdicts(found) or words("verdict.none"))
    judged = any(rule.id == TAG_OWNERS for rule in load_rules().rules)
    return Said("note", words("verdict.none")) if judged else missing("missing.rule", rule=TAG_OWNERS)


def _documents(view: View, column: Column) -> list[Text]:
    """The platform's documents that ask something of tag owners, as its vendor file has them: no figures of the run."""
    vendor = view.knowledge.vendor(column.vendor)
    return [
        words(
            "tags.ask",
            url=document.url,
            mark=document.mark.value,
            asks=listed([Text(ja=ask.text_ja, en=ask.text_en) for ask in document.asks]),
        )
        for document in (vendor.documents if vendor else ())
        if document.asks
    ]


def own_disclosure(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """2-1: what the platform's own visited sites publish of their sending: whether it was found, how many rows."""
    return (line(words("own.disclosure"), columns, lambda c: _own(view, c)),)


def _own(view: View, column: Column) -> Cell:
    sites = sorted({v.visit.site for v in view.at(column.vendor, own=True).values()})
    if not sites:
        return missing("missing.own")
    read = [d for d in view.result.disclosures if d.site in sites]
    evidence = {ref for d in read if (v := view.disclosure_visits.get(d.site)) for ref in document_of(v)}
    if not read:
        return missing("missing.disclosure")
    parts = [
        words("own.rows", site=d.site, n=len(d.rows)) if d.found else words("own.nothing", site=d.site) for d in read
    ]
    if not evidence:
        return Said("note", listed(parts))
    return figure(words("count.disclosures", n=sum(d.found for d in read), of=len(sites)), evidence, listed(parts))
