"""Two versions of a disclosure, row by row: what was added, removed, reworded."""

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Described

from auditor.disclosures.model import DeclaredRow, Disclosure
from auditor.disclosures.names import plain_name
from auditor.disclosures.plain import squash

FIELDS = (
    "recipient",
    "service",
    "content_text",
    "purposes",
    "purpose_own",
    "purpose_recipient",
    "opt_out",
    "policy_url",
)


class RowChangeKind(StrEnum):
    """What happened to a row."""

    added = "added"
    removed = "removed"
    reworded = "reworded"


class Rewording(BaseModel):
    """One field that reads otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    old: str
    new: str


class RowChange(BaseModel):
    """One row's difference between two versions of a disclosure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: RowChangeKind
    recipient: str = Described(description="as written, in the new version where it is there")
    entity: str | None = None
    service: str = ""
    fields: tuple[Rewording, ...] = Described((), description="for a reworded row, each field with both texts")
    gained: tuple[str, ...] = Described((), description="taxonomy codes that the new text has and the old has not")
    lost: tuple[str, ...] = Described((), description="taxonomy codes that the old text has and the new has not")
    where_old: str = ""
    where_new: str = ""


def compare_disclosures(old: Disclosure, new: Disclosure) -> tuple[RowChange, ...]:
    """The rows' differences, in the new version's order, removed rows last.

    Rows belong together by recipient and service, then by recipient, then by service; among several the most alike.
    Widths, cases and spaces are no rewording, and neither is another order of rows.
    """
    pairs = _pairs(old.rows, new.rows)
    changes = []
    for number, row in enumerate(new.rows):
        before = pairs.get(number)
        if before is None:
            changes.append(_whole(RowChangeKind.added, row))
        elif fields := _reworded(old.rows[before], row):
            changes.append(_change(old.rows[before], row, fields))
    kept = set(pairs.values())
    changes += [_whole(RowChangeKind.removed, row) for n, row in enumerate(old.rows) if n not in kept]
    return tuple(changes)


def _who(row: DeclaredRow) -> str:
    return row.entity or plain_name(row.recipient).lower()


def _what(row: DeclaredRow) -> str:
    return squash(row.service)


def _pairs(old: tuple[DeclaredRow, ...], new: tuple[DeclaredRow, ...]) -> dict[int, int]:
    """New row's number -> old row's number."""
    pairs: dict[int, int] = {}
    passes: tuple[Callable[[DeclaredRow], tuple[str, ...]], ...] = (
        lambda row: (_who(row), _what(row)),
        lambda row: (_who(row),),
        lambda row: (_what(row),),
    )
    for key_of in passes:
        free: dict[tuple[str, ...], list[int]] = {}
        for number, row in enumerate(old):
            if number not in pairs.values() and any(key := key_of(row)):
                free.setdefault(key, []).append(number)
        for number, row in enumerate(new):
            candidates = free.get(key_of(row), [])
            if number in pairs or not candidates:
                continue
            best = max(candidates, key=lambda n: (_likeness(old[n], row), -n))
            candidates.remove(best)
            pairs[number] = best
    return pairs


def _likeness(one: DeclaredRow, other: DeclaredRow) -> float:
    a, b = (squash("\n".join(_text(row, f) for f in FIELDS))[:2_000] for row in (one, other))
    return 1.0 if a == b else SequenceMatcher(None, a, b).quick_ratio()


def _text(row: DeclaredRow, field: str) -> str:
    value = getattr(row, field)
    return value if isinstance(value, str) else "\n".join(value)


def _reworded(old: DeclaredRow, new: DeclaredRow) -> tuple[Rewording, ...]:
    parted = old.purpose_own or old.purpose_recipient or new.purpose_own or new.purpose_recipient
    fields = [f for f in FIELDS if not (f == "purposes" and parted)]
    texts = [(f, _text(old, f), _text(new, f)) for f in fields]
    return tuple(Rewording(field=f, old=a, new=b) for f, a, b in texts if squash(a) != squash(b))


def _change(old: DeclaredRow, new: DeclaredRow, fields: Iterable[Rewording]) -> RowChange:
    return RowChange(
        kind=RowChangeKind.reworded,
        recipient=new.recipient,
        entity=new.entity,
        service=new.service,
        fields=tuple(fields),
        gained=tuple(c for c in new.content if c not in old.content),
        lost=tuple(c for c in old.content if c not in new.content),
        where_old=old.where,
        where_new=new.where,
    )


def _whole(kind: RowChangeKind, row: DeclaredRow) -> RowChange:
    added = kind is RowChangeKind.added
    return RowChange(
        kind=kind,
        recipient=row.recipient,
        entity=row.entity,
        service=row.service,
        gained=row.content if added else (),
        lost=() if added else row.content,
        where_old="" if added else row.where,
        where_new=row.where if added else "",
    )
