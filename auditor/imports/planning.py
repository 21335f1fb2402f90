"""Which visits a recording becomes: one for each page it lists or its entries name, one for entries of none.

Planned in a first pass over the file, because what a visit is called and which address was asked for is
known only when all its entries have been seen, and because a file that turns out to be unusable must
leave nothing behind.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

from auditor.errors import InputError
from auditor.imports.fields import Unfit, address
from auditor.imports.recorded import BreaksOff, Item, LeftOut, PageRow, Quarantined, Recorded

MAX_PAGES = 10_000  # more is no browser's recording; entries of pages beyond it go to the file's own visit
_SLUG_LENGTH = 48
_TOLD = 3  # reasons named in full


@dataclass
class Plan:
    """One visit to be: what is known of it so far."""

    key: str | None
    listed: PageRow | None = None
    entries: int = 0
    quarantined: int = 0
    partly: int = 0
    unread: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    user_agent: str = ""
    first_url: str = ""
    document: str | None = None
    final: str | None = None
    _expected: str | None = None

    def see(self, entry: Recorded) -> None:
        """Count an entry in."""
        end = max([entry.started_at, *([entry.ended_at] if entry.ended_at else []), *(m.at for m in entry.messages)])
        self.started_at = min(self.started_at or entry.started_at, entry.started_at)
        self.ended_at = max(self.ended_at or end, end)
        self.user_agent = self.user_agent or entry.header("user-agent") or ""
        self._follow(entry)
        self.first_url = self.first_url or entry.url
        self.entries += 1
        self.partly += bool(entry.lost)
        self.unread += bool(entry.lost or entry.remarks)
        self.reasons.update(dict.fromkeys((*entry.lost, *entry.remarks), 1))

    def _follow(self, entry: Recorded) -> None:
        """Find the page's first document and where its redirects end."""
        if self.document is None:
            kind = entry.account.resource_type
            led_on = not self.entries and entry.location() is not None
            if kind == "document" or (kind is None and (entry.html or led_on)):
                self.document = self._expected = entry.url
        if self._expected == entry.url:
            self.final = entry.url
            self._expected = _target(entry)

    @property
    def page(self) -> str:
        """The address asked for. A listed one is where the redirects ended: the first document may be their start."""
        listed = self.listed.url if self.listed else None
        if self.document and listed in (None, self.document, self.final):
            return self.document
        return listed or self.first_url

    @property
    def final_url(self) -> str:
        """The address reached, "" where nothing tells it."""
        if self.document and self.page == self.document:
            return self.final or ""
        return self.page if self.listed and self.listed.url else ""


def _target(entry: Recorded) -> str | None:
    if (location := entry.location()) is None:
        return None
    try:
        return address(urljoin(entry.url, location), "location")
    except (Unfit, ValueError):
        return None


@dataclass
class Plans:
    """All visits of one file, and what could be attributed to none of them."""

    by_key: dict[str | None, Plan]
    unplaced: list[Quarantined]
    left_out: Counter[str]
    breaks_off: str | None

    def of(self, page: str | None) -> Plan:
        """The visit of the entries of this page."""
        return self.by_key.get(page) or self.by_key[None]

    def in_order(self) -> list[Plan]:
        """The listed pages, then those only entries name, then the file's own; as `see` met them."""
        return sorted(self.by_key.values(), key=lambda plan: (plan.key is None, plan.listed is None))


def plan_visits(items: Iterable[Item], file: Path) -> Plans:
    """Go through a recording once. Raises InputError when nothing of it can be taken."""
    plans = Plans({}, [], Counter(), None)
    waiting: list[Quarantined] = []
    for item in items:
        match item:
            case PageRow():
                plan = plans.by_key.get(item.key) or _open(plans, item.key)
                plan.listed = plan.listed or (item if plan.key == item.key else None)
            case Recorded():
                (plans.by_key.get(item.page) or _open(plans, item.page)).see(item)
            case Quarantined():
                waiting.append(item)
            case LeftOut():
                plans.left_out[item.what] += 1
            case BreaksOff():
                plans.breaks_off = item.reason
    if not any(plan.entries for plan in plans.by_key.values()):
        raise _nothing(plans, waiting, file)
    for item in waiting:
        if item.page is not None and (found := plans.by_key.get(item.page)):
            found.quarantined += 1
            found.reasons[f"entry {item.index}: {item.reason}"] += 1
        else:
            plans.unplaced.append(item)
    return plans


def _open(plans: Plans, key: str | None) -> Plan:
    """A new visit's plan; beyond the limit, the file's own."""
    if key is not None and len(plans.by_key) >= MAX_PAGES:
        return plans.by_key.get(None) or _open(plans, None)
    return plans.by_key.setdefault(key, Plan(key))


def _nothing(plans: Plans, waiting: list[Quarantined], file: Path) -> InputError:
    if waiting:
        first = waiting[0]
        why = f"entry {first.index}: {first.reason}"
        return InputError(f"none of its {len(waiting)} entries can be taken; {why}", file=file)
    if plans.breaks_off:
        return InputError(plans.breaks_off, file=file, cure="record or export it again")
    return InputError("holds no requests", file=file, cure="record or export it again")


def slug(stem: str) -> str:
    """A site's id from a file's name."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:_SLUG_LENGTH].strip("-_") or "import"


def told(reasons: Counter[str]) -> str:
    """The most frequent reasons, each with its count where it is not one."""
    named = [text if count == 1 else f"{text} ({count}x)" for text, count in reasons.most_common(_TOLD)]
    rest = len(reasons) - len(named)
    return "; ".join([*named, f"and {rest} other reasons"] if rest > 0 else named)
