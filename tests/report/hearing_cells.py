"""Parts, rows and cells of a hearing sheet, as its tests ask for them."""

import json

from auditor.check.finding import Finding, Verdict
from auditor.report.hearing import Hearing
from auditor.report.hearing.sheet import Cell, Figure, Part, Row
from auditor.scenario import Scenario

from .declared import scenario

FILLED = {"3-1", "3-2", "3-3", "3-5", "3-6", "5-1", "5-2", "1-1", "1-3", "1-4", "1-6", "2-1", "2-2", "2-8-1"}


def part(hearing: Hearing, name: str = "platforms") -> Part:
    return next(p for p in hearing.parts if p.id == name)


def row(hearing: Hearing, number: str, name: str = "platforms") -> Row:
    return next(r for r in part(hearing, name).rows if r.number == number)


def cells(hearing: Hearing, number: str, label: str, name: str = "platforms") -> dict[str, Cell]:
    """vendor -> cell of the line whose English label begins so."""
    line = next(x for x in row(hearing, number, name).lines if x.label.en.startswith(label))
    return {c.vendor: cell for c, cell in zip(part(hearing, name).columns, line.cells, strict=True)}


def shown(hearing: Hearing, number: str, label: str, name: str = "platforms") -> dict[str, str]:
    return {
        v: c.shown.en if isinstance(c, Figure) else c.text.en for v, c in cells(hearing, number, label, name).items()
    }


def with_scenario(**change: object) -> Scenario:
    """The factory's scenario with other sites or platforms."""
    return Scenario.model_validate_json(json.dumps(json.loads(scenario().model_dump_json()) | change))


def finding(rule: str, site: str, vendor: str | None, *, item: str = "3-3", verdict: Verdict = Verdict.fail) -> Finding:
    return Finding(
        finding=f"{rule}.{site}", rule=rule, item=item, verdict=verdict, severity="high", site=site,
        visit=f"{site}.no_account.allowed.ignore.1", vendor=vendor,
        evidence=(f"{site}.no_account.allowed.ignore.1/r00004", "gone/r00001"), message_ja="文", message_en="text",
    )  # fmt: skip
