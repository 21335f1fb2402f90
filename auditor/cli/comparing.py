"""auditor compare: the comparisons of one run, or what has changed from one run to another."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from auditor.cli.options import LangOption, err, language_of, out
from auditor.compare import Change
from auditor.errors import InputError
from auditor.pipeline import derive
from auditor.pipeline.drifting import drift_between
from auditor.report import Lang, RunResult
from auditor.report.drift import print_drift, write_drift
from auditor.report.drift.words import words
from auditor.report.texts import label, visible
from auditor.store.run import RunFolder

_HEADS: dict[Lang, tuple[str, ...]] = {
    "ja": ("比較", "送信先", "項目", "変化", "サイト", "見えた訪問", "証拠となる訪問"),
    "en": ("comparison", "recipient", "item", "change", "site", "visits that show it", "visits"),
}
_SAYS: dict[Lang, dict[str, str]] = {
    "ja": {"count": "変化 {n} 件（うち確立 {sure} 件）", "sure": "確立", "open": "確立していない"},
    "en": {"count": "{n} changes ({sure} established)", "sure": "established", "open": "not established"},
}


def compare(
    run: Annotated[Path, typer.Argument(help="a run's folder; with RUN2 the earlier one")],
    run2: Annotated[Path | None, typer.Argument(metavar="[RUN2]", help="a later run's folder")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON lines")] = False,
    folder: Annotated[
        Path | None, typer.Option("--out", help="with RUN2: write drift.csv and drift.html into this folder")
    ] = None,
    lang: LangOption = None,
) -> None:
    """What differs between a run's visits (cookies, visitor, consent), or from one run to another."""
    language = language_of(lang)
    if run2 is None:
        if folder is not None:
            raise InputError("goes with two runs", field="--out", cure="`auditor report RUN` writes one run's tables")
        with err.status("…"):
            result = derive(RunFolder.open(run))
        _show(result, language, as_json=as_json)
        return
    if folder is not None and folder.exists() and not folder.is_dir():
        raise InputError("is not a folder", file=folder, field="--out")
    with err.status("…"):
        drifted, knowledge = drift_between(run, run2)
    if folder is not None:
        try:
            write_drift(drifted, knowledge, folder, language)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", file=folder, field="--out") from None
    if as_json:
        for line in drifted.lines:
            sys.stdout.write(line.model_dump_json() + "\n")
        for note in drifted.notes:
            told = words(f"note.{note.code}", **note.values)
            text = visible(told.ja if language == "ja" else told.en)
            err.print(f"{note.site}: {text}" if note.site else text, markup=False, soft_wrap=True)
    else:
        print_drift(drifted, knowledge, out, err, language)
    if folder is not None:
        path = words("files", path=folder)
        err.print(path.ja if language == "ja" else path.en, markup=False, soft_wrap=True)


def _show(result: RunResult, lang: Lang, *, as_json: bool) -> None:
    """One run's changes, established ones first."""
    changes = sorted(result.changes, key=lambda c: not c.established)
    if as_json:
        for change in changes:
            sys.stdout.write(change.model_dump_json() + "\n")
    elif changes:
        table = Table(show_lines=False, highlight=False)
        for head in _HEADS[lang]:
            table.add_column(head, overflow="fold")
        for change in changes:
            table.add_row(*_cells(change, result, lang))
        out.print(table)
    says = _SAYS[lang]
    err.print(says["count"].format(n=len(changes), sure=sum(c.established for c in changes)), markup=False)


def _cells(change: Change, result: RunResult, lang: Lang) -> tuple[Text, ...]:
    says = _SAYS[lang]
    named = result.vendor_name(change.vendor)
    name = change.recipient if named is None else named.ja if lang == "ja" else named.en

    def worded(group: str, code: str) -> str:
        text = label(group, code)
        return text.ja if lang == "ja" else text.en

    said = [worded("change", change.change)]
    said += [worded("technique", change.technique)] if change.technique else []
    counts = f"{change.before_in}/{change.before_of} → {change.after_in}/{change.after_of}"
    cells = (
        worded("kind", change.kind),
        f"{name}\n[{change.module}]" if change.module else name,
        change.item + (f"\n[{change.data_type}]" if change.data_type else ""),
        "\n".join(said),
        change.site,
        f"{counts}\n{says['sure' if change.established else 'open']}",
        f"{change.before_visit}\n{change.after_visit}",
    )
    return tuple(Text("\n".join(map(visible, cell.split("\n")))) for cell in cells)
