"""What each site declares: its disclosure read from a file, from the page the scenario names, or found by clicks."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urldefrag

from auditor.decode import Knowledge
from auditor.disclosures import Disclosure, Reach, load_disclosure, reach, read_disclosure, view_of
from auditor.disclosures.pdf import ENCODING as PDF_ENCODING
from auditor.errors import InputError
from auditor.evidence import FoundPage, Outcome, PageLinks, VisitEvidence, VisitKind
from auditor.pipeline.linked import linked_pages
from auditor.scenario import DisclosureAt, Site
from auditor.store.run import RunFolder

PDF = "application/pdf"


class _Read(NamedTuple):
    page: FoundPage
    disclosure: Disclosure


def disclosures_of(
    run: RunFolder, sites: Iterable[Site], visits: Sequence[VisitEvidence], knowledge: Knowledge
) -> tuple[dict[str, Disclosure], list[str]]:
    """Each site's disclosure by site id, and a note for each place that could not be read: not measured."""
    found: dict[str, Disclosure] = {}
    notes: list[str] = []
    by_site: dict[str, list[VisitEvidence]] = {}
    for visit in visits:
        by_site.setdefault(visit.visit.site, []).append(visit)
    for site in sites:
        if site.disclosure is None:
            continue
        mine = by_site.get(site.id, [])
        try:
            disclosure = _corrected(run, site, site.disclosure, mine, knowledge)
        except InputError as error:
            notes.append(f"{site.id}: the disclosure could not be read: {error.message}")
        else:
            found[site.id] = disclosure.model_copy(update={"site": site.id})
    return found, notes


def _corrected(
    run: RunFolder, site: Site, named: DisclosureAt, visits: Sequence[VisitEvidence], knowledge: Knowledge
) -> Disclosure:
    """What a person corrected goes before what was read; how the page looks and is reached stays what was measured."""
    path = run.corrections / f"{site.id}.yaml"
    if not path.exists():
        return _disclosure(run, site, named, visits, knowledge)
    corrected = load_disclosure(path, vendors=knowledge.vendors, taxonomy=knowledge.taxonomy)
    try:
        read = _disclosure(run, site, named, visits, knowledge)
    except InputError:
        return corrected
    return corrected.model_copy(update={"views": read.views, "reach": read.reach, "linked": read.linked})


def _disclosure(
    run: RunFolder, site: Site, named: DisclosureAt, visits: Sequence[VisitEvidence], knowledge: Knowledge
) -> Disclosure:
    if named.file is not None:
        path = run.data / "disclosures" / f"{site.id}{named.file.suffix.lower()}"
        return load_disclosure(path, vendors=knowledge.vendors, taxonomy=knowledge.taxonomy)
    visit = next((v for v in visits if v.visit.kind is VisitKind.disclosure), None)
    # What other companies' pages did to the visit, after the disclosure was kept, is no reason not to read it.
    if visit is None or (visit.visit.outcome is not Outcome.complete and visit.followed is None):
        raise InputError(f"its page was not visited: {visit.visit.reason if visit else 'no visit'}")
    pages = tuple(_opened(page, visit) for page in visit.pages or _as_kept(visit))
    read = [_Read(page, _page(page, visit, knowledge)) for page in pages if page.html and not page.problem]
    problems = "; ".join(dict.fromkeys(f"{page.address}: {page.problem}" for page in pages if page.problem))
    if not read:
        raise InputError(problems or "its page could not be kept as it was rendered")
    joined = _joined(read, visits)
    if not joined.found and problems:
        # It may stand on the page that could not be read: nobody can say that nothing is declared.
        raise InputError(problems)
    return joined.model_copy(update={"linked": linked_pages(visit, knowledge)})


def _as_kept(visit: VisitEvidence) -> tuple[FoundPage, ...]:
    """The page at the end of a visit that kept no others."""
    address = visit.visit.final_url or visit.visit.page
    return (FoundPage(address=address, certain=True, html=visit.document_html or ""),)


def _opened(page: FoundPage, visit: VisitEvidence) -> FoundPage:
    """The page; with its problem where what the browser showed was its own error page, or the server's."""
    asked = [
        e
        for e in visit.exchanges
        if e.cause and e.cause.resource_type == "document" and e.url == urldefrag(page.address).url
    ]
    if page.problem or any(e.status is not None and e.status < 400 for e in asked):
        return page
    if not asked and page.address.startswith(("http://", "https://")):
        return page  # an address a script gave the page
    why = "; ".join(dict.fromkeys(str(e.status or e.error) for e in asked)) or "the browser's error page"
    asked_for = page.path[-1].url if page.path else page.address
    return page.model_copy(update={"problem": f"did not open: {why}", "address": asked_for})


def _page(page: FoundPage, visit: VisitEvidence, knowledge: Knowledge) -> Disclosure:
    data: bytes | str = page.html
    content_type = "text/html"
    if (pdf := pdf_of(page.address, visit)) is not None:
        data, content_type = pdf, PDF
    return read_disclosure(
        data,
        address=page.address,
        vendors=knowledge.vendors,
        taxonomy=knowledge.taxonomy,
        content_type=content_type,
    )


def pdf_of(address: str, visit: VisitEvidence) -> bytes | None:
    """A PDF's bytes as the server sent them: the browser shows them in a viewer of its own."""
    for exchange in visit.exchanges:
        kind = (exchange.response_header("content-type") or "").split(";")[0].strip().lower()
        if kind == PDF and exchange.url == urldefrag(address).url:
            return exchange.response_content().data
    return None


def _joined(read: Sequence[_Read], visits: Sequence[VisitEvidence]) -> Disclosure:
    """The page that declares most; rows of further pages that links of a disclosure lead to are its rows, too."""
    best = max(read, key=_rank)
    others = [each for each in read if each is not best and _belongs(each, best)]
    rows = list(best.disclosure.rows)
    known = {(row.recipient, row.service, row.content_text) for row in rows}
    for other in others:
        for row in other.disclosure.rows:
            if (row.recipient, row.service, row.content_text) not in known:
                further = {"where": f"{other.page.address} {row.where}", "page": other.page.address}
                rows.append(row.model_copy(update=further))
    left = [*best.disclosure.not_understood, *(t for other in others for t in other.disclosure.not_understood)]
    views = tuple(
        view_of(each.page, each.disclosure.rows, as_picture=each.disclosure.encoding == PDF_ENCODING)
        for each in (best, *others)
    )
    found = any(each.disclosure.found for each in (best, *others))
    return best.disclosure.model_copy(
        update={
            "rows": tuple(rows),
            "not_understood": tuple(dict.fromkeys(left)),
            "found": found,
            "views": views if found else (),
            "reach": _reach(visits, [best.page.address] if found else ()),
        }
    )


def _rank(each: _Read) -> tuple[int, bool, bool, int]:
    """More rows that name a recipient; found at all; by a link that says so; fewer operations."""
    named = sum(row.entity is not None or bool(row.content) for row in each.disclosure.rows)
    return named, each.disclosure.found, each.page.certain, -len(each.page.path)


def _belongs(other: _Read, best: _Read) -> bool:
    """Whether a page with rows is a further part: links that name a disclosure lead from one to the other."""
    if not other.disclosure.rows or not other.page.certain:
        return False
    near, far = sorted((other, best), key=lambda each: len(each.page.path))
    return any(operation.url == near.page.address for operation in far.page.path[:-1])


def _reach(visits: Iterable[VisitEvidence], targets: Sequence[str]) -> tuple[Reach, ...]:
    """The ways from each page the complete audits were on; links of all visits count."""
    audited: list[str] = []
    links: list[PageLinks] = []
    for visit in visits:
        links += visit.links
        if visit.visit.kind is VisitKind.audit and visit.visit.outcome is Outcome.complete:
            audited += [each.page for each in visit.links]
    return reach(audited, links, targets)
