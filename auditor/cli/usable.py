"""What a scenario must fulfil besides its own rules before its visits are made."""

from collections.abc import Callable
from pathlib import Path

from auditor.errors import InputError
from auditor.pipeline import knowledge_of
from auditor.scenario import Scenario


def usable(file: Path) -> Callable[[Scenario], None]:
    """Refuses a scenario that cannot be audited: unknown platforms or operators."""

    def check(scenario: Scenario) -> None:
        knowledge = knowledge_of(*scenario.vendors)
        named = [(f"platforms.{name}.vendor", p.vendor) for name, p in scenario.platforms.items()]
        named += [(f"sites.{n}.entity", site.entity) for n, site in enumerate(scenario.sites) if site.entity]
        for field, vendor in named:
            if knowledge.vendor(vendor) is None:
                line = line_of(file, f"{field.rpartition('.')[2]}: {vendor}")
                cure = "`auditor vendors` lists them"
                raise InputError(f"unknown platform {vendor!r}", file=file, line=line, field=field, cure=cure)

    return check


def line_of(file: Path, text: str) -> int | None:
    """Number of the first line that holds the text."""
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    return next((n for n, line in enumerate(lines, 1) if text in line), None)
