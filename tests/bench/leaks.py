"""`make bench`, fifth part: how many of 2,000 encoded values are found, and how many of 2,000 decoys are taken for one.

Values of invented persons and identifiers, in a normalised form, under one or two encodings drawn from all
(tests/search/encoders.py), at a place drawn from all, inside requests as browsers send them. All of it is made by code
that shares nothing with the product. Hashes of compressed bytes are left out: they depend on the compressor.
"""

import argparse
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from auditor.search import Found, Searcher, forms_of
from tests.search import encoders

from . import meter
from .persons import decoys, every_form, identifiers, normalised, people
from .placing import PLACES, placed

COUNT, PEOPLE, IDENTIFIERS = 2_000, 40, 120
RECALL = 0.99


def written(draw: random.Random, value: str) -> tuple[tuple[str, ...], bytes]:
    """The value under one or two encodings drawn from all that can be applied to it."""
    names = list(encoders.ALL)
    while True:
        chosen = tuple(draw.choices(names, k=draw.choice((1, 2))))
        try:
            if len(chosen) == 1:
                return chosen, encoders.ALL[chosen[0]][1](value.encode())
            if (data := encoders.chain(chosen[0], chosen[1], value.encode())) is not None:
                return chosen, data
        except UnicodeError:
            continue


def measure(seed: int, count: int) -> dict[str, Any]:
    """Recall over `count` encodings, false hits over `count` decoys."""
    draw = random.Random(f"leaks {seed}")
    persons = people(draw, PEOPLE)
    known = [(field, value) for person in persons for field, value in person.items()]
    known += [("identifier", value) for value in identifiers(draw, IDENTIFIERS)]
    searcher = Searcher([forms_of(field, value) for field, value in known])
    by_layers: dict[str, Counter[str]] = {}
    by_place: dict[str, Counter[str]] = {}
    missed: list[dict[str, str]] = []
    for number in range(count):
        key = draw.randrange(len(known))
        field, value = known[key]
        label, text = normalised(draw, field, value)
        names, data = written(draw, text)
        place, exchange = placed(draw, data, number)
        found = key in {one.key for one in searcher.exchange(exchange)}
        for group, name in ((by_layers, names[0]), (by_place, place)):
            group.setdefault(name, Counter())["found" if found else "missed"] += 1
        if not found:
            missed.append({"field": field, "form": label, "layers": " of ".join(names), "place": place})
    wrong: list[dict[str, str]] = []
    values = {text for field, value in known for text in every_form(field, value)}
    for number in range(count):
        kind, text = decoys(draw, known, values)
        while text in values:
            kind, text = decoys(draw, known, values)
        names, data = ((), text.encode()) if draw.random() < 0.3 else written(draw, text)
        place, exchange = placed(draw, data, number)
        hits: list[Found] = searcher.exchange(exchange)
        if hits:
            wrong.append({"kind": kind, "layers": " of ".join(names), "place": place, "as": known[hits[0].key][0]})
    return {
        "encodings": count,
        "found": count - len(missed),
        "recall": round(1 - len(missed) / count, 4),
        "missed": missed,
        "decoys": count,
        "taken": len(wrong),
        "wrong": wrong,
        "by_place": {name: dict(by_place.get(name, {})) for name in PLACES},
        "by_outer_encoding": {name: dict(found) for name, found in sorted(by_layers.items())},
    }


def table(found: dict[str, Any]) -> str:
    """The figures as text."""
    lines = [f"leaks: {found['found']} of {found['encodings']} encodings found, recall {found['recall']:.4f}"]
    lines.append(f"decoys: {found['taken']} of {found['decoys']} taken for a value")
    lines += [f"  missed: {one}" for one in found["missed"]]
    lines += [f"  wrong: {one}" for one in found["wrong"]]
    lines += [f"  {place:<22}{counts.get('found', 0):>6} found" for place, counts in found["by_place"].items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(prog="tests.bench.leaks", description=__doc__)
    options.add_argument("--seed", type=int, default=6)
    options.add_argument("--count", type=int, default=COUNT)
    options.add_argument("--out", type=Path, default=meter.ROOT / "results")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    found = measure(chosen.seed, chosen.count)
    (chosen.out / "bench-leaks.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(table(found), end="")


if __name__ == "__main__":
    main()
