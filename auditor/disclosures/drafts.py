"""What the structures of a page give before it is understood: drafts of rows, and lists that rows refer to."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.disclosures.page import Link
from auditor.disclosures.place import Place
from auditor.disclosures.vocabulary import Field


@dataclass(slots=True)
class Draft:
    """Texts of one recipient, by field, as on the page. A field that is there but empty has an empty list."""

    texts: dict[Field, list[str]] = field(default_factory=dict)
    title: str = ""
    loose: list[str] = field(default_factory=list)  # text below the title that no key heads
    confidence: float = 1.0
    guessed: bool = False  # no key and no column said what the texts are
    several: bool = False  # each text of `recipient` is a recipient of its own
    cookie: bool = False  # the content is the name of a cookie
    prose: bool = False  # told by sentences
    sends: bool = False  # a key of it speaks of sending
    links: dict[Field, list[Link]] = field(default_factory=dict)
    quote: list[str] = field(default_factory=list)  # the texts as they stand, in reading order
    places: list[Place] = field(default_factory=list)  # where they stand; the first names the row's place

    def add(self, which: Field, text: str, links: Iterable[Link] = ()) -> None:
        """Put a text to a field; an empty text only notes that the page has the field."""
        texts = self.texts.setdefault(which, [])
        self.links.setdefault(which, []).extend(links)
        if text.strip():
            texts.append(text.strip())

    def quoted(self, text: str, place: Place) -> None:
        """Note a text as it stands, and where."""
        self.quote.append(text)
        self.places.append(place)

    def has(self, *which: Field) -> bool:
        """Whether any of the fields has a text."""
        return any(self.texts.get(f) for f in which)


@dataclass(slots=True)
class Found:
    """All that the structures of one page gave."""

    drafts: list[Draft] = field(default_factory=list)
    lists: dict[Field, list[tuple[str | None, str]]] = field(default_factory=dict)  # (number, text)
    left: list[str] = field(default_factory=list)
    sends: bool = False  # a key or a heading of columns speaks of sending
