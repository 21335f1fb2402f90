"""CSV: what Excel opens safely and a program reads back exactly."""

import csv
import hashlib
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from frictionless import Package
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.report.csv_files import ESCAPED, csv_text, escape, unescape, write_csv
from auditor.report.rows import table_rows
from auditor.report.schema import Column, Table, tables

from .factory import run_result
from .hostile import hostile_result

TABLE = Table(
    name="t", ja="表", en="Table", primary_key=("a",),
    columns=(Column(name="a", ja="あ", en="A"), Column(name="b", type="integer", ja="い", en="B")),
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "|cmd", "%0A", "＝1", "＋1", "－1", "＠x", "\t=1", "\r=1", "\n=1", "\0=1",
     "\ufeff=1", "'=1", "'", " =1", "\u3000＝1", "\u200b=1", " \ufeff =1"],
)  # fmt: skip
def test_a_formula_is_defused(text: str) -> None:
    assert escape(text) == f"'{text}"
    assert unescape(escape(text)) == text


@pytest.mark.parametrize("text", ["", "a=1", "«cookie_id:00 len 1»", "会員ID", "https://a.test/?x=1", "1", " a"])
def test_plain_text_stays(text: str) -> None:
    assert escape(text) == text


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@settings(max_examples=1000)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))), st.integers())
def test_csv_round_trip(texts: list[str], number: int) -> None:
    rows = read(csv_text(TABLE, [{"a": t, "b": number} for t in texts]))
    assert rows[0] == ["a", "b", ESCAPED]
    assert [unescape(r[0]) for r in rows[1:]] == texts
    assert [r[1] for r in rows[1:]] == [str(number)] * len(texts)
    assert [r[2] for r in rows[1:]] == ["a" if escape(t) != t else "" for t in texts]


def test_text_is_quoted_numbers_are_not() -> None:
    assert csv_text(TABLE, [{"a": '=1"', "b": -5}]) == '"a","b","escaped_columns"\r\n"\'=1""",-5,"a"\r\n'
    assert csv_text(TABLE, [{"a": None, "b": None}]).splitlines()[1] == '"","",""'


def test_times_are_utc() -> None:
    when = datetime.fromisoformat("2026-11-23T10:00:00.5+09:00")
    assert '"2026-11-23T01:00:00.500000Z"' in csv_text(TABLE, [{"a": when, "b": 1}])


def test_files_are_what_excel_in_japan_opens(tmp_path: Path) -> None:
    write_csv(table_rows(run_result()), tmp_path, run="r1")
    for table in tables():
        data = (tmp_path / f"{table.name}.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        header = data[3:].decode().split("\r\n")[0]
        assert header == ",".join(f'"{c.name}"' for c in table.columns) + ',"escaped_columns"'


def test_package_is_valid(tmp_path: Path) -> None:
    write_csv(table_rows(run_result()), tmp_path, run="run 1", title="監査")
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "title", "note", "rowNumber", "fieldName"])[:10]
    assert len(report.tasks) == 19


def test_package_finds_a_changed_file(tmp_path: Path) -> None:
    write_csv(table_rows(run_result()), tmp_path, run="r1")
    path = tmp_path / "findings.csv"
    path.write_bytes(path.read_bytes().replace(b"fail", b"info"))
    assert not Package(str(tmp_path / "datapackage.json")).validate().valid


def test_package_describes_every_file(tmp_path: Path) -> None:
    write_csv(table_rows(run_result()), tmp_path, run="r1")
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert [r["name"] for r in package["resources"]] == [t.name for t in tables()]
    for resource in package["resources"]:
        data = (tmp_path / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert resource["schema"]["fields"][-1]["name"] == ESCAPED
        assert all(f["title_ja"] and f["title_en"] for f in resource["schema"]["fields"])


def test_hostile_package_is_valid(tmp_path: Path) -> None:
    rows = table_rows(hostile_result())
    write_csv(rows, tmp_path, run="r1")
    text = (tmp_path / "findings.csv").read_bytes().decode("utf-8-sig")
    cells = [[unescape(cell) for cell in row[:-1]] for row in read(text)[1:]]
    assert [row[1] for row in cells] == [str(row["rule"]) for row in rows["findings"]]
    for line in read(text)[1:]:
        assert not any(escape(cell) != cell and not cell.startswith("'") for cell in line)
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "title", "note", "rowNumber", "fieldName"])[:10]
