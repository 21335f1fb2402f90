"""Disclosure pages with hand-made truth, and how far the reader agrees with it: recall and precision.

A page is a file in `pages/`, as bytes in the encoding it claims; its truth is the YAML beside it, written before the
reader saw the page. A recipient is right by its entity, or by its written name where no vendor file knows it (without
brackets and legal punctuation); rows of one recipient are paired in their order. A data type is right when the truth
of that row has it; a kind that the truth covers already (a child of a declared one in the taxonomy's tree) is neither
right nor wrong, because the taxonomy's words give both (閲覧履歴: browsing_history, page_url).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from auditor.disclosures import DeclaredRow, Disclosure, covers, load_disclosure
from auditor.disclosures.names import plain_name
from auditor.specs import Spec, load
from auditor.vendors import VENDORS_DIR, Taxonomy, Vendor, load_taxonomy, load_vendors

PAGES = Path(__file__).with_name("pages")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")


class TrueRow(Spec):
    """What a person reads in one row."""

    recipient: str
    entity: str | None = None
    content: tuple[str, ...] = ()
    purpose: tuple[Literal["own", "recipient", "unspecified"], ...] = ()
    opt_out: bool = False
    not_sent: tuple[str, ...] = ()
    policy_url: str = ""


class Truth(Spec):
    """What a person reads on one page."""

    shape: str
    found: bool = True
    encoding: str = "utf-8"
    held_out: bool = False
    rows: tuple[TrueRow, ...]


@dataclass(slots=True)
class Counts:
    """Right ones, ones the reader missed, ones it made up."""

    right: int = 0
    missed: int = 0
    wrong: int = 0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    def add(self, other: "Counts") -> None:
        self.right += other.right
        self.missed += other.missed
        self.wrong += other.wrong


@dataclass(slots=True)
class Score:
    """One page, or many: recipients, data types, and the rows' other parts."""

    recipients: Counts
    data_types: Counts
    purposes: Counts
    opt_outs: Counts
    not_sent: Counts
    links: Counts
    found_right: int = 0
    pages: int = 0

    @classmethod
    def empty(cls) -> "Score":
        return cls(Counts(), Counts(), Counts(), Counts(), Counts(), Counts())

    def add(self, other: "Score") -> None:
        for name in ("recipients", "data_types", "purposes", "opt_outs", "not_sent", "links"):
            getattr(self, name).add(getattr(other, name))
        self.found_right += other.found_right
        self.pages += other.pages


@lru_cache(maxsize=1)
def known() -> tuple[tuple[Vendor, ...], Taxonomy]:
    """The vendor files and the taxonomy that come with the auditor."""
    taxonomy = load_taxonomy()
    return tuple(load_vendors([VENDORS_DIR], taxonomy)), taxonomy


def page_names(*, held_out: bool | None = None) -> tuple[str, ...]:
    """The pages' names, in order."""
    names = sorted(path.stem for path in PAGES.glob("*.yaml"))
    return tuple(n for n in names if held_out is None or truth(n).held_out is held_out)


@lru_cache(maxsize=256)
def truth(name: str) -> Truth:
    return load(PAGES / f"{name}.yaml", Truth)


def page_file(name: str) -> Path:
    return next(p for p in sorted(PAGES.glob(f"{name}.*")) if p.suffix != ".yaml")


@lru_cache(maxsize=256)
def read(name: str) -> Disclosure:
    vendors, taxonomy = known()
    return load_disclosure(page_file(name), vendors=vendors, taxonomy=taxonomy)


def key(recipient: str, entity: str | None) -> str:
    """By what a recipient is told: its entity, or its name as written."""
    return entity or plain_name(_BRACKETS.sub("", recipient).strip() or recipient).lower()


def score(expected: Truth, got: Disclosure, taxonomy: Taxonomy) -> Score:
    """How far one page was read as a person reads it."""
    result = Score.empty()
    result.pages = 1
    result.found_right = int(expected.found is got.found)
    wanted: dict[str, list[TrueRow]] = defaultdict(list)
    for row in expected.rows:
        wanted[key(row.recipient, row.entity)].append(row)
    given: dict[str, list[DeclaredRow]] = defaultdict(list)
    for declared in got.rows:
        given[key(declared.recipient or declared.service, declared.entity)].append(declared)
    for name in dict.fromkeys([*wanted, *given]):
        rights, reads = wanted.get(name, []), given.get(name, [])
        both = min(len(rights), len(reads))
        result.recipients.add(Counts(both, len(rights) - both, len(reads) - both))
        for right, read_row in zip(rights, reads, strict=False):
            _row(result, right, read_row, taxonomy)
        for missing in rights[both:]:
            result.data_types.missed += len(missing.content)
        for surplus in reads[both:]:
            result.data_types.wrong += len(surplus.content)
    return result


def _row(result: Score, right: TrueRow, got: DeclaredRow, taxonomy: Taxonomy) -> None:
    result.data_types.add(_codes(right.content, got.content, taxonomy))
    result.not_sent.add(_codes(right.not_sent, got.not_sent, taxonomy))
    result.purposes.add(_sets(right.purpose, purposes_of(got)))
    result.opt_outs.add(_sets(["yes"] if right.opt_out else [], ["yes"] if got.opt_out else []))
    if right.policy_url:
        result.links.add(_sets([right.policy_url], [got.policy_url] if got.policy_url else []))


def purposes_of(row: DeclaredRow) -> list[str]:
    """Whose purposes a row states."""
    found = [name for name, text in (("own", row.purpose_own), ("recipient", row.purpose_recipient)) if text]
    return found or (["unspecified"] if any(row.purposes) else [])


def _codes(right: Iterable[str], got: Iterable[str], taxonomy: Taxonomy) -> Counts:
    wanted, given = set(right), set(got)
    wrong = [code for code in given - wanted if not covers(wanted, code, taxonomy)]
    return Counts(len(wanted & given), len(wanted - given), len(wrong))


def _sets(right: Iterable[str], got: Iterable[str]) -> Counts:
    wanted, given = set(right), set(got)
    return Counts(len(wanted & given), len(wanted - given), len(given - wanted))


def total(names: Iterable[str]) -> Score:
    """All of these pages together."""
    result = Score.empty()
    for name in names:
        result.add(score(truth(name), read(name), known()[1]))
    return result
