"""Drafts to rows: numbers resolved, names, contents and purposes understood."""

from collections.abc import Iterable, Mapping
from urllib.parse import urljoin, urlsplit

from auditor.disclosures.companies import CompanyFinder
from auditor.disclosures.drafts import Draft, Found
from auditor.disclosures.model import DeclaredRow
from auditor.disclosures.names import NameTable, plain_name
from auditor.disclosures.numbered import items, resolve
from auditor.disclosures.page import Link
from auditor.disclosures.place import joined
from auditor.disclosures.vocabulary import Field, Vocabulary
from auditor.disclosures.wording import ContentWords, names_any
from auditor.vendors import NameKind

MAX_QUOTE = 600
_PURPOSES = (Field.purpose_own, Field.purpose, Field.purpose_recipient)
_ADDRESSED = (Field.policy_url, Field.content, Field.purpose, Field.purpose_recipient, Field.recipient)


class RowMaker:
    """Makes the rows of one page."""

    def __init__(
        self, vocabulary: Vocabulary, names: NameTable, words: ContentWords, found: Found, address: str, *, titled: bool
    ) -> None:
        self._vocabulary = vocabulary
        self._names = names
        self._words = words
        self._found = found
        self._address = address
        self._titled = titled  # the page's title says that it is about sending
        self._companies = CompanyFinder(vocabulary)
        self._lists: dict[Field, Mapping[str, str]] = {f: items(lines) for f, lines in found.lists.items()}
        self._referred: set[Field] = set()

    def make(self) -> tuple[list[DeclaredRow], list[str]]:
        """All rows, and the texts of cells whose kind of data was not understood."""
        drafts = self._found.drafts
        texts = [{f: self._resolved(f, t) for f, t in d.texts.items()} for d in drafts]
        rows: list[DeclaredRow] = []
        unread: list[str] = []
        for draft, resolved in zip(drafts, texts, strict=True):
            made = self._rows(draft, resolved)
            rows += made
            unread += [r.content_text for r in made[:1] if r.content_text and not r.content]
        return rows, unread

    def _resolved(self, field: Field, texts: list[str]) -> list[str]:
        """Numbers replaced by what they refer to; each field by its own list, a purpose by the purposes'."""
        general = Field.purpose if field in _PURPOSES else field
        listed = self._lists.get(field) or self._lists.get(general, {})
        answers = [resolve(t, listed) for t in texts]
        if any(a is not None for a in answers):
            self._referred |= {field, general}
        return [t if a is None else a for t, a in zip(texts, answers, strict=True)]

    def _rows(self, draft: Draft, texts: dict[Field, list[str]]) -> list[DeclaredRow]:
        recipients, service = self._who(draft, texts)
        if not recipients and not service:
            self._found.left += [t for field in texts.values() for t in field]
            return []
        content, confidence = self._content(draft, texts)
        if draft.guessed and not self._words.codes(content):
            # Told by a name at the beginning of a line or as a heading: without known contents it is prose.
            self._found.left += [draft.title, *recipients, *draft.loose, content]
            return []
        own, purposes, theirs = self._purposes(texts)
        place = joined(draft.places)
        opt_out, links = self._opt_out(draft, texts)
        codes = self._words.codes(content)
        if draft.cookie and content:
            codes = self._words.ordered({*codes, "cookie_id"})
        common = {
            "service": service,
            "content": codes,
            "content_text": content,
            "not_sent": self._words.denied(content),
            "vague": self._words.vague(content),
            "purposes": tuple(text for text in purposes if text),
            "purpose_own": own,
            "purpose_recipient": theirs,
            "opt_out": opt_out,
            "opt_out_url": self._opt_out_url(links, opt_out),
            "policy_url": self._policy(draft, texts),
            "where": place.where,
            "selector": place.selector,
            "box": place.box,
            "sheet": place.sheet,
            "quote": _shortened(draft.quote),
            "confidence": confidence,
        }
        rows: list[DeclaredRow] = []
        for recipient in recipients or [""]:
            rows += [
                DeclaredRow(
                    recipient=recipient,
                    entity=identity.entity if identity else None,
                    name_kind=identity.kind if identity else None,
                    **common,
                )
                for identity in self._names.identify(recipient, service) or (None,)
            ]
        return rows

    def _who(self, draft: Draft, texts: dict[Field, list[str]]) -> tuple[list[str], str]:
        """The recipients as written, and the service."""
        recipients = [t for t in texts.get(Field.recipient, []) if not self._vocabulary.is_nothing(t)]
        service = "\n".join(t for t in texts.get(Field.service, []) if not self._vocabulary.is_nothing(t))
        title = "" if self._vocabulary.is_no_name(draft.title) else draft.title
        if not recipients and self._names.hits(draft.title) and not self._vocabulary.is_no_recipient(draft.title):
            title = draft.title
        if not recipients and (company := self._first_company(draft.loose)):
            recipients = [company]
        if not recipients and title and (not service or self._is_company(title)):
            recipients = [self._company_of(title)]
            service = service or (title if recipients != [title] else "")
        elif title and not service and title not in recipients and draft.places and self._names_tool(title):
            service = title if not self._companies.has_form(title) or not texts.get(Field.recipient) else ""
        elif not recipients and service and (company := self._company_of(service)) != service:
            recipients = [company]  # the company stands beside its service: やさい占い（合同会社うらない畑）
        if not draft.several:
            recipients = ["\n".join(recipients)] if recipients else []
        recipients = [part for r in recipients for part in self._parts(r)]
        return [self._vocabulary.without_bullet(r) for r in recipients], service

    def _is_company(self, text: str) -> bool:
        named = any(h.kind in (NameKind.legal, NameKind.former) for h in self._names.hits(text))
        return named or self._companies.has_form(text)

    def _company_of(self, text: str) -> str:
        """The one company with a legal form that a heading or a service names, else all of the text."""
        found = self._companies.find(text)
        return found[0].name if len(found) == 1 else text

    def _first_company(self, texts: Iterable[str]) -> str:
        """The company that the text below a section's title names first: …社が提供するサービスです。"""
        for text in texts:
            if not any(w in text for w in self._vocabulary.own) and (found := self._companies.find(text)):
                return found[0].name
        return ""

    def _parts(self, recipient: str) -> list[str]:
        """Several recipients in one text, one by one; a company and its service, or its two names, stay one."""
        parts = self._companies.parts(recipient)
        if len(parts) < 2:
            return [recipient]
        keys = [frozenset(i.entity for i in self._names.identify(p)) or plain_name(p) for p in parts]
        return parts if len(set(keys)) == len(parts) else [recipient]

    def _content(self, draft: Draft, texts: dict[Field, list[str]]) -> tuple[str, float]:
        """The contents' text, and how sure it is that it is this recipient's."""
        content = "\n".join(t for t in texts.get(Field.content, []) if not self._vocabulary.is_nothing(t))
        if not content and draft.loose:
            joined = "\n".join(t for t in draft.loose if not t.rstrip("。").endswith("ため"))
            content = joined if self._words.codes(joined) else ""
        confidence = draft.confidence
        if Field.content not in draft.texts and not content and Field.content not in self._referred:
            confidence = min(confidence, 0.5)
            if self._found.sends or self._titled:
                content = "\n".join(text for _, text in self._found.lists.get(Field.content, []))
        return content, confidence

    def _purposes(self, texts: dict[Field, list[str]]) -> tuple[str, list[str], str]:
        """The operator's purpose, all purposes' texts as they stand, the recipient's purpose."""
        said = {
            f: "\n".join(t for t in texts.get(f, []) if not self._vocabulary.is_nothing(t.split("\n")[0]))
            for f in _PURPOSES
        }
        general = [said[Field.purpose]] if said[Field.purpose] else []
        if not any(texts.get(f) for f in _PURPOSES) and Field.purpose not in self._referred:
            general = [text for _, text in self._found.lists.get(Field.purpose, [])]
        own, theirs = said[Field.purpose_own], said[Field.purpose_recipient]
        if not own and not theirs:
            parted = self._vocabulary.parted_purposes("\n".join(general))
            if parted is not None:
                return parted[0], general, parted[1]
        return own, [own, *general, theirs], theirs

    def _opt_out(self, draft: Draft, texts: dict[Field, list[str]]) -> tuple[str, list[Link]]:
        """What the row says of a way out, and its links."""
        said = [t for t in texts.get(Field.optout, []) if not self._vocabulary.is_nothing(t)]
        links = draft.links.get(Field.optout, [])
        shared = draft.links.get(Field.policy_url, []) == links and texts.get(Field.policy_url) == texts.get(
            Field.optout
        )
        if Field.policy_url in draft.texts and shared:
            # One cell for the policy and the way out: only links and words of the latter are it.
            links = [k for k in links if self._vocabulary.is_opt_out(f"{k.text} {k.url}")]
            said = [k.text for k in links] or [t for t in said if self._vocabulary.is_opt_out(t)]
        if not said and not texts.get(Field.optout):
            # No column for it: a link among the row's others that says it.
            every = [link for several in draft.links.values() for link in several]
            links = [k for k in every if self._vocabulary.is_opt_out(f"{k.text} {k.url}")]
            said = list(dict.fromkeys(k.text for k in links))
        return "\n".join(said), links

    def _opt_out_url(self, links: Iterable[Link], text: str) -> str:
        """The address of the way out: of its link, else as the text writes it."""
        return next(filter(None, map(self._absolute, links)), "") or _written_url(text)

    def _policy(self, draft: Draft, texts: dict[Field, list[str]]) -> str:
        """The address the row gives for more: of the policy's cell, else of a link in place of contents."""
        for field in _ADDRESSED:
            for link in draft.links.get(field, []):
                wanted = field in (Field.policy_url, Field.recipient)
                wanted = wanted or names_any(link.text, self._vocabulary.elsewhere)
                apart = field is Field.policy_url and Field.optout in draft.texts
                if wanted and not (apart and self._vocabulary.is_opt_out(f"{link.text} {link.url}")):
                    return self._absolute(link)
        return _written_url("\n".join(texts.get(Field.policy_url, [])))

    def _absolute(self, link: Link) -> str:
        try:
            url = urljoin(self._address, link.url) if self._address.startswith("http") else link.url
            return url if urlsplit(url).scheme in ("http", "https", "") and not url.startswith("#") else ""
        except ValueError:
            return ""

    def _names_tool(self, title: str) -> bool:
        return len(title) <= 60 and not self._vocabulary.is_title(title)


def _written_url(text: str) -> str:
    """The first address that a text writes out."""
    return next((word for word in text.split() if word.startswith(("http://", "https://"))), "")


def _shortened(quote: Iterable[str]) -> str:
    text = "\n".join(dict.fromkeys(line for line in quote if line))
    return text if len(text) <= MAX_QUOTE else text[:MAX_QUOTE] + "…"
