"""Rows to CSV for people, and the datapackage.json that describes them (Frictionless Table Schema).

UTF-8 with BOM and CRLF, so that Excel in Japan opens it; text always quoted, numbers never. A cell that a
spreadsheet could run as a formula gets a leading apostrophe. So does a cell that begins with one: therefore
`unescape` is exact, and `escaped_columns` names the cells it was done to (RELIABILITY.md 3.5).
"""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path

from auditor.report.rows import Cell, Row
from auditor.report.schema import Column, Table, tables

LIST_SEPARATOR = "; "
ESCAPED = "escaped_columns"
_BEFORE_FORMULA = frozenset("=+-@|%＝＋－＠")
_AT_START = frozenset("\t\r\n\0\ufeff'")
_INVISIBLE = "\0\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
_FRICTIONLESS = {
    "text": "string",
    "list": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "time": "datetime",
}


def escape(text: str) -> str:
    """The text with a leading apostrophe where a spreadsheet might take it for a formula."""
    return f"'{text}" if _dangerous(text) else text


def unescape(cell: str) -> str:
    """What `escape` was given."""
    return cell.removeprefix("'")


def _dangerous(text: str) -> bool:
    if not text:
        return False
    if text[0] in _AT_START:
        return True
    rest = text
    # spaces and invisible characters may stand before a formula in any order
    while (shorter := rest.lstrip().lstrip(_INVISIBLE)) != rest:
        rest = shorter
    return rest[:1] in _BEFORE_FORMULA


def csv_text(table: Table, rows: list[Row]) -> str:
    """A table as CSV text, without the BOM."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([*(c.name for c in table.columns), ESCAPED])
    for row in rows:
        cells: list[str | int | float] = []
        escaped = []
        for column in table.columns:
            plain = _plain(row[column.name])
            if isinstance(plain, str) and (safe := escape(plain)) != plain:
                escaped.append(column.name)
                plain = safe
            cells.append(plain)
        writer.writerow([*cells, LIST_SEPARATOR.join(escaped)])
    return out.getvalue()


def _plain(value: Cell) -> str | int | float:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case list():
            return LIST_SEPARATOR.join(value)
    return value


def write_csv(rows: dict[str, list[Row]], folder: Path, *, run: str, title: str = "") -> list[Path]:
    """Write every table as `<name>.csv`, and datapackage.json; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written, resources = [], []
    for table in tables():
        path = folder / f"{table.name}.csv"
        data = csv_text(table, rows[table.name]).encode("utf-8-sig")
        path.write_bytes(data)
        written.append(path)
        resources.append(_resource(table, data))
    package = {
        "profile": "tabular-data-package",
        "name": _package_name(run),
        "id": run,
        "title": title or run,
        "resources": resources,
    }
    path = folder / "datapackage.json"
    path.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return [*written, path]


def _package_name(run: str) -> str:
    """The specification allows lower case letters, digits, `.`, `_` and `-`."""
    name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in run.lower())
    return name or "run"


def _resource(table: Table, data: bytes) -> dict[str, object]:
    fields = [*map(_field, table.columns), _escaped_field()]
    schema: dict[str, object] = {"fields": fields, "missingValues": [""], "primaryKey": list(table.primary_key)}
    if table.references:
        schema["foreignKeys"] = [
            {"fields": list(r.columns), "reference": {"resource": r.table, "fields": list(r.columns)}}
            for r in table.references
        ]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": f"{table.ja} / {table.en}",
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\r\n"},
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, object]:
    about = [text for text in (column.about_ja, column.about_en) if text]
    if column.type == "list":
        about.append(f"joined with {LIST_SEPARATOR!r}")
    return {
        "name": column.name,
        "type": _FRICTIONLESS[column.type],
        "title": f"{column.ja} / {column.en}",
        "title_ja": column.ja,
        "title_en": column.en,
        "description": " / ".join(about),
    }


def _escaped_field() -> dict[str, object]:
    return _field(
        Column(
            name=ESCAPED,
            type="list",
            ja="保護した列",
            en="Escaped columns",
            about_ja="数式として動かないよう先頭に ' を付けた列。先頭の ' を1つ取ると元の値",
            about_en="columns whose cell got a leading ' so that no spreadsheet runs it; take one ' off for the value",
        )
    )
