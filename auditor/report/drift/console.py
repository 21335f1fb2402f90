"""What has changed between two runs, for a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text as Cell

from auditor.compare.drift import Detail, Drift, Drifted
from auditor.decode import Knowledge
from auditor.report.drift.words import field_name, sure_of, words
from auditor.report.texts import Lang, Text, visible

_STYLES = {"new": "bold yellow", "gone": "cyan", "changed": "magenta", "established": "bold", "read": "bold"}
_LONGEST = 200  # characters of one field in the table; all of it stands in the CSV and the page


def print_drift(drifted: Drifted, knowledge: Knowledge, out: Console, err: Console, lang: Lang = "ja") -> None:
    """The table of all lines to `out`; what limits the comparison, and the count, to `err`."""

    def say(text: Text) -> str:
        return visible(text.ja if lang == "ja" else text.en)

    if drifted.lines:
        table = Table(title=Cell(visible(f"{drifted.before} → {drifted.after}")), title_justify="left", show_lines=True)
        for column in ("change", "who", "what", "where", "seen"):
            table.add_column(say(words(f"col.{column}")), overflow="fold")
        for line in drifted.lines:
            table.add_row(
                _change(line, lang),
                Cell(_who(line, knowledge, lang)),
                Cell(
                    "\n".join(part for part in (visible(line.name), *(_detail(d, lang) for d in line.details)) if part)
                ),
                Cell(_where(line, lang)),
                _seen(line, lang),
            )
        out.print(table)
    for note in drifted.notes:
        told = say(words(f"note.{note.code}", **note.values))
        err.print(f"{note.site}: {told}" if note.site else told, markup=False, soft_wrap=True)
    sites = ", ".join(drifted.sites)
    err.print(
        say(words("compared", before=drifted.before_visits, after=drifted.after_visits, sites=sites)), markup=False
    )
    sures = [sure_of(line) for line in drifted.lines]
    counted = words("count", n=len(sures), sure=sures.count("established"), read=sures.count("read"))
    err.print(say(counted if sures else words("nothing")), markup=False)


def _say(text: Text, lang: Lang) -> str:
    return visible(text.ja if lang == "ja" else text.en)


def _change(line: Drift, lang: Lang) -> Cell:
    cell = Cell(_say(words(f"change.{line.change.value}"), lang), style=_STYLES[line.change.value])
    return cell.append(f"\n{_say(words(f'kind.{line.kind.value}'), lang)}", style="default")


def _who(line: Drift, knowledge: Knowledge, lang: Lang) -> str:
    vendor = knowledge.vendor(line.vendor) if line.vendor else None
    name = vendor.legal_name if vendor else "" if line.recipient else _say(words("own"), lang)
    parts = (name, line.recipient, f"[{line.module}]" if line.module else "")
    return "\n".join(visible(part) for part in dict.fromkeys(parts) if part)


def _what(line: Drift, lang: Lang) -> str:
    return "\n".join(part for part in (visible(line.name), *(_detail(d, lang) for d in line.details)) if part)


def _detail(detail: Detail, lang: Lang) -> str:
    before, after = _short(detail.before), _short(detail.after)
    text = f"{before} → {after}" if before and after else after or f"{before} → –"
    return f"{_say(field_name(detail.field), lang)}: {text}"


def _short(text: str) -> str:
    one_line = " / ".join(part.strip() for part in text.splitlines() if part.strip())
    return visible(one_line if len(one_line) <= _LONGEST else f"{one_line[:_LONGEST]}…")


def _where(line: Drift, lang: Lang) -> str:
    sites = visible(", ".join(line.sites))
    return f"{sites}\n{_say(words('states', states='; '.join(line.states)), lang)}" if line.states else sites


def _seen(line: Drift, lang: Lang) -> Cell:
    sure = sure_of(line)
    cell = Cell()
    if sure != "read":
        cell.append(f"{line.before_in}/{line.before_of} → {line.after_in}/{line.after_of}\n")
    return cell.append(_say(words(f"sure.{sure}"), lang), style=_STYLES.get(sure, "dim"))
