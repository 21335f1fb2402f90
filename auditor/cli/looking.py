"""Commands that look at hand-written files: scenario check and vendors."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from auditor.cli.options import err
from auditor.cli.usable import usable
from auditor.errors import InputError
from auditor.pipeline import knowledge_of
from auditor.pipeline.audit import tasks_of
from auditor.scenario import load_scenario


def scenario_check(
    file: Path,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON line a visit")] = False,
) -> None:
    """Validate a scenario and print the visits it would make."""
    scenario = load_scenario(file)
    usable(file)(scenario)
    tasks = tasks_of(scenario)
    for plan, site, kind in tasks:
        if as_json:
            line: dict[str, Any] = {"kind": kind.value, "url": site.url, **plan.model_dump(mode="json")}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(f"{plan.visit}\t{site.url}\n")
    err.print(f"{file}: {len(tasks)} visits")


def vendors(
    name: Annotated[str | None, typer.Argument(help="a vendor's id")] = None,
    extra: Annotated[list[Path] | None, typer.Option("--extra", help="a further folder of vendor files")] = None,
) -> None:
    """List the vendors, or show one as JSON."""
    for folder in extra or []:
        if not folder.is_dir():
            raise InputError("is not a folder", file=folder)
    knowledge = knowledge_of(*(extra or []))
    if name is not None:
        if (vendor := knowledge.vendor(name)) is None:
            raise InputError(f"no vendor {name!r}", cure="`auditor vendors` lists them")
        sys.stdout.write(vendor.model_dump_json(indent=1) + "\n")
        return
    for vendor in knowledge.vendors:
        sys.stdout.write(f"{vendor.vendor}\t{vendor.legal_name}\t{len(vendor.modules)} modules\n")
