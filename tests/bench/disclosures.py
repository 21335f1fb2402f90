"""`make bench`, third part: how far disclosure pages are read as a person reads them.

Recall and precision over the pages of tests/disclosures/pages, of recipients and of data types, against truth written
by hand; pages that were held out when the reader was made are counted apart.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

from tests.disclosures import score

from . import meter

# What pages gave that were written before a change and first looked at after it, in turn: recipients' recall and
# precision, data types' recall and precision. Each round then joined the pages the reader was tuned on, the last not.
FIRST_LOOKS = (
    {"pages": 8, "recipients": (0.571, 0.750), "data_types": (0.481, 0.684)},
    {"pages": 8, "recipients": (0.450, 0.643), "data_types": (0.562, 0.730)},
    {"pages": 8, "recipients": (0.857, 0.947), "data_types": (0.828, 0.946)},
    {"pages": 8, "recipients": (1.000, 1.000), "data_types": (1.000, 1.000)},
)
PARTS = ("recipients", "data_types", "purposes", "opt_outs", "not_sent", "links")


def figures(names: Iterable[str]) -> dict[str, object]:
    """The figures of these pages."""
    total = score.total(names)
    found: dict[str, object] = {"pages": total.pages, "declared_or_not_right": total.found_right}
    for part in PARTS:
        counts = getattr(total, part)
        found[part] = {
            "recall": round(counts.recall, 3),
            "precision": round(counts.precision, 3),
            "right": counts.right,
            "missed": counts.missed,
            "wrong": counts.wrong,
        }
    return found


def measure() -> dict[str, dict[str, object]]:
    """All pages, those the reader was tuned on, and those held out."""
    tuned, held_out = score.page_names(held_out=False), score.page_names(held_out=True)
    return {"all": figures((*tuned, *held_out)), "tuned": figures(tuned), "held_out": figures(held_out)}


def table(found: dict[str, dict[str, object]]) -> str:
    """The figures as text."""
    lines = [f"disclosure pages{'recall':>28}{'precision':>11}{'right':>8}{'missed':>8}{'wrong':>8}"]
    for name, part in found.items():
        lines.append(
            f"{name.replace('_', ' ')}: {part['pages']} pages, declared or not: {part['declared_or_not_right']}"
        )
        for key in PARTS:
            counts = part[key]
            assert isinstance(counts, dict)
            values = f"{counts['recall']:>10.3f}{counts['precision']:>11.3f}"
            values += f"{counts['right']:>8}{counts['missed']:>8}{counts['wrong']:>8}"
            lines.append(f"  {key.replace('_', ' '):<32}{values}")
    lines.append("pages as they were first looked at, recall and precision of recipients, of data types:")
    lines += [f"  {n}. {look['recipients']}, {look['data_types']}" for n, look in enumerate(FIRST_LOOKS, 1)]
    return "\n".join(lines) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(prog="tests.bench.disclosures", description=__doc__)
    options.add_argument("--out", type=Path, default=meter.ROOT / "results")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    found = measure()
    (chosen.out / "bench-disclosures.json").write_text(
        json.dumps({**found, "first_looks": FIRST_LOOKS}, indent=1) + "\n"
    )
    print(table(found), end="")


if __name__ == "__main__":
    main()
