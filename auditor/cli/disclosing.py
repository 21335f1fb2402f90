"""`auditor disclosure`: what was understood of a disclosure, as a table, as YAML to be corrected, or as JSON."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from auditor.cli.options import LangOption, OutOption, err, language_of, new_run, out
from auditor.disclosures import (
    Correction,
    DeclaredRow,
    Disclosure,
    RowChange,
    compare_disclosures,
    disclosure_yaml,
    load_disclosure,
)
from auditor.errors import InputError
from auditor.pipeline import disclosure_at, knowledge_of
from auditor.pipeline.corrected import disclosure_of, use_corrected
from auditor.report import Lang

_HEADS: dict[Lang, tuple[str, ...]] = {
    "ja": ("送信先", "サービス", "送信される情報", "利用目的", "オプトアウト", "場所（確度）"),
    "en": ("recipient", "service", "information sent", "purposes", "opt-out", "place (confidence)"),
}
_SAYS: dict[Lang, dict[str, str]] = {
    "ja": {
        "nothing": "外部送信についての記載は見当たりません",
        "unread": "送信先の行は読み取れませんでした（理解できなかった文言: {left}）",
        "rows": "{rows} 行、理解できなかった文言 {left} 件",
        "unknown": "不明",
        "denied": "送信しない: ",
        "own": "自社: ",
        "theirs": "送信先: ",
        "corrected": "{by} が {at} に訂正: {note}",
        "added": "追加",
        "removed": "削除",
        "reworded": "文言変更",
        "gained": "増えた情報",
        "lost": "減った情報",
        "changes": "{n} 行に変更",
    },
    "en": {
        "nothing": "nothing declared",
        "unread": "no row could be read (texts not understood: {left})",
        "rows": "{rows} rows, {left} texts not understood",
        "unknown": "unknown",
        "denied": "not sent: ",
        "own": "own: ",
        "theirs": "recipient's: ",
        "corrected": "corrected by {by} on {at}: {note}",
        "added": "added",
        "removed": "removed",
        "reworded": "reworded",
        "gained": "more kinds of data",
        "lost": "fewer kinds of data",
        "changes": "{n} rows differ",
    },
}


def disclosure(
    source: Annotated[
        str,
        typer.Argument(help="an address, a file (HTML, text, CSV, PDF, YAML), or RUN/SITE", metavar="SOURCE"),
    ],
    as_yaml: Annotated[bool, typer.Option("--yaml", help="as YAML that can be corrected and used again")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="as one JSON line")] = False,
    find: Annotated[
        int | None, typer.Option("--find", min=1, max=4, help="look for it from the address, so many clicks away")
    ] = None,
    out_folder: OutOption = None,
    use: Annotated[
        Path | None, typer.Option("--use", help="with RUN/SITE: a corrected YAML that the run goes by from now on")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="an earlier version: what has changed, row by row"),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="with --yaml or --use: who corrects it; noted with the time")] = "",
    note: Annotated[str, typer.Option("--note", help="with --by: what is corrected")] = "",
    extra: Annotated[list[Path] | None, typer.Option("--extra", help="a further folder of vendor files")] = None,
    lang: LangOption = None,
) -> None:
    """Read a disclosure and show what was understood: recipients, contents, purposes, each with its place."""
    language = language_of(lang)
    if as_yaml and as_json:
        raise InputError("give one of them", field="--yaml, --json")
    if (by or note) and not ((as_yaml or use) and by):
        raise InputError("go with --yaml or --use, and --note with --by", field="--by, --note")
    now = datetime.now().astimezone().replace(microsecond=0)
    if use is not None:
        if not by:
            raise InputError("say who corrects it", field="--by")
        read = use_corrected(Path(source).parent, Path(source).name, use, by, note, now)
        _show(read, language)
        return
    read = _read(source, extra or [], find, out_folder)
    if by:
        correction = Correction(by=by, at=now, note=note)
        read = read.model_copy(update={"corrections": (*read.corrections, correction)})
    if since is not None:
        _changed(compare_disclosures(_read(since, extra or [], None, None), read), language, as_json=as_json)
    elif as_yaml:
        sys.stdout.write(disclosure_yaml(read))
    elif as_json:
        sys.stdout.write(json.dumps(as_lines(read), ensure_ascii=False) + "\n")
    else:
        _show(read, language)


def _read(source: str, extra: list[Path], find: int | None, folder: Path | None) -> Disclosure:
    if source.lower().startswith(("http://", "https://")):
        return disclosure_at(source, folder or new_run("disclosure"), find)
    if find is not None or folder is not None:
        raise InputError("go with an address", field="--find, --out")
    path = Path(source)
    if not path.is_file() and (path.parent / "data" / "visits").is_dir():
        return disclosure_of(path.parent, path.name)
    if path.is_dir():
        raise InputError("is a folder", file=path, cure="name a file, or a site of a run as RUN/SITE")
    knowledge = knowledge_of(*extra)
    return load_disclosure(path, vendors=knowledge.vendors, taxonomy=knowledge.taxonomy)


def _changed(changes: tuple[RowChange, ...], lang: Lang, *, as_json: bool) -> None:
    """Two versions' differences: a line a row, and a line for each text that reads otherwise."""
    says = _SAYS[lang]
    for change in changes:
        if as_json:
            sys.stdout.write(change.model_dump_json() + "\n")
            continue
        name = " ".join(part for part in (change.recipient, change.service) if part)
        out.print(f"{says[change.kind.value]}: {name}", markup=False, soft_wrap=True)
        for text in change.fields:
            out.print(f"  {text.field}: {_line(text.old)} → {_line(text.new)}", markup=False, soft_wrap=True)
        for word, codes in (("gained", change.gained), ("lost", change.lost)):
            if codes:
                out.print(f"  {says[word]}: {', '.join(codes)}", markup=False, soft_wrap=True)
    err.print(says["changes"].format(n=len(changes)), markup=False)


def _line(text: str) -> str:
    return " / ".join(text.split("\n")) or "–"


def as_lines(read: Disclosure) -> dict[str, object]:
    """The disclosure for programs: DESIGN.md's `disclosure --json`, and all that the model has besides."""
    data = read.model_dump(mode="json")
    return {"rows": data.pop("rows"), **data}


def _show(read: Disclosure, lang: Lang) -> None:
    says = _SAYS[lang]
    if read.rows:
        title = Text(read.title) if read.title else None
        table = Table(title=title, title_justify="left", show_lines=True, highlight=False)
        for head in _HEADS[lang]:
            table.add_column(head, overflow="fold")
        for row in read.rows:
            table.add_row(*_cells(row, lang))
        out.print(table)
    line = "nothing" if not read.found else "rows" if read.rows else "unread"
    err.print(says[line].format(rows=len(read.rows), left=len(read.not_understood)), markup=False)
    for one in read.corrections:
        told = says["corrected"].format(by=one.by, at=one.at.isoformat(), note=one.note)
        err.print(told, markup=False, soft_wrap=True)


def _cells(row: DeclaredRow, lang: Lang) -> tuple[Text, ...]:
    says = _SAYS[lang]
    content = [row.content_text, f"[{', '.join(row.content)}]" if row.content else ""]
    content += [says["denied"] + ", ".join(row.not_sent)] if row.not_sent else []
    said = [(says["own"], row.purpose_own), (says["theirs"], row.purpose_recipient)]
    parted = [mark + text for mark, text in said if text]
    known = [text for _, text in said if text]
    parted += [text for text in row.purposes if not any(part in text for part in known)]
    cells = (
        "\n".join(t for t in (row.recipient, f"[{row.entity or says['unknown']}]") if t),
        row.service,
        "\n".join(t for t in content if t),
        "\n".join(parted),
        "\n".join(t for t in (row.opt_out, row.policy_url) if t),
        f"{row.where} ({row.confidence:.1f})",
    )
    return tuple(Text(cell) for cell in cells)
