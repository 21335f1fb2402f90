"""`make bench`, part of the comparison: how often noise is called a difference, how often a difference is found.

Simulated, with the demo's measures: five sites, three tags of about 30 items on one to four pages, each tag there in a
random half of page loads. What a tag sends: items of every load, items of one page only, and items it sends now and
then. A/A: both sides are dealt alike. A/B: in the second cookie mode each tag at each site loses one item, gains one,
and one tag of three is gone altogether.
"""

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.compare.cells import CellPair
from auditor.compare.hypotheses import Verdicts
from auditor.compare.statistics import ALPHA
from auditor.compare.units import Key
from auditor.evidence import Outcome, Visit, VisitEvidence, VisitKind

from . import meter

SITES, TAGS, ITEMS, LOADED = 5, 3, 30, 0.5
AT = datetime(2026, 11, 1, tzinfo=UTC)
RESULT = "bench-comparison.json"


@dataclass(frozen=True)
class Design:
    """A matrix: visitor states, repetitions of each cell, chance of a tag to be there in a page load.

    differs  in how many of the states there is the real difference; None: in all
    """

    states: int
    repeat: int = 4
    sites: int = SITES
    loaded: float = LOADED
    differs: int | None = None

    def real(self, state: int) -> bool:
        """Whether a state is one of those with the real difference."""
        return self.differs is None or state < self.differs


def visit(name: str) -> VisitEvidence:
    """A complete visit that holds nothing: what it sent is told beside it."""
    told = Visit(
        visit=name,
        kind=VisitKind.audit,
        site="",
        page="https://www.shop.test/",
        outcome=Outcome.complete,
        started_at=AT,
        duration_ms=1,
    )
    return VisitEvidence(visit=told)


@dataclass(frozen=True)
class Tag:
    """A tag at a site: item -> the page it is sent on (None: on all) and the chance of it in a load."""

    vendor: str
    pages: int
    items: tuple[tuple[Key, int | None, float], ...]
    lost: Key
    gained: Key
    leaves: bool

    def sends(self, draw: random.Random, loaded: float, *, changed: bool) -> set[Key]:
        """The items of one visit; `changed`: after the real difference."""
        if changed and self.leaves:
            return set()
        sent = set()
        for page in range(self.pages):
            if draw.random() < loaded:
                sent |= {k for k, on, chance in self.items if on in (None, page) and draw.random() < chance}
                sent.add(self.gained if changed else self.lost)
        return sent


def tags(draw: random.Random) -> tuple[Tag, ...]:
    """The tags of a site."""
    found = []
    for number in range(TAGS):
        vendor, pages = f"vendor{number}", draw.randint(1, 4)
        items: list[tuple[Key, int | None, float]] = []
        for item in range(ITEMS - 2):
            of = "always" if item < ITEMS // 2 else draw.choice(("page", "now and then"))
            page = draw.randrange(pages) if of == "page" else None
            key = Key(vendor, "", "tag", f"query {item}", "cookie_id")
            items.append((key, page, draw.uniform(0.1, 0.9) if of == "now and then" else 1.0))
        lost, gained = (Key(vendor, "", "tag", f"cookie {name}", "cookie_id") for name in ("lost", "gained"))
        found.append(Tag(vendor, pages, tuple(items), lost, gained, leaves=number == TAGS - 1))
    return tuple(found)


def comparison(draw: random.Random, design: Design, *, changed: bool) -> tuple[list[CellPair], dict[str, set[Key]]]:
    """The pairs of cells of one run, and what each visit sent."""
    pairs, shown = [], {}
    for site in range(design.sites):
        own = tags(draw)
        for state in range(design.states):
            sides = []
            for side in range(2):
                visits = tuple(visit(f"{site}.{state}.{side}.{n}") for n in range(design.repeat))
                for v in visits:
                    sent = [
                        tag.sends(draw, design.loaded, changed=changed and side == 1 and design.real(state))
                        for tag in own
                    ]
                    shown[v.visit.visit] = set[Key]().union(*sent)
                sides.append(visits)
            pairs.append(CellPair("cookie_mode", "", f"site{site}", *sides))
    return pairs, shown


@dataclass
class Counts:
    """Of one or several comparisons: rows (an item in a pair of cells), by what they truly are."""

    comparisons: int = 0
    with_false: int = 0
    rows: int = 0
    false_rows: int = 0
    real_rows: int = 0
    found_rows: int = 0
    real: int = 0
    found: int = 0


def judge(draw: random.Random, design: Design, counts: Counts, *, changed: bool) -> None:
    """Make one comparison and count what was said of it."""
    pairs, shown = comparison(draw, design, changed=changed)
    verdicts = Verdicts(pairs, shown)
    false = 0
    real: dict[tuple[str, Key], bool] = {}
    for number, pair in enumerate(pairs):
        real_here = changed and design.real(number % design.states)
        keys = set[Key]().union(*(shown[v.visit.visit] for v in (*pair.before, *pair.after)))
        for key in keys:
            verdict = verdicts.of(pair, key)
            said = bool(verdict.by)
            counts.rows += 1
            if real_here and (key.item.startswith("cookie") or key.vendor == f"vendor{TAGS - 1}"):
                counts.real_rows += 1
                counts.found_rows += said
                real[pair.site, key] = real.get((pair.site, key), False) or said
            else:
                false += said
    counts.comparisons += 1
    counts.with_false += false > 0
    counts.false_rows += false
    counts.real += len(real)
    counts.found += sum(real.values())


def many(design: Design, number: int, *, changed: bool, seed: int = 6) -> Counts:
    """So many comparisons."""
    draw = random.Random(seed)
    counts = Counts()
    for _ in range(number):
        judge(draw, design, counts, changed=changed)
    return counts


def figures(aa: int, ab: int) -> Iterator[dict[str, object]]:
    """A/A and A/B for 1, 3 and 7 visitor states, with tags there in half of the loads and in all."""
    for loaded in (LOADED, 1.0):
        for states in (1, 3, 7):
            design = Design(states, loaded=loaded)
            same, other = many(design, aa, changed=False), many(design, ab, changed=True)
            yield {
                "visitor_states": states,
                "repetitions": design.repeat,
                "tag_in_loads": loaded,
                "aa_comparisons": same.comparisons,
                "aa_with_anything_established": same.with_false,
                "aa_rows": same.rows,
                "ab_comparisons": other.comparisons,
                "differences_established": round(other.found / other.real, 4),
                "rows_established": round(other.found_rows / other.real_rows, 4),
                "ab_with_anything_false_established": other.with_false,
            }


def main() -> None:
    options = argparse.ArgumentParser(prog="tests.bench.comparison", description=__doc__)
    options.add_argument("--same", type=int, default=400, help="A/A comparisons of each design")
    options.add_argument("--different", type=int, default=40, help="A/B comparisons of each design")
    chosen = options.parse_args()
    found = list(figures(chosen.same, chosen.different))
    out = meter.ROOT / "results"
    out.mkdir(exist_ok=True)
    (out / RESULT).write_text(json.dumps({"alpha": ALPHA, "designs": found}, indent=1) + "\n")
    print(f"comparison, {SITES} sites, {TAGS} tags of {ITEMS} items, level {ALPHA}")
    for row in found:
        print("  " + ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
