"""Commands on what is recorded already: import and report."""

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.ending import finish, report_of
from auditor.cli.options import LangOption, OutOption, language_of, new_run
from auditor.pipeline import import_recordings
from auditor.store.run import RunFolder


def import_command(
    files: Annotated[list[Path], typer.Argument(help="HAR files, mitmproxy dumps")],
    out_dir: OutOption = None,
    lang: LangOption = None,
) -> None:
    """Read recorded traffic through the same decoding, checks and reports."""
    language = language_of(lang)
    finish(report_of(import_recordings(files, out_dir or new_run("import")), language))


def report_command(run: Annotated[Path, typer.Argument(help="a run's folder")], lang: LangOption = None) -> None:
    """Rebuild everything derived of a run: tables, CSV, report."""
    folder = RunFolder.open(run, hold=True)
    try:
        finish(report_of(folder, language_of(lang)))
    finally:
        folder.release()
