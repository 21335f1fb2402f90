"""Seeded persons through a whole run: another types in each visit, and is found again from what the run keeps."""

import json
from pathlib import Path

import pytest

from auditor.demo.web import demo_web
from auditor.evidence import Outcome, Visit, VisitKind
from auditor.identify.leaks import find_leaks
from auditor.pipeline import audit
from auditor.pipeline.audit import scenario_of, tasks_of
from auditor.pipeline.derive import derive
from auditor.scenario import person_of_visit

from .small import scenario

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

IDLE = "html[data-sagasu=idle][data-tomodachi=idle][data-renraku=idle]"
SITES = f"""
- id: shop
  operator: 株式会社カイモノ市場
  url: https://www.kaimono-ichiba.test/
  journey:
    - wait: "{IDLE} #item"
    - click: "#item"
    - wait: "{IDLE} #add"
    - click: "#add"
    - wait: "{IDLE} #buy"
    - fill: "#email"
      person: email
    - fill: "#password"
      person: member_number
    - submit: "#buy"
    - goto: https://www.kaimono-ichiba.test/
    - wait: "{IDLE} #item"
"""


def test_each_visit_types_its_own_and_its_leaks_are_found(tmp_path: Path) -> None:
    ended: list[Visit] = []
    with demo_web(tmp_path / "web") as web:
        path = scenario(web, tmp_path, SITES, "repeat: 2\nvendors: [../vendors]\n")
        (tmp_path / "vendors").symlink_to(Path("auditor/demo/vendors").resolve())
        path.write_text(path.read_text().replace("../vendors", "vendors"))
        run = audit(path, tmp_path / "run", 1, lambda _total: ended.append, lambda _scenario: None)
    assert [(v.outcome, v.reason) for v in ended] == [(Outcome.complete, "")] * 2
    kept = scenario_of(run)
    assert kept is not None
    assert kept.seed is not None
    assert json.loads(run.facts()["scenario"])["seed"] == kept.seed
    assert [v.visit for v in ended] == [plan.visit for plan, _, _ in tasks_of(kept)]
    result = derive(run)
    persons = {v.visit: person_of_visit(kept, v.visit) for v in ended}
    assert len({person.email for person in persons.values()}) == 2
    found = {}
    for evidence in (evidence for evidence in result.visits if evidence.visit.kind is VisitKind.audit):
        visit = evidence.visit.visit
        found[visit] = {
            (leak.field, leak.recipient, leak.vendor, leak.carrier, leak.name, leak.layers, leak.when, leak.first_party)
            for leak in find_leaks(evidence, persons[visit], result.transmissions).leaks
        }
        other = next(person for name, person in persons.items() if name != visit)
        assert find_leaks(evidence, other).leaks == ()
    first, second = found.values()
    assert first == second
    # The shop knows no such member: its own checkout got the form, and its tags were told of no purchase.
    to, to_whom = "kaimono-ichiba.test", (None, "body")
    assert first == {
        ("email", to, *to_whom, "email", ("url",), "after_submit", True),
        ("member_number", to, *to_whom, "password", (), "after_submit", True),
    }
