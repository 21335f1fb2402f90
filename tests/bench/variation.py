"""`make bench-variation`: the demo with each tag in a random half of its page loads, visited four times.

Ten A/A comparisons of it, each of two halves of every cell's visits dealt anew: nothing may be established. And the
real difference between third-party cookies allowed and blocked, as auditor/demo/answers.yaml tells it.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from auditor.compare import Change, compare_groups, compare_run
from auditor.compare.cells import cells_of
from auditor.decode import Transmission, decode_visit
from auditor.decode.knowledge import Knowledge
from auditor.demo.answers import load_answers
from auditor.demo.web import demo_web
from auditor.evidence import Visit, VisitEvidence, VisitKind, Visitor
from auditor.pipeline import audit
from auditor.pipeline.derive import knowledge_of
from auditor.scenario import load_scenario
from auditor.store.read import read_visit
from auditor.store.run import RunFolder

from . import meter

RESULT = "bench-variation.json"
SEED = 5
A_A = 10


class Varied(NamedTuple):
    """A run of the varying demo as comparisons need it."""

    visits: list[VisitEvidence]
    transmissions: list[Transmission]
    knowledge: Knowledge

    def halves(self, number: int) -> tuple[Change, ...]:
        """The A/A comparison with this number: each cell's visits dealt to two sides of equal size."""
        draw = random.Random(number)
        before: list[VisitEvidence] = []
        after: list[VisitEvidence] = []
        for own in cells_of(self.visits).values():
            dealt = draw.sample(own, len(own) // 2 * 2)
            before += dealt[: len(dealt) // 2]
            after += dealt[len(dealt) // 2 :]
        return compare_groups(before, after, self.transmissions, self.knowledge)

    def modes(self) -> list[Change]:
        """What differs between third-party cookies allowed and blocked."""
        return [c for c in compare_run(self.visits, self.transmissions, self.knowledge) if c.kind == "cookie_mode"]


def visited(folder: Path, repeat: int, sites: Collection[str] = (), platforms: Collection[str] = ()) -> RunFolder:
    """Visit the varying demo, or only these of its sites and platforms (without their logged-out visitors)."""
    with demo_web(folder / "web", variation=SEED) as web:
        file = web.scenario(folder / "scenario")
        whole = load_scenario(file)
        # what the sites declare is no matter here
        kept = tuple(s.model_copy(update={"disclosure": None}) for s in whole.sites if not sites or s.id in sites)
        told: dict[str, object] = {"repeat": repeat, "seed": SEED, "sites": kept}
        if sites:
            told["platforms"] = {name: p for name, p in whole.platforms.items() if name in platforms}
            told["visitors"] = (Visitor.no_account, Visitor.logged_in)
        file.write_text(whole.model_copy(update=told).model_dump_json(exclude_defaults=True), encoding="utf-8")
        return audit(file, folder / "run", 2, lambda _total: _quiet, lambda _scenario: None)


def _quiet(_visit: Visit) -> None:
    return None


def varied(run: RunFolder) -> Varied:
    """What the comparisons need of the run."""
    knowledge = knowledge_of(run.data / "vendors")
    visits = [read_visit(run, name) for name in run.published()]
    visits = [v for v in visits if v.visit.kind is VisitKind.audit]
    return Varied(visits, [t for v in visits for t in decode_visit(v, knowledge)[0]], knowledge)


def main() -> None:
    """Run, print, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=4)
    parser.add_argument("--run", type=Path, help="a run made before, instead of a new one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="auditor-variation-") as folder:
        run = RunFolder.open(asked.run) if asked.run else visited(Path(folder), asked.repeat)
        these = varied(run)
    same = [sum(c.established for c in these.halves(number)) for number in range(A_A)]
    changes = these.modes()
    answers = load_answers().only_allowed
    gone = {(c.site, c.vendor, c.item) for c in changes if c.established and c.change in ("gone", "replaced", "less")}
    found = sum((a.site, a.vendor, f"cookie {a.cookie}") in gone for a in answers)
    figures = {
        "visits": len(these.visits),
        "repetitions": asked.repeat,
        "a_a_comparisons": A_A,
        "a_a_established": same,
        "differences_planted": len(answers),
        "differences_established": found,
        "rows": len(changes),
        "rows_established": sum(c.established for c in changes),
    }
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):26} {value}")
    (meter.ROOT / "results" / RESULT).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
