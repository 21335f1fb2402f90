"""What commands that make or read runs have in common: the progress bar, the summary, the exit code."""

import contextlib
from collections.abc import Callable, Iterator
from typing import NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from auditor.check import Verdict
from auditor.cli.options import err, out
from auditor.evidence import Outcome, Visit
from auditor.pipeline import derive_and_write
from auditor.report import Lang, RunResult, print_summary
from auditor.store.run import RunFolder


def report_of(run: RunFolder, lang: Lang) -> RunResult:
    """Derive and write everything of a run, and print its summary."""
    with err.status("…"):
        result, _ = derive_and_write(run, lang)
    print_summary(result, out, lang, run.derived)
    return result


def finish(*results: RunResult) -> NoReturn:
    """Exit 0, or 1 when a finding fails."""
    failing = any(f.verdict is Verdict.fail for result in results for f in result.findings)
    raise typer.Exit(1 if failing else 0)


@contextlib.contextmanager
def progress() -> Iterator[Callable[[int], Callable[[Visit], None]]]:
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
