"""The command line: the only part that prints and exits. Results to stdout or files, sentences to stderr.

Exit codes (DESIGN.md 5): 0 done, nothing against the rules; 1 done, with findings that fail; 2 bad input;
3 our bug; 4 could not be finished, can be resumed; 130 interrupted, can be resumed.
"""

import contextlib
import json
import locale
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from auditor import machine
from auditor.check import Verdict
from auditor.demo.web import demo_web
from auditor.errors import AuditorError, InputError
from auditor.evidence import Outcome, Visit
from auditor.pipeline import audit, derive_and_write, import_recordings, knowledge_of, resume
from auditor.pipeline.audit import tasks_of
from auditor.report import Lang, RunResult, print_summary
from auditor.scenario import Scenario, load_scenario
from auditor.store.run import RunFolder

RESULTS = Path("results")
WORKERS = max(1, min(os.cpu_count() or 1, 8))

app = typer.Typer(
    help="Visits websites the way a person does, and proves who receives what about that person.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
scenario_app = typer.Typer(help="Look at and validate scenario files.", no_args_is_help=True)
app.add_typer(scenario_app, name="scenario")

err = Console(stderr=True, highlight=False)
out = Console(highlight=False)

OutOption = Annotated[Path | None, typer.Option("--out", help="the run's folder; default results/<name>-<time>")]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, max=64, help="visits at the same time")]
LangOption = Annotated[str | None, typer.Option("--lang", help="ja or en; default by the locale")]


def _lang(choice: str | None) -> Lang:
    if choice is None:
        return "ja" if (locale.getlocale()[0] or "").lower().startswith("ja") else "en"
    if choice == "ja":
        return "ja"
    if choice == "en":
        return "en"
    raise InputError("must be ja or en", field="--lang")


def _new_run(name: str) -> Path:
    return RESULTS / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


@app.command("run")
def run_command(
    scenarios: Annotated[list[Path] | None, typer.Argument(help="scenario files")] = None,
    out_dir: OutOption = None,
    workers: WorkersOption = WORKERS,
    resume_run: Annotated[Path | None, typer.Option("--resume", help="go on with a stopped run")] = None,
    lang: LangOption = None,
) -> None:
    """Make the visits of scenarios, and everything that follows from them."""
    language = _lang(lang)
    if (resume_run is None) == (not scenarios):
        raise InputError("name one or more scenarios, or --resume RUN")
    if resume_run is not None:
        with _progress() as begun:
            run = resume(resume_run, workers, begun)
        _finish(_report(run, language))
    # All files are read before the first visit is made: a mistake in the last one costs nothing.
    loaded = [load_scenario(path) for path in scenarios or []]
    results = []
    for path, scenario in zip(scenarios or [], loaded, strict=True):
        _usable(path)(scenario)
        place = out_dir or _new_run(scenario.scenario)
        results.append(
            _audit(path, place / scenario.scenario if out_dir and len(loaded) > 1 else place, workers, language)
        )
    _finish(*results)


@app.command()
def demo(out_dir: OutOption = None, workers: WorkersOption = WORKERS, lang: LangOption = None) -> None:
    """Audit a small web of its own on loopback; needs no network."""
    language = _lang(lang)
    with tempfile.TemporaryDirectory(prefix="auditor-demo-") as folder, demo_web(Path(folder)) as web:
        result = _audit(web.scenario(Path(folder) / "scenario"), out_dir or _new_run("demo"), workers, language)
    _finish(result)


@app.command("import")
def import_command(
    files: Annotated[list[Path], typer.Argument(help="HAR files, mitmproxy dumps")],
    out_dir: OutOption = None,
    lang: LangOption = None,
) -> None:
    """Read recorded traffic through the same decoding, checks and reports."""
    language = _lang(lang)
    _finish(_report(import_recordings(files, out_dir or _new_run("import")), language))


@app.command("report")
def report_command(run: Annotated[Path, typer.Argument(help="a run's folder")], lang: LangOption = None) -> None:
    """Rebuild everything derived of a run: tables, CSV, report."""
    folder = RunFolder.open(run, hold=True)
    try:
        _finish(_report(folder, _lang(lang)))
    finally:
        folder.release()


@scenario_app.command("check")
def scenario_check(
    file: Path,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON line a visit")] = False,
) -> None:
    """Validate a scenario and print the visits it would make."""
    scenario = load_scenario(file)
    _usable(file)(scenario)
    tasks = tasks_of(scenario)
    for plan, site, kind in tasks:
        if as_json:
            line: dict[str, Any] = {"kind": kind.value, "url": site.url, **plan.model_dump(mode="json")}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(f"{plan.visit}\t{site.url}\n")
    err.print(f"{file}: {len(tasks)} visits")


@app.command()
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


@app.command()
def setup() -> None:
    """Install what the machine lacks: Chromium and a Japanese font."""
    if lacks := machine.install(lambda text: err.print(f"setup: {text}")):
        err.print(f"setup: {machine.cure(lacks)}", style="bold red")
        raise typer.Exit(4)
    err.print("setup: Chromium and a Japanese font are there")


def _usable(file: Path) -> Callable[[Scenario], None]:
    """Refuses a scenario that cannot be audited: unknown platforms or operators."""

    def check(scenario: Scenario) -> None:
        knowledge = knowledge_of(*scenario.vendors)
        named = [(f"platforms.{name}.vendor", p.vendor) for name, p in scenario.platforms.items()]
        named += [(f"sites.{n}.entity", site.entity) for n, site in enumerate(scenario.sites) if site.entity]
        for field, vendor in named:
            if knowledge.vendor(vendor) is None:
                line = _line_of(file, f"{field.rpartition('.')[2]}: {vendor}")
                cure = "`auditor vendors` lists them"
                raise InputError(f"unknown platform {vendor!r}", file=file, line=line, field=field, cure=cure)

    return check


def _line_of(file: Path, text: str) -> int | None:
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    return next((n for n, line in enumerate(lines, 1) if text in line), None)


def _audit(path: Path, place: Path, workers: int, lang: Lang) -> RunResult:
    try:
        with _progress() as begun:
            run = audit(path, place, workers, begun, _usable(path))
    except (KeyboardInterrupt, AuditorError):
        if (place / "data" / "visits").is_dir():
            err.print(f"what was complete is kept; go on with: auditor run --resume {place}", soft_wrap=True)
        raise
    return _report(run, lang)


def _report(run: RunFolder, lang: Lang) -> RunResult:
    with err.status("…"):
        result, _ = derive_and_write(run, lang)
    print_summary(result, out, lang, run.derived)
    return result


def _finish(*results: RunResult) -> NoReturn:
    failing = any(f.verdict is Verdict.fail for result in results for f in result.findings)
    raise typer.Exit(1 if failing else 0)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int], Callable[[Visit], None]]]:
    """A progress bar on stderr; visits that are not complete leave a line."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=err)
    try:

        def begun(total: int) -> Callable[[Visit], None]:
            bar.start()
            task = bar.add_task("self-test", total=total)

            def ended(visit: Visit) -> None:
                bar.update(task, advance=1, description="visits")
                if visit.outcome is not Outcome.complete:
                    bar.console.print(
                        f"{visit.visit}: {visit.outcome.value}: {visit.reason}", markup=False, soft_wrap=True
                    )

            return ended

        yield begun
    finally:
        if bar.live.is_started:
            bar.stop()


def main() -> None:
    """Entry point: every way to end has its exit code."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        code = app(standalone_mode=False) or 0
    except (typer.Abort, KeyboardInterrupt):
        err.print("interrupted", style="yellow")
        code = 130
    except AuditorError as error:
        err.print(str(error), markup=False, soft_wrap=True, style="red")
        code = error.exit_code
    except Exception as error:
        code = _usage_or_bug(error)
    sys.exit(code)


def _usage_or_bug(error: Exception) -> int:
    """Wrong use of the command line is the person's (2); anything else is ours (3), with its trace."""
    show = getattr(error, "format_message", None)
    if show is not None:
        err.print(str(show()), markup=False, style="red")
        return 2
    traceback.print_exc()
    err.print("this is a defect of the auditor; please report it with the lines above", style="red")
    return 3
