"""Commands that look at hand-written files: scenario check and vendors, with its converter of lists."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from auditor.cli.options import err
from auditor.cli.usable import usable
from auditor.decode import Knowledge, check_examples
from auditor.errors import InputError
from auditor.pipeline.audit import tasks_of
from auditor.scenario import load_scenario
from auditor.vendors import VENDORS_DIR, Taxonomy, Vendor, load_described, load_headers, load_taxonomy
from auditor.vendors.lists import Converted, list_text, make_vendors, read_lists


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
    names: Annotated[
        list[str] | None, typer.Argument(help="a vendor's id; with --convert further files", metavar="[NAME]")
    ] = None,
    extra: Annotated[list[Path] | None, typer.Option("--extra", help="a further folder of vendor files")] = None,
    convert: Annotated[
        list[Path] | None, typer.Option("--convert", help="make vendor files of a list's file or folder, into --out")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="the folder --convert writes to")] = None,
    dated: Annotated[str | None, typer.Option("--dated", help="the day the lists are of; default the files'")] = None,
    force: Annotated[bool, typer.Option("--force", help="write a list's file anew that is there already")] = False,
) -> None:
    """List the vendors (id, legal name, modules, parameters, cookies, domains), or show one as JSON."""
    taxonomy = load_taxonomy()
    for folder in extra or []:
        if not folder.is_dir():
            raise InputError("is not a folder", file=folder)
    if convert is not None:
        if out is None:
            raise InputError("name the folder to write to", field="--out")
        _convert([*convert, *map(Path, names or [])], out, extra or [], _day(dated), taxonomy, force=force)
        return
    if out is not None or dated is not None or force:
        raise InputError("go with --convert alone", field="--out, --dated, --force")
    described = load_described([VENDORS_DIR, *(extra or [])], taxonomy)
    knowledge = Knowledge((one.vendor for one in described), taxonomy, load_headers(taxonomy))
    for one in described:
        # The project's own files are held against their examples by its tests.
        if one.file.parent != VENDORS_DIR and (problems := check_examples(one.vendor, knowledge)):
            place, _, problem = problems[0].partition(": ")
            raise one.error(problem, (place,))
    if not names:
        err.print("id, legal name, modules, parameters, cookies, domains", style="dim")
        for vendor in knowledge.vendors:
            sys.stdout.write("\t".join(_columns(vendor)) + "\n")
        return
    if len(names) > 1:
        raise InputError("give one vendor", field="NAME")
    if (found := knowledge.vendor(names[0])) is None:
        raise InputError(f"no vendor {names[0]!r}", cure="`auditor vendors` lists them")
    sys.stdout.write(found.model_dump_json(indent=1) + "\n")


def _columns(vendor: Vendor) -> tuple[str, ...]:
    endpoints = [endpoint for module in vendor.modules for endpoint in module.endpoints]
    parameters = sum(len(e.parameters) for e in endpoints) + sum(len(s) for s in vendor.parameter_sets.values())
    counts = (len(vendor.modules), parameters, len(vendor.cookies), len(vendor.domains))
    return vendor.vendor, " ".join(vendor.legal_name.split()), *map(str, counts)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise InputError(f"{text!r} is no day", field="--dated", cure="write it as 2026-11-20") from None


def _convert(
    paths: list[Path], folder: Path, extra: list[Path], dated: date | None, taxonomy: Taxonomy, *, force: bool
) -> None:
    """Write one file a list into the folder, and say what is in it and what was left out."""
    lists = read_lists(paths, dated)
    targets = {form.key: folder / f"{form.key}.json" for form, _ in lists.drafts}
    if not force and (there := next((t for t in targets.values() if t.exists()), None)) is not None:
        raise InputError("is there already", file=there, cure="--force writes it anew")
    folders = {f.resolve(): f for f in (VENDORS_DIR, folder, *extra) if f.is_dir()}
    described = load_described(folders.values(), taxonomy, without=targets.values())
    made = make_vendors(lists, (one.vendor for one in described))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for converted in made:
            target = targets[converted.format.key]
            part = target.with_suffix(".part")
            part.write_text(list_text(converted.vendors), encoding="utf-8", newline="\n")
            part.replace(target)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=error.filename or folder) from None
    for converted in made:
        _say_converted(converted, targets[converted.format.key])
    if lists.other_files:
        _say(f"{lists.other_files} files of no list known here were passed over")


def _say_converted(converted: Converted, target: Path) -> None:
    vendors, form = converted.vendors, converted.format
    counts = (
        f"{len(vendors)} vendors",
        f"{sum(len(v.domains) for v in vendors)} domains",
        f"{sum(len(v.modules) for v in vendors)} modules",
        f"{sum(len(v.cookies) for v in vendors)} cookies",
    )
    _say(f"{target}: {', '.join(counts)} of {form.title}")
    for reason, number in sorted(converted.left_out.items()):
        _say(f"  left out: {number} {reason}")
    _say(f"  {form.title} is under {form.licence}: what was made of it is for your own use under that licence")


def _say(line: str) -> None:
    err.print(line, markup=False, soft_wrap=True)
