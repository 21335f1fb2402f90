"""The run in a few lines for a terminal. Control characters never reach it."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from auditor.check.finding import Verdict
from auditor.evidence import Outcome
from auditor.report.html.findings import finding_order
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.texts import Lang, Text, label, texts, visible

MAX_LINES = 10
_STYLES = {
    "fail": "bold red",
    "warn": "yellow",
    "review": "magenta",
    "info": "cyan",
    "complete": "green",
    "incomplete": "yellow",
    "failed": "bold red",
}


def print_summary(result: RunResult, console: Console, lang: Lang = "ja", out: Path | None = None) -> None:
    """Print visits by outcome, what was not measured, findings by verdict, the gravest ones, and where files are."""

    def say(text: Text) -> str:
        return visible(text.ja if lang == "ja" else text.en)

    def t(key: str) -> str:
        return say(texts()[key])

    audited = result.audited()
    outcomes = Counter(v.visit.outcome for v in audited)
    verdicts = Counter(f.verdict for f in result.findings)
    console.print(Line(f"{t('title')}  {visible(result.title or result.run)}", style="bold"))
    grid = Table.grid(padding=(0, 2))
    grid.add_row(Line(t("summary.visits")), _counts([(o.value, outcomes[o]) for o in Outcome], "outcome", say))
    grid.add_row(Line(t("summary.findings")), _counts([(v.value, verdicts[v]) for v in Verdict], "verdict", say))
    console.print(grid)

    masker = Masker(result.key, result.taxonomy)
    unmeasured = [v.visit for v in audited if v.visit.outcome is not Outcome.complete]
    if unmeasured:
        console.print(Line(t("unseen.h"), style="bold yellow"))
        for visit in unmeasured[:MAX_LINES]:
            console.print(Line(f"  {visible(visit.visit)}: {visible(masker.guard(visit.reason))}"))
        _more(console, len(unmeasured), "visits.csv", lang)

    grave = sorted((f for f in result.findings if f.verdict is not Verdict.info), key=finding_order)
    if grave:
        console.print(Line(t("findings.h"), style="bold"))
        for f in grave[:MAX_LINES]:
            message = f.message_ja if lang == "ja" else f.message_en
            line = Line("  ")
            line.append(say(label("verdict", f.verdict.value)), style=_STYLES[f.verdict.value])
            line.append(f"  {visible(f.site)}  {visible(message)} ({visible(f.rule)})")
            console.print(line)
        _more(console, len(grave), "findings.csv", lang)

    if out is not None:
        files = (
            ("files.report", "report/index.html"),
            ("files.hearing", "report/hearing.xlsx"),
            ("files.csv", "csv"),
            ("files.tables", "tables"),
        )
        for key, path in files:
            # no wrapping: a path broken over two lines cannot be copied
            console.print(Line(f"{t(key)}: {visible(str(out / path))}"), soft_wrap=True)


def _counts(counts: list[tuple[str, int]], group: str, say: Callable[[Text], str]) -> Line:
    line = Line()
    for code, number in counts:
        line.append(f"{say(label(group, code))} {number}   ", style=_STYLES[code] if number else "dim")
    return line


def _more(console: Console, total: int, file: str, lang: Lang) -> None:
    if total > MAX_LINES:
        text = texts()["more"].filled(n=total - MAX_LINES, file=file)
        console.print(Line(f"  {text.ja if lang == 'ja' else text.en}", style="dim"))
