"""What the pages say that a disclosure's rows link to, from the visit that opened them."""

from urllib.parse import urldefrag

from auditor.decode import Knowledge
from auditor.disclosures import LinkedPage, page_text
from auditor.disclosures.viewing import japanese_share
from auditor.disclosures.vocabulary import load_vocabulary
from auditor.disclosures.wording import ContentWords
from auditor.evidence import Exchange, Followed, VisitEvidence


def linked_pages(visit: VisitEvidence, knowledge: Knowledge) -> tuple[LinkedPage, ...]:
    """One for each address the rows link to, in the order they were opened."""
    words = ContentWords(knowledge.taxonomy, load_vocabulary())
    return tuple(_linked(page, visit, words) for page in visit.followed or ())


def _linked(page: Followed, visit: VisitEvidence, words: ContentWords) -> LinkedPage:
    answer = _answer(page, visit)
    text = page_text(page.html) if page.html else ""
    return LinkedPage(
        url=page.asked,
        address=page.address,
        title=page.title,
        status=answer.status if answer is not None else None,
        problem=page.problem,
        error=page.error,
        evidence=f"{answer.visit}/{answer.request}" if answer is not None else "",
        japanese=japanese_share(text),
        content=words.codes(text),
        screenshot=page.screenshot,
    )


def _answer(page: Followed, visit: VisitEvidence) -> Exchange | None:
    """The exchange that brought the page, at the end of its redirects; None where none is on record."""
    address, asked = urldefrag(page.address).url, urldefrag(page.asked).url
    documents = [e for e in visit.exchanges if e.cause is not None and e.cause.resource_type == "document"]
    of_asked = next((e for e in documents if e.url == asked), None)
    return next((e for e in reversed(documents) if e.url == address), of_asked)
