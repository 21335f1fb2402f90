"""The words of Japanese disclosure pages as data: headings, legal forms, vague words, page titles.

Which information a disclosure gives is fixed by 電気通信事業法施行規則 22条の2の29 (content, recipient, purpose)
and 22条の2の31 (opt-out); which words pages use for it is in vocabulary.yaml (DOMAIN.md B.2, B.3).
"""

import re
import unicodedata
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import Field as Described
from pydantic import model_validator

from auditor.disclosures.plain import squash
from auditor.specs import Spec, load

FILE = Path(__file__).with_name("vocabulary.yaml")

_DECORATION = re.compile(r"^[\s■□●○◆◇◎▼▽▶►★☆・※*#>\-–—•◦▪]+")
_BULLET = re.compile(r"^[\s■□●○◆◇◎▼▽▶►・※*•◦▪‣]+")
_NUMBERING = re.compile(
    r"^(?:[①-⑳㉑-㊿⑴-⒇❶-❿]|第\s*\d+\s*[条章項]|[(（]\s*\d{1,2}\s*[)）]|\d{1,2}(?:[.．-]\d{1,2})*\s*[.．)）、:：]?(?=[^\d]))\s*"
)
_PIECES = re.compile(r"[/()・、,&]|及び|および|と(?=サービス|ツール|利用目的|目的)")
MAX_HEADING = 60
TH_SHARE = 0.3  # of a <th>: the page itself says that it is a heading
KEY_SHARE = 0.5  # how much of a heading the vocabulary's words must make up
SERVICE_SHARE = 0.7
MAX_ASKED = 8192


class Field(StrEnum):
    """What a column or a key of a disclosure holds."""

    recipient = "recipient"
    service = "service"
    content = "content"
    purpose = "purpose"
    purpose_own = "purpose_own"
    purpose_recipient = "purpose_recipient"
    optout = "optout"
    policy_url = "policy_url"
    number = "number"
    other = "other"


class Heading(Spec):
    """The words that head one field."""

    field: Field
    words: tuple[str, ...] = Described(min_length=1)


class Form(Spec):
    """A form of headings, a regular expression over the whole of it."""

    field: Field
    form: str


class General(Spec):
    """A word that stands for several kinds of data; codes the taxonomy does not have are ignored."""

    word: str
    covers: tuple[str, ...] = Described(min_length=1)


class Hint(Spec):
    """Parts of words by which text that was not understood may still name data of a level."""

    level: str
    words: tuple[str, ...]


class Match(NamedTuple):
    """Fields a heading names, in its own order, and how much of the heading its words make up (0 to 1)."""

    fields: tuple[Field, ...]
    share: float


class Vocabulary(Spec):
    """vocabulary.yaml, one model."""

    headings: tuple[Heading, ...]
    forms: tuple[Form, ...]
    not_names: tuple[str, ...]
    not_recipients: tuple[str, ...]
    legal_forms: tuple[str, ...]
    general: tuple[General, ...]
    negations: tuple[str, ...]
    conditions: tuple[str, ...]
    vague: tuple[str, ...]
    not_vague: tuple[str, ...]
    hints: tuple[Hint, ...]
    elsewhere: tuple[str, ...]
    same_as_above: tuple[str, ...]
    marks_yes: tuple[str, ...]
    marks_no: tuple[str, ...]
    persons: tuple[str, ...]
    nothing: tuple[str, ...]
    sending: tuple[str, ...]
    about_else: tuple[str, ...]
    lifetimes: tuple[str, ...]
    cookie_names: tuple[str, ...]
    providers: tuple[str, ...]
    own: tuple[str, ...]
    theirs: tuple[str, ...]
    ways_out: tuple[str, ...]
    uses: tuple[str, ...]
    ends: tuple[str, ...]
    own_forms: tuple[str, ...]
    page_titles: tuple[str, ...]
    cookie_titles: tuple[str, ...]
    may_hold: tuple[str, ...]
    slugs: tuple[str, ...]

    @model_validator(mode="after")
    def _one_field_a_word(self) -> "Vocabulary":
        seen: dict[str, Field] = {}
        for heading in self.headings:
            for word in heading.words:
                if seen.setdefault(squash(word), heading.field) is not heading.field:
                    raise ValueError(f"the heading {word!r} stands for two fields")
        return self

    @cached_property
    def _words(self) -> dict[str, Field]:
        return {squash(word): heading.field for heading in self.headings for word in heading.words}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(_bounded(word) for word in sorted(self._words, key=len, reverse=True)))

    def fields_of(self, text: str) -> Match:
        """Which fields a heading names: the longest words; in each part of it the word that ends last.

        Japanese puts the head last: 送信する情報の利用目的 is a purpose. Parts are told by ／ ・ （ and the like,
        so that 送信先事業者名／ツール gives two fields.
        """
        if len(text) > 2 * MAX_HEADING:
            return Match((), 0.0)
        if (known := self._asked.get(text)) is None:
            if len(self._asked) >= MAX_ASKED:
                self._asked.clear()
            known = self._asked[text] = self._fields_of(text)
        return known

    @cached_property
    def _asked(self) -> dict[str, Match]:
        return {}

    def _fields_of(self, text: str) -> Match:
        plain = self._of_user(squash(strip_numbering(text)).strip(":。"))
        if not plain or len(plain) > MAX_HEADING:
            return Match((), 0.0)
        # The word that starts inside a longer one loses, whichever of the two comes first.
        spans = [(m.start(), m.end(), self._words[m.group()]) for m in self._overlapping(plain)]
        ends = [m.start() for m in _PIECES.finditer(plain)] + [len(plain)]
        fields: list[Field] = []
        start = 0
        for end in ends:
            inside = [span for span in spans if start < span[1] <= end]
            if inside and inside[-1][2] not in fields:
                fields.append(inside[-1][2])
            start = end
        if (formed := self._formed(plain)) is not None and len(fields) < 2:
            return Match((formed,), 1.0)
        covered = sum(len(set(range(a, b))) for a, b, _ in spans)
        return Match(tuple(fields), min(1.0, covered / len(plain)))

    @cached_property
    def _forms(self) -> tuple[tuple[Field, re.Pattern[str]], ...]:
        return tuple((f.field, re.compile(f.form, re.IGNORECASE)) for f in self.forms)

    def _formed(self, plain: str) -> Field | None:
        """The field of a heading by its form; none for a heading of several parts or a listed word."""
        if plain in self._words or _PIECES.search(plain.partition("(")[0]) or "。" in plain:
            return None
        return next((field for field, form in self._forms if form.fullmatch(plain)), None)

    def _overlapping(self, text: str) -> list[re.Match[str]]:
        found: list[re.Match[str]] = []
        position = 0
        while m := self._pattern.search(text, position):
            found.append(m)
            position = m.start() + 1
        longest = [m for m in found if not any(o is not m and _inside(m, o) for o in found)]
        kept: list[re.Match[str]] = []
        for m in longest:
            if kept and m.start() < kept[-1].end():
                if m.end() - m.start() <= kept[-1].end() - kept[-1].start():
                    continue
                kept.pop()
            kept.append(m)
        return kept

    def key_of(self, text: str, share: float = KEY_SHARE) -> tuple[Field, ...]:
        """The fields a text heads, none unless the vocabulary's words make up that share of it.

        More is asked of a service: みほんタグ is a tag's name, no heading.
        """
        match = self.fields_of(text)
        needed = max(share, SERVICE_SHARE) if match.fields == (Field.service,) else share
        return match.fields if match.share >= needed else ()

    @cached_property
    def _persons(self) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(squash(p)) for p in sorted(self.persons, key=len, reverse=True)))

    def _of_user(self, plain: str) -> str:
        """お客様, 読者 and the like as 利用者: one word for whose information it is."""
        return self._persons.sub("利用者", plain)

    def is_title(self, text: str) -> bool:
        """Whether a text looks like the title of a disclosure page, or of a page about cookies."""
        return self.is_declaring(text) or _has(squash(text), self.cookie_titles)

    def is_declaring(self, text: str) -> bool:
        """Whether a title says that the page is about what is sent to others."""
        return _has(squash(text), self.page_titles)

    def is_nothing(self, text: str) -> bool:
        """Whether a cell only says that there is nothing: なし, －, N/A."""
        plain = unicodedata.normalize("NFKC", text).strip(" 。.").lower()
        return plain in self._nothing

    @cached_property
    def _nothing(self) -> frozenset[str]:
        return frozenset(unicodedata.normalize("NFKC", n).lower() for n in (*self.nothing, *self.marks_no, ""))

    def is_sending(self, text: str) -> bool:
        """Whether a key or a heading speaks of sending."""
        return _has(squash(text), self.sending)

    def is_about_else(self, text: str) -> bool:
        """Whether a heading speaks of joint use, contractors and the like, and not of sending."""
        plain = squash(text)
        return _has(plain, self.about_else) and not _has(plain, self.sending)

    def is_lifetime(self, text: str) -> bool:
        """Whether a column holds how long cookies live."""
        return _has(squash(text), self.lifetimes)

    def is_cookie_name(self, text: str) -> bool:
        """Whether a column of a list of cookies holds their names."""
        return squash(text) in {squash(name) for name in self.cookie_names}

    def is_provider(self, text: str) -> bool:
        """Whether a column of a list of cookies holds whose they are."""
        return squash(text) in {squash(name) for name in self.providers}

    def is_own(self, text: str) -> bool:
        """Whether a text names the operator of the page: 当社, 当サイト."""
        plain = squash(text)
        return len(plain) <= 12 and _has(plain, self.own)

    def is_opt_out(self, text: str) -> bool:
        """Whether a link or a text speaks of a way out."""
        return _has(squash(text), self.ways_out)

    def says_use(self, text: str) -> bool:
        """Whether a sentence says that something is used, or that something is sent."""
        plain = squash(text)
        return _has(plain, self.uses) or _has(plain, self.sending)

    def says_purpose(self, text: str) -> bool:
        """Whether a text says what for."""
        return _has(squash(text), self.ends)

    def is_own_form(self, text: str) -> bool:
        """Whether a sentence is about what visitors type and send themselves, or how it is kept secret."""
        return _has(squash(text), self.own_forms)

    @cached_property
    def _parties(self) -> re.Pattern[str]:
        own, theirs = ("|".join(map(re.escape, words)) for words in (self.own, self.theirs))
        return re.compile(
            rf"[【\[(（〔]?(?:(?P<own>{own})|(?P<theirs>{theirs}))[^:：、。\n]{{0,10}}?[:：】\])）〕]\s*[:：]?\s*"
        )

    def parted_purposes(self, text: str) -> tuple[str, str] | None:
        """The operator's and the recipient's purpose of a text that names both (当社：… 送信先：…), else None."""
        marks = list(self._parties.finditer(text))
        if {bool(m.group("own")) for m in marks} != {True, False}:
            return None
        said = {True: "", False: ""}
        for m, following in zip(marks, [*marks[1:], None], strict=True):
            part = text[m.end() : following.start() if following else len(text)].strip(" 　/／、\n")
            said[bool(m.group("own"))] += part
        return said[True], said[False]

    @staticmethod
    def without_bullet(text: str) -> str:
        """A text without the mark of a list before it."""
        return _BULLET.sub("", text).strip() or text

    def is_no_name(self, text: str) -> bool:
        """Whether a heading names a part of the page rather than a recipient or a tool."""
        plain = squash(text)
        return any(squash(word) in plain for word in self.not_names) or bool(self.key_of(text))

    def is_no_recipient(self, text: str) -> bool:
        """Whether a text with a vendor's name in it speaks of something else, such as a browser's settings."""
        plain = squash(text)
        return any(squash(word) in plain for word in self.not_recipients)

    def mark(self, text: str) -> bool | None:
        """Whether a cell is only a mark such as ○ (True) or × (False); None for other text."""
        plain = unicodedata.normalize("NFKC", text).strip().lower()
        if plain in {unicodedata.normalize("NFKC", m).lower() for m in self.marks_yes}:
            return True
        if not plain or plain in {unicodedata.normalize("NFKC", m).lower() for m in self.marks_no}:
            return False
        return None


def _has(plain: str, words: tuple[str, ...]) -> bool:
    return any(squash(word) in plain for word in words)


def _inside(inner: re.Match[str], outer: re.Match[str]) -> bool:
    return outer.start() <= inner.start() and inner.end() <= outer.end()


def _bounded(word: str) -> str:
    """The word as a pattern; Latin words end where letters end."""
    before = r"(?<![a-z])" if word[0].isascii() and word[0].isalpha() else ""
    after = r"(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else ""
    return before + re.escape(word) + after


def strip_numbering(text: str) -> str:
    """A heading without its bullets, brackets and number."""
    text = _DECORATION.sub("", text).strip()
    text = _NUMBERING.sub("", text)
    text = _DECORATION.sub("", text).strip()
    if text[:1] in "【[［〔<＜「『" and text[-1:] in "】]］〕>＞」』":
        text = text[1:-1]
    return text.strip()


@lru_cache(maxsize=1)
def load_vocabulary() -> Vocabulary:
    """The vocabulary that comes with the auditor."""
    return load(FILE, Vocabulary)
