"""Commands on what is recorded already: import and report."""

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.ending import finish, report_of
from auditor.cli.options import LangOption, OutOption, language_of, new_run
from auditor.errors import InputError
from auditor.pipeline import import_recordings, site_in
from auditor.store.run import RunFolder


def import_command(
    files: Annotated[list[Path], typer.Argument(help="HAR files, mitmproxy dumps")],
    scenario: Annotated[
        Path | None, typer.Option("--scenario", help="whose traffic it is: a site of this file, with its disclosure")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="the site's id, where the scenario has several")] = None,
    out_dir: OutOption = None,
    lang: LangOption = None,
) -> None:
    """Read recorded traffic through the same decoding, checks and reports."""
    language = language_of(lang)
    if site is not None and scenario is None:
        raise InputError("goes with --scenario", field="--site")
    whose, vendors = site_in(scenario, site) if scenario is not None else (None, ())
    finish(report_of(import_recordings(files, out_dir or new_run("import"), whose, vendors), language))


def report_command(run: Annotated[Path, typer.Argument(help="a run's folder")], lang: LangOption = None) -> None:
    """Rebuild everything derived of a run: tables, CSV, report."""
    folder = RunFolder.open(run, hold=True)
    try:
        finish(report_of(folder, language_of(lang)))
    finally:
        folder.release()
