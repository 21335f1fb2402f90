"""Commands that make visits: run and demo."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.ending import finish, progress, report_of
from auditor.cli.options import WORKERS, LangOption, OutOption, WorkersOption, err, language_of, new_run
from auditor.cli.usable import usable
from auditor.demo.conditions import EDITIONS
from auditor.demo.web import CHANGES, SCENARIO, demo_web
from auditor.errors import AuditorError, InputError
from auditor.pipeline import audit, resume
from auditor.report import Lang, RunResult
from auditor.scenario import load_scenario


def run_command(
    scenarios: Annotated[list[Path] | None, typer.Argument(help="scenario files")] = None,
    out_dir: OutOption = None,
    workers: WorkersOption = WORKERS,
    resume_run: Annotated[Path | None, typer.Option("--resume", help="go on with a stopped run")] = None,
    lang: LangOption = None,
) -> None:
    """Make the visits of scenarios, and everything that follows from them."""
    language = language_of(lang)
    if (resume_run is None) == (not scenarios):
        raise InputError("name one or more scenarios, or --resume RUN")
    if resume_run is not None:
        with progress() as begun:
            run = resume(resume_run, workers, begun)
        finish(report_of(run, language))
    # All files are read before the first visit is made: a mistake in the last one costs nothing.
    loaded = [load_scenario(path) for path in scenarios or []]
    results = []
    for path, scenario in zip(scenarios or [], loaded, strict=True):
        usable(path)(scenario)
        place = out_dir or new_run(scenario.scenario)
        results.append(
            _audit(path, place / scenario.scenario if out_dir and len(loaded) > 1 else place, workers, language)
        )
    finish(*results)


def demo(
    out_dir: OutOption = None,
    workers: WorkersOption = WORKERS,
    lang: LangOption = None,
    changes: Annotated[bool, typer.Option("--changes", help="its sites of identifiers, techniques and leaks")] = False,
    edition: Annotated[int, typer.Option(min=1, max=EDITIONS[-1], help="which edition of the web")] = 1,
    variation: Annotated[int | None, typer.Option(metavar="SEED", help="leave a random half of the tags out")] = None,
) -> None:
    """Audit a small web of its own on loopback; needs no network."""
    language = language_of(lang)
    name = CHANGES if changes else SCENARIO
    with (
        tempfile.TemporaryDirectory(prefix="auditor-demo-") as folder,
        demo_web(Path(folder), edition=edition, variation=variation) as web,
    ):
        path = web.scenario(Path(folder) / "scenario", name)
        result = _audit(path, out_dir or new_run(name.stem), workers, language)
    finish(result)


def _audit(path: Path, place: Path, workers: int, lang: Lang) -> RunResult:
    try:
        with progress() as begun:
            run = audit(path, place, workers, begun, usable(path))
    except (KeyboardInterrupt, AuditorError):
        if (place / "data" / "visits").is_dir():
            err.print(f"what was complete is kept; go on with: auditor run --resume {place}", soft_wrap=True)
        raise
    return report_of(run, lang)
